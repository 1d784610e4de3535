"""The index of a disc (DICOMDIR): which files it lists, and which of them are not there. It counts nothing else.

Its names are compared with the names of files that are there; none is ever opened, or looked for on a disk.
"""

import struct
import warnings

from pydicom import config
from pydicom.filereader import read_sequence_item

from intake.records.dicom_front import Front
from intake.records.dicom_header import read_elements

RECORDS_TAG = 0x00041220
FILE_ID = "ReferencedFileID"
LISTED_MOST = 50_000
LONGEST = 8 * 1024 * 1024  # an index takes about 500 bytes for each image
ALL_MOST = 16 * 1024 * 1024  # of all indexes of a disc together
NAME_MOST = 200
LONG_FORM = (b"SQ", b"UN")  # value representations whose length takes four bytes after two empty ones


class Index:
    """What the indexes of a disc list, and which files are here. Names are kept as hashes: a disc may hold many."""

    def __init__(self) -> None:
        self.count = 0
        self.whole = True
        self.left = ALL_MOST
        self._listed: set[int] = set()
        self._here: set[int] = set()

    def is_here(self, name: str) -> None:
        """A file of this name is on the disc."""
        self._here.add(hash(_plain(name)))

    def lists(self, name: str) -> bool:
        """An index lists a file of this name. False if it lists more than we read."""
        self._listed.add(hash(_plain(name)))
        self.whole = self.whole and len(self._listed) < LISTED_MOST
        return self.whole

    @property
    def listed(self) -> int:
        """How many files are listed."""
        return len(self._listed)

    @property
    def missing(self) -> int:
        """How many of the listed are not here."""
        return len(self._listed - self._here)


def read_index(front: Front, name: str, index: Index) -> None:
    """Take down what the index at `name` lists, record by record, so that none stays in memory. One that breaks off
    tells what came before."""
    index.count += 1
    folder = name.replace("\\", "/").rpartition("/")[0]
    front.widen(min(LONGEST, index.left))
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            begun = read_elements(front, lambda tag, vr, length: tag >= RECORDS_TAG)
            implicit, little = begun.original_encoding
            _read_records(front, bool(implicit), little is not False, folder, index)
        except MemoryError:
            raise
        except Exception:  # a parser on a stranger's bytes, which fails in ways without a list
            if front.failed:
                raise
            index.whole = False
        finally:
            index.left -= front.taken


def _read_records(front: Front, implicit: bool, little: bool, folder: str, index: Index) -> None:
    tag = front.read(8)
    if struct.unpack("<HH" if little else ">HH", tag[:4]) != (RECORDS_TAG >> 16, RECORDS_TAG & 0xFFFF):
        return  # an index of nothing
    if not implicit and tag[4:6] in LONG_FORM:
        front.read(4)
    for _ in range(LISTED_MOST):
        if not front.more():
            return
        record = read_sequence_item(front, implicit, little, "iso8859")  # type: ignore[arg-type]
        if record is None:
            return
        parts = record.get(FILE_ID)
        if parts and not index.lists("/".join((folder, *([parts] if isinstance(parts, str) else parts))).strip("/")):
            return
    index.whole = False


def _plain(name: str) -> str:
    """A name as discs and the systems that copied them write it: any case, with or without version and last dot."""
    return name.replace("\\", "/").lower().removesuffix(";1").rstrip(". ").removesuffix(".dcm")[-NAME_MOST:]
