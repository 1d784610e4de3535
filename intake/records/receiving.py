"""Bytes become records: announce an upload, and add to it over a bad line until it is complete.

What is acknowledged is durable: bytes first, row last; and it can only grow: the offset is the sum of committed parts.
Adding is fenced: the newest request has the turn, and an older one stops at its next part. Nothing is hashed or
scanned here; that is a job's work, put in with the last byte.
"""

import errno
import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake import journal, queue
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
from intake.records import parts, store
from intake.records.filling import OpenPart
from intake.records.parts import Part
from intake.records.upload import About, State, Upload, seal_about
from intake.records.vault import Vault

# A part shorter than this is sealed again with what comes after it, so that a bad line leaves no crowd of tiny objects.
SHORT_PART_BYTES = 1024 * 1024
# On a slow line a part is closed after this long: a broken connection then costs seconds of sending, not minutes.
PART_TIME = timedelta(seconds=5)
IDLE_TIME = timedelta(days=7)
CHECK_JOB = "check_record"
SENDER = "requester"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

# Takes from, or gives back to, what a grant allows: (tx, grant id, bytes). The floor above brings it.
Quota = Callable[[Tx, str, int], None]


@dataclass(frozen=True, slots=True)
class From:
    """Where an upload comes from: the case it is for, the grant that allows it, the session (browser) that sends it."""

    case_id: str
    grant_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file, the room to leave on the disk (bytes), and how such a size is said in words."""

    file_bytes: int
    free_bytes: int
    in_words: str


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

    Raises UploadEmpty, UploadTooLarge, SpaceShort, or what `reserve` raises (QuotaFull); then nothing is reserved.
    """
    if length <= 0:
        raise UploadEmpty
    if length > limits.file_bytes:
        raise UploadTooLarge(limit=limits.in_words)
    if vault.free_bytes() - store.still_to_come(tx) - length < limits.free_bytes:
        raise SpaceShort
    reserve(tx, source.grant_id, length)
    upload_id = secrets.token_hex(16)
    upload = Upload(
        id=upload_id, case_id=source.case_id, grant_id=source.grant_id, session_id=source.session_id,
        about=seal_about(key, upload_id, about), length=length, generation=0, state=State.RECEIVING, verdict=None,
        reason=None, kind=None, findings=None, made_at=now, touched_at=now, received_at=None, checked_at=None,
        expires_at=now + IDLE_TIME,
    )  # fmt: skip
    store.add(tx, upload)
    journal.write(tx, Event.UPLOAD_BEGUN, now, actor=SENDER, subject=upload.case_id, upload=upload.id, size=length)
    return upload


def append(
    database: Database,
    vault: Vault,
    key: bytes,
    upload_id: str,
    offset: int,
    pieces: Iterable[bytes],
    clock: Clock,
    announced: int | None = None,
) -> Progress:
    """Add the bytes of `pieces` from `offset` on; they may end early, and then all that came is kept.

    `announced` is how many bytes the request says it brings. Durable when it returns. Raises OffsetMismatch (with the
    true offset), UploadReplaced when a newer request has the turn, UploadOverrun, UploadComplete, UploadGone,
    SpaceShort; what was committed before stays.
    """
    upload, last = _take_turn(database, upload_id, offset, announced or 0, clock())
    if upload.complete:
        if any(pieces):
            raise UploadComplete
        return Progress(offset, upload.length, upload.expires_at)
    appending = _Appending(database, vault, key, upload, last, clock)
    try:
        for piece in pieces:
            appending.take(piece)
        return appending.finish()
    except OSError as error:
        if error.errno in NO_ROOM:
            raise SpaceShort from error
        raise
    finally:
        appending.close()


def _take_turn(
    database: Database, upload_id: str, offset: int, announced: int, now: datetime
) -> tuple[Upload, Part | None]:
    """Make this the request that may add, if it knows where the upload stands."""
    with database.transaction() as tx:
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


class _Appending:
    """One request's turn at an upload. While one part is synced and committed, the next is being received."""

    def __init__(
        self, database: Database, vault: Vault, key: bytes, upload: Upload, last: Part | None, clock: Clock
    ) -> None:
        self._database, self._vault, self._key, self._clock = database, vault, key, clock
        self._upload = upload
        self._last = last
        self._open: OpenPart | None = None
        self._helper: ThreadPoolExecutor | None = None
        self._waiting: Future[None] | None = None
        self._received = last.stop if last else 0

    def take(self, piece: bytes) -> None:
        """Add bytes; close a part when it is full or has been open for long."""
        self._received += len(piece)
        if self._received > self._upload.length:
            raise UploadOverrun
        view = memoryview(piece)
        while view:
            part = self._open or self._begin_part()
            taken = view[: part.room]
            part.take(taken)
            view = view[len(taken) :]
            if part.room == 0 or self._clock() - part.began >= PART_TIME:
                self._hand_over(part)

    def finish(self) -> Progress:
        """Keep whatever came, and wait until all of it is committed."""
        self._wait()
        if self._open is not None:
            part, self._open = self._open, None
            self._commit(part)
            self._last = _as_part(part)
        return Progress(self._received, self._upload.length, self._upload.expires_at)

    def close(self) -> None:
        """Let go of everything that was not committed."""
        if self._helper is not None:
            self._helper.shutdown(wait=True)
        if self._open is not None:
            self._open.drop()

    def _begin_part(self) -> OpenPart:
        short = self._last is not None and self._last.length < SHORT_PART_BYTES
        if short:
            self._wait()  # it must be committed before another can take its place
        self._open = OpenPart(self._vault, self._key, self._upload, self._last, self._clock(), replaces=short)
        return self._open

    def _hand_over(self, part: OpenPart) -> None:
        self._wait()
        if self._helper is None:
            self._helper = ThreadPoolExecutor(1, "intake-part")
        self._waiting = self._helper.submit(self._commit, part)
        self._last, self._open = _as_part(part), None

    def _wait(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.result()

    def _commit(self, part: OpenPart) -> None:
        """Bytes first, row last. An object whose row may have gone in is left to the sweep, never removed."""
        try:
            kept = part.keep()
        except OSError:
            part.drop()
            raise
        try:
            with self._database.transaction() as tx:
                self._add_row(tx, kept, part)
        except (UploadReplaced, UploadGone):
            part.drop()
            raise
        if part.replaced is not None:
            self._vault.destroy(part.replaced.object_id)

    def _add_row(self, tx: Tx, kept: Part, part: OpenPart) -> None:
        now = self._clock()
        upload = store.get(tx, self._upload.id, to_change=True)
        if upload.gone:
            raise UploadGone
        mine = upload.generation == self._upload.generation and upload.state is State.RECEIVING
        if not mine or parts.last(tx, upload.id) != part.previous or store.condemned(tx, kept.object_id, now):
            raise UploadReplaced
        parts.add(tx, kept, part.replaced)
        store.change(tx, upload.id, touched_at=now, expires_at=now + IDLE_TIME)
        if kept.stop == upload.length:
            _complete(tx, upload, now)


def _as_part(part: OpenPart) -> Part:
    place = part.place
    return Part(place.upload_id, part.number, place.start, part.length, place.object_id)


def _complete(tx: Tx, upload: Upload, now: datetime) -> None:
    store.change(tx, upload.id, state=State.RECEIVED.value, received_at=now)
    queue.put(tx, CHECK_JOB, upload.id, now, now, dedupe=f"{CHECK_JOB}:{upload.id}")
    facts = {"upload": upload.id, "size": upload.length}
    journal.write(tx, Event.UPLOAD_RECEIVED, now, actor=SENDER, subject=upload.case_id, **facts)
