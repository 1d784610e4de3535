"""The disc check: what lies on a disc, in a folder or in a single DICOM file, told from the headers of its files.

Every file is looked at for itself: the index of the disc (DICOMDIR) is a stranger's list, used only to see whether
something on it is missing. Runs in the process apart; reads fronts of files, writes nothing, alters nothing.
"""

import zlib
from collections.abc import Iterable
from typing import BinaryIO

from intake.records.dicom_front import Front, HeaderUnreadable
from intake.records.dicom_header import DIRECTORY, MARK_ENDS, Header, looks_like_dicom, read_header
from intake.records.dicom_index import Index, read_index
from intake.records.dicom_kinds import Kind, is_capture, kind_of
from intake.records.disc_people import People
from intake.records.disc_studies import Studies
from intake.records.disc_summary import MODALITIES_TOLD, DiscSummary
from intake.records.members import Member

MEMBERS_MOST = 100_000  # as many as an archive may list
FRAMES_MOST = 100_000
FOREIGN_HEAD = 4096
# Honest headers end within a few KiB. What is read beyond that is costly to parse, so all of it together has a limit.
SHALLOW = 64 * 1024
DEEP_MOST = 8 * 1024 * 1024
PROGRAM_MARK = b"MZ"
# Pictures as discs hold them, more kinds than we take alone: JPEG, PNG, GIF, BMP, TIFF. HEIC has its mark later.
PICTURE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*")
HEIC_MARKS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1")
INDEX_NAME = "DICOMDIR"
# What a stream raises when an archive is cut or false.
BROKEN = (OSError, EOFError, zlib.error)


def summarise(members: Iterable[Member]) -> DiscSummary:
    """What lies on the disc. Looks at MEMBERS_MOST files at most and at the front of each; each is opened once.

    What a stream raises for its own reasons (a limit, for example) passes through, except that of a broken archive.
    """
    tally = _Tally()
    for number, member in enumerate(members):
        if number >= MEMBERS_MOST or tally.deep > DEEP_MOST:
            tally.whole = False
            break
        tally.take(member)
    return tally.summary()


class _Tally:
    """What was seen so far: numbers, and what is told of people and studies."""

    def __init__(self) -> None:
        self.whole = True
        self.deep = 0
        self._counts: dict[str, int] = dict.fromkeys(
            ("images", "files", "captures", "copies", "unreadable", "doubtful", "pictures", "programs", "others"), 0
        )
        self._kinds: dict[str, int] = {}
        self._modalities: dict[str, None] = {}
        self._people, self._studies = People(), Studies()
        self._seen: set[int] = set()
        self._index = Index()

    def take(self, member: Member) -> None:
        """Look at one file."""
        if member.name.endswith("/"):
            return
        self._index.is_here(member.name)
        try:
            with member.open() as stream:
                self._look(member, stream)
        except BROKEN:
            self._counts["unreadable" if _named_as_dicom(member.name) else "others"] += 1

    def _look(self, member: Member, stream: BinaryIO) -> None:
        front = Front(stream)
        head = front.read(FOREIGN_HEAD)
        if not looks_like_dicom(head[:MARK_ENDS]):
            self._counts[_foreign(head)] += 1
            return
        try:
            header = read_header(front)
        except HeaderUnreadable:
            self._counts["unreadable"] += 1
            return
        finally:
            self.deep += max(0, front.taken - SHALLOW)
        if header.sop_class == DIRECTORY:
            read_index(front, member.name, self._index)
            return
        self._count(header, member.length)

    def _count(self, header: Header, length: int) -> None:
        if header.sop_instance:
            known = hash((header.sop_instance, header.sop_class))
            if known in self._seen:
                self._counts["copies"] += 1
                return
            self._seen.add(known)
        kind = kind_of(header.sop_class, header.has_image)
        images = self._images(header, length) if kind is Kind.IMAGE else 0
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        self._counts["files"] += 1
        self._counts["images"] += images
        if kind is Kind.IMAGE:
            self._counts["captures"] += is_capture(header.sop_class)
            if len(self._modalities) < MODALITIES_TOLD:
                self._modalities.setdefault(header.modality)
        self._studies.add(header, self._people.place(header), images)

    def _images(self, header: Header, length: int) -> int:
        """Its frames. A frame takes a byte at the very least: a file that claims more of them is counted as one."""
        if header.frames <= min(length, FRAMES_MOST):
            return header.frames
        self._counts["doubtful"] += 1
        return 1

    def summary(self) -> DiscSummary:
        """All of it."""
        return DiscSummary(
            people=self._people.told,
            people_count=self._people.count,
            studies=self._studies.told(),
            study_count=self._studies.count,
            series_count=self._studies.series_count,
            modalities=tuple(sorted(self._modalities)),
            kinds={str(kind): count for kind, count in sorted(self._kinds.items())},
            indexes=self._index.count,
            listed=self._index.listed,
            missing=self._index.missing,
            whole=self.whole and self._index.whole,
            **self._counts,
        )


def _foreign(head: bytes) -> str:
    """What a file without the mark of DICOM is counted as."""
    if head.startswith(PROGRAM_MARK):
        return "programs"
    return "pictures" if head.startswith(PICTURE_MARKS) or head[4:12] in HEIC_MARKS else "others"


def _named_as_dicom(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return last.lower().endswith((".dcm", ".dicom")) or last.upper() == INDEX_NAME or "." not in last
