"""Records out of the vault: one, or all of them as a ZIP; streamed, resumable, journalled, never shown in the page.

A held record opens only for a coordinator who deliberately asked for it, on a page that warns first.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for

from intake import journal
from intake.cases import store
from intake.cases.case import Case
from intake.desk import openings
from intake.desk.coordinators import actor
from intake.errors import RecordNotReady, RequestForged, SessionMissing, UploadNotFound
from intake.journal import Event
from intake.records import photo_sets, reading
from intake.records import store as record_store
from intake.records.bundle import Bundle, index_text, record_entry, text_entry
from intake.records.reading import Record
from intake.records.upload import Upload
from intake.web.case_file import may_ask, may_read
from intake.web.gaps import as_lines, read_gaps
from intake.web.giving import Gift, give
from intake.web.pages import page
from intake.web.security import need_csrf, services
from intake.web.sign_in import need_coordinator, refuse_odd_ids, sign_in_again

blueprint = Blueprint("desk_records", __name__, url_prefix="/desk/cases/<case_id>")
blueprint.register_error_handler(SessionMissing, sign_in_again)
blueprint.url_value_preprocessor(refuse_odd_ids)

DESTINATIONS = (None, "document", "empty")
ALL = "all"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The records of a case as one coordinator may take them: numbered from 1, and which were deliberately opened."""

    case: Case
    key: bytes
    uploads: list[Upload]
    opened: set[str]

    def numbered(self, upload_id: str) -> tuple[int, Upload]:
        """A record and its number. Raises UploadNotFound, also for one of another case."""
        for number, upload in enumerate(self.uploads, start=1):
            if upload.id == upload_id:
                return number, upload
        raise UploadNotFound

    def waiting(self, upload_id: str) -> list[tuple[int, Upload]]:
        """What opens only deliberately: this one, or ALL. Raises RecordNotReady if there is none."""
        wanted = [self.numbered(upload_id)] if upload_id != ALL else list(enumerate(self.uploads, start=1))
        found = [(number, upload) for number, upload in wanted if may_ask(upload)]
        if not found:
            raise RecordNotReady
        return found

    def readable(self) -> list[tuple[int, Upload]]:
        """What may be taken now."""
        return [(n, upload) for n, upload in enumerate(self.uploads, start=1) if may_read(upload, self.opened)]

    def open(self, chosen: list[tuple[int, Upload]]) -> list[tuple[str, Record]]:
        """These records with the names that they are given out under."""
        with services().database.read() as tx:
            records = [reading.open_record(tx, self.key, upload) for _, upload in chosen]
        places = photo_sets.places(self.key, self.uploads)
        return [
            (record.name_out(self.case.reference, place.number, place.page), record)
            for record in records
            if (place := places[record.upload.id])
        ]


@blueprint.get("/records/<upload_id>")
def download(case_id: str, upload_id: str) -> Response:
    """One record, whole or in part."""
    who, shelf = at_the_shelf(case_id)
    numbered = shelf.numbered(upload_id)
    reading.need_readable(numbered[1], deliberate=upload_id in shelf.opened)
    name, record = shelf.open([numbered])[0]
    if record.findings is None:
        raise RecordNotReady
    vault, key = services().vault, shelf.key
    gift = Gift(
        lambda start, stop: reading.read_range(vault, key, record.upload, record.parts, start, stop),
        record.length, record.findings.sha256, name, record.media_type,
    )  # fmt: skip
    return give(gift, lambda start: journal_giving(Event.RECORD_READ, start, who, case_id, upload=upload_id))


@blueprint.get("/records.zip")
def download_all(case_id: str) -> Response:
    """Every readable record as one ZIP, whole or in part."""
    who, shelf = at_the_shelf(case_id)
    bundle, count = _bundle(shelf)
    gift = Gift(bundle.stream, bundle.length, bundle.tag, f"{shelf.case.reference}.zip", "application/zip")
    facts = {"count": count, "bundle": bundle.tag}
    return give(gift, lambda start: journal_giving(Event.RECORDS_READ, start, who, case_id, **facts))


@blueprint.get("/records/<upload_id>/open")
def ask_open(case_id: str, upload_id: str) -> Response:
    """The warning before the deliberate act; "open-all" below is the same for all of them."""
    _, shelf = at_the_shelf(case_id)
    return _warning(shelf, upload_id, url_for(".open_one", case_id=case_id, upload_id=upload_id))


@blueprint.post("/records/<upload_id>/open")
def open_one(case_id: str, upload_id: str) -> Response:
    """The deliberate act, for one record."""
    return _open(case_id, upload_id)


@blueprint.get("/records/open-all")
def ask_open_all(case_id: str) -> Response:
    """The warning before opening all that is held."""
    _, shelf = at_the_shelf(case_id)
    return _warning(shelf, ALL, url_for(".open_all", case_id=case_id))


@blueprint.post("/records/open-all")
def open_all(case_id: str) -> Response:
    """The deliberate act, for all that is held."""
    return _open(case_id, ALL)


def at_the_shelf(case_id: str) -> tuple[str, Shelf]:
    """Who asks, and what is there. Raises CaseNotFound, KeyGone."""
    if request.headers.get("Sec-Fetch-Dest") not in DESTINATIONS:
        raise RequestForged  # a picture, a frame or a script of some page asks, not a person
    who, house = need_coordinator(), services()
    with house.database.read() as tx:
        found = store.case_by_id(tx, case_id)
        uploads = record_store.of_case(tx, case_id)
        opened = openings.opened_among(tx, who, [upload.id for upload in uploads])
    return who, Shelf(found, house.keys.get(found.key_owner), uploads, opened)


def _bundle(shelf: Shelf) -> tuple[Bundle, int]:
    """The ZIP of what is readable, its index first, and how many records are in it. Raises RecordNotReady if none."""
    chosen = [(name, record) for name, record in shelf.open(shelf.readable()) if record.findings]
    if not chosen:
        raise RecordNotReady
    rows = [(name, record.length, record.findings.sha256) for name, record in chosen if record.findings]
    with services().database.read() as tx:
        gaps = as_lines(read_gaps(tx, shelf.case))
    index = text_entry("index.txt", index_text(shelf.case.reference, rows, gaps), shelf.case.opened_at)
    entries = [record_entry(services().vault, shelf.key, record, name) for name, record in chosen]
    return Bundle([index, *entries]), len(chosen)


def _warning(shelf: Shelf, upload_id: str, action: str) -> Response:
    waiting = shelf.open(shelf.waiting(upload_id))
    return page("desk/open_held.html", case=shelf.case, waiting=waiting, action=action)


def _open(case_id: str, upload_id: str) -> Response:
    need_csrf("open-held")
    who, shelf = at_the_shelf(case_id)
    now = services().clock()
    with services().database.transaction() as tx:
        for _, upload in shelf.waiting(upload_id):
            if openings.open_deliberately(tx, who, upload.id, now):
                journal.write(tx, Event.RECORD_RELEASED, now, actor=actor(who), subject=case_id, upload=upload.id)
    return redirect(url_for("desk.case", case_id=case_id, said="opened", _anchor="records"), 303)


def journal_giving(event: Event, start: int, who: str, case_id: str, **facts: str | int) -> None:
    """Journal a download that begins; one that goes on is passed over, if its beginning is in the journal."""
    with services().database.transaction() as tx:
        if start > 0:
            known = (event.value, actor(who), facts)
            if any((line.event, line.actor, line.facts) == known for line in journal.lines(tx, case_id)):
                return
        journal.write(tx, event, services().clock(), actor=actor(who), subject=case_id, **facts)
