"""tus uploads: thin views over `records.tus` (the protocol) and `records.receiving` (the engine).

Only an upload session may use them, and only for uploads of its own grant; what it sent can never be read back here.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from flask import Blueprint, Response, current_app, g, request

from intake.cases import helpers, lifecycle
from intake.cases import store as cases
from intake.db import Tx
from intake.errors import (
    HelperLinkOver,
    IntakeError,
    MoveNotAllowed,
    OffsetMismatch,
    SpaceShort,
    UploadComplete,
    UploadGone,
    UploadNotFound,
    UploadOverrun,
    UploadsBusy,
)
from intake.links import grants
from intake.links.sessions import Role, Session
from intake.records import arrivals, parts, receiving, removing, store, tus
from intake.records.arrivals import Arrival
from intake.records.line import Line, Piece
from intake.records.quotas import Quotas
from intake.records.receiving import From, Limits
from intake.records.sizes import in_words
from intake.records.upload import About, State, Upload, key_owner, open_about
from intake.web import errors
from intake.web.pages import speak
from intake.web.security import limit, need_session, services, session_of

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")

OWN_OPTIONS = {"provide_automatic_options": False}


@blueprint.before_request
def need_protocol() -> None:
    """Every request but OPTIONS must speak our version."""
    if request.method != "OPTIONS":
        tus.need_version(request.headers)


@blueprint.after_app_request
def say_protocol(response: Response) -> Response:
    """Every answer under our address names the version, also one that refuses; one to PATCH says when time is over."""
    if not request.path.startswith(str(blueprint.url_prefix)):
        return response
    response.headers["Tus-Resumable"] = tus.VERSION
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    upload: Upload | None = g.get("intake_upload")
    if request.method == "PATCH" and response.status_code != 204 and upload and upload.state is State.RECEIVING:
        response.headers.update(tus.standing(expires_at=upload.expires_at))
    return response


@blueprint.errorhandler(IntakeError)
def say_why(error: IntakeError) -> Response:
    """What is refused is read by a person on the records page: in the language of that page."""
    session = session_of(Role.UPLOAD)
    if session is not None:
        with suppress(IntakeError), services().database.read() as tx:
            speak(session.language or cases.case_by_id(tx, session.subject).language)
    return errors.answer(error)


@blueprint.errorhandler(OffsetMismatch)
def say_offset(error: OffsetMismatch) -> Response:
    """A wrong offset is answered with the true one."""
    response = errors.answer(error)
    response.headers["Upload-Offset"] = str(error.values["offset"])
    return response


@blueprint.route("", methods=["OPTIONS"], **OWN_OPTIONS)
@blueprint.route("/<upload_id>", methods=["OPTIONS"], **OWN_OPTIONS)
def greet(upload_id: str = "") -> Response:
    """What we speak, and how large a file may be."""
    return Response(status=204, headers=tus.greeting(services().settings.upload_max_bytes))


@blueprint.route("", methods=["POST"], **OWN_OPTIONS)
@limit("upload")
def begin() -> Response:
    """Announce a file: its length is reserved, its address is answered."""
    session = need_session(Role.UPLOAD)
    length, about = tus.length_of(request.headers), tus.about_of(request.headers)
    upload = announce(session, about, length)
    headers = tus.standing(0, upload.length, upload.expires_at)
    return Response(status=201, headers=headers | {"Location": f"/uploads/{upload.id}"})


@blueprint.route("/<upload_id>", methods=["HEAD"], **OWN_OPTIONS)
def stand(upload_id: str) -> Response:
    """Where an upload stands, with all that came. The browser that began it also gets its own metadata back."""
    session, upload = _mine(upload_id)
    if arrivals.settle(upload_id):
        session, upload = _mine(upload_id)
    if upload.gone:
        raise UploadGone
    with services().database.read() as tx:
        offset = upload.length if upload.complete else parts.committed(tx, upload.id)
    headers = tus.standing(offset, upload.length, None if upload.complete else upload.expires_at)
    if upload.session_id == session.id and (said := _metadata(upload)):
        headers["Upload-Metadata"] = said
    return Response(status=200, headers=headers)


@blueprint.route("/<upload_id>", methods=["PATCH"], **OWN_OPTIONS)
def append(upload_id: str) -> Response:
    """Take bytes. The answer follows the last committed row; a line that breaks keeps what came."""
    line = Line(request.environ, request.content_length)
    with heard_out(line), arrivals.enter(upload_id) as arrival:
        _, upload = _mine(upload_id)
        tus.need_offset_type(request.headers)
        offset = tus.offset_of(request.headers)
        with a_place():
            progress = take_in(upload, offset, line, request.content_length, arrival)
    expires_at = None if progress.complete else progress.expires_at
    return Response(status=204, headers=tus.standing(progress.offset, None, expires_at))


@blueprint.route("/<upload_id>", methods=["DELETE"], **OWN_OPTIONS)
def cancel(upload_id: str) -> Response:
    """Give an unfinished upload up."""
    _, upload = _mine(upload_id)
    if upload.gone:
        raise UploadGone
    give_up(upload)
    return Response(status=204, headers=tus.standing())


def announce(
    session: Session, about: About, length: int, also: Callable[[Tx, Upload], None] | None = None
) -> Upload:
    """Begin an upload for the case of an upload session, reserved against its grant; `also` joins its transaction."""
    house, now = services(), services().clock()
    settings = house.settings
    quotas = Quotas(settings.case_max_bytes, settings.case_max_files, settings.service_max_bytes or None)
    largest = settings.upload_max_bytes
    limits = Limits(largest, settings.disk_min_free_bytes, in_words(largest), quotas)
    key = house.keys.get(key_owner(session.subject))
    with house.database.transaction() as tx:
        need_open_case(tx, session.subject)
        source = From(session.subject, session.grant_id or "", session.id, sent_by(tx, session.grant_id))
        upload = receiving.begin_upload(tx, key, house.vault, source, about, length, limits, grants.reserve, now)
        if also is not None:
            also(tx, upload)
    return upload


def need_disk(length: int) -> None:
    """Raise SpaceShort unless there is room for `length` bytes whose files nobody announced."""
    house = services()
    with house.database.read() as tx:
        receiving.need_disk(tx, house.vault, length, house.settings.disk_min_free_bytes)


def take_in(
    upload: Upload, offset: int, pieces: Iterable[Piece], announced: int | None, arrival: Arrival | None = None
) -> receiving.Progress:
    """Add bytes to an upload. A link that is ended meanwhile stops it before its next part (HelperLinkOver)."""
    house, key = services(), services().keys.get(key_owner(upload.case_id))

    def need_link(tx: Tx) -> None:
        if not grants.stands(grants.get(tx, upload.grant_id or ""), house.clock()):
            raise HelperLinkOver

    with house.database.read() as tx:
        by = sent_by(tx, upload.grant_id)
    allowed = need_link if by == helpers.HELPER else None
    what = (house.database, house.vault, key, upload.id, offset, pieces, house.clock)
    return receiving.append(*what, announced, arrival, allowed, by)


def sent_by(tx: Tx, grant_id: str | None) -> str:
    """Who sends through a grant, in the journal."""
    return helpers.HELPER if helpers.lent(tx, grant_id) else helpers.REQUESTER


def give_up(upload: Upload) -> None:
    """Cancel an upload; a case that waited only for it moves on."""
    house, now = services(), services().clock()
    with house.database.read() as tx:
        by = sent_by(tx, upload.grant_id)
    removing.cancel_upload(house.database, house.vault, upload.id, grants.release, now, by)
    with house.database.transaction() as tx:
        lifecycle.settle_records(tx, house, upload.case_id, now)


def need_open_case(tx: Tx, case_id: str) -> None:
    """Raise MoveNotAllowed unless the case still takes records."""
    if not cases.case_by_id(tx, case_id).takes_records:
        raise MoveNotAllowed


@contextmanager
def heard_out(line: Line) -> Iterator[None]:
    """Who may send, and whose bytes are refused, is heard to the end: only then does a browser show our answer."""
    try:
        yield
    except (OffsetMismatch, SpaceShort, UploadComplete, UploadOverrun):
        line.listen_on()
        raise


@contextmanager
def a_place() -> Iterator[None]:
    """One of the few places for uploads, so that they never take every thread. Raises UploadsBusy."""
    most = services().settings.upload_threads
    places: threading.Semaphore = current_app.extensions.setdefault("intake_places", threading.Semaphore(most))
    if not places.acquire(blocking=False):
        raise UploadsBusy
    try:
        yield
    finally:
        places.release()


def _mine(upload_id: str) -> tuple[Session, Upload]:
    """The session, and an upload of its case and grant. Raises SessionMissing, UploadNotFound, MoveNotAllowed."""
    session = need_session(Role.UPLOAD)
    with services().database.read() as tx:
        upload = store.get(tx, upload_id)
        if upload.case_id != session.subject or upload.grant_id != session.grant_id:
            raise UploadNotFound
        need_open_case(tx, session.subject)
    g.intake_upload = upload
    return session, upload


def _metadata(upload: Upload) -> str:
    return open_about(services().keys.get(key_owner(upload.case_id)), upload).metadata
