"""The check of a complete upload: checksums while opening it, its kind by content, and the verdict.

Never clean for what no scanner has seen. What we do not take is rejected and not kept: row first, bytes last. Harmless
to do twice. Reads names and counts of archives, but unpacks nothing.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from intake import journal
from intake.db import Database, Tx
from intake.errors import N_, SealBroken
from intake.journal import Event
from intake.records import archive, parts, store
from intake.records.filetypes import HEAD_BYTES, kind_by_head
from intake.records.parts import Part
from intake.records.reading import read_range
from intake.records.removing import Release
from intake.records.scanner import Scan, Scanner
from intake.records.upload import Findings, State, Upload, Verdict, seal_findings
from intake.records.vault import Vault

# Why a record is not simply clean, as the sender reads it.
REASONS = {
    "kind_not_allowed": N_("We cannot take this kind of file. Send a PDF, a photo, scan images or a ZIP folder."),
    "archive_empty": N_("This ZIP folder is empty. Make it again with the files in it, and send it again."),
    "archive_broken": N_("This ZIP folder could not be read. Make it again and send it again."),
    "archive_too_large": N_("This ZIP folder holds very many files. A coordinator will look at it."),
    "password": N_("This file needs a password. Save it without the password and send it again."),
    "damaged": N_("This file did not arrive whole. Please send it again."),
    "taken_out": N_("You took this page out. It was not kept."),
    "not_scanned": N_("We have it. A coordinator looks at it with care, because it was not scanned for viruses."),
}


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

    What was reserved for a rejected one is given back through `release`. Raises UploadNotFound.
    """
    with database.read() as tx:
        upload, held = store.get(tx, upload_id), parts.of_upload(tx, upload_id)
    if upload.state is not State.RECEIVED:
        return upload
    try:
        outcome = _examine(vault, key, upload, held, scanner)
    except SealBroken:
        outcome = Outcome(Verdict.HELD, "damaged", None, None)
    objects: list[str] = []
    with database.transaction() as tx:
        upload = store.get(tx, upload_id, to_change=True)
        if upload.state is State.RECEIVED:
            _write(tx, key, upload, outcome, now)
            if outcome.verdict is Verdict.REJECTED:
                objects = parts.remove_all(tx, upload_id)
                if upload.grant_id is not None:
                    release(tx, upload.grant_id, upload.length)
        upload = store.get(tx, upload_id)
    for object_id in objects:
        vault.destroy(object_id)
    return upload


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

    digest, crc32, head = _read_through(pieces(0, upload.length))
    kind, scan, facts = kind_by_head(head), None, {}
    if kind == "zip":
        kind, scan, facts = _look_into(pieces, upload.length)
    findings = Findings(digest, crc32, facts)
    if kind is None:
        return Outcome(Verdict.REJECTED, "kind_not_allowed", None, findings)
    if scan is None:
        scan = scanner.scan(kind, upload.length, pieces)
    return Outcome(scan.verdict, scan.reason, kind, findings)


def _read_through(pieces: Iterator[bytes]) -> tuple[str, int, bytes]:
    """SHA-256, CRC-32 and the head of the file, in one pass."""
    sha256, crc32, head = hashlib.sha256(), 0, b""
    for piece in pieces:
        sha256.update(piece)
        crc32 = zlib.crc32(piece, crc32)
        head += piece[: HEAD_BYTES - len(head)]
    return sha256.hexdigest(), crc32, head


def _look_into(
    pieces: Callable[[int, int], Iterator[bytes]], length: int
) -> tuple[str | None, Scan | None, dict[str, int]]:
    """The kind of a ZIP, what stands against scanning it, and what it lists."""
    try:
        contents = archive.read_contents(lambda start, stop: b"".join(pieces(start, stop)), length)
    except archive.ArchiveBroken:
        return "zip", Scan(Verdict.HELD, "archive_broken"), {}
    except archive.ArchiveTooLarge:
        return "zip", Scan(Verdict.HELD, "archive_too_large"), {}
    facts = {"files": contents.files, "scans": contents.scans}
    if contents.files == 0:
        return "zip", Scan(Verdict.REJECTED, "archive_empty"), facts
    if contents.locked:
        return "zip", Scan(Verdict.HELD, "password"), facts
    return contents.kind, None, facts
