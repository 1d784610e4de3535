"""Many records as one ZIP: a stream whose length is known before its first byte, and of which any range can be given.

Entries are stored, not squeezed: sizes and CRC-32 are known from the check. ZIP64 is used where a number needs it.
The same entries always give the same bytes, so that a broken download can go on where it stopped.
"""

import hashlib
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from intake.errors import RecordNotReady
from intake.records.reading import Record, read_range
from intake.records.vault import Vault

Pieces = Callable[[int, int], Iterator[bytes]]

NOT_IN_32 = 0xFFFFFFFF
NOT_IN_16 = 0xFFFF
NAME_IS_UTF8 = 0x0800
PLAIN_ZIP, ZIP64 = 20, 45
MADE_ON_UNIX = 3 << 8
OWNER_READS = 0o100600 << 16
EARLIEST_YEAR = 1980


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a bundle. `pieces(start, stop)` streams its bytes from `start` to `stop`; `sha256` is theirs."""

    name: str
    length: int
    crc32: int
    made_at: datetime
    pieces: Pieces
    sha256: str = ""


def text_entry(name: str, text: str, made_at: datetime) -> Entry:
    """A small file of text, UTF-8 with a mark, so that every system reads it right."""
    body = text.encode("utf-8-sig")
    digest = hashlib.sha256(body).hexdigest()
    return Entry(name, len(body), zlib.crc32(body), made_at, lambda start, stop: iter([body[start:stop]]), digest)


def record_entry(vault: Vault, key: bytes, record: Record, name: str) -> Entry:
    """A checked record as a file of a bundle. Raises RecordNotReady before its check is done."""
    if record.findings is None or record.upload.received_at is None:
        raise RecordNotReady
    made = record.upload.received_at

    def pieces(start: int, stop: int) -> Iterator[bytes]:
        return read_range(vault, key, record.upload, record.parts, start, stop)

    return Entry(name, record.length, record.findings.crc32, made, pieces, record.findings.sha256)


def index_text(title: str, rows: Sequence[tuple[str, int, str]], notes: Sequence[str] = ()) -> str:
    """The first file of a bundle: a title and what must be known first, then name, size in bytes and SHA-256 of every
    file.
    """
    above = [title, "", *notes, ""] if notes else [title, ""]
    lines = [*above, *(f"{name}\r\n    {length} bytes\r\n    SHA-256 {sha256}" for name, length, sha256 in rows)]
    return "\r\n".join(lines) + "\r\n"


class Bundle:
    """A ZIP of entries, in their order. Names must differ; a folder is part of a name, parted by "/"."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        if len({entry.name for entry in entries}) != len(entries):
            raise ValueError("two entries have one name")
        self._segments: list[tuple[int, Pieces]] = []
        directory, offset = bytearray(), 0
        for entry in entries:
            header = _local_header(entry)
            directory += _directory_line(entry, offset)
            self._segments += [_bytes_segment(header), (entry.length, entry.pieces)]
            offset += len(header) + entry.length
        ending = bytes(directory) + _ending(len(entries), len(directory), offset)
        self._segments.append(_bytes_segment(ending))
        self._stops = list(accumulate(length for length, _ in self._segments))
        self.length: int = self._stops[-1]
        # Strong, so that a broken download may go on: names, sizes, times and checksums of all that is in it.
        said = ending + "".join(entry.sha256 for entry in entries).encode()
        self.tag: str = hashlib.sha256(said).hexdigest()[:32]

    def stream(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of the ZIP from `start` to `stop` (not included; None: its end). Raises ValueError outside."""
        end = self.length if stop is None else stop
        if not 0 <= start <= end <= self.length:
            raise ValueError("outside the bundle")
        return self._between(start, end)

    def _between(self, start: int, stop: int) -> Iterator[bytes]:
        for index in range(bisect_right(self._stops, start), len(self._segments)):
            length, pieces = self._segments[index]
            begins = self._stops[index] - length
            if begins >= stop:
                return
            if length:
                yield from pieces(max(0, start - begins), min(length, stop - begins))


def _bytes_segment(body: bytes) -> tuple[int, Pieces]:
    return len(body), lambda start, stop: iter([body[start:stop]])


def _dos_time(moment: datetime) -> tuple[int, int]:
    if moment.year < EARLIEST_YEAR:
        return 0, 1 << 5 | 1
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - EARLIEST_YEAR) << 9 | moment.month << 5 | moment.day


def _local_header(entry: Entry) -> bytes:
    name = entry.name.encode()
    large = entry.length >= NOT_IN_32
    extra = struct.pack("<HHQQ", 1, 16, entry.length, entry.length) if large else b""
    size = NOT_IN_32 if large else entry.length
    fixed = struct.pack(
        "<4s5H3I2H", b"PK\x03\x04", ZIP64 if large else PLAIN_ZIP, NAME_IS_UTF8, 0, *_dos_time(entry.made_at),
        entry.crc32, size, size, len(name), len(extra),
    )  # fmt: skip
    return fixed + name + extra


def _directory_line(entry: Entry, offset: int) -> bytes:
    name = entry.name.encode()
    large, far = entry.length >= NOT_IN_32, offset >= NOT_IN_32
    numbers = [entry.length, entry.length] * large + [offset] * far
    extra = struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
    size = NOT_IN_32 if large else entry.length
    version = ZIP64 if numbers else PLAIN_ZIP
    fixed = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", MADE_ON_UNIX | version, version, NAME_IS_UTF8, 0, *_dos_time(entry.made_at),
        entry.crc32, size, size, len(name), len(extra), 0, 0, 0, OWNER_READS, NOT_IN_32 if far else offset,
    )  # fmt: skip
    return fixed + name + extra


def _ending(count: int, size: int, offset: int) -> bytes:
    long = b""
    if count >= NOT_IN_16 or size >= NOT_IN_32 or offset >= NOT_IN_32:
        version = MADE_ON_UNIX | ZIP64
        long = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, version, ZIP64, 0, 0, count, count, size, offset)
        long += struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1)
    few = min(count, NOT_IN_16)
    short = (few, few, min(size, NOT_IN_32), min(offset, NOT_IN_32), 0)
    return long + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *short)
