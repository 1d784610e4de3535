"""The outbox: every letter, rendered once and sealed, with the one truth of whether it left.

A letter is put in by the transaction that needs it, together with the job that sends it. It leaves at least once; its
id travels along, so that a repeat can be recognised.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from intake import journal, queue
from intake.db import Instant, Tx, few_alone, metadata
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json
from intake.mail.events import Delivery
from intake.mail.message import Message

SEND_MAIL = "send_mail"
LETTER_LOST = "letter_lost"
QUEUED, SENT, DEAD, HELD = "queued", "sent", "dead", "held"
# After so long a letter that was taken has nearly always arrived; if not, somebody should know.
OVERDUE_AFTER = timedelta(hours=6)
ROLES = ("requester", "patient", "coordinator", "operator")

# Of these some need somebody; all others arrived, or left and nobody tells us more. In the words of an index.
UNSETTLED = "closed_at IS NULL AND (state <> 'sent' OR delivery IN ('accepted', 'deferred', 'spam_report'))"

letters = Table(
    "letters",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key_owner", String(80), nullable=False),
    Column("case_id", String(64), nullable=True, index=True),
    Column("letter", String(40), nullable=False),
    Column("language", String(12), nullable=False),
    Column("role", String(12), nullable=False),
    Column("recipient_hash", String(64), nullable=True),
    Column("dedupe", String(120), nullable=True),
    Column("message", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=True),
    Column("provider_id", String(200), nullable=True),
    Column("last_code", String(60), nullable=True),
    Column("tried_at", Instant, nullable=True),
    Column("delivery", String(12), nullable=True, index=True),  # none where nobody tells us what became of it
    Column("replayed_at", Instant, nullable=True),
    Column("closed_at", Instant, nullable=True),  # somebody at the desk has dealt with it
    UniqueConstraint("dedupe"),
    Index(None, "recipient_hash", "made_at"),
    few_alone("ix_letters_unsettled", UNSETTLED, "made_at", "id"),
    few_alone("ix_letters_caseless", "case_id IS NULL", "made_at"),
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that has not arrived as it should: `state` is queued (tried again later), dead (given up), sent
    (taken by the provider, and then `delivery` says the last that was heard) or held (never to leave).
    """

    id: str
    case_id: str | None
    letter: str
    role: str
    state: str
    attempts: int
    made_at: datetime
    last_code: str | None
    delivery: str | None


def put(
    tx: Tx,
    keys: KeyStore,
    message: Message,
    now: datetime,
    *,
    owner: str | None,
    case_id: str | None = None,
    role: str = "requester",
    recipient_hash: str | None = None,
    dedupe: str | None = None,
) -> str:
    """Put a letter and its job in the caller's transaction; returns its id.

    `owner` names the key that seals it; with None it gets a key of its own first. A letter with the same `dedupe` that
    was ever put makes this a no-op that returns that letter's id. Raises KeyGone if the owner's key was destroyed.
    """
    if (earlier := _known(tx, dedupe)) is not None:
        return earlier
    letter_id = secrets.token_urlsafe(16)
    owner = owner or f"letter:{letter_id}"
    key = keys.make(owner) if owner == f"letter:{letter_id}" else keys.get(owner)
    row = {
        "id": letter_id, "key_owner": owner, "case_id": case_id, "letter": message.letter,
        "language": message.language, "role": role, "recipient_hash": recipient_hash, "dedupe": dedupe,
        "message": seal_json(key, asdict(message), _place(letter_id)), "state": QUEUED, "attempts": 0, "made_at": now,
    }  # fmt: skip
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(letters).values(row).on_conflict_do_nothing(index_elements=["dedupe"])
    if tx.scalar(added.returning(letters.c.id)) is None:  # another transaction was quicker since our look
        return _known(tx, dedupe) or letter_id
    queue.put(tx, SEND_MAIL, letter_id, now, now, dedupe=f"{SEND_MAIL}:{letter_id}")
    journal.write(tx, Event.LETTER_PUT, now, subject=case_id, letter=message.letter)
    return letter_id


def open_letter(tx: Tx, keys: KeyStore, letter_id: str) -> Message:
    """The message as it was written. Raises LookupError, KeyGone (its key was destroyed) or SealBroken."""
    row = tx.one_or_none(select(letters.c.key_owner, letters.c.message).where(letters.c.id == letter_id))
    if row is None:
        raise LookupError("no such letter")
    return Message(**open_json(keys.get(row.key_owner), row.message, _place(letter_id)))


def mark_trying(tx: Tx, letter_id: str, now: datetime | None = None) -> int:
    """Say that the letter is about to be handed over. The how-manieth try this is, or 0 if it no longer waits."""
    waits = and_(letters.c.id == letter_id, letters.c.state == QUEUED)
    begun = {"attempts": letters.c.attempts + 1, "tried_at": now}
    return tx.scalar(update(letters).where(waits).values(**begun).returning(letters.c.attempts)) or 0


def mark_sent(tx: Tx, letter_id: str, provider_id: str, now: datetime, *, tells: bool = False) -> None:
    """The provider took the letter, under its id `provider_id`, if any. `tells`: it will say what becomes of it."""
    facts = {"sent_at": now, "provider_id": provider_id[:200], "last_code": None}
    facts |= {"delivery": Delivery.ACCEPTED.value} if tells else {}
    _settle(tx, Event.LETTER_SENT, letter_id, now, state=SENT, **facts)


def mark_later(tx: Tx, letter_id: str, code: str, now: datetime) -> None:
    """The provider could not take the letter now; it stays queued."""
    _settle(tx, Event.LETTER_LATER, letter_id, now, last_code=code[:60])


def mark_dead(tx: Tx, letter_id: str, code: str, now: datetime) -> None:
    """The letter is given up; the desk shows it, and a job tells whoever can do something."""
    if _settle(tx, Event.LETTER_DEAD, letter_id, now, state=DEAD, last_code=code[:60]):
        put_lost(tx, letter_id, now)


def put_lost(tx: Tx, letter_id: str, now: datetime) -> None:
    """Put in the job that tells of a letter that was lost."""
    queue.put(tx, LETTER_LOST, letter_id, now, now, dedupe=f"{LETTER_LOST}:{letter_id}")


def undelivered(tx: Tx, now: datetime, limit: int = 100, *, case_id: str | None = None) -> list[Undelivered]:
    """Letters (of a case) that did not arrive and that nobody has dealt with, newest first: given up, tried and not
    taken yet, taken and not heard of for OVERDUE_AFTER, or reported as spam.
    """
    shown = select(*(letters.c[name] for name in Undelivered.__slots__))
    shown = shown if case_id is None else shown.where(letters.c.case_id == case_id)
    rows = tx.all(shown.where(_needs_somebody(now)).order_by(letters.c.made_at.desc()).limit(limit))
    return [Undelivered(*row) for row in rows]


def count_undelivered(tx: Tx, now: datetime) -> int:
    """How many of those there are."""
    return tx.scalar(select(func.count()).select_from(letters).where(_needs_somebody(now)))


def of_id(tx: Tx, letter_id: str) -> Undelivered | None:
    """The facts of one letter, whatever became of it; None if it is gone."""
    shown = select(*(letters.c[name] for name in Undelivered.__slots__))
    row = tx.one_or_none(shown.where(letters.c.id == letter_id))
    return None if row is None else Undelivered(*row)


def recipient_of(tx: Tx, letter_id: str) -> str | None:
    """The keyed hash of the address that a letter went to."""
    return tx.scalar(select(letters.c.recipient_hash).where(letters.c.id == letter_id))


def close(tx: Tx, letter_id: str, now: datetime, *, actor: str) -> None:
    """Somebody reached the reader in another way, or nothing is to be done: the desk need not show it any more."""
    shown = and_(letters.c.id == letter_id, letters.c.closed_at.is_(None), _needs_somebody(now))
    closed = update(letters).where(shown).values(closed_at=now).returning(letters.c.letter, letters.c.case_id)
    if (row := tx.one_or_none(closed)) is not None:
        journal.write(tx, Event.LETTER_CLOSED, now, actor=actor, subject=row.case_id, letter=row.letter)


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """That the provider took a letter long ago and has not said that it arrived."""
    on_its_way = letters.c.delivery.in_((Delivery.ACCEPTED.value, Delivery.DEFERRED.value))
    return and_(on_its_way, letters.c.state == SENT, letters.c.sent_at < now - OVERDUE_AFTER)


def count_since(tx: Tx, recipient_hash: str, since: datetime) -> int:
    """How many letters were put for this recipient since then: nobody's mailbox may be flooded through us."""
    theirs = and_(letters.c.recipient_hash == recipient_hash, letters.c.made_at >= since)
    return tx.scalar(select(func.count()).select_from(letters).where(theirs))


def count_of_case(tx: Tx, case_id: str, letter: str, since: datetime) -> int:
    """How many letters of a kind were put for a case since then."""
    those = and_(letters.c.case_id == case_id, letters.c.letter == letter, letters.c.made_at >= since)
    return tx.scalar(select(func.count()).select_from(letters).where(those))


def count_of_cases(tx: Tx, case_ids: Sequence[str], letter: str) -> dict[str, int]:
    """How many letters of a kind were put for each of these cases; zero where none was. For as many as a page shows."""
    those = and_(letters.c.case_id.in_(case_ids), letters.c.letter == letter)
    counted = select(letters.c.case_id, func.count().label("many")).where(those).group_by(letters.c.case_id)
    return dict.fromkeys(case_ids, 0) | {row.case_id: row.many for row in tx.all(counted)}


@dataclass(frozen=True, slots=True)
class Put:
    """A letter of a case as the list of letters shows it: which, when it was written, and whether it has left."""

    letter: str
    state: str
    made_at: datetime
    sent_at: datetime | None


def put_for(tx: Tx, case_id: str, role: str) -> list[Put]:
    """The letters of a case to somebody in a role, newest first; without those that are held."""
    theirs = and_(letters.c.case_id == case_id, letters.c.role == role, letters.c.state != HELD)
    shown = select(*(letters.c[name] for name in Put.__slots__)).where(theirs)
    return [Put(*row) for row in tx.all(shown.order_by(letters.c.made_at.desc(), letters.c.id))]


def settled_without_case(tx: Tx, before: datetime, limit: int = 200) -> list[str]:
    """Key owners of letters that belong to no case, were put before a moment, and have been sent or given up."""
    done = and_(letters.c.case_id.is_(None), letters.c.state != QUEUED, letters.c.made_at < before)
    return list(tx.execute(select(letters.c.key_owner).where(done).limit(limit)).scalars())


def remove_owned(tx: Tx, key_owners: list[str]) -> None:
    """Take the letters that these keys seal away."""
    tx.execute(delete(letters).where(letters.c.key_owner.in_(key_owners)))


def remove_case(tx: Tx, case_id: str) -> None:
    """Take every letter of a case away, sent or not: the case is over."""
    tx.execute(delete(letters).where(letters.c.case_id == case_id))


def hold_back(tx: Tx, case_id: str, now: datetime, roles: tuple[str, ...] = ("requester", "patient")) -> int:
    """Hold what waits here for these readers of a case, and what was given up: it is kept, and never leaves, not even
    if somebody tries such letters again. The desk need not deal with any letter to them. Returns how many are held.
    """
    theirs = and_(letters.c.case_id == case_id, letters.c.role.in_(roles))
    tx.execute(update(letters).where(theirs, letters.c.closed_at.is_(None)).values(closed_at=now))
    return tx.execute(update(letters).where(theirs, letters.c.state.in_((QUEUED, DEAD))).values(state=HELD)).rowcount


def hold(tx: Tx, letter_id: str) -> None:
    """Hold one letter that waits: its reader must not get it any more."""
    tx.execute(update(letters).where(letters.c.id == letter_id, letters.c.state == QUEUED).values(state=HELD))


def _needs_somebody(now: datetime) -> ColumnElement[bool]:
    # Behind coalesce no index of these columns is taken: what was sent is nearly everything. That of the few is left.
    state, delivery = func.coalesce(letters.c.state, ""), func.coalesce(letters.c.delivery, "")
    stuck = and_(state == QUEUED, or_(letters.c.attempts > 1, letters.c.last_code.is_not(None)))
    on_its_way = delivery.in_((Delivery.ACCEPTED.value, Delivery.DEFERRED.value))
    overdue = and_(on_its_way, state == SENT, letters.c.sent_at < now - OVERDUE_AFTER)
    wrong = or_(state == DEAD, delivery == Delivery.SPAM_REPORT.value, overdue, stuck)
    return and_(text(UNSETTLED), wrong)


def _settle(tx: Tx, event: Event, letter_id: str, now: datetime, **values: object) -> bool:
    """Write how a try ended and tell the journal. False if the letter was settled before."""
    waits = and_(letters.c.id == letter_id, letters.c.state == QUEUED)
    told = (letters.c.letter, letters.c.case_id, letters.c.attempts)
    row = tx.one_or_none(update(letters).where(waits).values(**values).returning(*told))
    if row is None:
        return False
    code = values.get("last_code")
    facts: dict[str, str | int | bool] = {"letter": row.letter, "attempts": row.attempts}
    journal.write(tx, event, now, subject=row.case_id, **facts | ({"code": str(code)} if code else {}))
    return True


def _known(tx: Tx, dedupe: str | None) -> str | None:
    return None if dedupe is None else tx.scalar(select(letters.c.id).where(letters.c.dedupe == dedupe))


def _place(letter_id: str) -> bytes:
    return context("letters", letter_id, "message")
