"""Coordinators: who may work at the desk, and as what. Names and addresses are sealed; accounts are found by a keyed
hash.

Sessions belong to `links`: whoever closes an account ends its sessions in the same transaction (`cases/accounts.py`).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, Row, Select, String, Table, UniqueConstraint, insert, select, update

from intake import journal
from intake.db import Instant, Tx, metadata
from intake.errors import AccountClosed, LeadNeeded, NotYours
from intake.journal import Event
from intake.keys import KeyRing, KeyStore, context, open_sealed, seal

coordinators = Table(
    "coordinators",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("email", LargeBinary, nullable=False),
    Column("email_hash", String(64), nullable=True),  # none once closed: the address is free
    Column("language", String(12), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("enrolled_at", Instant, nullable=True),
    Column("closed_at", Instant, nullable=True),
    Column("role", String(12), nullable=False),
    Column("away_from", Instant, nullable=True),
    Column("away_until", Instant, nullable=True),
    Column("stand_in", String(32), nullable=True),
    Column("code_hash", String(64), nullable=True),  # what a reset asks for beside the link; none otherwise
    UniqueConstraint("email_hash"),
)


class State(StrEnum):
    """How far an account is: invited until the first passkey or password, then enrolled, closed for good."""

    INVITED = "invited"
    ENROLLED = "enrolled"
    CLOSED = "closed"


class DeskRole(StrEnum):
    """What somebody may do at the desk: a lead may do all that a coordinator may, and look after the others."""

    COORDINATOR = "coordinator"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One account, opened for reading."""

    id: str
    name: str
    email: str
    language: str
    state: State
    enrolled_at: datetime | None
    role: DeskRole = DeskRole.COORDINATOR
    away_from: datetime | None = None
    away_until: datetime | None = None
    stand_in: str | None = None

    @property
    def is_lead(self) -> bool:
        """Whether this is a lead."""
        return self.role is DeskRole.LEAD

    def is_away(self, now: datetime) -> bool:
        """Whether this person said to be away at this moment. Without an end one is away until one comes back."""
        begun = self.away_from is not None and self.away_from <= now
        return begun and (self.away_until is None or now < self.away_until)


def actor(coordinator_id: str) -> str:
    """How the journal names a coordinator."""
    return f"coordinator:{coordinator_id}"


def invite(
    tx: Tx, keys: KeyStore, ring: KeyRing, name: str, email: str, language: str, now: datetime,
    *, role: DeskRole = DeskRole.COORDINATOR, by: str = "system",
) -> Coordinator:  # fmt: skip
    """Make an account for this address, or find the open one that it already has, with the role it has; journalled
    either way."""
    address_hash = _address_hash(ring, email)
    known = tx.one_or_none(_of_address(address_hash))
    if known is None:
        coordinator_id = secrets.token_urlsafe(16)
        key = keys.make(actor(coordinator_id))
        row = {
            "id": coordinator_id, "email_hash": address_hash, "language": language, "made_at": now,
            "state": State.INVITED.value, "role": role.value,
            "name": seal(key, name.strip().encode(), _place(coordinator_id, "name")),
            "email": seal(key, email.strip().encode(), _place(coordinator_id, "email")),
        }  # fmt: skip
        tx.execute(insert(coordinators), row)
        known = tx.one_or_none(select(coordinators).where(coordinators.c.id == coordinator_id))
    journal.write(tx, Event.COORDINATOR_INVITED, now, actor=by, coordinator=known.id, role=known.role)
    return _opened(keys, known)


def with_address(tx: Tx, keys: KeyStore, ring: KeyRing, email: str) -> Coordinator | None:
    """The open account of an e-mail address."""
    row = tx.one_or_none(_of_address(_address_hash(ring, email)))
    return None if row is None else _opened(keys, row)


def get(tx: Tx, keys: KeyStore, coordinator_id: str) -> Coordinator:
    """One account, whatever its state. Raises NotYours if there is none."""
    row = tx.one_or_none(select(coordinators).where(coordinators.c.id == coordinator_id))
    if row is None:
        raise NotYours
    return _opened(keys, row)


def enrolled(tx: Tx, keys: KeyStore) -> list[Coordinator]:
    """Everybody who can sign in, longest enrolled first."""
    found = select(coordinators).where(coordinators.c.state == State.ENROLLED.value)
    found = found.order_by(coordinators.c.enrolled_at, coordinators.c.id)
    return [_opened(keys, row) for row in tx.all(found)]


def everyone(tx: Tx, keys: KeyStore) -> list[Coordinator]:
    """Every account that is not closed, the oldest first."""
    found = select(coordinators).where(coordinators.c.state != State.CLOSED.value)
    return [_opened(keys, row) for row in tx.all(found.order_by(coordinators.c.made_at, coordinators.c.id))]


def names(tx: Tx, keys: KeyStore, ids: set[str]) -> dict[str, str]:
    """The names of these accounts by id, closed ones too; an unknown id is left out."""
    if not ids:
        return {}
    rows = tx.all(select(coordinators).where(coordinators.c.id.in_(sorted(ids))))
    return {row.id: _opened(keys, row).name for row in rows}


def away_among(tx: Tx, ids: set[str], now: datetime) -> dict[str, datetime | None]:
    """Who of these accounts is away at this moment, and until when (None: until they come back)."""
    if not ids:
        return {}
    begun = (coordinators.c.id.in_(sorted(ids)), coordinators.c.away_from <= now)
    rows = tx.all(select(coordinators.c.id, coordinators.c.away_until).where(*begun))
    return {row.id: row.away_until for row in rows if row.away_until is None or now < row.away_until}


def need_open(tx: Tx, coordinator_id: str) -> None:
    """Raise AccountClosed unless the account is there and was not closed."""
    state = tx.scalar(select(coordinators.c.state).where(coordinators.c.id == coordinator_id))
    if state is None or state == State.CLOSED:
        raise AccountClosed


def need_lead(tx: Tx, coordinator_id: str, *, to_change: bool = False) -> None:
    """Raise LeadNeeded unless this is the open account of a lead.

    `to_change` holds all leads until the transaction ends: of two leads who close each other, one comes too late.
    """
    leads = select(coordinators.c.id).where(
        coordinators.c.role == DeskRole.LEAD.value, coordinators.c.state != State.CLOSED.value
    )
    leads = leads.order_by(coordinators.c.id)
    if coordinator_id not in {row.id for row in tx.all(leads.with_for_update() if to_change else leads)}:
        raise LeadNeeded


def set_role(tx: Tx, coordinator_id: str, role: DeskRole, by: str, now: datetime) -> None:
    """Make somebody a lead, or a coordinator again. Raises AccountClosed."""
    need_open(tx, coordinator_id)
    tx.execute(update(coordinators).where(coordinators.c.id == coordinator_id).values(role=role.value))
    journal.write(tx, Event.COORDINATOR_ROLE, now, actor=by, coordinator=coordinator_id, role=role.value)


def set_away(
    tx: Tx, coordinator_id: str, since: datetime | None, until: datetime | None, stand_in: str | None, now: datetime
) -> None:
    """Say from when to when somebody is away, and who stands in meanwhile; `since` None says that they are here."""
    away = {"away_from": since, "away_until": until, "stand_in": stand_in}
    tx.execute(update(coordinators).where(coordinators.c.id == coordinator_id).values(**away))
    journal.write(tx, Event.COORDINATOR_AWAY, now, actor=actor(coordinator_id), away=since is not None)


def ask_for_code(tx: Tx, coordinator_id: str, code_hash: str | None) -> None:
    """From now on a link of this account opens only with this code beside it; with None, by itself again."""
    tx.execute(update(coordinators).where(coordinators.c.id == coordinator_id).values(code_hash=code_hash))


def code_asked(tx: Tx, coordinator_id: str) -> str | None:
    """The keyed hash of the code that this account asks for, or None."""
    return tx.scalar(select(coordinators.c.code_hash).where(coordinators.c.id == coordinator_id))


def mark_reset(tx: Tx, coordinator_id: str, by: str, now: datetime) -> None:
    """Nothing signs in to this account any more until it is enrolled anew. Raises AccountClosed."""
    need_open(tx, coordinator_id)
    again = update(coordinators).where(coordinators.c.id == coordinator_id)
    tx.execute(again.values(state=State.INVITED.value))
    journal.write(tx, Event.COORDINATOR_RESET, now, actor=by, coordinator=coordinator_id)


def mark_enrolled(tx: Tx, coordinator_id: str, now: datetime) -> None:
    """The first passkey or password was made. Raises AccountClosed if the account was closed meanwhile."""
    need_open(tx, coordinator_id)
    first = update(coordinators).where(
        coordinators.c.id == coordinator_id, coordinators.c.state == State.INVITED.value
    )
    tx.execute(first.values(state=State.ENROLLED.value, enrolled_at=now, code_hash=None))


def close_account(tx: Tx, coordinator_id: str, now: datetime, *, by: str = "system") -> None:
    """Close for good: nothing of this account signs in any more, and its address may be invited anew."""
    closed = {"state": State.CLOSED.value, "closed_at": now, "email_hash": None, "code_hash": None}
    still_open = (coordinators.c.id == coordinator_id, coordinators.c.state != State.CLOSED.value)
    if tx.execute(update(coordinators).where(*still_open).values(**closed)).rowcount == 1:
        journal.write(tx, Event.COORDINATOR_CLOSED, now, actor=by, coordinator=coordinator_id)


def _opened(keys: KeyStore, row: Row) -> Coordinator:
    key = keys.get(actor(row.id))
    name = open_sealed(key, row.name, _place(row.id, "name")).decode()
    email = open_sealed(key, row.email, _place(row.id, "email")).decode()
    return Coordinator(
        row.id, name, email, row.language, State(row.state), row.enrolled_at, DeskRole(row.role), row.away_from,
        row.away_until, row.stand_in,
    )  # fmt: skip


def _address_hash(ring: KeyRing, email: str) -> str:
    return ring.hash("coordinator", email.strip().lower())


def _of_address(address_hash: str) -> Select:
    return select(coordinators).where(coordinators.c.email_hash == address_hash)


def _place(coordinator_id: str, column: str) -> bytes:
    return context("coordinators", coordinator_id, column)
