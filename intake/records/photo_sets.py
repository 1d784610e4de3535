"""Several photos as one record, in the order of their pages: begun, put in order, taken apart again, and done.

A page is an upload like any other; which set it belongs to, and where, is sealed with what is said of it. Until
somebody says that the set is done, whoever sent it may take a page out: such a page is not kept, but its row stays.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, String, Table, delete, insert, select, update

from intake.db import Database, Instant, Tx, metadata
from intake.errors import MoveNotAllowed, NotYours, UploadNotFound
from intake.keys import context, open_json, seal_json
from intake.records import store
from intake.records.removing import Release, take_out
from intake.records.upload import TAKEN_OUT, Upload
from intake.records.vault import Vault

photo_sets = Table(
    "photo_sets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("session_id", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("done_at", Instant, nullable=True),
)

MOST_PAGES = 100
PHOTO_KINDS = frozenset({"jpeg", "png", "heic"})
PHOTO_ENDINGS = (".jpg", ".jpeg", ".jfif", ".png", ".heic", ".heif")


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """A record of several photos. `session_id` is the browser that began it; `done_at` when it was said to be whole."""

    id: str
    case_id: str
    session_id: str
    made_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its number in the case, and its page where it is one of several."""

    number: int
    page: int | None = None
    set_id: str = ""


def begin_set(tx: Tx, case_id: str, session_id: str, now: datetime) -> PhotoSet:
    """A new record without pages."""
    row = {"id": secrets.token_hex(16), "case_id": case_id, "session_id": session_id, "made_at": now}
    tx.execute(insert(photo_sets), row)
    return get_set(tx, row["id"])


def get_set(tx: Tx, set_id: str) -> PhotoSet:
    """The set. Raises NotYours if there is none."""
    row = tx.one_or_none(select(photo_sets).where(photo_sets.c.id == set_id))
    if row is None:
        raise NotYours
    return _set(row)


def sets_of(tx: Tx, case_id: str) -> list[PhotoSet]:
    """The sets of a case, the oldest first."""
    order = (photo_sets.c.made_at, photo_sets.c.id)
    return [_set(row) for row in tx.all(select(photo_sets).where(photo_sets.c.case_id == case_id).order_by(*order))]


def finish_set(tx: Tx, set_id: str, now: datetime) -> None:
    """It is whole: from now on no page is taken out or moved. Twice is once."""
    tx.execute(
        update(photo_sets).where(photo_sets.c.id == set_id, photo_sets.c.done_at.is_(None)).values(done_at=now)
    )


def pages_of(tx: Tx, key: bytes, found: PhotoSet) -> list[Upload]:
    """The pages in their order, without those that were taken out."""
    mine = [(_page(key, upload, found.id), upload) for upload in store.of_case(tx, found.case_id)]
    pages = [(page, upload) for page, upload in mine if page is not None and upload.reason != TAKEN_OUT]
    return [upload for _, upload in sorted(pages, key=lambda pair: pair[0])]


def next_page(tx: Tx, key: bytes, found: PhotoSet) -> int:
    """The number for one page more. Raises MoveNotAllowed for a set that is done, or holds MOST_PAGES."""
    pages = pages_of(tx, key, found)
    if found.done_at is not None or len(pages) >= MOST_PAGES:
        raise MoveNotAllowed
    return 1 + max((_page(key, upload, found.id) or 0 for upload in pages), default=0)


def put_page(tx: Tx, key: bytes, upload_id: str, set_id: str, page: int) -> None:
    """Make a record a page of a set; all else that is said of it stays."""
    upload = store.get(tx, upload_id, to_change=True)
    said = _said(key, upload) | {"set": set_id, "page": page}
    store.change(tx, upload_id, described=seal_json(key, said, context("uploads", upload_id, "described")))


def move_page(tx: Tx, key: bytes, found: PhotoSet, upload_id: str, step: int) -> None:
    """Let a page change places with the one before (-1) or after it (1); the first and the last stay at the ends.

    Raises MoveNotAllowed for a set that is done, UploadNotFound for a page of another.
    """
    if found.done_at is not None:
        raise MoveNotAllowed
    order = [upload.id for upload in pages_of(tx, key, found)]
    if upload_id not in order:
        raise UploadNotFound
    place = order.index(upload_id)
    other = min(max(place + step, 0), len(order) - 1)
    order[place], order[other] = order[other], order[place]
    for number, each in enumerate(order, start=1):
        put_page(tx, key, each, found.id, number)


def remove_page(
    database: Database, vault: Vault, key: bytes, set_id: str, upload_id: str, release: Release, now: datetime, by: str
) -> None:
    """Take a page out for good. Raises MoveNotAllowed for a set that is done, UploadNotFound for a page of another."""
    with database.read() as tx:
        found = get_set(tx, set_id)
        if found.done_at is not None:
            raise MoveNotAllowed
        if upload_id not in [upload.id for upload in pages_of(tx, key, found)]:
            raise UploadNotFound
    take_out(database, vault, upload_id, release, now, by)


def may_be_page(key: bytes, upload: Upload, name: str) -> bool:
    """Whether this record, which came alone, looks like a photo that may become a page."""
    if not upload.complete or upload.opens == "never" and upload.verdict is not None:
        return False
    photo = upload.kind in PHOTO_KINDS if upload.kind else name.lower().endswith(PHOTO_ENDINGS)
    return photo and "set" not in _said(key, upload)


def places(key: bytes, uploads: Sequence[Upload]) -> dict[str, Place]:
    """The place of each upload of a case, given all of them in their order.

    A set has the number of its page that came first; its pages count from 1 in their order, without gaps.
    """
    alone = {upload.id: number for number, upload in enumerate(uploads, start=1)}
    found = {upload_id: Place(number) for upload_id, number in alone.items()}
    sets: dict[str, list[tuple[int, Upload]]] = {}
    for upload in uploads:
        said = _said(key, upload)
        if "set" in said:
            sets.setdefault(str(said["set"]), []).append((int(said.get("page", 0)), upload))
    for set_id, pages in sets.items():
        number = min(alone[upload.id] for _, upload in pages)
        kept = [upload for _, upload in sorted(pages, key=lambda pair: pair[0]) if upload.reason != TAKEN_OUT]
        found |= {upload.id: Place(number, page, set_id) for page, upload in enumerate(kept, start=1)}
    return found


def forget(tx: Tx, case_id: str) -> None:
    """Take the sets of a case away; their pages go with the records."""
    tx.execute(delete(photo_sets).where(photo_sets.c.case_id == case_id))


def _said(key: bytes, upload: Upload) -> dict[str, Any]:
    """All that is said of a record beside its name; most of it belongs to others and stays as it is."""
    if upload.described is None:
        return {}
    said: Any = open_json(key, upload.described, context("uploads", upload.id, "described"))
    return dict(said)


def _page(key: bytes, upload: Upload, set_id: str) -> int | None:
    said = _said(key, upload)
    return int(said.get("page", 0)) if said.get("set") == set_id else None


def _set(row: Row[Any]) -> PhotoSet:
    return PhotoSet(row.id, row.case_id, row.session_id, row.made_at, row.done_at)
