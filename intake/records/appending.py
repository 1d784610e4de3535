"""One request's turn at an upload: parts are filled, made durable and committed one after the other.

While one part is synced and committed, the next is already being received. A part's row goes in only if the upload
still stands where this request left it and no newer request has taken the turn.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from intake import journal, queue
from intake.clock import Clock
from intake.db import Database, Tx
from intake.errors import IntakeError, SealBroken, UploadGone, UploadOverrun, UploadReplaced, VaultAway
from intake.journal import Event
from intake.records import parts, store, strays
from intake.records.filling import OpenPart
from intake.records.parts import Part
from intake.records.upload import IDLE_TIME, SENDER, State, Upload
from intake.records.vault import Vault

# A part shorter than this is sealed again with what comes after it, so that a bad line leaves no crowd of tiny objects.
SHORT_PART_BYTES = 1024 * 1024
# On a slow line a part is closed after this long: a broken connection then costs seconds of sending, not minutes.
PART_TIME = timedelta(seconds=5)
CHECK_JOB = "check_record"

# Asked in the transaction of each part: raises when the sender may add no more. The floor above brings it.
Allowed = Callable[[Tx], None]


class Appending:
    """One request's turn at an upload. `take` what comes, `finish`, and always `close`."""

    def __init__(
        self, database: Database, vault: Vault, key: bytes, upload: Upload, last: Part | None, clock: Clock,
        allowed: Allowed | None = None, by: str = SENDER,
    ) -> None:  # fmt: skip
        self._database, self._vault, self._key, self._clock = database, vault, key, clock
        self._upload = upload
        self._allowed, self._by = allowed, by
        self._last = last
        self._open: OpenPart | None = None
        self._helper: ThreadPoolExecutor | None = None
        self._waiting: Future[None] | None = None
        self._received = last.stop if last else 0

    def take(self, piece: bytes | memoryview) -> None:
        """Add bytes, or none; close a part when it is full or has been open for long. Keeps no piece itself."""
        self._received += len(piece)
        if self._received > self._upload.length:
            raise UploadOverrun
        view = memoryview(piece)
        while view:
            part = self._open or self._begin_part()
            taken = view[: part.room]
            part.take(taken)
            view = view[len(taken) :]
            if part.room == 0:
                self._hand_over(part)
        if self._open is not None and self._clock() - self._open.began >= PART_TIME:
            self._hand_over(self._open)

    def finish(self) -> int:
        """Keep whatever came, and wait until all of it is committed. Returns the offset."""
        self._wait()
        if self._open is not None:
            part, self._open = self._open, None
            self._commit(part)
            self._last = _as_part(part)
        return self._received

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
        try:
            self._open = OpenPart(self._vault, self._key, self._upload, self._last, self._clock(), replaces=short)
        except FileNotFoundError as error:  # a newer request has put another in the place of the short part
            with self._database.read() as tx:
                overtaken = parts.last(tx, self._upload.id) != self._last
            raise (UploadReplaced if overtaken else SealBroken) from error
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
        except (OSError, VaultAway):  # a store may have it or not: no row will stand on it either way
            part.drop()
            raise
        try:
            with self._database.transaction() as tx:
                self._add_row(tx, kept, part)
        except IntakeError:  # said before the commit: no row went in
            part.drop()
            raise
        if part.replaced is not None:
            self._vault.destroy(part.replaced.object_id)

    def _add_row(self, tx: Tx, kept: Part, part: OpenPart) -> None:
        now = self._clock()
        if self._allowed is not None:
            self._allowed(tx)
        upload = store.get(tx, self._upload.id, to_change=True)
        if upload.gone:
            raise UploadGone
        mine = upload.generation == self._upload.generation and upload.state is State.RECEIVING
        if not mine or parts.last(tx, upload.id) != part.previous or strays.condemned(tx, kept.object_id, now):
            raise UploadReplaced
        parts.add(tx, kept, part.replaced)
        store.change(tx, upload.id, touched_at=now, expires_at=now + IDLE_TIME)
        if kept.stop == upload.length:
            _complete(tx, upload, self._by, now)


def _as_part(part: OpenPart) -> Part:
    place = part.place
    return Part(place.upload_id, part.number, place.start, part.length, place.object_id)


def _complete(tx: Tx, upload: Upload, by: str, now: datetime) -> None:
    store.change(tx, upload.id, state=State.RECEIVED.value, received_at=now)
    queue.put(tx, CHECK_JOB, upload.id, now, now, dedupe=f"{CHECK_JOB}:{upload.id}")
    facts = {"upload": upload.id, "size": upload.length}
    journal.write(tx, Event.UPLOAD_RECEIVED, now, actor=by, subject=upload.case_id, **facts)
