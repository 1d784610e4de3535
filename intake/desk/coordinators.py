"""Coordinators: who may work at the desk. Names and addresses are sealed; accounts are found by a keyed hash.

Sessions belong to `links`: whoever closes an account ends its sessions in the same transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, LargeBinary, Row, String, Table, UniqueConstraint, insert, select, update

from intake import journal
from intake.db import Instant, Tx, metadata
from intake.errors import AccountClosed, NotYours
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
    UniqueConstraint("email_hash"),
)


class State(StrEnum):
    """How far an account is: invited until the first passkey, then enrolled, closed for good."""

    INVITED = "invited"
    ENROLLED = "enrolled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One account, opened for reading."""

    id: str
    name: str
    email: str
    language: str
    state: State
    enrolled_at: datetime | None


def actor(coordinator_id: str) -> str:
    """How the journal names a coordinator."""
    return f"coordinator:{coordinator_id}"


def invite(
    tx: Tx, keys: KeyStore, ring: KeyRing, name: str, email: str, language: str, now: datetime
) -> Coordinator:
    """Make an account for this address, or find the open one that it already has; journalled either way."""
    address_hash = ring.hash("coordinator", email.strip().lower())
    known = tx.one_or_none(select(coordinators).where(coordinators.c.email_hash == address_hash))
    if known is None:
        coordinator_id = secrets.token_urlsafe(16)
        key = keys.make(actor(coordinator_id))
        row = {
            "id": coordinator_id, "email_hash": address_hash, "language": language, "made_at": now,
            "state": State.INVITED.value,
            "name": seal(key, name.strip().encode(), _place(coordinator_id, "name")),
            "email": seal(key, email.strip().encode(), _place(coordinator_id, "email")),
        }  # fmt: skip
        tx.execute(insert(coordinators), row)
        known = tx.one_or_none(select(coordinators).where(coordinators.c.id == coordinator_id))
    journal.write(tx, Event.COORDINATOR_INVITED, now, coordinator=known.id)
    return _opened(keys, known)


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


def names(tx: Tx, keys: KeyStore, ids: set[str]) -> dict[str, str]:
    """The names of these accounts by id, closed ones too; an unknown id is left out."""
    if not ids:
        return {}
    rows = tx.all(select(coordinators).where(coordinators.c.id.in_(sorted(ids))))
    return {row.id: _opened(keys, row).name for row in rows}


def need_open(tx: Tx, coordinator_id: str) -> None:
    """Raise AccountClosed unless the account is there and was not closed."""
    state = tx.scalar(select(coordinators.c.state).where(coordinators.c.id == coordinator_id))
    if state is None or state == State.CLOSED:
        raise AccountClosed


def mark_enrolled(tx: Tx, coordinator_id: str, now: datetime) -> None:
    """The first passkey was made. Raises AccountClosed if the account was closed meanwhile."""
    need_open(tx, coordinator_id)
    first = update(coordinators).where(
        coordinators.c.id == coordinator_id, coordinators.c.state == State.INVITED.value
    )
    tx.execute(first.values(state=State.ENROLLED.value, enrolled_at=now))


def close_account(tx: Tx, coordinator_id: str, now: datetime) -> None:
    """Close for good: no passkey of this account signs in any more, and its address may be invited anew."""
    closed = {"state": State.CLOSED.value, "closed_at": now, "email_hash": None}
    still_open = (coordinators.c.id == coordinator_id, coordinators.c.state != State.CLOSED.value)
    if tx.execute(update(coordinators).where(*still_open).values(**closed)).rowcount == 1:
        journal.write(tx, Event.COORDINATOR_CLOSED, now, coordinator=coordinator_id)


def _opened(keys: KeyStore, row: Row) -> Coordinator:
    key = keys.get(actor(row.id))
    name = open_sealed(key, row.name, _place(row.id, "name")).decode()
    email = open_sealed(key, row.email, _place(row.id, "email")).decode()
    return Coordinator(row.id, name, email, row.language, State(row.state), row.enrolled_at)


def _place(coordinator_id: str, column: str) -> bytes:
    return context("coordinators", coordinator_id, column)
