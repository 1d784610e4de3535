"""What became of the letters that left: news of the provider, addresses at which nothing arrives, and trying again.

News may come late, twice, or in any order: an event counts once, and no letter ever moves back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import ModuleType

from sqlalchemy import Column, ColumnElement, Row, String, Table, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from intake import journal, queue
from intake.db import Instant, Tx, metadata
from intake.journal import Event as Journalled
from intake.mail import outbox
from intake.mail.events import Delivery, Event
from intake.mail.outbox import DEAD, HELD, QUEUED, SEND_MAIL, SENT, letters

# Longer than a signed post is believed (`signatures.OLDEST`): a replay finds its events here, or is refused as stale.
KEEP_EVENTS = timedelta(days=3)
# Somebody's mailbox may be mended meanwhile; then the next letter tells.
KEEP_SUPPRESSED = timedelta(days=180)
A_DAY = timedelta(days=1)
LEAVES_WITHIN = timedelta(days=7)  # tries and waits; what leaves later is not counted
BEING_TRIED = timedelta(minutes=2)  # longer than any sender blocks
# What mail servers say of an address that is not there, or takes nothing from us (RFC 3463 codes stand behind them).
SMTP_OF_ADDRESS = frozenset({"smtp_550", "smtp_551", "smtp_553", "smtp_521", "smtp_556"})

mail_events = Table(
    "mail_events",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("heard_at", Instant, nullable=False, index=True),
)

suppressed_addresses = Table(
    "suppressed_addresses",
    metadata,
    Column("recipient_hash", String(64), primary_key=True),
    Column("code", String(20), nullable=False),
    Column("since", Instant, nullable=False, index=True),
)


def hear(tx: Tx, events: Iterable[Event], now: datetime) -> int:
    """Take in what the provider tells; returns how many of the events were new."""
    ordered = sorted(events, key=lambda event: event.id)  # in one order everywhere: two posts never wait for each other
    new = [event for event in ordered if _is_new(tx, event, now)]
    for event in sorted(new, key=lambda event: (event.letter_id, event.outcome.rank)):
        _hear(tx, event, now)
    return len(new)


def suppress(tx: Tx, recipient_hash: str | None, code: str, now: datetime) -> None:
    """Remember that nothing arrives at this address."""
    if recipient_hash:
        row = {"recipient_hash": recipient_hash, "code": code[:20], "since": now}
        added = _dialect(tx).insert(suppressed_addresses).values(row)
        tx.execute(added.on_conflict_do_update(index_elements=["recipient_hash"], set_=row))


def lift(tx: Tx, recipient_hash: str | None) -> None:
    """Letters arrive there again, or shall be tried."""
    tx.execute(delete(suppressed_addresses).where(suppressed_addresses.c.recipient_hash == recipient_hash))


def suppressed_among(tx: Tx, recipient_hashes: Iterable[str]) -> dict[str, str]:
    """Which of these addresses nothing arrives at, with the reason's code."""
    wanted = suppressed_addresses.c.recipient_hash.in_(sorted(set(recipient_hashes)))
    return {row.recipient_hash: row.code for row in tx.all(select(suppressed_addresses).where(wanted))}


def wait_for_room(tx: Tx, letter_id: str, most: int, now: datetime) -> datetime | None:
    """When this letter may leave, if its address had `most` others within a day; None if it may now.

    Asked in the transaction that marks the try, which on PostgreSQL keeps others to the same address waiting.
    """
    to = tx.scalar(select(letters.c.recipient_hash).where(letters.c.id == letter_id))
    if to is None:
        return None
    if tx.connection.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(to))))
    on_its_way = and_(letters.c.state == QUEUED, letters.c.tried_at > now - BEING_TRIED)
    left = or_(letters.c.sent_at > now - A_DAY, on_its_way)
    lately = letters.c.made_at > now - LEAVES_WITHIN  # so that an index finds them among all that somebody ever got
    theirs = and_(letters.c.recipient_hash == to, lately, left, letters.c.id != letter_id)
    moment = func.coalesce(letters.c.sent_at, letters.c.tried_at)
    newest = select(letters.c.sent_at, letters.c.tried_at).where(theirs).order_by(moment.desc()).limit(most)
    moments = [row.sent_at or row.tried_at for row in tx.all(newest)]
    return moments[-1] + A_DAY if len(moments) == most else None


def replay(tx: Tx, letter_ids: Iterable[str], now: datetime, *, actor: str = "system") -> int:
    """Try letters again from the beginning, each with its whole time of trying; returns how many were put in.

    A letter that waits already, arrived, or is held, is left alone. What is told of the first copy does not count
    for the new.
    """
    return sum(_replay(tx, letter_id, now, actor) for letter_id in letter_ids)


def lost_since(tx: Tx, since: datetime, *, overdue_at: datetime | None = None) -> list[str]:
    """Ids of letters written since then that were given up; with `overdue_at` also those that left and of which
    nothing was heard for long.
    """
    lost = letters.c.state == DEAD
    which = lost if overdue_at is None else or_(lost, outbox.is_overdue(overdue_at))
    rows = tx.all(select(letters.c.id).where(letters.c.made_at >= since, which).order_by(letters.c.made_at))
    return [row.id for row in rows]


def forget(tx: Tx, now: datetime) -> None:
    """Drop ids of events that cannot be believed again, and addresses that get another chance."""
    tx.execute(delete(mail_events).where(mail_events.c.heard_at < now - KEEP_EVENTS))
    tx.execute(delete(suppressed_addresses).where(suppressed_addresses.c.since < now - KEEP_SUPPRESSED))


def _is_new(tx: Tx, event: Event, now: datetime) -> bool:
    row = {"id": event.id, "heard_at": now}
    added = _dialect(tx).insert(mail_events).values(row).on_conflict_do_nothing(index_elements=["id"])
    return tx.execute(added.returning(mail_events.c.id)).one_or_none() is not None


def _hear(tx: Tx, event: Event, now: datetime) -> None:
    row = tx.one_or_none(select(letters).where(letters.c.id == event.letter_id).with_for_update())
    if row is None or _is_of_an_older_copy(row, event):
        return
    if row.delivery is not None and event.outcome.rank <= Delivery(row.delivery).rank:
        return
    lost = event.outcome.is_lost
    values = {"delivery": event.outcome.value, "state": DEAD if lost else SENT, "sent_at": row.sent_at or now}
    values["last_code"] = event.outcome.value if lost or event.outcome is Delivery.SPAM_REPORT else None
    tx.execute(update(letters).where(letters.c.id == row.id).values(**values))
    if event.of_address:
        suppress(tx, row.recipient_hash, event.outcome.value, now)
    elif event.outcome is Delivery.DELIVERED:
        lift(tx, row.recipient_hash)
    _tell(tx, row, event.outcome, now)


def _is_of_an_older_copy(row: Row, event: Event) -> bool:
    # The provider's clock counts whole seconds.
    return row.replayed_at is not None and event.at + timedelta(seconds=1) <= row.replayed_at


def _tell(tx: Tx, row: Row, outcome: Delivery, now: datetime) -> None:
    facts: dict[str, str | int | bool] = {"letter": row.letter, "attempts": row.attempts}
    said = {
        Delivery.DELIVERED: Journalled.LETTER_DELIVERED,
        Delivery.DEFERRED: Journalled.LETTER_LATER,
        Delivery.SPAM_REPORT: Journalled.LETTER_COMPLAINED,
    }
    if row.state == QUEUED:  # we never heard that it was taken, after a time-out for instance: now we know
        journal.write(tx, Journalled.LETTER_SENT, now, subject=row.case_id, **facts)
    if outcome is Delivery.ACCEPTED:
        return
    event = Journalled.LETTER_DEAD if outcome.is_lost else said[outcome]
    journal.write(tx, event, now, subject=row.case_id, code=outcome.value, **facts)
    if outcome.is_lost or outcome is Delivery.SPAM_REPORT:
        outbox.put_lost(tx, row.id, now)


def _replay(tx: Tx, letter_id: str, now: datetime, actor: str) -> bool:
    fresh = {"state": QUEUED, "attempts": 0, "delivery": None, "last_code": None, "closed_at": None}
    again = and_(letters.c.id == letter_id, letters.c.state.not_in((QUEUED, HELD)), _not_arrived())
    told = (letters.c.letter, letters.c.case_id, letters.c.recipient_hash)
    row = tx.one_or_none(
        update(letters).where(again).values(**fresh, sent_at=None, tried_at=None, replayed_at=now).returning(*told)
    )
    if row is None:
        return False
    lift(tx, row.recipient_hash)
    queue.put(tx, SEND_MAIL, letter_id, now, now, dedupe=f"{SEND_MAIL}:{letter_id}")
    journal.write(tx, Journalled.LETTER_REPLAYED, now, actor=actor, subject=row.case_id, letter=row.letter)
    return True


def _not_arrived() -> ColumnElement[bool]:
    arrived = (Delivery.DELIVERED.value, Delivery.SPAM_REPORT.value)
    return or_(letters.c.delivery.is_(None), letters.c.delivery.not_in(arrived))


def _dialect(tx: Tx) -> ModuleType:
    return postgresql if tx.connection.dialect.name == "postgresql" else sqlite
