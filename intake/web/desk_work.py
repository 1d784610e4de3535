"""What coordinators do with a case beside moving it: hand it over, write a note, go on without records, stop contact.

Each act says what its page had shown. Who comes second changes nothing and is told kindly, with the case as it stands.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, request, url_for

from intake.cases import at_desk, notes, store, worklist
from intake.cases.at_desk import LONGEST_GAPS
from intake.cases.case import Case, Stage
from intake.cases.notes import LONGEST, Note, NoteKind
from intake.db import Tx
from intake.desk import coordinators, rota
from intake.desk.coordinators import actor
from intake.errors import CaseTaken, MoveNotAllowed, SessionMissing
from intake.forms.gaps import Gaps
from intake.languages import N_
from intake.mail import outbox
from intake.mail.outbox import Undelivered
from intake.web.case_file import read_case_file
from intake.web.gaps import read_gaps
from intake.web.pages import page, say
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_work", __name__, url_prefix="/desk/cases/<case_id>")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

WORDS = "words"  # what people write sentences in: kept when a session ends
NEED_WORDS = N_("Write a few words first.")
NEED_FEWER = N_("Shorten the text to %(most)s characters.")
NEED_KIND = N_("Choose what it was.")


@dataclass(frozen=True, slots=True)
class Work:
    """What the page of a case shows of it: notes, who may get the case, what it goes on without, which letters did
    not arrive; what was mistyped.
    """

    notes: list[Note]
    colleagues: dict[str, str]
    away: dict[str, datetime | None]
    stand_in: str
    gaps: Gaps | None
    alike: list[tuple[Case, str]]
    lost: list[Undelivered]
    note_id: str
    kind: str = NoteKind.NOTE
    typed: str = ""
    mistake: str = ""


def read_work(tx: Tx, case: Case, *, kind: str = NoteKind.NOTE, typed: str = "", mistake: str = "") -> Work:
    """The work on a case as it stands. Raises KeyGone."""
    keys = services().keys
    people, now = coordinators.enrolled(tx, keys), services().clock()
    colleagues = {one.id: one.name for one in people}
    away = {one.id: one.away_until for one in people if one.is_away(now)}
    reads = rota.at_hand(people, case.coordinator_id, now) if case.coordinator_id in away else None
    written, gaps = notes.notes_of(tx, keys, case), read_gaps(tx, case)
    alike = worklist.alike(tx, case.id)
    stand_in = reads.name if reads else ""
    lost = outbox.undelivered(tx, now, case_id=case.id)
    return Work(written, colleagues, away, stand_in, gaps, alike, lost, secrets.token_hex(16), kind, typed, mistake)


@blueprint.post("/assign")
def assign(case_id: str) -> Response:
    """Hand the case to a colleague, take it over from one, or put it back on the list."""
    need_csrf("assign")
    who, house = need_coordinator(), services()
    to, seen = (request.form.get(name) or None for name in ("to", "seen"))
    try:
        with house.database.transaction() as tx:
            at_desk.assign_case(tx, house, case_id, to, seen, actor(who), house.clock())
    except CaseTaken:
        return _told(case_id, "taken")
    except MoveNotAllowed:
        return _told(case_id, "moved_on")
    return _back(case_id, "assigned")


@blueprint.post("/notes")
def note(case_id: str) -> Response:
    """Keep a note; pressed twice, it is one. What was typed stays when something is missing."""
    need_csrf("note")
    who, house = need_coordinator(), services()
    kind, typed = request.form.get("kind", ""), request.form.get(WORDS, "").replace("\r\n", "\n").strip()
    if mistake := _mistake(typed, LONGEST) or ("" if kind in list(NoteKind) else say(NEED_KIND)):
        return note_again(case_id, kind, typed, mistake)
    with house.database.transaction() as tx:
        said = (request.form.get("note_id", ""), NoteKind(kind), typed)
        notes.write_note(tx, house.keys, case_id, *said, actor(who), house.clock())
    return _back(case_id, "noted")


def note_again(case_id: str, kind: str, typed: str, mistake: str) -> Response:
    """The case again, with what was typed and what is wrong with it."""
    need_coordinator()
    with services().database.read() as tx:
        case = store.case_by_id(tx, case_id)
        work = read_work(tx, case, kind=kind, typed=typed, mistake=mistake)
    return page("desk/note.html", 422, case=case, work=work, wrong=(mistake,))


@blueprint.get("/go-on")
def ask_go_on(case_id: str) -> Response:
    """What is missing, and what the opinion cannot say without it; the coordinator mends the words."""
    return _go_on_page(case_id, need_coordinator())


@blueprint.post("/go-on")
def go_on(case_id: str) -> Response:
    """Go on without it."""
    need_csrf("go-on")
    who, house = need_coordinator(), services()
    typed = request.form.get(WORDS, "").replace("\r\n", "\n").strip()
    if mistake := _mistake(typed, LONGEST_GAPS):
        return _go_on_page(case_id, who, 422, typed, mistake)
    try:
        with house.database.transaction() as tx:
            items = request.form.getlist("missing")
            at_desk.go_on_without(tx, house, case_id, items[:100], typed, actor(who), house.clock())
    except MoveNotAllowed:
        return _told(case_id, "moved_on")
    return _back(case_id, "goes_on")


@blueprint.get("/stop")
def ask_stop(case_id: str) -> Response:
    """What stopping means, and the button; where it is stopped, the button that allows contact again."""
    need_coordinator()
    with services().database.read() as tx:
        return page("desk/stop.html", case=store.case_by_id(tx, case_id))


@blueprint.post("/stop")
def stop(case_id: str) -> Response:
    """From now on nobody of theirs hears of us; or, asked for that, again."""
    need_csrf("stop")
    who, house = need_coordinator(), services()
    verb = at_desk.resume_contact if request.form.get("again") else at_desk.stop_contact
    try:
        with house.database.transaction() as tx:
            verb(tx, case_id, actor(who), house.clock())
    except MoveNotAllowed:
        return _told(case_id, "moved_on")
    return _back(case_id, "resumed" if request.form.get("again") else "stopped")


def _go_on_page(case_id: str, who: str, status: int = 200, typed: str = "", mistake: str = "") -> Response:
    with services().database.read() as tx:
        file = read_case_file(tx, case_id, who)
    if file.case.held_as_suspect or file.case.stage not in (Stage.OPENED, Stage.RECORDS_IN):
        return _told(case_id, "moved_on")
    lacking = [line.item for line in file.whole.to_get]
    cannot = [say(item.cannot_say_without.text) for item in lacking if item.cannot_say_without]
    shown = {"lacking": lacking, "typed": typed or "\n".join(cannot), "mistake": mistake, "longest": LONGEST_GAPS}
    return page("desk/go_on.html", status, case=file.case, wrong=(mistake,) if mistake else (), **shown)


def _mistake(typed: str, most: int) -> str:
    if not typed:
        return say(NEED_WORDS)
    return say(NEED_FEWER, most=most) if len(typed) > most else ""


def _told(case_id: str, said: str) -> Response:
    """Nothing was changed: the case as it stands now says why."""
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)


def _back(case_id: str, said: str) -> Response:
    return redirect(url_for("desk.case", case_id=case_id, said=said), 303)
