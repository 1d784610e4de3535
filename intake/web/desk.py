"""The desk: the list of cases, one case as a specialist would read it, and what a coordinator does with it.

Every look at a case is journalled. Only moves of the one table are offered, and checked again when they are made.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from intake import journal
from intake.cases import call_backs, lifecycle, silence, store
from intake.cases.case import DECLINE_REASONS, Stage, Turn, may_move
from intake.desk import coordinators
from intake.desk.coordinators import actor
from intake.errors import AgreementMissing, MoveNotAllowed, ReasonMissing, SessionMissing
from intake.forms.csrf import STALE_PAGE
from intake.journal import Event
from intake.languages import N_
from intake.records import store as record_store
from intake.web.case_file import NOT_BY_HAND, read_case_file, read_marks
from intake.web.desk_letters import read_post
from intake.web.pages import page, say
from intake.web.security import csrf_ok, need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

PER_PAGE = 50
ELSEWHERE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address bar asks of the list. What it cannot be is left out."""

    stage: Stage | None
    turn: Turn | None
    page: int

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "Asked":
        """Read from the address."""
        stage, turn = args.get("stage"), args.get("turn")
        number = args.get("page", 1, type=int)
        return cls(
            Stage(stage) if stage in list(Stage) else None,
            Turn(turn) if turn in list(Turn) else None,
            min(max(number, 1), 1_000_000),
        )

    def address(self, number: int) -> str:
        """The address of another page of the same list."""
        wanted = {"stage": self.stage, "turn": self.turn}
        kept = {name: value.value for name, value in wanted.items() if value is not None}
        return url_for("desk.cases", page=number, **kept)


@blueprint.get("/")
def cases() -> Response:
    """The list, urgent cases first, then the soonest due; fifty a page."""
    need_coordinator()
    asked, house = Asked.of(request.args), services()
    with house.database.read() as tx:
        found, total = store.queue(tx, stage=asked.stage, turn=asked.turn, page=asked.page, per_page=PER_PAGE)
        tallies = record_store.tally(tx, [case.id for case in found])
        owners = {case.coordinator_id for case in found if case.coordinator_id}
        names = coordinators.names(tx, house.keys, owners)
        post = read_post(tx)
        silent = silence.silent_since(tx, found, house.clock())
        marks, calls, suspects = read_marks(tx, found), call_backs.count(tx), store.count_suspects(tx)
    last = max(1, -(-total // PER_PAGE))
    return page(
        "desk/cases.html", cases=found, total=total, tallies=tallies, names=names, now=house.clock(), asked=asked,
        post=post, silent=silent, marks=marks, calls=calls, suspects=suspects,
        earlier=asked.address(asked.page - 1) if asked.page > 1 else "",
        later=asked.address(asked.page + 1) if asked.page < last else "", last=last, stages=Stage, turns=Turn,
        scanned=house.settings.scanner != "none",
    )  # fmt: skip


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
    with house.database.transaction() as tx:
        store.note_read(tx, case_id, now)
        journal.write(tx, Event.CASE_READ, now, actor=actor(who), subject=case_id)
    return page("desk/case.html", status, file=file, case=file.case, me=who, now=now, said=said)


def _decline_page(
    case_id: str, status: int = 200, reason: str = "", elsewhere: str = "", mistakes: tuple[tuple[str, str], ...] = ()
) -> Response:
    with services().database.read() as tx:
        found = store.case_by_id(tx, case_id)
    if found.held_as_suspect or not may_move(found.stage, Stage.DECLINED):
        return redirect(url_for("desk.case", case_id=case_id, said="moved_on"), 303)
    shown = {"reason": reason, "elsewhere": elsewhere, "mistakes": mistakes, "reasons": DECLINE_REASONS}
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
