"""The SQL for passkeys and for the challenges under way. Decides nothing; names of passkeys are sealed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from intake.db import Database, Instant, Tx, metadata
from intake.desk.coordinators import State, actor, coordinators
from intake.keys import KeyStore, context, open_sealed, seal

CHALLENGE_LASTS = timedelta(minutes=5)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(1368), primary_key=True),  # base64url of at most 1023 bytes, as the standard allows
    Column("coordinator_id", String(32), ForeignKey("coordinators.id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("transports", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=True),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("challenge", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)


class Kind(StrEnum):
    """What a challenge is for; one of a kind at a time for each browser."""

    ENROLMENT = "enrolment"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey as its holder sees it; `name` may be empty."""

    id: str
    name: str
    transports: tuple[str, ...]
    made_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """What signing in needs to know of a passkey."""

    id: str
    coordinator_id: str
    account: State
    public_key: bytes
    sign_count: int


def add(
    tx: Tx, keys: KeyStore, coordinator_id: str, passkey: Passkey, public_key: bytes, sign_count: int
) -> bool:
    """Keep a new passkey. False if the credential is known already."""
    key = keys.get(actor(coordinator_id))
    row = {
        "id": passkey.id, "coordinator_id": coordinator_id, "public_key": public_key,
        "sign_count": sign_count, "transports": " ".join(passkey.transports), "made_at": passkey.made_at,
        "name": seal(key, passkey.name.encode(), _place(passkey.id)),
    }  # fmt: skip
    if tx.one_or_none(select(passkeys.c.id).where(passkeys.c.id == passkey.id)) is not None:
        return False
    tx.execute(insert(passkeys), row)
    return True


def ids_of(tx: Tx, coordinator_id: str, *, to_change: bool = False) -> list[str]:
    """The credentials of a coordinator, oldest first; `to_change` holds them until the transaction ends."""
    query = _of(coordinator_id)
    return [row.id for row in tx.all(query.with_for_update() if to_change else query)]


def named(tx: Tx, keys: KeyStore, coordinator_id: str) -> list[Passkey]:
    """A coordinator's passkeys with their names, oldest first."""
    key = keys.get(actor(coordinator_id))
    return [_passkey(key, row) for row in tx.all(_of(coordinator_id))]


def held(tx: Tx, passkey_id: str) -> Held | None:
    """A passkey and the state of its account."""
    owners = coordinators.c
    joined = select(passkeys, owners.state).join(coordinators, owners.id == passkeys.c.coordinator_id)
    row = tx.one_or_none(joined.where(passkeys.c.id == passkey_id))
    if row is None:
        return None
    return Held(row.id, row.coordinator_id, State(row.state), row.public_key, row.sign_count)


def count(tx: Tx, passkey: Held, new_sign_count: int, now: datetime) -> bool:
    """Raise the sign count, in the statement that compares it: a copied passkey cannot slip in between."""
    as_seen = (passkeys.c.id == passkey.id, passkeys.c.sign_count == passkey.sign_count)
    raised = update(passkeys).where(*as_seen).values(sign_count=new_sign_count, last_used_at=now)
    return tx.execute(raised).rowcount == 1


def drop(tx: Tx, passkey_id: str) -> None:
    """Forget a passkey."""
    tx.execute(delete(passkeys).where(passkeys.c.id == passkey_id))


def drop_all(tx: Tx, coordinator_id: str) -> None:
    """Forget every passkey of a coordinator."""
    tx.execute(delete(passkeys).where(passkeys.c.coordinator_id == coordinator_id))


def keep_challenge(tx: Tx, kind: Kind, bound_to: str, challenge: bytes, now: datetime) -> None:
    """Keep a challenge for the session or visit `bound_to`, in place of its last one; what is over goes."""
    tx.execute(delete(challenges).where(challenges.c.expires_at <= now))
    row = {"id": _id(kind, bound_to), "challenge": challenge, "expires_at": now + CHALLENGE_LASTS}
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    tx.execute(dialect.insert(challenges).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


def take_challenge(database: Database, kind: Kind, bound_to: str, now: datetime) -> bytes | None:
    """The challenge, once, or None. Its own transaction: a wrong answer uses it up as a right one does."""
    taken = delete(challenges).where(challenges.c.id == _id(kind, bound_to))
    with database.transaction() as tx:
        row = tx.execute(taken.returning(challenges.c.challenge, challenges.c.expires_at)).one_or_none()
    return row.challenge if row is not None and now < row.expires_at else None


def _of(coordinator_id: str) -> Select:
    mine = select(passkeys).where(passkeys.c.coordinator_id == coordinator_id)
    return mine.order_by(passkeys.c.made_at, passkeys.c.id)


def _passkey(key: bytes, row: Row) -> Passkey:
    name = open_sealed(key, row.name, _place(row.id)).decode()
    return Passkey(row.id, name, tuple(row.transports.split()), row.made_at, row.last_used_at)


def _place(passkey_id: str) -> bytes:
    return context("passkeys", passkey_id, "name")


def _id(kind: Kind, bound_to: str) -> str:
    return hashlib.sha256(context(kind.value, bound_to)).hexdigest()
