"""The receipt of the records: what arrived, when, whole and how checked, who can open it, and when it goes.

A line is made from the row of an upload, which stays until the case is erased: so the receipt outlives a file that was
rejected or taken away. `docs/maintainers/records-receipt.md` tells what each entry of the file means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from intake.cases.case import Case
from intake.cases.consent import ABROAD, REVIEW, Consent
from intake.records.reading import Record
from intake.records.upload import Verdict

FORMAT = "records-receipt-1"


class Opens(StrEnum):
    """Who can open a record."""

    COORDINATORS = "coordinators"
    DELIBERATELY = "coordinators-deliberately"
    AFTER_CHECK = "nobody-before-the-check"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One record. `verdict` is "clean", "held", "rejected" or "waiting"; `sha256` is "" before the check, and where it
    could not be counted; `kept` says whether we still hold its bytes; `deleted_on` is when they go, or went."""

    number: int
    name: str
    size: int
    sha256: str
    received_at: datetime
    checked_at: datetime | None
    verdict: str
    reason: str
    kind: str
    opens: Opens
    kept: bool
    deleted_on: date

    @property
    def as_json(self) -> dict[str, Any]:
        """As the file holds it."""
        checked_at = self.checked_at.isoformat() if self.checked_at else None
        return {
            "number": self.number, "name": self.name, "size": self.size, "sha256": self.sha256 or None,
            "received_at": self.received_at.isoformat(), "checked_at": checked_at, "verdict": self.verdict,
            "reason": self.reason or None, "kind": self.kind or None, "can_open": self.opens.value, "kept": self.kept,
            "deleted_on": self.deleted_on.isoformat(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordsReceipt:
    """Every record of a case, as they were received; and the countries to which a specialist may be in, by code."""

    lines: tuple[ReceiptLine, ...]
    countries: tuple[str, ...]

    @property
    def size(self) -> int:
        """All of them together, in bytes."""
        return sum(line.size for line in self.lines)

    @property
    def specialist(self) -> bool:
        """Whether a specialist may be let in, by what the requester agreed to and has not taken back."""
        return bool(self.countries)


def records_receipt(case: Case, records: Sequence[Record], consents: Sequence[Consent]) -> RecordsReceipt:
    """The receipt of records that arrived whole, in the order in which they did; others are left out."""
    arrived = [record for record in records if record.upload.received_at is not None]
    standing = [each for each in consents if each.withdrawn_at is None]
    reviewed = any(each.purpose == REVIEW for each in standing)
    countries = dict.fromkeys(each.country for each in standing if each.purpose == ABROAD and each.country)
    lines = tuple(_line(case, number, record) for number, record in enumerate(arrived, start=1))
    return RecordsReceipt(lines, tuple(countries) if reviewed else ())


def _line(case: Case, number: int, record: Record) -> ReceiptLine:
    upload = record.upload
    if upload.received_at is None:
        raise ValueError("only what arrived has a line")
    kept = upload.complete and upload.verdict is not Verdict.REJECTED
    gone_at = max(upload.touched_at, upload.checked_at or upload.touched_at)
    return ReceiptLine(
        number=number,
        name=record.about.name,
        size=upload.length,
        sha256=record.findings.sha256 if record.findings else "",
        received_at=upload.received_at,
        checked_at=upload.checked_at,
        verdict=upload.verdict.value if upload.verdict else "waiting",
        reason=upload.reason or "",
        kind=upload.kind or "",
        opens=_opens(record, kept),
        kept=kept,
        deleted_on=case.purge_at.date() if kept else gone_at.date(),
    )


def _opens(record: Record, kept: bool) -> Opens:
    upload = record.upload
    if not kept:
        return Opens.NOBODY
    if upload.verdict is None:
        return Opens.AFTER_CHECK
    if upload.opens == "freely":
        return Opens.COORDINATORS
    return Opens.DELIBERATELY if record.findings else Opens.NOBODY
