"""Coming to the desk and leaving it: by a passkey, or, where the operator allows it, a password with a one-time code.

What a script sends is JSON signed with the page's own token; every refusal of a way in looks the same.
"""

import re
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, request, url_for

from intake import journal
from intake.desk import coordinators, passkeys, passwords
from intake.desk.passkeys import RelyingParty
from intake.errors import NotYours, PasskeyRefused, SessionMissing, SignInRefused
from intake.forms.csrf import STALE_PAGE
from intake.journal import Event
from intake.links import sessions
from intake.links.sessions import Role
from intake.web import errors
from intake.web.cookies import visit
from intake.web.pages import page, say, speak
from intake.web.security import (
    csrf_ok,
    drop_session,
    limit,
    limit_each,
    need_csrf,
    need_session,
    services,
    session_of,
    start_session,
)

blueprint = Blueprint("sign_in", __name__, url_prefix="/desk")

# What an id of ours can look like; whether it names anything is found out when it is looked up.
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
TYPED = ("elsewhere", "words", "text")  # the fields of the desk that people write sentences in


def need_coordinator() -> str:
    """The id of the coordinator at the desk. Raises SessionMissing, or AccountClosed if the account is."""
    session = need_session(Role.DESK)
    if g.get("intake_coordinator") != session.subject:  # `rights` has asked before the view does
        speak(session.language)
        with services().database.read() as tx:
            coordinators.need_open(tx, session.subject)
        g.intake_coordinator = session.subject
    return session.subject


def need_lead() -> str:
    """The id of the lead at the desk; asked anew with each request. Raises LeadNeeded, and as `need_coordinator`."""
    who = need_coordinator()
    with services().database.read() as tx:
        coordinators.need_lead(tx, who)
    return who


def sign_in_again(error: SessionMissing) -> Response:
    """Where somebody without a session goes: to sign in, and back to the case that they asked for.

    A link in web mail comes from another site, so the strict cookie stays at home: the page that answers it goes on
    to the same address by itself, this time from our own site and with the cookie.
    """
    if errors.wants_json() or request.blueprint == "enrolling":
        return errors.answer(error)
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return page("desk/arriving.html", address=request.full_path.rstrip("?"))
    case_id = (request.view_args or {}).get("case_id")
    typed = next((name for name in TYPED if name in request.form), "")
    if typed:  # nothing that was typed is lost: it waits for the signing in
        chosen = [(name, value) for name, value in request.form.items(multi=True) if name != typed]
        shown = {"action": request.path, "chosen": chosen, "name": typed, "typed": request.form[typed]}
        return page("desk/ended.html", 401, case_id=case_id, **shown)
    return redirect(url_for("sign_in.sign_in", case=case_id, ended=1), 303)


def refuse_odd_ids(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Nothing of ours has such an id: say so before a database is asked. Raises NotYours."""
    if any(not ID.fullmatch(str(value)) for value in (values or {}).values()):
        raise NotYours


blueprint.register_error_handler(SessionMissing, sign_in_again)


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """One button; the device asks for the rest."""
    case_id = request.args.get("case", "")
    go = _way_on(case_id)
    passwords_too = services().settings.desk_passwords
    return page("desk/sign_in.html", go=go, ended="ended" in request.args, case_id=case_id, passwords=passwords_too)


@blueprint.post("/sign-in/options")
@limit("sign_in")
def sign_in_options() -> Response:
    """What the browser needs to ask for a passkey."""
    need_csrf("sign-in")
    with services().database.transaction() as tx:
        options = passkeys.begin_sign_in(tx, relying_party(), visit(), services().clock())
    return Response(options, mimetype="application/json")


@blueprint.post("/sign-in/answer")
@limit("sign_in")
def sign_in_answer() -> Response:
    """Check what the passkey said, and start a session that nobody had before."""
    need_csrf("sign-in")
    now, house = services().clock(), services()
    who = passkeys.finish_sign_in(house.database, relying_party(), visit(), posted_answer(), now)
    response = jsonify(done=True)
    come_in(who, response)
    return response


@blueprint.get("/sign-in/password")
def ask_password() -> Response:
    """Address, password and code together, where the operator allows it."""
    return _password_page()


@blueprint.post("/sign-in/password")
@limit("sign_in")
@limit_each("password", "email")
def password() -> Response:
    """Check all three at once, and start a session that nobody had before."""
    house, given = services(), request.form
    _need_passwords()
    if not csrf_ok("password", given.get("csrf_token", "")):
        return _password_page(403, say(STALE_PAGE))
    typed = (given.get("email", ""), given.get("password", ""), given.get("code", ""))
    try:
        who = passwords.sign_in(house.database, house.keys, house.ring, *typed, house.clock())
    except SignInRefused as refused:
        return _password_page(403, say(refused.message))
    response = redirect(_way_on(given.get("case", "")), 303)
    come_in(who, response)
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session; pressing it twice is harmless."""
    need_csrf("sign-out")
    session, now = session_of(Role.DESK), services().clock()
    if session is not None:
        with services().database.transaction() as tx:
            sessions.end(tx, session, now)
            journal.write(tx, Event.COORDINATOR_SIGNED_OUT, now, actor=coordinators.actor(session.subject))
    return out()


def come_in(who: str, response: Response) -> None:
    """Start a session at the desk for somebody who proved who they are."""
    house = services()
    with house.database.transaction() as tx:
        language = coordinators.get(tx, house.keys, who).language
        start_session(tx, response, Role.DESK, who, language=language, proved_at=house.clock())


def relying_party() -> RelyingParty:
    """For whom our passkeys are made."""
    return RelyingParty.of(services().settings.base_url, services().operator.service.name)


def posted_answer() -> dict[str, Any]:
    """What a script of ours sent. Raises PasskeyRefused for anything else than an object."""
    said = request.get_json(force=True, silent=True)
    if not isinstance(said, dict):
        raise PasskeyRefused
    return said


def out() -> Response:
    """To the door, without a session."""
    response = redirect(url_for("sign_in.sign_in"), 303)
    drop_session(response, Role.DESK)
    return response


def _way_on(case_id: str) -> str:
    return url_for("desk.case", case_id=case_id) if ID.fullmatch(case_id) else url_for("desk.cases")


def _need_passwords() -> None:
    if not services().settings.desk_passwords:
        raise NotYours


def _password_page(status: int = 200, mistake: str = "") -> Response:
    _need_passwords()
    typed = {name: request.values.get(name, "") for name in ("email", "case")}
    return page("desk/password.html", status, typed=typed, mistake=mistake)
