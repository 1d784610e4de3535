"""Call-backs: somebody left a number and asks to be called. Kept sealed, and forgotten once they were called.

A call-back is no draft and no case: it holds a name, a number and a time that suits, and nothing about health.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, LargeBinary, String, Table, UniqueConstraint, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from intake import journal
from intake.cases import letters
from intake.cases.house import House
from intake.db import Database, Instant, Tx, metadata
from intake.errors import KeyGone
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json

KEEP = timedelta(days=30)
# While so many wait, the desk has had so many letters that lead to the same list: one more would tell it nothing.
LETTERS_WHILE_WAITING = 5
SHOWN = 200

call_backs = Table(
    "call_backs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number_hash", String(64), nullable=False),
    Column("language", String(12), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("asked_at", Instant, nullable=False, index=True),
    UniqueConstraint("number_hash"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody typed: what to call them, the number (E.164), and when it suits them (may be empty)."""

    called: str
    number: str
    suits: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """One call to make, opened for reading."""

    id: str
    said: Said
    language: str
    asked_at: datetime


def ask(tx: Tx, house: House, said: Said, language: str, now: datetime) -> None:
    """Keep a call to make, and tell the desk that there is one. A number that waits already is not listed twice."""
    found_by = house.ring.hash("telephone", said.number)
    waiting = tx.one_or_none(select(call_backs).where(call_backs.c.number_hash == found_by).with_for_update())
    if waiting is not None:
        changed = update(call_backs).where(call_backs.c.id == waiting.id)
        tx.execute(changed.values(said=_sealed(house.keys, waiting.id, said), language=language))
        return
    call_id = secrets.token_urlsafe(24)
    row = {
        "id": call_id, "number_hash": found_by, "said": _sealed(house.keys, call_id, said), "language": language,
        "asked_at": now,
    }  # fmt: skip
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(call_backs).values(row).on_conflict_do_nothing(index_elements=["number_hash"])
    if tx.scalar(added.returning(call_backs.c.id)) is None:  # the same press, a moment earlier
        house.keys.destroy(_owner(call_id))
        return
    journal.write(tx, Event.CALL_ASKED, now, actor="requester", call=call_id)
    if count(tx) <= LETTERS_WHILE_WAITING:
        letters.tell_call_asked(tx, house, now)


def waiting(tx: Tx, keys: KeyStore) -> list[CallBack]:
    """The calls to make, the longest waiting first; one whose key went in a crash can be read by nobody any more."""
    rows = tx.all(select(call_backs).order_by(call_backs.c.asked_at, call_backs.c.id).limit(SHOWN))
    return [call for call in (_opened(keys, row) for row in rows) if call is not None]


def count(tx: Tx) -> int:
    """How many calls are to be made."""
    return int(tx.scalar(select(func.count()).select_from(call_backs)))


def close(tx: Tx, keys: KeyStore, call_id: str, actor: str, now: datetime) -> bool:
    """They were called: forget who it was, the key first. False if somebody had done so before."""
    keys.destroy(_owner(call_id))
    if tx.execute(delete(call_backs).where(call_backs.c.id == call_id)).rowcount == 0:
        return False
    journal.write(tx, Event.CALL_MADE, now, actor=actor, call=call_id)
    return True


def purge(database: Database, keys: KeyStore, now: datetime) -> int:
    """Forget calls that nobody made in their time, the key first. Returns how many. Harmless to do twice."""
    with database.read() as tx:
        over = select(call_backs.c.id).where(call_backs.c.asked_at <= now - KEEP).limit(SHOWN)
        ids = [row.id for row in tx.all(over)]
    for call_id in ids:
        keys.destroy(_owner(call_id))
    if ids:
        with database.transaction() as tx:
            tx.execute(delete(call_backs).where(call_backs.c.id.in_(ids)))
            journal.write(tx, Event.PURGED, now, calls=len(ids))
    return len(ids)


def _owner(call_id: str) -> str:
    return f"call:{call_id}"


def _sealed(keys: KeyStore, call_id: str, said: Said) -> bytes:
    return seal_json(keys.make(_owner(call_id)), asdict(said), context("call_backs", call_id, "said"))


def _opened(keys: KeyStore, row: Any) -> CallBack | None:
    try:
        said: Any = open_json(keys.get(_owner(row.id)), row.said, context("call_backs", row.id, "said"))
    except KeyGone:
        return None
    return CallBack(row.id, Said(**said), row.language, row.asked_at)
