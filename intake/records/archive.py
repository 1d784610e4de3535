"""What a ZIP lists, and whether every byte of it is what the list says. Nothing is unpacked here.

The directory is a stranger's word, so it is held against the file: local headers must say the same, and headers, data
and descriptors must lie one after the other from the first byte to the directory, without a gap and without overlap.
So no byte escapes the scanner, and what another program would unpack is what we unpacked. Runs in the process apart.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from intake.records.limits import LONGEST_DIRECTORY, MOST_FILES
from intake.records.members import Read

ENDING = struct.Struct("<4s4H2IH")
LOCATOR = struct.Struct("<4sIQI")
ENDING_64 = struct.Struct("<4sQ2H2I4Q")
LINE = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")
LONGEST_COMMENT = 0xFFFF
NOT_IN_16, NOT_IN_32 = 0xFFFF, 0xFFFFFFFF
ENCRYPTED = 0x1 | 0x40 | 0x2000  # encrypted, strongly encrypted, directory hidden
SIZES_FOLLOW, NAME_IS_UTF8 = 0x8, 0x800
STORED, DEFLATED = 0, 8
KIND_BITS, FOLDER, FILE = 0o170000, 0o040000, 0o100000
# What may follow the data when sizes follow: with or without a mark, with 4- or 8-byte sizes (APPNOTE 4.3.9).
DESCRIPTORS = {12: "<I2I", 16: "<4sI2I", 20: "<I2Q", 24: "<4sI2Q"}


class ArchiveTrouble(ValueError):
    """We do not open this ZIP; `reason` is a code of `reasons.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory. Lengths and places in bytes; `data_at` is known once the layout was checked."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc32: int
    packed: int
    length: int
    header_at: int
    mode: int
    data_at: int = -1

    @property
    def is_folder(self) -> bool:
        """A folder has a name that ends in a slash, and no bytes."""
        return self.name.endswith("/")

    @property
    def encrypted(self) -> bool:
        """True when a password is needed, or the entry is hidden in another way."""
        return bool(self.flags & ENCRYPTED)


def read_directory(read: Read, length: int, most_files: int = MOST_FILES) -> tuple[list[Entry], int]:
    """Every entry of the ZIP of `length` bytes, and where its directory begins. Raises ArchiveTrouble.

    Limits come before the reading: of a ZIP that lists too much only the last bytes are read.
    """
    start, stop, count = _directory(read, length)
    if count > most_files or stop - start > LONGEST_DIRECTORY:
        raise ArchiveTrouble("archive_too_large")
    entries = list(_lines(b"".join(_blocks(read, start, stop))))
    if len(entries) != count:
        raise ArchiveTrouble("archive_broken")
    return entries, start


def lay_out(read: Read, entries: Sequence[Entry], directory_at: int) -> list[Entry]:
    """The same entries as they lie in the file, each with the place of its data. Raises ArchiveTrouble."""
    ordered = sorted(entries, key=lambda entry: entry.header_at)
    bounds = pairwise([*(entry.header_at for entry in ordered), directory_at])
    if ordered and ordered[0].header_at != 0:
        raise ArchiveTrouble("archive_broken")
    return [_placed(read, entry, start, stop) for entry, (start, stop) in zip(ordered, bounds, strict=True)]


def _placed(read: Read, entry: Entry, start: int, stop: int) -> Entry:
    """The entry with the place of its data, if header, data and descriptor fill all from `start` to `stop`."""
    if start + LOCAL.size > stop:
        raise ArchiveTrouble("archive_tricks")  # two entries at one place, or one inside the other
    said = LOCAL.unpack(read(start, start + LOCAL.size))
    mark, flags, method, crc32, packed, length, name_length, extra_length = (said[0], *said[2:4], *said[6:11])
    names_at = start + LOCAL.size
    rest = read(names_at, names_at + name_length + extra_length)
    sizes = _with_64(rest[name_length:], [length, packed])
    data_at = names_at + name_length + extra_length
    gap = stop - data_at - entry.packed
    if gap < 0:
        raise ArchiveTrouble("archive_tricks")
    same = (method, flags & ENCRYPTED) == (entry.method, entry.flags & ENCRYPTED) and mark == b"PK\x03\x04"
    follow = bool(flags & SIZES_FOLLOW)
    tells = (crc32, *sizes) == (entry.crc32, entry.length, entry.packed)
    silent = follow and not (crc32 or any(size not in (0, NOT_IN_32) for size in (length, packed)))
    if not same or rest[:name_length] != entry.raw_name or not (tells or silent):
        raise ArchiveTrouble("archive_broken")
    if not _described(read(data_at + entry.packed, stop) if gap in DESCRIPTORS else b"", entry, gap, follow):
        raise ArchiveTrouble("archive_broken")
    return replace(entry, data_at=data_at)


def _described(descriptor: bytes, entry: Entry, gap: int, follow: bool) -> bool:
    if gap == 0:
        return not follow
    if not follow or gap not in DESCRIPTORS:
        return False
    *mark, crc32, packed, length = struct.unpack(DESCRIPTORS[gap], descriptor)
    return mark in ([], [b"PK\x07\x08"]) and (crc32, packed, length) == (entry.crc32, entry.packed, entry.length)


def _directory(read: Read, length: int) -> tuple[int, int, int]:
    """Where the directory begins and ends, and how many lines it has."""
    tail_at = max(0, length - ENDING.size - LONGEST_COMMENT)
    tail = read(tail_at, length)
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if at + ENDING.size <= len(tail) and at + ENDING.size + ENDING.unpack_from(tail, at)[7] == len(tail):
            break
    if at < 0:
        raise ArchiveTrouble("archive_broken")
    _, disk, first_disk, here, count, size, start, _ = ENDING.unpack_from(tail, at)
    ends = tail_at + at
    if NOT_IN_16 in (disk, first_disk, here, count) or NOT_IN_32 in (size, start):
        ends, disk, first_disk, here, count, size, start = _directory_64(read, ends)
    if disk or first_disk or here != count or start + size != ends:
        raise ArchiveTrouble("archive_broken")
    return start, ends, count


def _directory_64(read: Read, ending_at: int) -> tuple[int, ...]:
    if ending_at < LOCATOR.size + ENDING_64.size:
        raise ArchiveTrouble("archive_broken")
    mark, _, at, disks = LOCATOR.unpack(read(ending_at - LOCATOR.size, ending_at))
    if mark != b"PK\x06\x07" or disks > 1 or at + ENDING_64.size != ending_at - LOCATOR.size:
        raise ArchiveTrouble("archive_broken")
    mark, size, _, _, disk, first, here, count, directory, start = ENDING_64.unpack(read(at, at + ENDING_64.size))
    if mark != b"PK\x06\x06" or size != ENDING_64.size - 12:
        raise ArchiveTrouble("archive_broken")
    return at, disk, first, here, count, directory, start


def _blocks(read: Read, start: int, stop: int) -> Iterator[bytes]:
    for at in range(start, stop, 512 * 1024):
        yield read(at, min(stop, at + 512 * 1024))


def _lines(directory: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(directory):
        if at + LINE.size > len(directory):
            raise ArchiveTrouble("archive_broken")
        line = LINE.unpack_from(directory, at)
        name_at, extra_at = at + LINE.size, at + LINE.size + line[10]
        at = extra_at + line[11] + line[12]
        if line[0] != b"PK\x01\x02" or at > len(directory):
            raise ArchiveTrouble("archive_broken")
        yield _entry(line, directory[name_at:extra_at], directory[extra_at : extra_at + line[11]])


def _entry(line: tuple, raw_name: bytes, extra: bytes) -> Entry:
    _, _, _, flags, method, _, _, crc32, packed, length, _, _, _, disk, _, outside, header_at = line
    length, packed, header_at, disk = _with_64(extra, [length, packed, header_at], disk)
    if disk:
        raise ArchiveTrouble("archive_broken")
    name = _name(raw_name, flags)
    return Entry(name, raw_name, flags, method, crc32, packed, length, header_at, outside >> 16)


def _with_64(extra: bytes, numbers: list[int], disk: int | None = None) -> tuple[int, ...]:
    """The numbers as the extra field says them where they do not fit (APPNOTE 4.5.3), in its fixed order."""
    at, long = 0, b""
    while at + 4 <= len(extra):
        mark, size = struct.unpack_from("<HH", extra, at)
        if mark == 1:
            long = extra[at + 4 : at + 4 + size]
        at += 4 + size
    told: list[int] = []
    for number in numbers:
        if number == NOT_IN_32:
            if len(long) < 8:
                raise ArchiveTrouble("archive_broken")
            number, long = int.from_bytes(long[:8], "little"), long[8:]
        told.append(number)
    if disk == NOT_IN_16:
        disk, long = int.from_bytes(long[:4], "little"), long[4:]
    return tuple(told) if disk is None else (*told, disk)


def _name(raw: bytes, flags: int) -> str:
    if flags & NAME_IS_UTF8:
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")  # many programs forget the flag
    except UnicodeDecodeError:
        return raw.decode("cp437")
