"""Who did what to which case: append-only, each line chained to the one before by SHA-256.

No health words and no personal values, only ids, codes and counts. Lines are written as the last thing of a
transaction, so that the lock on the head is held as briefly as can be.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, insert, select, update

from intake.db import Instant, Tx, metadata

journal = Table(
    "journal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("event", String(60), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("subject", String(80), nullable=True, index=True),
    Column("facts", Text, nullable=False),
    Column("hash", String(64), nullable=False),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

BEGINNING = "0" * 64


class Event(StrEnum):
    """Everything the journal can say. A closed list: a new kind of line is added here first."""

    DRAFT_BEGUN = "draft.begun"
    DRAFT_PARKED = "draft.parked"
    DRAFT_RESUMED = "draft.resumed"
    DRAFT_DELETED = "draft.deleted"
    ADDRESS_CONFIRMED = "address.confirmed"
    CASE_OPENED = "case.opened"
    CASE_READ = "case.read"
    CASE_CLAIMED = "case.claimed"
    CASE_ROUTED = "case.routed"
    CASE_HELD = "case.held"
    CASE_FREED = "case.freed"
    CASE_REFUSED = "case.refused"
    CASE_SILENT = "case.silent"
    CASE_ASSIGNED = "case.assigned"
    CASE_GOES_ON = "case.goes_on"
    CONTACT_STOPPED = "contact.stopped"
    CONTACT_RESUMED = "contact.resumed"
    CONTACT_CHANGED = "contact.changed"
    CASE_EXPORTED = "case.exported"
    QUEUE_EXPORTED = "queue.exported"
    NOTE_WRITTEN = "note.written"
    REPLY_SAVED = "reply.saved"
    REPLY_DELETED = "reply.deleted"
    STAGE_CHANGED = "stage.changed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_TAKEN_BACK = "consent.taken_back"
    AGREEMENT_ASKED = "agreement.asked"
    AGREEMENT_GIVEN = "agreement.given"
    AGREEMENT_REFUSED = "agreement.refused"
    AGREEMENT_SIGNED = "agreement.signed"
    LINK_ISSUED = "link.issued"
    LINK_EXCHANGED = "link.exchanged"
    LINK_REFUSED = "link.refused"
    LINK_REVOKED = "link.revoked"
    ADDRESS_CHECKED = "address.checked"
    ADDRESS_REFUSED = "address.refused"
    UPLOAD_BEGUN = "upload.begun"
    UPLOAD_RECEIVED = "upload.received"
    UPLOAD_CANCELLED = "upload.cancelled"
    RECORD_CHECKED = "record.checked"
    ITEM_SAID = "item.said"
    RECORD_DESCRIBED = "record.described"
    RECORD_RELEASED = "record.released"
    RECORD_READ = "record.read"
    RECORDS_READ = "records.read"
    LETTER_PUT = "letter.put"
    LETTER_SENT = "letter.sent"
    LETTER_LATER = "letter.later"
    LETTER_DEAD = "letter.dead"
    LETTER_DELIVERED = "letter.delivered"
    LETTER_COMPLAINED = "letter.complained"
    LETTER_REPLAYED = "letter.replayed"
    LETTER_CLOSED = "letter.closed"
    VIEWER_ADDED = "viewer.added"
    VIEWER_OPENED = "viewer.opened"
    VIEWER_WITHDRAWN = "viewer.withdrawn"
    PARCEL_MOVED = "parcel.moved"
    QUESTION_ASKED = "question.asked"
    QUESTION_ANSWERED = "question.answered"
    QUESTION_TAKEN_BACK = "question.taken_back"
    MESSAGE_WRITTEN = "message.written"
    MESSAGE_SETTLED = "message.settled"
    PARTNER_ADDED = "partner.added"
    CALL_ASKED = "call.asked"
    CALL_MADE = "call.made"
    COORDINATOR_INVITED = "coordinator.invited"
    COORDINATOR_ENROLLED = "coordinator.enrolled"
    COORDINATOR_SIGNED_IN = "coordinator.signed_in"
    COORDINATOR_PROVED = "coordinator.proved"
    COORDINATOR_REFUSED = "coordinator.refused"
    COORDINATOR_SIGNED_OUT = "coordinator.signed_out"
    COORDINATOR_CLOSED = "coordinator.closed"
    COORDINATOR_ROLE = "coordinator.role"
    COORDINATOR_RESET = "coordinator.reset"
    COORDINATOR_AWAY = "coordinator.away"
    COORDINATOR_PASSWORD = "coordinator.password"  # noqa: S105  # the name of an event
    ROUTING_CHANGED = "routing.changed"
    PASSKEY_REMOVED = "passkey.removed"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal as it is read back."""

    number: int
    at: datetime
    event: str
    actor: str
    subject: str | None
    facts: dict[str, Any]


def write(
    tx: Tx, event: Event, now: datetime, *, actor: str = "system", subject: str | None = None, **facts: str | int | bool
) -> None:
    """Add a line to the caller's transaction. `subject` is a case id; `facts` hold ids, codes and counts only."""
    waiting = tx.pending.setdefault("journal", [])
    if not waiting:
        tx.before_commit(lambda: _append(tx, waiting))
    waiting.append((now, event.value, actor, subject, json.dumps(facts, sort_keys=True, separators=(",", ":"))))


def _append(tx: Tx, waiting: list[tuple[datetime, str, str, str | None, str]]) -> None:
    head = tx.one_or_none(select(journal_head).where(journal_head.c.id == 1).with_for_update())
    if head is None:
        raise LookupError("the journal has no head: run intake migrate")
    number, last = head.number, head.hash
    for at, event, actor, subject, facts in waiting:
        number += 1
        last = _chained(last, number, at, event, actor, subject, facts)
        row = {"number": number, "at": at, "event": event, "actor": actor, "subject": subject, "facts": facts}
        tx.execute(insert(journal), row | {"hash": last})
    tx.execute(update(journal_head).where(journal_head.c.id == 1).values(number=number, hash=last))
    waiting.clear()


def _chained(
    last: str, number: int, at: datetime, event: str, actor: str, subject: str | None, facts: str
) -> str:
    line = json.dumps([last, number, at.isoformat(timespec="microseconds"), event, actor, subject, facts])
    return hashlib.sha256(line.encode()).hexdigest()


def lines(tx: Tx, subject: str) -> list[Line]:
    """Every line about a case, oldest first."""
    rows = tx.all(select(journal).where(journal.c.subject == subject).order_by(journal.c.number))
    return [Line(r.number, r.at, r.event, r.actor, r.subject, json.loads(r.facts)) for r in rows]


def first_broken(tx: Tx) -> int | None:
    """The number of the first line that was changed, removed, added or swapped; None when the chain holds."""
    last, expected = BEGINNING, 0
    for row in tx.execute(select(journal).order_by(journal.c.number)):
        expected += 1
        last = _chained(last, row.number, row.at, row.event, row.actor, row.subject, row.facts)
        if row.number != expected or row.hash != last:
            return expected
    head = tx.one_or_none(select(journal_head).where(journal_head.c.id == 1))
    if head is None or head.number != expected or head.hash != last:
        return expected + 1
    return None
