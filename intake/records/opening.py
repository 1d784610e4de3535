"""Opens a ZIP within limits: every file in it is unpacked once, checked, handed up to be scanned, and looked at.

A ZIP inside is opened like the first, down to MOST_DEPTH. What no honest archive does ends the walk (`Refused`); what
only keeps us from seeing everything is remembered in `troubles`, and the walk goes on. Runs in the process apart.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from intake.records import archive, pdf, word
from intake.records.archive import ArchiveTrouble, Entry
from intake.records.limits import MEMBER_FREE, MEMBER_RATIO, MOST_DEPTH, MOST_FILES, most_unpacked
from intake.records.members import Member, Read, stream
from intake.records.recognising import HEAD_BYTES, is_program, kind_by_head, looks_like_program_as_record
from intake.records.unpacking import Unpacked

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
SCAN_NAME = re.compile(r"\.(dcm|dicom|dic|ima)$", re.IGNORECASE)
DISC_NAME = re.compile(r"(^|/)[A-Z0-9_-]{0,7}[0-9][A-Z0-9_-]{0,7}$")
# Files at the top that tell a program or an office document from a folder of records.
OTHER_THINGS = ("[Content_Types].xml", "META-INF/MANIFEST.MF", "AndroidManifest.xml", "mimetype")
TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


class Refused(ValueError):
    """This file is not taken; `reason` is a code of `reasons.REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HandUp(Protocol):
    """Takes the unpacked files, one after the other, in pieces."""

    def begin(self, length: int) -> None: ...
    def piece(self, data: bytes) -> None: ...
    def end(self, *, whole: bool) -> None: ...


class Walk:
    """One walk through an archive of `length` bytes and what lies in it. Counts of all depths are kept together."""

    def __init__(self, length: int, hand_up: HandUp | None) -> None:
        self.members: list[Member] = []
        self.troubles: list[str] = []
        self.facts: Counter[str] = Counter()
        self._hand_up = hand_up
        self._files_left = MOST_FILES
        self._bytes_left = most_unpacked(length)

    def kind(self, read: Read, length: int) -> str | None:
        """Walk, and the kind of the whole: "zip", "docx", or None for another program's archive.

        Raises Refused, ArchiveTrouble.
        """
        entries, directory_at = archive.read_directory(read, length, self._files_left)
        files = [entry for entry in entries if not entry.is_folder]
        kind = _kind({entry.name for entry in entries})
        self.facts.update(files=len(files), scans=_scans([entry.name for entry in files]))
        if kind is None:
            return None
        if not files:
            raise Refused("archive_empty")
        self._open(read, entries, directory_at, "", 1)
        if kind == "docx" and (trouble := word.trouble(self.members)):
            if trouble == "macros":
                raise Refused(trouble)
            self.troubles.append(trouble)
        return kind

    def _open(self, read: Read, entries: list[Entry], directory_at: int, above: str, depth: int) -> None:
        self._need_modest(entries)
        if any(entry.encrypted for entry in entries):
            self.troubles.append("password")
        laid_out = archive.lay_out(read, entries, directory_at)
        for entry in laid_out:
            if not entry.encrypted:
                self._look_at(read, entry, above, depth)

    def _need_modest(self, entries: list[Entry]) -> None:
        """Limits and names, by the directory alone: before anything is unpacked."""
        self._files_left -= len(entries)
        self._bytes_left -= sum(entry.length for entry in entries)
        for entry in entries:
            if entry.length > MEMBER_FREE and entry.length > MEMBER_RATIO * entry.packed:
                raise Refused("archive_bomb")
            if entry.mode & archive.KIND_BITS not in (0, archive.FILE, archive.FOLDER) or _leads_out(entry.name):
                raise Refused("archive_tricks")
            if TURNS_TEXT.search(entry.name):
                self.troubles.append("disguised")
        if self._bytes_left < 0:
            raise Refused("archive_bomb")
        if self._files_left < 0:
            raise ArchiveTrouble("archive_too_large")

    def _look_at(self, read: Read, entry: Entry, above: str, depth: int) -> None:
        unpacked = Unpacked(read, entry)
        head = self._pass_on(unpacked.pieces(), entry.length)
        if entry.is_folder:
            if entry.length:
                raise ArchiveTrouble("archive_broken")
            return
        member = Member(above + entry.name, entry.length, lambda: stream(unpacked.again().read, entry.length))
        self.members.append(member)
        self.facts["programs"] += is_program(head)
        if looks_like_program_as_record(entry.name, head):
            self.troubles.append("disguised")
        if head.startswith(ZIP_MARKS):
            self._open_inside(unpacked.read, entry.length, member.name + "/", depth + 1)
        elif kind_by_head(head) == "pdf" and (trouble := pdf.trouble(member)):
            self.troubles.append(trouble)
        unpacked.rest()

    def _open_inside(self, read: Read, length: int, above: str, depth: int) -> None:
        if depth > MOST_DEPTH:
            self.troubles.append("archive_too_deep")
            return
        before = len(self.members)
        try:
            entries, directory_at = archive.read_directory(read, length, self._files_left)
            self._open(read, entries, directory_at, above, depth)
        except ArchiveTrouble as trouble:
            if trouble.reason in ("archive_tricks", "archive_too_large"):
                raise
            self.troubles.append("archive_inside")
        if any(entry.name.startswith(above + "word/") for entry in self.members[before:]) and word.trouble(
            [Member(each.name.removeprefix(above), each.length, each.open) for each in self.members[before:]]
        ):
            self.troubles.append("active_content")

    def _pass_on(self, pieces: Iterator[bytes], length: int) -> bytes:
        """Hand the pieces up; returns the head of the file."""
        if self._hand_up is None:
            return _head_of(pieces)
        self._hand_up.begin(length)
        try:
            head = _head_of(pieces, self._hand_up.piece)
        except ArchiveTrouble:
            self._hand_up.end(whole=False)
            raise
        self._hand_up.end(whole=True)
        return head


def _head_of(pieces: Iterator[bytes], pass_on: Callable[[bytes], None] | None = None) -> bytes:
    """The head of a file, once all of it was passed on."""
    head = b""
    for piece in pieces:
        head += piece[: HEAD_BYTES - len(head)]
        if pass_on:
            pass_on(piece)
    return head


def hides_archive(read: Read, length: int) -> bool:
    """Whether a file of another kind can be opened as a ZIP too: an ending near its end, with a directory before it."""
    tail_at = max(0, length - archive.ENDING.size - archive.LONGEST_COMMENT)
    tail = read(tail_at, length)
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if at + archive.ENDING.size > len(tail):
            continue
        size = archive.ENDING.unpack_from(tail, at)[5]
        begins = tail_at + at - size
        if 0 <= begins < tail_at + at and read(begins, begins + 4) == b"PK\x01\x02":
            return True
    return False


def _leads_out(name: str) -> bool:
    """Whether a name leads out of the folder it is unpacked into, or holds what no name of a file holds."""
    plain = name.replace("\\", "/")
    steps = plain.split("/")
    return (
        ".." in steps
        or plain.startswith("/")
        or bool(re.match(r"[A-Za-z]:", plain))
        or any(ord(letter) < 32 or letter == "\x7f" for letter in name)
    )


def _scans(files: list[str]) -> int:
    disc = any(name.rsplit("/", 1)[-1].upper() == "DICOMDIR" for name in files)
    return sum(bool(SCAN_NAME.search(name) or (disc and DISC_NAME.search(name))) for name in files)


def _kind(names: set[str]) -> str | None:
    if not any(name in names for name in OTHER_THINGS):
        return "zip"
    return "docx" if "word/document.xml" in names else None
