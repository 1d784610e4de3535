"""The records page: what was sent and how far it has come, with and without script; receipts for who typed the address.

An upload session sees only what this very browser sent; names and receipts of others need the case session.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request

from intake.cases import lifecycle, store, ways_in
from intake.cases.case import Case
from intake.db import Tx
from intake.errors import BodyTooLarge, IntakeError, MoveNotAllowed, RequestForged, UploadNotFound
from intake.languages import N_
from intake.links.sessions import Role, Session
from intake.records import parts, reading, tus
from intake.records import store as record_store
from intake.records.filetypes import ALLOWED, BY_ID
from intake.records.line import Line
from intake.records.reading import Record
from intake.records.reasons import REASONS, SENDER_CAN_MEND
from intake.records.sizes import in_words
from intake.records.staging import Staged
from intake.records.upload import About, State, Verdict, key_owner
from intake.web.errors import say_when, status_of
from intake.web.file_form import FileForm
from intake.web.helping import helper_here
from intake.web.pages import language, page, say, speak
from intake.web.record_visitor import Visitor, visitor_here
from intake.web.records_words import words_of
from intake.web.scripts import script_address
from intake.web.security import csrf_ok, limit, need_csrf, need_session, services, start_session
from intake.web.uploads import a_place, announce, give_up, need_disk, need_open_case, take_in

blueprint = Blueprint("records", __name__, url_prefix="/case/records")

# The longest piece that the page sends at once. It begins with small ones, and finds out what the line can carry.
CHUNK_BYTES = 64 * 1024 * 1024
NOTHING_CHOSEN = N_("Choose at least one file first.")
UNFINISHED = N_("Some files have not arrived in full. Finish them, or remove them from the list, and press again.")
NOTHING_SENT = N_("No file has arrived yet. Send at least one file first.")


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the list: a record, how many of its bytes have arrived, and whether this very browser sent it."""

    record: Record
    offset: int
    mine: bool
    may_go_on: bool

    @property
    def unfinished(self) -> bool:
        """Still to be completed by whoever sends it."""
        return self.record.upload.state is State.RECEIVING

    @property
    def folder(self) -> bool:
        """Whether the page made it of a whole folder, so that a folder must be chosen to go on."""
        return "folder" in tus.read_metadata(self.record.about.metadata)


@blueprint.get("")
def show() -> Response:
    """The page."""
    return _page(visitor_here())


@blueprint.post("/start")
def start() -> Response:
    """From the case to sending: an upload session through the case's standing grant."""
    need_csrf("records-start")
    session, now = need_session(Role.CASE), services().clock()
    response = redirect("/case/records", 303)
    with services().database.transaction() as tx:
        need_open_case(tx, session.subject)
        grant = ways_in.upload_grant(tx, services(), store.case_by_id(tx, session.subject), now)
        sending = {"grant": grant, "expires_at": grant.expires_at, "language": session.language}
        start_session(tx, response, Role.UPLOAD, session.subject, **sending)
    return response


@blueprint.post("/form")
@limit("upload")
def send() -> Response:
    """The plain form: every file that it holds, one after the other. Those that arrived stay if a later one fails."""
    session, house = need_session(Role.UPLOAD), services()
    line, longest, count = Line(request.environ, request.content_length), house.settings.plain_form_max_bytes, 0

    def signed(token: str) -> bool:
        return csrf_ok("records-form", token)

    try:
        with a_place():
            need_disk(request.content_length or 0)
            for staged in FileForm(request.content_type or "", line, house.vault, longest, signed):
                _receive(session, staged)
                count += 1
    except IntakeError as error:
        if not isinstance(error, RequestForged | BodyTooLarge):  # these are not worth listening to
            line.listen_on()
        return say_when(_page(visitor_here(), say(error.message, **error.values), status_of(error)), error.code)
    return redirect("/case/records", 303) if count else _page(visitor_here(), say(NOTHING_CHOSEN), 422)


@blueprint.post("/<upload_id>/cancel")
def cancel(upload_id: str) -> Response:
    """Take an unfinished file off the list."""
    need_csrf("records-cancel")
    visitor = visitor_here()
    with services().database.read() as tx:
        upload = record_store.get(tx, upload_id)
    mine = visitor.sending is not None and upload.session_id == visitor.sending.id
    if upload.case_id != visitor.case_id or not (mine or visitor.sees_all):
        raise UploadNotFound
    give_up(upload)
    return redirect("/case/records", 303)


@blueprint.post("/done")
def done() -> Response:
    """The requester says that everything was sent. A helper cannot know that."""
    need_csrf("records-done")
    visitor, now = visitor_here(), services().clock()
    if visitor.looking is None and helper_here(visitor.sending):
        raise MoveNotAllowed
    with services().database.read() as tx:
        waiting = any(shown.unfinished for shown in _list(tx, visitor))
        nothing = not record_store.of_case(tx, visitor.case_id)
    if waiting or nothing:
        return _page(visitor, say(UNFINISHED if waiting else NOTHING_SENT), 409)
    with services().database.transaction() as tx:
        lifecycle.declare_records_complete(tx, services(), visitor.case_id, now)
    return redirect("/case/records", 303)


def _receive(session: Session, staged: Staged) -> None:
    try:
        upload = announce(session, About(staged.name), staged.length)
        take_in(upload, 0, iter(staged), staged.length)
    finally:
        staged.discard()


def _list(tx: Tx, visitor: Visitor) -> list[Shown]:
    """What this visitor may see, as it was received."""
    mine, grant_id = (visitor.sending.id, visitor.sending.grant_id) if visitor.sending else (None, None)
    key = services().keys.get(key_owner(visitor.case_id))
    uploads = [
        upload
        for upload in record_store.of_case(tx, visitor.case_id)
        if visitor.sees_all or (mine is not None and upload.session_id == mine)
    ]
    offsets = parts.committed_by_upload(tx, [upload.id for upload in uploads])
    return [
        Shown(
            reading.open_record(tx, key, upload), offsets[upload.id], upload.session_id == mine,
            upload.state is State.RECEIVING and grant_id is not None and upload.grant_id == grant_id,
        )
        for upload in uploads
    ]  # fmt: skip


def _elsewhere(tx: Tx, visitor: Visitor, rows: list[Shown]) -> int:
    """How many files are on their way from browsers whose names this visitor may not see."""
    unfinished = sum(upload.state is State.RECEIVING for upload in record_store.of_case(tx, visitor.case_id))
    return unfinished - sum(shown.unfinished for shown in rows)


def _page(visitor: Visitor, mistake: str = "", status: int = 200) -> Response:
    with services().database.read() as tx:
        case: Case = store.case_by_id(tx, visitor.case_id)
        speak((visitor.looking or visitor.sending).language or case.language)  # type: ignore[union-attr]  # one is there
        rows = _list(tx, visitor)
        elsewhere = _elsewhere(tx, visitor, rows)
    settings = services().settings
    helping = None if visitor.looking else helper_here(visitor.sending)
    if helping:  # what others do is nothing to a helper
        elsewhere = 0
    return page(
        "case/records.html", status, case=case, rows=rows, visitor=visitor, mistake=mistake, kinds=ALLOWED, by_id=BY_ID,
        reasons=REASONS, mendable=SENDER_CAN_MEND, in_words=in_words, chunk=CHUNK_BYTES, Verdict=Verdict, State=State,
        helping=helping, elsewhere=elsewhere, script=script_address("records"),
        words=words_of(services().languages, language(), helping=helping is not None),
        largest=settings.upload_max_bytes, plain_largest=settings.plain_form_max_bytes,
    )  # fmt: skip
