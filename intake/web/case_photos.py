"""Several photos as one record: chosen in a plain form, put in order by buttons, pages taken out again, and done.

Whoever sent the pages in this browser may put them in order, and so may whoever typed the address of the case.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request

from intake.cases import lifecycle, store
from intake.cases.case import Case
from intake.db import Tx
from intake.errors import BodyTooLarge, IntakeError, NotAPhoto, NotYours, RequestForged
from intake.languages import N_
from intake.links import grants
from intake.links.sessions import Role, Session
from intake.records import legible, photo_sets, reading
from intake.records import store as record_store
from intake.records.line import Line
from intake.records.photo_sets import PHOTO_ENDINGS, PHOTO_KINDS, PhotoSet
from intake.records.reading import Record
from intake.records.sizes import in_words
from intake.records.staging import Staged
from intake.records.upload import About, Upload, key_owner
from intake.web.errors import status_of
from intake.web.file_form import FileForm
from intake.web.helping import helper_here
from intake.web.pages import page, say, speak
from intake.web.record_visitor import Visitor, visitor_here
from intake.web.security import csrf_ok, limit, need_csrf, need_session, services
from intake.web.uploads import a_place, announce, need_disk, need_open_case, sent_by, take_in

blueprint = Blueprint("case_photos", __name__, url_prefix="/case/records/photos")

HOME = "/case/records/photos"
NOTHING_CHOSEN = N_("Choose at least one photo first.")
NO_PAGE = N_("There is no page yet. Choose at least one photo first.")
NEW = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it is shown: the photo, its number, and what may make it hard to read (message ids)."""

    number: int
    record: Record
    hints: list[str]

    @property
    def odd(self) -> bool:
        """Whether the check found that it is no photo at all."""
        return self.record.upload.kind is not None and self.record.upload.kind not in PHOTO_KINDS


@blueprint.get("")
def show() -> Response:
    """Begin a record of photos, or go on with one."""
    return _page(visitor_here())


@blueprint.get("/<set_id>")
def show_set(set_id: str) -> Response:
    """The pages of one record, in their order."""
    return _page(visitor_here(), set_id)


@blueprint.post("/form")
@limit("upload")
def send() -> Response:
    """The first photos of a new record, in the order of choosing."""
    return _take(NEW)


@blueprint.post("/<set_id>/form")
@limit("upload")
def send_more(set_id: str) -> Response:
    """More photos, after those that are there."""
    return _take(set_id)


@blueprint.post("/gather")
def gather() -> Response:
    """Photos that were sent one by one become the pages of a record, in the order in which they arrived."""
    need_csrf("photos-gather")
    session, chosen = need_session(Role.UPLOAD), request.form.getlist("photo")
    visitor = visitor_here()
    with services().database.transaction() as tx:
        need_open_case(tx, session.subject)
        there = [record for record in _single(tx, visitor) if record.upload.id in chosen]
        if not there:
            return _page(visitor, mistake=say(NOTHING_CHOSEN), status=422)
        made = photo_sets.begin_set(tx, session.subject, session.id, services().clock())
        for number, record in enumerate(there, start=1):
            photo_sets.put_page(tx, _key(visitor.case_id), record.upload.id, made.id, number)
    return redirect(f"{HOME}/{made.id}", 303)


@blueprint.post("/<set_id>/move")
def move(set_id: str) -> Response:
    """One page up or down."""
    need_csrf("photos-move")
    visitor = visitor_here()
    step, moved = (-1, request.form["up"]) if "up" in request.form else (1, request.form.get("down", ""))
    with services().database.transaction() as tx:
        found = _need_mine(tx, visitor, set_id)
        need_open_case(tx, found.case_id)
        photo_sets.move_page(tx, _key(found.case_id), found, moved, step)
    return redirect(f"{HOME}/{set_id}#page-{moved}", 303)


@blueprint.post("/<set_id>/remove")
def remove(set_id: str) -> Response:
    """Take one page out for good."""
    need_csrf("photos-remove")
    house, visitor, now = services(), visitor_here(), services().clock()
    with house.database.read() as tx:
        found = _need_mine(tx, visitor, set_id)
        need_open_case(tx, found.case_id)
        by = sent_by(tx, visitor.sending.grant_id if visitor.sending else None)
    what = (house.database, house.vault, _key(found.case_id), set_id, request.form.get("photo", ""))
    photo_sets.remove_page(*what, grants.release, now, by)
    with house.database.transaction() as tx:
        lifecycle.settle_records(tx, house, found.case_id, now)
    return redirect(f"{HOME}/{set_id}#pages", 303)


@blueprint.post("/<set_id>/done")
def done(set_id: str) -> Response:
    """The record is whole."""
    need_csrf("photos-done")
    visitor = visitor_here()
    with services().database.transaction() as tx:
        found = _need_mine(tx, visitor, set_id)
        if not photo_sets.pages_of(tx, _key(found.case_id), found):
            return _page(visitor, set_id, say(NO_PAGE), 409)
        photo_sets.finish_set(tx, set_id, services().clock())
    return redirect("/case/records#sent", 303)


def _take(set_id: str) -> Response:
    session, house = need_session(Role.UPLOAD), services()
    line, longest = Line(request.environ, request.content_length), house.settings.plain_form_max_bytes

    def signed(token: str) -> bool:
        return csrf_ok("photos-form", token)

    try:
        with a_place():
            need_disk(request.content_length or 0)
            for staged in FileForm(request.content_type or "", line, house.vault, longest, signed):
                set_id = _receive(session, staged, set_id)
    except IntakeError as error:
        if not isinstance(error, RequestForged | BodyTooLarge):  # these are not worth listening to
            line.listen_on()
        return _page(visitor_here(), set_id, say(error.message, **error.values), status_of(error))
    if set_id == NEW:
        return _page(visitor_here(), mistake=say(NOTHING_CHOSEN), status=422)
    return redirect(f"{HOME}/{set_id}#pages", 303)


def _receive(session: Session, staged: Staged, set_id: str) -> str:
    """Take one photo in as the next page of a set, which its first photo begins. Returns the set."""
    now, key, visitor = services().clock(), _key(session.subject), visitor_here()
    taken: list[str] = []

    def put(tx: Tx, upload: Upload) -> None:
        begun = photo_sets.begin_set(tx, session.subject, session.id, now) if set_id == NEW else None
        found = begun or _need_mine(tx, visitor, set_id)
        photo_sets.put_page(tx, key, upload.id, found.id, photo_sets.next_page(tx, key, found))
        taken.append(found.id)

    try:
        if not staged.name.lower().endswith(PHOTO_ENDINGS):
            raise NotAPhoto
        upload = announce(session, About(staged.name), staged.length, put)
        take_in(upload, 0, iter(staged), staged.length)
    finally:
        staged.discard()
    return taken[0]


def _need_mine(tx: Tx, visitor: Visitor, set_id: str) -> PhotoSet:
    """A set that this visitor may put in order. Raises NotYours, also for one of another case."""
    found = photo_sets.get_set(tx, set_id)
    mine = visitor.sending is not None and found.session_id == visitor.sending.id
    if found.case_id != visitor.case_id or not (mine or visitor.sees_all):
        raise NotYours
    return found


def _single(tx: Tx, visitor: Visitor) -> list[Record]:
    """Photos that came alone, as far as this visitor may see them."""
    key = _key(visitor.case_id)
    seen = [upload for upload in record_store.of_case(tx, visitor.case_id) if visitor.may_see(upload)]
    records = [reading.open_record(tx, key, upload) for upload in seen]
    return [each for each in records if photo_sets.may_be_page(key, each.upload, each.about.name)]


def _key(case_id: str) -> bytes:
    return services().keys.get(key_owner(case_id))


def _sheets(tx: Tx, found: PhotoSet) -> list[Sheet]:
    key = _key(found.case_id)
    records = [reading.open_record(tx, key, upload) for upload in photo_sets.pages_of(tx, key, found)]
    return [
        Sheet(number, record, legible.hints(record.look))
        for number, record in enumerate(records, start=1)
    ]


def _page(visitor: Visitor, set_id: str = NEW, mistake: str = "", status: int = 200) -> Response:
    with services().database.read() as tx:
        case: Case = store.case_by_id(tx, visitor.case_id)
        speak(visitor.language or case.language)
        shown: dict[str, object] = {"case": case, "visitor": visitor, "mistake": mistake, "in_words": in_words}
        shown["largest"] = services().settings.plain_form_max_bytes
        if set_id != NEW:
            found = _need_mine(tx, visitor, set_id)
            return page("case/records/photo_set.html", status, set=found, sheets=_sheets(tx, found), **shown)
        mine = [each for each in photo_sets.sets_of(tx, case.id) if _is_mine(visitor, each)]
        sets = [(each, len(_sheets(tx, each))) for each in mine]
        shown |= {"sets": sets, "single": _single(tx, visitor), "helping": helper_here(visitor.sending)}
        return page("case/records/photos.html", status, **shown)


def _is_mine(visitor: Visitor, found: PhotoSet) -> bool:
    return visitor.sees_all or (visitor.sending is not None and found.session_id == visitor.sending.id)
