"""Every operator command: `intake …`. Parses and prints; each act is a verb of `commands`, `running`, `serving`."""

import argparse
import sys
from collections.abc import Callable
from typing import TypeVar
from wsgiref.types import WSGIApplication

from intake import commands, demo, running, serving
from intake.app import create_app
from intake.config import Settings, read_settings
from intake.errors import IntakeError
from intake.services import Services, make_services

Result = TypeVar("Result")
Act = Callable[[Settings, argparse.Namespace], None]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, else 1 with a sentence on standard error."""
    given = _parser().parse_args(arguments)
    serving.write_lines()
    try:
        given.act(read_settings(), given)
    except IntakeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="intake", description="Second-opinion intake: operator commands")
    verbs = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, act: Act, says: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=says, description=says)
        verb.set_defaults(act=act)
        return verb

    add("run", lambda s, _: running.run(s), "set up, serve and work, for development; ends on Ctrl-C")
    add("serve", _serve, "serve site, form, case pages and desk")
    add("work", lambda s, _: running.work(s), "send letters, check records, purge")
    add("migrate", lambda s, _: commands.migrate(s), "bring both databases to the newest schema")
    add("keys", _keys, "make the key ring if there is none")
    add("site", lambda s, _: running.make_site(s), "build the guidance site if its sources changed")
    person = add("invite", _invite, "invite a coordinator; prints the link that is also mailed")
    person.add_argument("name")
    person.add_argument("email")
    person.add_argument("--language", default="en")
    person.add_argument("--lead", action="store_true", help="may look after the others' accounts")
    changed = add("coordinator", _coordinator, "make somebody a lead or a coordinator, sign them out, or close")
    changed.add_argument("what", choices=["lead", "coordinator", "sign-out", "close"])
    changed.add_argument("email")
    add("purge", _purge, "forget drafts and cases whose time is over; the worker does it by itself, too")
    again = add("replay-mail", _replay_mail, "try letters again that were given up")
    again.add_argument("--days", type=int, default=7, help="how far back, counted from when a letter was written")
    again.add_argument("--overdue", action="store_true", help="also what left and was not heard of for six hours")
    add("recheck", _recheck, "check records again that were held for want of a virus scanner")
    add("doctor", _doctor, "say how it stands with the virus scanner and with mail; sends nothing")
    add("demo", _demo, "fill an empty development system with synthetic cases")
    partner = add("partner", _partner, "register a partner's name for links; report what came by each")
    acts = partner.add_subparsers(dest="what", required=True, metavar="add | report")
    new = acts.add_parser("add", help="register a name for links, such as lung-charity-wales")
    new.add_argument("slug")
    new.add_argument("name")
    acts.add_parser("report", help="starts, cases, reports and median days of each whole month").add_argument(
        "--months", type=int, default=12
    )
    add("journal", _journal, "verify the journal's chain").add_argument("what", choices=["verify"])
    return parser


def _serve(settings: Settings, _: argparse.Namespace) -> None:
    _with(settings, commands.need_pages)
    serving.serve(lambda: _web(settings), settings)


def _web(settings: Settings) -> WSGIApplication:
    """The application, made in the process that serves; a vault that is unfit is said in words before that ends."""
    services = make_services(settings)
    try:
        commands.need_vault(services)
    except IntakeError as error:
        print(error, file=sys.stderr)
        raise
    return create_app(services)


def _keys(settings: Settings, _: argparse.Namespace) -> None:
    made = commands.make_keys(settings)
    print(f"{'Made' if made else 'Kept'} the key ring at {settings.key_ring}. Keep a copy apart from all back-ups.")


def _invite(settings: Settings, given: argparse.Namespace) -> None:
    said = (given.name, given.email, given.language)
    print(_with(settings, lambda services: commands.invite(services, *said, lead=given.lead)))


def _coordinator(settings: Settings, given: argparse.Namespace) -> None:
    many = _with(settings, lambda services: commands.change_coordinator(services, given.what, given.email))
    told = {"sign-out": f"Ended {many} sessions.", "close": f"Closed the account; {many} cases went to others."}
    print(told.get(given.what, f"It is the account of a {given.what} now."))


def _demo(settings: Settings, _: argparse.Namespace) -> None:
    made = _with(settings, demo.fill)
    print(f"Made {made} synthetic cases.")


def _purge(settings: Settings, _: argparse.Namespace) -> None:
    gone = _with(settings, commands.purge)
    print(f"Forgot {gone.drafts} drafts, {gone.cases} cases and {gone.letters} letters that belong to no case.")


def _replay_mail(settings: Settings, given: argparse.Namespace) -> None:
    put = _with(settings, lambda services: commands.replay_mail(services, given.days, overdue=given.overdue))
    print(f"{put} letters are tried again by the worker.")


def _doctor(settings: Settings, _: argparse.Namespace) -> None:
    for sentence in _with(settings, commands.examine):
        print(sentence)


def _recheck(settings: Settings, _: argparse.Namespace) -> None:
    put = _with(settings, commands.recheck)
    print(f"{put} records are checked again by the worker.")


def _partner(settings: Settings, given: argparse.Namespace) -> None:
    if given.what == "add":
        made = _with(settings, lambda services: commands.add_partner(services, given.slug, given.name))
        print(f"Registered {made.slug}. Their links end with ?via={made.slug}")
        return
    for line in _with(settings, lambda services: commands.report_partners(services, given.months)):
        print(line)


def _journal(settings: Settings, _: argparse.Namespace) -> None:
    broken = _with(settings, commands.verify_journal)
    if broken is not None:
        print(f"The journal is broken at line {broken}.", file=sys.stderr)
        raise SystemExit(1)
    print("The journal holds.")


def _with(settings: Settings, act: Callable[[Services], Result]) -> Result:
    services = make_services(settings)
    try:
        commands.need_ready(services)
        return act(services)
    finally:
        services.close()


if __name__ == "__main__":
    raise SystemExit(main())
