"""The conversation inside a case: what requester and coordinators (later specialists) write to each other.

What is written is sealed with the key of the case. A question waits with a date until it is answered or taken back; a
message of the requester waits for us until somebody answers it or says that it needs no answer. Whose turn that makes
it is said in `lifecycle`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from intake.cases.case import Case
from intake.db import Instant, Tx, metadata
from intake.errors import NotYours
from intake.keys import KeyStore, context, open_json, seal_json

messages = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("voice", String(12), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("answers", String(32), nullable=True),
    Column("written_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=True),
    Column("read_at", Instant, nullable=True),
    Column("settled_at", Instant, nullable=True),
    UniqueConstraint("case_id", "number"),
)


class Voice(StrEnum):
    """Who speaks. Whoever wrote it, the requester's side reads the desk's words and the other way round."""

    REQUESTER = "requester"
    COORDINATOR = "coordinator"
    SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that was written, opened for reading.

    `due_at` is there for what wants an answer, `settled_at` once it has one or needs none any more; `answers` is the
    id of the question that this answers.
    """

    id: str
    case_id: str
    number: int
    voice: Voice
    actor: str
    text: str = field(repr=False)
    answers: str | None
    written_at: datetime
    due_at: datetime | None
    read_at: datetime | None
    settled_at: datetime | None

    @property
    def ours(self) -> bool:
        """Whether it is from our side."""
        return self.voice is not Voice.REQUESTER

    @property
    def waits(self) -> bool:
        """Whether it still waits for an answer."""
        return self.due_at is not None and self.settled_at is None

    def is_late(self, now: datetime) -> bool:
        """Whether it waits although its day is past."""
        return self.due_at is not None and self.waits and now > self.due_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """The soonest dates of what waits in a case: for our answer, and for the requester's. None where nothing waits."""

    for_us: datetime | None = None
    for_them: datetime | None = None


def waiting(tx: Tx, case_id: str) -> Waiting:
    """What waits for an answer in a case."""
    soonest = func.min(messages.c.due_at).label("due_at")
    ours = (messages.c.voice != Voice.REQUESTER.value).label("ours")
    open_ones = (messages.c.case_id == case_id, messages.c.due_at.is_not(None), messages.c.settled_at.is_(None))
    found = {bool(row.ours): row.due_at for row in tx.all(select(ours, soonest).where(*open_ones).group_by(ours))}
    return Waiting(for_us=found.get(False), for_them=found.get(True))


def messages_of(tx: Tx, keys: KeyStore, case: Case) -> list[Message]:
    """The whole conversation, the oldest first. Raises KeyGone."""
    rows = tx.all(select(messages).where(messages.c.case_id == case.id).order_by(messages.c.number))
    return [_message(keys.get(case.key_owner), row) for row in rows] if rows else []


def message_of(tx: Tx, keys: KeyStore, case: Case, message_id: str) -> Message:
    """One message of a case. Raises NotYours for one that is not there, or belongs to another case."""
    row = tx.one_or_none(select(messages).where(messages.c.id == message_id, messages.c.case_id == case.id))
    if row is None:
        raise NotYours
    return _message(keys.get(case.key_owner), row)


def case_of(tx: Tx, message_id: str) -> str | None:
    """The id of the case in which this was written, or None: it may be gone by now."""
    return tx.scalar(select(messages.c.case_id).where(messages.c.id == message_id))


def count(tx: Tx, case_id: str, voice: Voice) -> int:
    """How many messages of a case have this voice."""
    theirs = (messages.c.case_id == case_id, messages.c.voice == voice.value)
    return int(tx.scalar(select(func.count()).select_from(messages).where(*theirs)))


def unread_by_requester(tx: Tx, case_id: str) -> int:
    """How many messages from our side the requester has not opened yet."""
    new = (messages.c.case_id == case_id, messages.c.voice != Voice.REQUESTER.value, messages.c.read_at.is_(None))
    return int(tx.scalar(select(func.count()).select_from(messages).where(*new)))


def add(
    tx: Tx, keys: KeyStore, case: Case, voice: Voice, actor: str, text: str, now: datetime, *,
    due_at: datetime | None = None, answers: str | None = None,
) -> Message:  # fmt: skip
    """A new message at the end. The caller holds the case, so that no two get one number."""
    last = tx.scalar(select(func.max(messages.c.number)).where(messages.c.case_id == case.id))
    message_id, key = secrets.token_hex(16), keys.get(case.key_owner)
    row = {
        "id": message_id, "case_id": case.id, "number": (last or 0) + 1, "voice": voice.value, "actor": actor,
        "text": seal_json(key, text, _place(message_id)), "answers": answers, "written_at": now, "due_at": due_at,
    }  # fmt: skip
    tx.execute(insert(messages), row)
    return message_of(tx, keys, case, message_id)


def settle(tx: Tx, message_id: str, now: datetime) -> bool:
    """It waits no longer. False if it had not waited: of two who settle it at once, one is told so."""
    open_one = (messages.c.id == message_id, messages.c.due_at.is_not(None), messages.c.settled_at.is_(None))
    return tx.execute(update(messages).where(*open_one).values(settled_at=now)).rowcount == 1


def settle_all(tx: Tx, case_id: str, now: datetime, *voices: Voice) -> int:
    """Nothing of these voices (of all, if none is named) waits any longer. Returns how many had waited."""
    wanted = [messages.c.case_id == case_id, messages.c.due_at.is_not(None), messages.c.settled_at.is_(None)]
    if voices:
        wanted.append(messages.c.voice.in_([voice.value for voice in voices]))
    return tx.execute(update(messages).where(*wanted).values(settled_at=now)).rowcount


def mark_read(tx: Tx, case_id: str, *, by_requester: bool, now: datetime) -> int:
    """The other side opened the page: what was new is read from now on. Returns how many were new."""
    mine = messages.c.voice == Voice.REQUESTER.value
    new = (messages.c.case_id == case_id, ~mine if by_requester else mine, messages.c.read_at.is_(None))
    return tx.execute(update(messages).where(*new).values(read_at=now)).rowcount


def last_words(tx: Tx, case_ids: Sequence[str]) -> dict[str, datetime]:
    """When the requester of each of these cases last wrote; a case in which nobody did is left out."""
    theirs = (messages.c.case_id.in_(case_ids), messages.c.voice == Voice.REQUESTER.value)
    wanted = select(messages.c.case_id, func.max(messages.c.written_at).label("at")).where(*theirs)
    return {row.case_id: row.at for row in tx.all(wanted.group_by(messages.c.case_id))}


def forget(tx: Tx, case_id: str) -> None:
    """Take the conversation of a case away."""
    tx.execute(delete(messages).where(messages.c.case_id == case_id))


def _place(message_id: str) -> bytes:
    return context("messages", message_id, "text")


def _message(key: bytes, row: Row[Any]) -> Message:
    text: Any = open_json(key, row.text, _place(row.id))
    return Message(
        row.id, row.case_id, row.number, Voice(row.voice), row.actor, text, row.answers, row.written_at, row.due_at,
        row.read_at, row.settled_at,
    )  # fmt: skip
