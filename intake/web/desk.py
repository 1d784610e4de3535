"""The desk: the list of cases, one case as a specialist would read it, and what a coordinator does with it.

Every look at a case is journalled. Only moves of the one table are offered, and checked again when they are made.
"""

from flask import Blueprint, Response, redirect, request, url_for

from intake import journal
from intake.cases import conversation, lifecycle, store
from intake.cases.case import DECLINE_REASONS, Stage, may_move
from intake.desk.coordinators import actor
from intake.errors import AgreementMissing, MoveNotAllowed, ReasonMissing, SessionMissing
from intake.forms.csrf import STALE_PAGE
from intake.journal import Event
from intake.languages import N_
from intake.web.case_file import NOT_BY_HAND, read_case_file
from intake.web.desk_list import Asked, list_page
from intake.web.desk_next import next_of
from intake.web.desk_replies import replies_to_offer, with_reply
from intake.web.desk_work import read_work
from intake.web.pages import page, say
from intake.web.security import csrf_ok, need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

ELSEWHERE_LENGTH = 2000


@blueprint.get("/")
def cases() -> Response:
    """The list: marked cases first, then the soonest due, then what is over; fifty a page."""
    return list_page(Asked.of(request.args), need_coordinator())


@blueprint.get("/cases/<case_id>")
def case(case_id: str) -> Response:
    """One case, laid out as a specialist would read it, with its records and its history."""
    return show_case(case_id, need_coordinator(), said=request.args.get("said", ""))


@blueprint.post("/cases/<case_id>/claim")
def claim(case_id: str) -> Response:
    """Take the case, if nobody has it."""
    need_csrf("claim")
    who = need_coordinator()
    with services().database.transaction() as tx:
        store.case_by_id(tx, case_id)
        won = lifecycle.claim_case(tx, case_id, who, services().clock())
    return _back(case_id, "claimed") if won else show_case(case_id, who, 409, said="taken")


@blueprint.post("/cases/<case_id>/move")
def move(case_id: str) -> Response:
    """Move the case along the table of moves."""
    need_csrf("move")
    who = need_coordinator()
    try:
        with services().database.transaction() as tx:
            stage = _stage(request.form.get("stage", ""))
            lifecycle.need_free(tx, case_id)
            lifecycle.move_case(tx, services(), case_id, stage, actor(who), services().clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    except AgreementMissing as missing:
        return show_case(case_id, who, 409, said=missing.code)
    return _back(case_id, "moved")


@blueprint.get("/cases/<case_id>/decline")
def ask_decline(case_id: str) -> Response:
    """The reason, and where else the requester can go."""
    need_coordinator()
    return _decline_page(case_id)


@blueprint.post("/cases/<case_id>/decline")
def decline(case_id: str) -> Response:
    """Decline the case. What was typed stays when something is missing."""
    who = need_coordinator()
    reason, elsewhere = request.form.get("reason", ""), request.form.get("elsewhere", "").strip()
    if request.form.get("use"):
        return _decline_page(case_id, 200, reason, with_reply(elsewhere, request.form.get("reply", "")))
    if mistakes := _mistakes(reason, elsewhere):
        return _decline_page(case_id, 422, reason, elsewhere, mistakes)
    try:
        with services().database.transaction() as tx:
            lifecycle.need_free(tx, case_id)
            lifecycle.decline_case(tx, services(), case_id, reason, elsewhere, actor(who), services().clock())
    except MoveNotAllowed:
        return show_case(case_id, who, 409, said="moved_on")
    return _back(case_id, "declined")


def show_case(case_id: str, who: str, status: int = 200, *, said: str = "") -> Response:
    """The page of a case; that this coordinator read it is journalled first. Raises CaseNotFound."""
    house, now = services(), services().clock()
    with house.database.read() as tx:
        file = read_case_file(tx, case_id, who)
        work = read_work(tx, file.case)
    with house.database.transaction() as tx:
        store.note_read(tx, case_id, now)
        journal.write(tx, Event.CASE_READ, now, actor=actor(who), subject=case_id)
        conversation.mark_read(tx, case_id, by_requester=False, now=now)
    shown = {"file": file, "work": work, "case": file.case, "next": next_of(file, now), "me": who, "now": now}
    return page("desk/case.html", status, **shown, said=said)


def _decline_page(
    case_id: str, status: int = 200, reason: str = "", elsewhere: str = "", mistakes: tuple[tuple[str, str], ...] = ()
) -> Response:
    with services().database.read() as tx:
        found = store.case_by_id(tx, case_id)
    if found.held_as_suspect or not may_move(found.stage, Stage.DECLINED):
        return redirect(url_for("desk.case", case_id=case_id, said="moved_on"), 303)
    shown = {"reason": reason, "elsewhere": elsewhere, "mistakes": mistakes, "reasons": DECLINE_REASONS}
    shown["replies"] = replies_to_offer()
    return page("desk/decline.html", status, case=found, longest=ELSEWHERE_LENGTH, **shown)


def _mistakes(reason: str, elsewhere: str) -> tuple[tuple[str, str], ...]:
    """What to mend, as (field, sentence)."""
    found = []
    if reason not in DECLINE_REASONS:
        found.append(("reason", say(N_("Choose a reason."))))
    if not elsewhere:
        found.append(("elsewhere", say(N_("Write where else the person can go: a person, a place or a service."))))
    if len(elsewhere) > ELSEWHERE_LENGTH:
        found.append(("elsewhere", say(N_("Shorten the text to %(most)s characters."), most=ELSEWHERE_LENGTH)))
    if not csrf_ok("decline", request.form.get("csrf_token", "")):
        found.append(("", say(STALE_PAGE)))
    return tuple(found)


def _stage(text: str) -> Stage:
    if text == Stage.DECLINED:
        raise ReasonMissing
    if text not in set(Stage) - NOT_BY_HAND:
        raise MoveNotAllowed
    return Stage(text)


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)
