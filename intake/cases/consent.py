"""What somebody agreed to: which words, in which language, when. The words are kept by their hash and version.

Sending a case abroad is agreed to country by country: each has a row of its own, and is taken back on its own.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, insert, select, update

from intake.cases import agreement as agreements
from intake.cases import store
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
    Column("given_by", String(12), nullable=False),
    Column("how", String(12), nullable=False),
)

# Who agreed, and how it reached us.
REQUESTER, PATIENT, AUTHORITY = "requester", "patient", "authority"
FORM, CASE, LINK, PAPER = "form", "case", "link", "paper"

REVIEW, ABROAD = "review", "abroad"
# Everything that can be agreed to, in the order in which it is asked and shown.
PURPOSES = (REVIEW, ABROAD, "contact", "statement", "interpreter", "doctor", "statistics")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One purpose agreed to, with the exact words shown; `countries` are the codes that they name, if any. `language`
    is that of the words, or empty for that of the case."""

    purpose: str
    version: str
    text: str
    countries: tuple[str, ...] = ()
    language: str = ""

    @property
    def text_hash(self) -> str:
        """SHA-256 of the words, for the receipt."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent as the receipt shows it; `country` is the code of the one country that it is for, if any."""

    purpose: str
    version: str
    text_hash: str
    language: str
    given_at: datetime
    withdrawn_at: datetime | None
    given_by: str = REQUESTER
    how: str = FORM
    country: str = ""


def give(
    tx: Tx, case_id: str, agreement: Agreement, language: str, now: datetime, *, by: str = REQUESTER, how: str = FORM
) -> None:
    """Keep one consent of a case, one row for each country it names, with who gave it and how."""
    for purpose in [_kept_as(agreement.purpose, country) for country in agreement.countries or ("",)]:
        row = {
            "id": secrets.token_hex(16), "case_id": case_id, "purpose": purpose, "version": agreement.version,
            "text_hash": agreement.text_hash, "language": agreement.language or language, "given_at": now,
            "given_by": by, "how": how,
        }  # fmt: skip
        tx.execute(insert(consents), row)


def given(tx: Tx, case_id: str) -> list[Consent]:
    """Every consent of a case, oldest first; what was given together, in the order of PURPOSES."""
    rows = tx.all(select(consents).where(consents.c.case_id == case_id))
    place = {purpose: number for number, purpose in enumerate(PURPOSES)}
    return sorted(
        map(_consent, rows), key=lambda each: (each.given_at, place.get(each.purpose, len(place)), each.country)
    )


def standing(tx: Tx, case_id: str, by: str) -> list[Consent]:
    """What somebody agreed to and has not taken back, oldest first."""
    return [each for each in given(tx, case_id) if each.given_by == by and each.withdrawn_at is None]


def _consent(row: Row[Any]) -> Consent:
    purpose, _, country = row.purpose.partition(":")
    return Consent(
        purpose, row.version, row.text_hash, row.language, row.given_at, row.withdrawn_at,
        given_by=row.given_by, how=row.how, country=country,
    )  # fmt: skip


def take_back(tx: Tx, case_id: str, by: str, now: datetime, *, purpose: str = "", country: str = "") -> int:
    """Every consent that somebody gave for a case is taken back, or only that to one purpose, or to one country of it;
    that it was given stays. Returns how many stood until now."""
    theirs = [consents.c.case_id == case_id, consents.c.given_by == by, consents.c.withdrawn_at.is_(None)]
    if purpose:
        kept = consents.c.purpose
        every_country = purpose == ABROAD and not country
        theirs.append(kept.startswith(ABROAD) if every_country else kept == _kept_as(purpose, country))
    return tx.execute(update(consents).where(*theirs).values(withdrawn_at=now)).rowcount


def may_send_to(tx: Tx, case_id: str, country: str) -> bool:
    """Whether the case may be sent to a specialist in a country (ISO alpha-2) now.

    Everybody who has to agree must have agreed to the review and to this very country, and not have taken it back: who
    asks, and an adult patient or whoever decides for her, where that is wanted. The case must not be over. Raises
    CaseNotFound.
    """
    if not store.case_by_id(tx, case_id).takes_records or agreements.is_missing(tx, case_id):
        return False
    stand = [each for each in given(tx, case_id) if each.withdrawn_at is None]
    needed = {(REVIEW, ""), (ABROAD, country)}
    people = {each.given_by for each in stand} | {REQUESTER}
    return bool(country) and all(
        needed <= {(each.purpose, each.country) for each in stand if each.given_by == who} for who in people
    )


def _kept_as(purpose: str, country: str) -> str:
    return f"{purpose}:{country}" if country else purpose
