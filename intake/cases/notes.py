"""Notes of a case, inside only: what coordinators write for each other, and the calls and post they had.

Sealed with the key of the case; no requester, specialist or letter ever shows one.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from intake import journal
from intake.cases import store
from intake.cases.case import Case, Stage
from intake.db import Instant, Tx, metadata
from intake.errors import MoveNotAllowed
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json

notes = Table(
    "notes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

LONGEST = 4000
ID = re.compile(r"[0-9a-f]{32}")


class NoteKind(StrEnum):
    """What a note tells of. Ids are kept in rows and in the journal."""

    NOTE = "note"
    CALLED = "called"  # we spoke with them: they called, or we did
    NO_ANSWER = "no_answer"
    POST_CAME = "post_came"
    POST_WENT = "post_went"


# After these we have heard of whoever asks: a silence is over.
SIGNS = (NoteKind.CALLED, NoteKind.POST_CAME)


@dataclass(frozen=True, slots=True)
class Note:
    """One note, opened for reading."""

    id: str
    kind: NoteKind
    actor: str
    text: str
    made_at: datetime


def write_note(
    tx: Tx, keys: KeyStore, case_id: str, note_id: str, kind: NoteKind, text: str, actor: str, now: datetime
) -> bool:
    """Keep a note under the id that its page chose: pressed twice, it is one note, and False is said.

    Raises CaseNotFound, and MoveNotAllowed for a case that was erased or an id that is none.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    if case.stage is Stage.ERASED or not ID.fullmatch(note_id) or not text.strip():
        raise MoveNotAllowed
    sealed = seal_json(keys.get(case.key_owner), text.strip(), context("notes", note_id, "said"))
    row = {"id": note_id, "case_id": case_id, "kind": kind.value, "actor": actor, "said": sealed, "made_at": now}
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(notes).values(row).on_conflict_do_nothing(index_elements=["id"]).returning(notes.c.id)
    if tx.scalar(added) is None:
        return False
    journal.write(tx, Event.NOTE_WRITTEN, now, actor=actor, subject=case_id, kind=kind.value)
    return True


def notes_of(tx: Tx, keys: KeyStore, case: Case) -> list[Note]:
    """The notes of a case, the newest first. Raises KeyGone."""
    rows = tx.all(select(notes).where(notes.c.case_id == case.id).order_by(notes.c.made_at.desc(), notes.c.id))
    key = keys.get(case.key_owner) if rows else b""
    return [Note(row.id, NoteKind(row.kind), row.actor, _text(key, row), row.made_at) for row in rows]


def last_signs(tx: Tx, case_ids: list[str]) -> dict[str, datetime]:
    """When each of these cases was last spoken of with whoever asks, by call or post."""
    heard = (notes.c.case_id.in_(case_ids), notes.c.kind.in_([kind.value for kind in SIGNS]))
    last = select(notes.c.case_id, func.max(notes.c.made_at).label("at")).where(*heard).group_by(notes.c.case_id)
    return {row.case_id: row.at for row in tx.all(last)}


def forget(tx: Tx, case_id: str) -> None:
    """Take the notes of a case away."""
    tx.execute(delete(notes).where(notes.c.case_id == case_id))


def _text(key: bytes, row: Any) -> str:
    return str(open_json(key, row.said, context("notes", row.id, "said")))
