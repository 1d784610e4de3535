"""Bytes become records: announce an upload, and add to it over a bad line until it is complete.

What is acknowledged is durable: bytes first, row last; and it can only grow: the offset is the sum of committed parts.
Adding is fenced: the newest request has the turn, and an older one keeps what it has and stops. Nothing is hashed or
scanned here; that is a job's work, put in with the last byte.
"""

import errno
import secrets
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from intake import journal
from intake.clock import Clock
from intake.db import Database, Tx
from intake.errors import (
    OffsetMismatch,
    SpaceShort,
    UploadComplete,
    UploadEmpty,
    UploadGone,
    UploadOverrun,
    UploadReplaced,
    UploadTooLarge,
)
from intake.journal import Event
from intake.records import arrivals, parts, quotas, store
from intake.records.appending import Allowed, Appending
from intake.records.arrivals import Arrival
from intake.records.line import PIECE_BYTES, Piece
from intake.records.parts import Part
from intake.records.quotas import Quotas
from intake.records.upload import IDLE_TIME, SENDER, About, State, Upload, seal_about
from intake.records.vault import Vault

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

# Takes from, or gives back to, what a grant allows: (tx, grant id, bytes). The floor above brings it.
Quota = Callable[[Tx, str, int], None]


@dataclass(frozen=True, slots=True)
class From:
    """Where an upload comes from: the case it is for, the grant that allows it, the session (browser) that sends it."""

    case_id: str
    grant_id: str
    session_id: str
    by: str = SENDER  # who that is, in the journal


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file, the room to leave on the disk (bytes), how such a size is said in words, and the quotas."""

    file_bytes: int
    free_bytes: int
    in_words: str
    quotas: Quotas = Quotas()


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an upload stands after a request: its true offset, and whether that is all of it."""

    offset: int
    length: int
    expires_at: datetime

    @property
    def complete(self) -> bool:
        """True when every byte has arrived."""
        return self.offset == self.length


def begin_upload(
    tx: Tx,
    key: bytes,
    vault: Vault,
    source: From,
    about: About,
    length: int,
    limits: Limits,
    reserve: Quota,
    now: datetime,
) -> Upload:
    """Announce a file of `length` bytes and reserve its room.

    Raises UploadEmpty, UploadTooLarge, SpaceShort (of the disk, or ServiceFull), QuotaFull, or what `reserve` raises;
    then nothing is reserved.
    """
    if length <= 0:
        raise UploadEmpty
    if length > limits.file_bytes:
        raise UploadTooLarge(limit=limits.in_words)
    quotas.take_turn(tx)
    need_disk(tx, vault, length, limits.free_bytes)
    quotas.need_room(tx, source.case_id, length, limits.quotas)
    reserve(tx, source.grant_id, length)
    upload_id = secrets.token_hex(16)
    upload = Upload(
        id=upload_id, case_id=source.case_id, grant_id=source.grant_id, session_id=source.session_id,
        about=seal_about(key, upload_id, about), length=length, generation=0, state=State.RECEIVING, verdict=None,
        reason=None, kind=None, findings=None, made_at=now, touched_at=now, received_at=None, checked_at=None,
        expires_at=now + IDLE_TIME,
    )  # fmt: skip
    store.add(tx, upload)
    journal.write(tx, Event.UPLOAD_BEGUN, now, actor=source.by, subject=upload.case_id, upload=upload.id, size=length)
    return upload


def need_disk(tx: Tx, vault: Vault, length: int, left: int) -> None:
    """Raise SpaceShort unless `left` bytes stay free after `length` more and all that was promised to others."""
    free = vault.free_bytes()
    if free is not None and free - store.still_to_come(tx) - length < left:
        raise SpaceShort


def append(
    database: Database,
    vault: Vault,
    key: bytes,
    upload_id: str,
    offset: int,
    pieces: Iterable[Piece],
    clock: Clock,
    announced: int | None = None,
    arrival: Arrival | None = None,
    allowed: Allowed | None = None,
    by: str = SENDER,
) -> Progress:
    """Add the bytes of `pieces` from `offset` on; they may end early, and then all that came is kept.

    `announced` is how many bytes the request says it brings; `arrival` is its own, if it has entered already; `by` is
    who sends it, in the journal. Durable when it returns. Raises OffsetMismatch (with the true offset), UploadReplaced
    when a newer request has the turn, UploadOverrun, UploadComplete, UploadGone, SpaceShort, and before each part
    whatever `allowed` raises; what was committed before stays.
    """
    with nullcontext(arrival) if arrival else arrivals.enter(upload_id) as mine:
        arrivals.settle(upload_id, before=mine)
        upload, last = _take_turn(database, upload_id, offset, announced or 0, clock())
        if upload.complete:
            if any(pieces):
                raise UploadComplete
            return Progress(offset, upload.length, upload.expires_at)
        mine.begin(upload.generation)
        appending = Appending(database, vault, key, upload, last, clock, allowed, by)
        try:
            return Progress(_take_in(appending, pieces, mine), upload.length, upload.expires_at)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise SpaceShort from error
            raise
        finally:
            appending.close()


def _take_in(appending: Appending, pieces: Iterable[Piece], arrival: Arrival) -> int:
    for piece in pieces:
        appending.take(piece)
        if arrival.is_over:
            raise UploadReplaced
        if arrival.is_due(dry=len(piece) < PIECE_BYTES):
            appending.finish()
            arrival.settled()
    return appending.finish()


def _take_turn(
    database: Database, upload_id: str, offset: int, announced: int, now: datetime
) -> tuple[Upload, Part | None]:
    """Make this the request that may add, if it knows where the upload stands."""
    with database.transaction(lasting=False) as tx:  # who else adds is running now, or gone with the power
        upload = store.get(tx, upload_id, to_change=True)
        if upload.gone:
            raise UploadGone
        last = parts.last(tx, upload_id)
        stands = upload.length if upload.complete else parts.committed(tx, upload_id)
        if offset != stands:
            raise OffsetMismatch(offset=stands)
        if offset + announced > upload.length:
            raise UploadComplete if upload.complete else UploadOverrun
        if not upload.complete:
            store.raise_generation(tx, upload_id, now, now + IDLE_TIME)
            upload = store.get(tx, upload_id)
    return upload, last
