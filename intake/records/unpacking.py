"""The bytes of one entry of a ZIP: streamed with every check, or read at any place, in flat memory.

A deflated entry is read at any place by remembering the state of the unpacking now and then; so a ZIP inside a ZIP is
opened like the first, without a copy of it anywhere. Runs in the process apart.
"""

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from intake.records.archive import DEFLATED, STORED, ArchiveTrouble, Entry
from intake.records.members import Read

IN_BYTES = 64 * 1024
OUT_BYTES = 256 * 1024
# States are kept at least this far apart, and at most so many of them: about 50 KiB each.
APART_BYTES = 4 * 1024 * 1024
MOST_STATES = 256

# Where the unpacking stands: bytes out, bytes in, and the state, None before the first byte.
State = tuple[int, int, Any]
START: State = (0, 0, None)


class Unpacked:
    """One entry, unpacked. `read` is the ZIP's; the entry must have been laid out.

    Between two reads it keeps about 40 KiB, and what it remembers of the way. An archive may hold a hundred thousand
    files: whoever keeps one for later calls `rest`, and reads through `again`, whose memory goes with it.
    """

    def __init__(self, read: Read, entry: Entry) -> None:
        if entry.method not in (STORED, DEFLATED):
            raise ArchiveTrouble("archive_method")
        if entry.method == STORED and entry.packed != entry.length:
            raise ArchiveTrouble("archive_broken")
        self._outer = read
        self._entry = entry
        self._apart = max(APART_BYTES, entry.length // MOST_STATES)
        self._states: list[State] = []
        self._now = START

    def pieces(self) -> Iterator[bytes]:
        """Every byte, in pieces. Raises ArchiveTrouble at the end if length or checksum are not as they were listed."""
        crc32, at, length = 0, 0, self._entry.length
        while at < length:
            piece = self.read(at, min(length, at + OUT_BYTES))
            crc32 = zlib.crc32(piece, crc32)
            at += len(piece)
            yield piece
        if crc32 != self._entry.crc32 or not self._ends():
            raise ArchiveTrouble("archive_broken")

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`, both inside. Raises ArchiveTrouble if they are not there."""
        if self._entry.method == STORED:
            return self._outer(self._entry.data_at + start, self._entry.data_at + stop)
        at = self._begin_near(start)
        while at < start:
            at += len(self._step(min(OUT_BYTES, start - at)))
        whole = bytearray()
        while len(whole) < stop - start:
            whole += self._step(stop - start - len(whole))
        return bytes(whole)

    def rest(self) -> None:
        """Let go of everything that was remembered. Reading goes on to work, from the beginning."""
        self._states, self._now = [], START

    def again(self) -> "Unpacked":
        """The same entry for another reader."""
        return Unpacked(self._outer, self._entry)

    def _begin_near(self, start: int) -> int:
        """Stand at the last remembered state at or before `start`, or stay where we are if that is nearer."""
        if start < self._now[0] or start - self._now[0] > self._apart:
            before = bisect_right(self._states, start, key=lambda each: each[0])
            out_at, in_at, state = self._states[before - 1] if before else START
            self._now = out_at, in_at, state and state.copy()
        return self._now[0]

    def _step(self, most: int) -> bytes:
        """At least one more byte and at most `most`."""
        out_at, in_at, state = self._now
        state = state or zlib.decompressobj(-zlib.MAX_WBITS)
        while True:
            packed = self._packed(in_at)
            out = state.decompress(packed, most)
            in_at += len(packed) - len(state.unconsumed_tail) - len(state.unused_data)
            if out:
                break
            if state.eof or not packed:
                raise ArchiveTrouble("archive_broken")
        self._now = (out_at + len(out), in_at, state)
        if self._now[0] >= (self._states[-1] if self._states else START)[0] + self._apart:
            self._states.append((self._now[0], in_at, state.copy()))
        return out

    def _packed(self, in_at: int) -> bytes:
        start = self._entry.data_at + in_at
        return self._outer(start, min(start + IN_BYTES, self._entry.data_at + self._entry.packed))

    def _ends(self) -> bool:
        """Whether the packed bytes end where the last byte came out, and say so themselves."""
        if self._entry.method == STORED:
            return True
        _, in_at, state = self._now
        state = state or zlib.decompressobj(-zlib.MAX_WBITS)  # an empty file, of which nothing was read
        while not state.eof:
            packed = self._packed(in_at)
            if state.decompress(packed, 1) or not packed:
                return False
            in_at += len(packed) - len(state.unconsumed_tail) - len(state.unused_data)
        return in_at == self._entry.packed
