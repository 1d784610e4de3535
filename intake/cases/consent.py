"""What somebody agreed to: which words, in which language, when. The words are kept by their hash and version."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, insert, select

from intake.db import Instant, Tx, metadata

consents = Table(
    "consents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("purpose", String(40), nullable=False),
    Column("version", String(20), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("language", String(12), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("withdrawn_at", Instant, nullable=True),
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One purpose agreed to, with the exact words shown."""

    purpose: str
    version: str
    text: str

    @property
    def text_hash(self) -> str:
        """SHA-256 of the words, for the receipt."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent as the receipt shows it."""

    purpose: str
    version: str
    text_hash: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None


def give(tx: Tx, case_id: str, agreement: Agreement, language: str, now: datetime) -> None:
    """Keep one consent of a case."""
    row = {
        "id": secrets.token_hex(16), "case_id": case_id, "purpose": agreement.purpose, "version": agreement.version,
        "text_hash": agreement.text_hash, "language": language, "given_at": now,
    }  # fmt: skip
    tx.execute(insert(consents), row)


def given(tx: Tx, case_id: str) -> list[Consent]:
    """Every consent of a case, oldest first."""
    rows = tx.all(select(consents).where(consents.c.case_id == case_id).order_by(consents.c.given_at, consents.c.id))
    return [Consent(r.purpose, r.version, r.text_hash, r.language, r.given_at, r.withdrawn_at) for r in rows]
