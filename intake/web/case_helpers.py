"""Links for other hands: for whom they are, what each has sent, the sheet to print, and ending them at once."""

from urllib.parse import quote

from flask import Blueprint, Response, redirect, request

from intake.cases import helpers, ways_in
from intake.cases.helpers import Helper, HelperKind
from intake.cases.helpers_over import settle_helper
from intake.errors import HelpersEnough, MoveNotAllowed, QuotaFull
from intake.forms.other_hands import HelperForm
from intake.languages import N_
from intake.records import store as records
from intake.records.sizes import in_words
from intake.web.own_case import ask_address, case_context, case_id, own_case
from intake.web.pages import language, page, say, speak
from intake.web.security import guard, limit, need_csrf, services

blueprint = Blueprint("case_helpers", __name__, url_prefix="/case/helpers")
blueprint.before_request(ask_address)

HOME = "/case/helpers"
SUBJECT = N_("Please send files for a second opinion")
LETTER = (
    N_("Hello,"),
    N_("Please send the files we spoke about through this link. You can only add files there, never read any."),
    N_("You need no account. The link ends on %(day)s."),
    "%(link)s",
    N_("If the link does not open, go to %(place)s and type this code: %(code)s"),
    N_("Thank you."),
)


@blueprint.get("")
def show() -> Response:
    """Every link that was made, and the form for another."""
    return _page(_form())


@blueprint.post("")
@limit("new_link")
def make() -> Response:
    """Make a link."""
    form, house = _form(request.form), services()
    if form.validate():
        said = HelperKind(form.kind.data), form.reads.data, form.note.data
        try:
            with house.database.transaction() as tx:
                made = helpers.make_helper(tx, house, case_id(), *said, house.clock())
            return redirect(f"{HOME}/{made.number}", 303)
        except (HelpersEnough, QuotaFull, MoveNotAllowed) as full:
            form.kind.errors = [say(full.message, **full.values)]
            return _page(form, 409)
    return _page(form, 422)


@blueprint.get("/<int:number>")
def show_one(number: int) -> Response:
    """One link: to copy, to print, to send by an e-mail of one's own."""
    helper, link = _read(number)
    return page(
        "case/records/helper.html", helper=helper, link=link, place=_place(), now=services().clock(),
        mail=_mail(helper, link),
    )  # fmt: skip


@blueprint.get("/<int:number>/sheet")
def sheet(number: int) -> Response:
    """A sheet of paper in the helper's language: where to type which code, and what to do there. No name is on it."""
    helper, link = _read(number)
    with services().database.read() as tx:
        reference = own_case(tx).reference
    speak(helper.language)
    shown = {"place": _place(), "link": link, "reference": reference}
    return page("case/records/helper_sheet.html", helper=helper, now=services().clock(), **shown)


@blueprint.post("/<int:number>/end")
def end(number: int) -> Response:
    """End a link at once."""
    need_csrf("helper-end")
    house = services()
    with house.database.transaction() as tx:
        ended = helpers.end_helper(tx, house, case_id(), number, house.clock())
    settle_helper(house.database, house.vault, house, ended.case_id, ended.grant.id, house.clock())
    return redirect(f"{HOME}#link-{number}", 303)


def _form(typed: object = None) -> HelperForm:
    with services().database.read() as tx:
        own_case(tx)
    languages = services().languages
    offered = {code: languages.name(code) for code in languages.offered}
    return HelperForm(case_context(), offered, typed, guard=guard(), data={"reads": language()})


def _page(form: HelperForm, status: int = 200) -> Response:
    house = services()
    with house.database.read() as tx:
        case = own_case(tx)
        made = helpers.helpers_of(tx, house.keys, case)
        sent = records.sent_by_grant(tx, case.id)
    shown = {"made": made, "sent": sent, "nothing": records.Sent(), "in_words": in_words, "now": house.clock()}
    return page("case/records/helpers.html", status, form=form, case=case, settings=house.settings, **shown)


def _read(number: int) -> tuple[Helper, str]:
    house = services()
    with house.database.read() as tx:
        helper = helpers.helper_of(tx, house.keys, own_case(tx), number)
    return helper, ways_in.address_of(house, helper.grant)


def _place() -> str:
    """The address to be typed from paper, as people write it."""
    return f"{services().settings.base_url.partition('://')[2]}/h"


def _mail(helper: Helper, link: str) -> str:
    """An e-mail begun in the requester's own mail program, in the helper's language."""
    languages = services().languages
    speech = languages.gettext(helper.language)
    day = languages.format_date(helper.language, helper.grant.expires_at.date())
    values = {"day": day, "link": link, "place": _place(), "code": helper.code}
    body = "\r\n\r\n".join(speech(each) % values for each in LETTER)
    return f"mailto:?subject={quote(speech(SUBJECT))}&body={quote(body)}"
