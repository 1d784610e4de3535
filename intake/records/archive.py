"""What a ZIP says it holds, from its directory alone: nothing is unpacked, and the limits come before the reading.

The directory is a stranger's word. It serves to tell a disc from a letter and to see a password, not to trust.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ENDING = struct.Struct("<4s4H2IH")
LOCATOR = struct.Struct("<4sIQI")
ENDING_64 = struct.Struct("<4sQ2H2I4Q")
LINE = struct.Struct("<4s6H3I5H2I")
LONGEST_COMMENT = 0xFFFF
NOT_IN_16, NOT_IN_32 = 0xFFFF, 0xFFFFFFFF
LOCKED = 0x1 | 0x40 | 0x2000  # encrypted, strongly encrypted, directory hidden

MOST_FILES = 100_000
LONGEST_DIRECTORY = 64 * 1024 * 1024

SCAN_NAME = re.compile(r"\.(dcm|dicom|dic|ima)$", re.IGNORECASE)
DISC_NAME = re.compile(r"(^|/)[A-Z0-9_-]{0,7}[0-9][A-Z0-9_-]{0,7}$")
# Files at the top that tell a program or an office document from a folder of records.
OTHER_THINGS = ("[Content_Types].xml", "META-INF/MANIFEST.MF", "AndroidManifest.xml", "mimetype")

Read = Callable[[int, int], bytes]


class ArchiveBroken(ValueError):
    """It is no ZIP that we can follow: cut, several discs, or with something before or after it."""


class ArchiveTooLarge(ValueError):
    """It lists more than we read."""


@dataclass(frozen=True, slots=True)
class Contents:
    """How many files a ZIP lists, how many look like scan images, whether a password is needed, and its kind."""

    files: int
    scans: int
    locked: bool
    kind: str | None


def read_contents(read: Read, length: int) -> Contents:
    """What the ZIP of `length` bytes lists; `read(start, stop)` gives its bytes.

    Raises ArchiveBroken, ArchiveTooLarge.
    """
    start, stop, count = _directory(read, length)
    if count > MOST_FILES or stop - start > LONGEST_DIRECTORY:
        raise ArchiveTooLarge
    names: list[str] = []
    locked = False
    for name, flags in _lines(read(start, stop)):
        locked = locked or bool(flags & LOCKED)
        names.append(name)
    if len(names) != count:
        raise ArchiveBroken
    files = [name for name in names if not name.endswith("/")]
    return Contents(len(files), _scans(files), locked, _kind(set(names)))


def _directory(read: Read, length: int) -> tuple[int, int, int]:
    """Where the directory begins and ends, and how many lines it has."""
    tail_at = max(0, length - ENDING.size - LONGEST_COMMENT)
    tail = read(tail_at, length)
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if at + ENDING.size <= len(tail) and at + ENDING.size + ENDING.unpack_from(tail, at)[7] == len(tail):
            break
    if at < 0:
        raise ArchiveBroken
    _, disk, first_disk, here, count, size, start, _ = ENDING.unpack_from(tail, at)
    ends = tail_at + at
    if NOT_IN_16 in (disk, first_disk, here, count) or NOT_IN_32 in (size, start):
        ends, disk, first_disk, here, count, size, start = _directory_64(read, ends)
    if disk or first_disk or here != count or start + size != ends:
        raise ArchiveBroken
    return start, ends, count


def _directory_64(read: Read, ending_at: int) -> tuple[int, ...]:
    if ending_at < LOCATOR.size + ENDING_64.size:
        raise ArchiveBroken
    mark, _, at, disks = LOCATOR.unpack(read(ending_at - LOCATOR.size, ending_at))
    if mark != b"PK\x06\x07" or disks > 1 or at + ENDING_64.size > ending_at - LOCATOR.size:
        raise ArchiveBroken
    mark, _, _, _, disk, first_disk, here, count, size, start = ENDING_64.unpack(read(at, at + ENDING_64.size))
    if mark != b"PK\x06\x06":
        raise ArchiveBroken
    return at, disk, first_disk, here, count, size, start


def _lines(directory: bytes) -> Iterator[tuple[str, int]]:
    at = 0
    while at < len(directory):
        if at + LINE.size > len(directory):
            raise ArchiveBroken
        line = LINE.unpack_from(directory, at)
        mark, flags, lengths = line[0], line[3], line[10:13]
        name_at, at = at + LINE.size, at + LINE.size + sum(lengths)
        if mark != b"PK\x01\x02" or at > len(directory):
            raise ArchiveBroken
        yield directory[name_at : name_at + lengths[0]].decode("utf-8", "replace"), flags


def _scans(files: list[str]) -> int:
    disc = any(name.rsplit("/", 1)[-1].upper() == "DICOMDIR" for name in files)
    return sum(bool(SCAN_NAME.search(name) or (disc and DISC_NAME.search(name))) for name in files)


def _kind(names: set[str]) -> str | None:
    if not any(name in names for name in OTHER_THINGS):
        return "zip"
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "docx" if "word/document.xml" in names and not macros else None
