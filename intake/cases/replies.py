"""Saved replies: texts that coordinators write once and use often. Shared by the desk.

Each is sealed with a key of its own, since somebody may leave a name in one.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, Row, String, Table, delete, insert, select, update

from intake import journal
from intake.db import Instant, Tx, metadata
from intake.errors import NotYours, ReplyChanged
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json

replies = Table(
    "replies",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("language", String(12), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

LONGEST_TITLE = 80
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Reply:
    """One saved reply, opened for reading. `version` counts its changes."""

    id: str
    language: str
    title: str
    text: str
    version: int


def all_replies(tx: Tx, keys: KeyStore) -> list[Reply]:
    """Every saved reply, by language and title."""
    found = [_opened(keys, row) for row in tx.all(select(replies))]
    return sorted(found, key=lambda reply: (reply.language, reply.title.casefold(), reply.id))


def get_reply(tx: Tx, keys: KeyStore, reply_id: str) -> Reply:
    """One of them. Raises NotYours if there is none."""
    row = tx.one_or_none(select(replies).where(replies.c.id == reply_id))
    if row is None:
        raise NotYours
    return _opened(keys, row)


def save_reply(tx: Tx, keys: KeyStore, language: str, title: str, text: str, actor: str, now: datetime) -> Reply:
    """Keep a new reply."""
    reply = Reply(secrets.token_hex(16), language, title, text, 1)
    keys.make(_owner(reply.id))
    row = {"id": reply.id, "language": language, "version": 1, "changed_at": now, "said": _sealed(keys, reply)}
    tx.execute(insert(replies), row)
    journal.write(tx, Event.REPLY_SAVED, now, actor=actor, reply=reply.id)
    return reply


def change_reply(tx: Tx, keys: KeyStore, reply: Reply, actor: str, now: datetime) -> None:
    """Keep other words for a reply; `version` is the one that was read. Raises ReplyChanged if it is older by now."""
    seen = (replies.c.id == reply.id, replies.c.version == reply.version)
    values = {"language": reply.language, "said": _sealed(keys, reply), "version": reply.version + 1}
    if tx.execute(update(replies).where(*seen).values(**values, changed_at=now)).rowcount == 0:
        raise ReplyChanged
    journal.write(tx, Event.REPLY_SAVED, now, actor=actor, reply=reply.id)


def delete_reply(tx: Tx, keys: KeyStore, reply_id: str, actor: str, now: datetime) -> None:
    """Forget a reply. Twice is once."""
    if tx.execute(delete(replies).where(replies.c.id == reply_id)).rowcount:
        tx.after_commit(lambda: keys.destroy(_owner(reply_id)))
        journal.write(tx, Event.REPLY_DELETED, now, actor=actor, reply=reply_id)


def _owner(reply_id: str) -> str:
    return f"reply:{reply_id}"


def _sealed(keys: KeyStore, reply: Reply) -> bytes:
    said = {"title": reply.title, "text": reply.text}
    return seal_json(keys.get(_owner(reply.id)), said, context("replies", reply.id, "said"))


def _opened(keys: KeyStore, row: Row[Any]) -> Reply:
    said: Any = open_json(keys.get(_owner(row.id)), row.said, context("replies", row.id, "said"))
    return Reply(row.id, row.language, said["title"], said["text"], row.version)
