"""The check of a complete upload: checksums while opening it, what it is, whether it is harmful, and the verdict.

What parses its bytes runs in a process apart; here they only stream past, to the checksum and to the scanner. Never
clean for what no scanner has seen whole, nor for what the process apart could not finish. What we do not take is
rejected and not kept: row first, bytes last. Harmless to do twice.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake import journal
from intake.db import Database, Tx
from intake.errors import ScannerDown, SealBroken
from intake.journal import Event
from intake.records import apart, parts, store
from intake.records.apart import ApartFailed
from intake.records.filetypes import BY_ID
from intake.records.parts import Part
from intake.records.reading import read_range
from intake.records.reasons import REASONS, WAITS_FOR_SCANNER, verdict_for
from intake.records.removing import Release
from intake.records.scanner import MEMBER, NoScanner, Pieces, Scan, Scanner
from intake.records.upload import Findings, State, Upload, Verdict, seal_findings
from intake.records.vault import Vault


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check says of one upload."""

    verdict: Verdict
    reason: str | None
    kind: str | None
    findings: Findings | None


def check_record(
    database: Database,
    vault: Vault,
    key: bytes,
    upload_id: str,
    scanner: Scanner,
    release: Release,
    now: datetime,
) -> Upload:
    """Check a received upload and write its verdict down; one that is checked already stays as it is.

    Only one that is held for want of a scanner is looked at again. What was reserved for a rejected one is given back
    through `release`. Raises UploadNotFound, and ScannerDown: then nothing was written, and it is to be tried again.
    """
    with database.read() as tx:
        upload, held = store.get(tx, upload_id), parts.of_upload(tx, upload_id)
    if not may_check(upload):
        return upload
    try:
        outcome = _examine(vault, key, upload, held, scanner)
    except SealBroken:
        outcome = Outcome(Verdict.HELD, "damaged", None, None)
    objects: list[str] = []
    with database.transaction() as tx:
        upload = store.get(tx, upload_id, to_change=True)
        if may_check(upload) and (outcome.verdict, outcome.reason) != (upload.verdict, upload.reason):
            _write(tx, key, upload, outcome, now)
            if outcome.verdict is Verdict.REJECTED:
                objects = parts.remove_all(tx, upload_id)
                if upload.grant_id is not None:
                    release(tx, upload.grant_id, upload.length)
        upload = store.get(tx, upload_id)
    for object_id in objects:
        vault.destroy(object_id)
    return upload


def may_check(upload: Upload) -> bool:
    """Whether a check can say anything new: it has just arrived, or it waits for the scanner."""
    waits = upload.verdict is Verdict.HELD and upload.reason in WAITS_FOR_SCANNER
    return upload.state is State.RECEIVED or (upload.state is State.CHECKED and waits)


def _write(tx: Tx, key: bytes, upload: Upload, outcome: Outcome, now: datetime) -> None:
    found = seal_findings(key, upload.id, outcome.findings) if outcome.findings else None
    store.change(
        tx, upload.id, state=State.CHECKED.value, verdict=outcome.verdict.value, reason=outcome.reason,
        kind=outcome.kind, findings=found, checked_at=now,
    )  # fmt: skip
    facts = {"upload": upload.id, "verdict": outcome.verdict.value, "size": upload.length}
    facts |= {"reason": outcome.reason or "", "kind": outcome.kind or ""}
    journal.write(tx, Event.RECORD_CHECKED, now, subject=upload.case_id, **facts)


def _examine(vault: Vault, key: bytes, upload: Upload, held: list[Part], scanner: Scanner) -> Outcome:
    def pieces(start: int, stop: int) -> Iterator[bytes]:
        return read_range(vault, key, upload, held, start, stop)

    digest, crc32 = _read_through(pieces(0, upload.length))
    inside = Inside(scanner)
    try:
        found = _trusted(apart.look(pieces, upload.length, None if isinstance(scanner, NoScanner) else inside.take))
    except ApartFailed as failed:
        found = {"kind": None, "reason": f"check_{failed.reason}", "facts": {}, "disc": None, "look": None}
    findings = Findings(digest, crc32, found["facts"], found["disc"], found["look"])
    kind, reasons = found["kind"], [found["reason"], inside.reason]
    if not any(reason and verdict_for(reason) is Verdict.REJECTED for reason in reasons):
        reasons.append(_whole(scanner, kind, upload.length, pieces, inside))
    verdict, reason = worst(reasons)
    return Outcome(verdict, reason, kind, findings)


class Inside:
    """Takes what the process apart unpacks to the scanner, and remembers the worst that was said."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self.reason: str | None = None
        self.members = 0

    def take(self, length: int, pieces: Iterator[bytes]) -> None:
        """Scan one file of an archive. Once something harmful was found, the rest is of no interest."""
        self.members += 1
        if self.reason is None or verdict_for(self.reason) is not Verdict.REJECTED:
            counted = _Counted(pieces)
            try:
                said = _reason_of(self._scanner.scan(MEMBER, length, lambda start, stop: counted))
            except ScannerDown:
                if not counted.ended or counted.length == length:
                    raise
                said = "archive_broken"  # the scanner is there; it is the archive that gave less than it lists
            self.reason = worst([self.reason, said])[1]


class _Counted:
    """Pieces, and how many bytes they were."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.length, self.ended = 0, False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.length += len(piece)
            yield piece
        self.ended = True


def worst(reasons: list[str | None]) -> tuple[Verdict, str | None]:
    """The verdict of several reasons together: the first that rejects, else the first that holds, else clean."""
    said = [reason for reason in reasons if reason]
    rejecting = [reason for reason in said if verdict_for(reason) is Verdict.REJECTED]
    if rejecting:
        return Verdict.REJECTED, rejecting[0]
    if "scanner_down" in said:  # before any other: only so it is looked at again
        return Verdict.HELD, "scanner_down"
    return (Verdict.HELD, said[0]) if said else (Verdict.CLEAN, None)


def _whole(scanner: Scanner, kind: str | None, length: int, pieces: Pieces, inside: Inside) -> str | None:
    """What the scanner says of the file as it came.

    An archive may be too large for it: of one that was opened, every byte inside has been scanned by itself.
    """
    said = _reason_of(scanner.scan(kind or "", length, pieces))
    return None if said == "too_large_to_scan" and kind in ("zip", "docx") and inside.members else said


def _reason_of(scan: Scan) -> str | None:
    if scan.verdict is Verdict.CLEAN:
        return None
    reason = scan.reason or ("infected" if scan.verdict is Verdict.REJECTED else "not_scanned")
    return reason if reason in REASONS else "infected"


def _trusted(found: dict[str, Any]) -> dict[str, Any]:
    """What the process apart said, if it has the form that it must have: a stranger's file may have taken it over."""
    kind, reason, facts = found.get("kind"), found.get("reason"), found.get("facts")
    counts = isinstance(facts, dict) and all(type(number) is int for number in facts.values())
    loose = all(found.get(name) is None or isinstance(found[name], dict) for name in ("disc", "look"))
    named = (kind is None or kind in BY_ID) and (reason is None or reason in REASONS)
    if not (counts and loose and named and (kind or reason)):
        raise ApartFailed("crashed")
    return {"kind": kind, "reason": reason, "facts": facts, "disc": found.get("disc"), "look": found.get("look")}


def _read_through(pieces: Iterator[bytes]) -> tuple[str, int]:
    """SHA-256 and CRC-32 of the file, in one pass."""
    sha256, crc32 = hashlib.sha256(), 0
    for piece in pieces:
        sha256.update(piece)
        crc32 = zlib.crc32(piece, crc32)
    return sha256.hexdigest(), crc32
