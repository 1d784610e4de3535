"""Notes: sealed, inside only, once however often they are sent; and a call is a sign of whoever asks."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake import journal
from intake.cases import notes, retention, silence, store
from intake.cases.notes import NoteKind
from intake.errors import CaseNotFound, MoveNotAllowed
from intake.journal import Event
from tests.builders import a_case

pytestmark = pytest.mark.usefixtures("database")
WORDS = "She asks whether her sister may come along."


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def write(services, case_id, now, kind=NoteKind.NOTE, text=WORDS, note_id=""):
    with services.database.transaction() as tx:
        note_id = note_id or secrets.token_hex(16)
        return notes.write_note(tx, services.keys, case_id, note_id, kind, text, "coordinator:x", now)


def test_notes_are_read_newest_first_and_lie_sealed(services, now, case) -> None:
    assert write(services, case.id, now) and write(services, case.id, now + timedelta(hours=1), NoteKind.CALLED, "Yes.")
    with services.database.read() as tx:
        found = notes.notes_of(tx, services.keys, case)
        rows = tx.all(select(notes.notes))
        facts = [line.facts for line in journal.lines(tx, case.id) if line.event == Event.NOTE_WRITTEN]
    assert [(note.kind, note.text) for note in found] == [(NoteKind.CALLED, "Yes."), (NoteKind.NOTE, WORDS)]
    assert all(b"sister" not in row.said for row in rows)
    assert facts == [{"kind": "note"}, {"kind": "called"}]


def test_pressed_twice_it_is_one_note(services, now, case) -> None:
    same = secrets.token_hex(16)
    assert write(services, case.id, now, note_id=same) and not write(services, case.id, now, note_id=same)
    with services.database.read() as tx:
        assert len(notes.notes_of(tx, services.keys, case)) == 1


@pytest.mark.parametrize(("note_id", "text"), [("x", WORDS), ("G" * 32, WORDS), ("", "   ")])
def test_what_is_no_note_is_refused(services, now, case, note_id, text) -> None:
    with pytest.raises(MoveNotAllowed):
        write(services, case.id, now, text=text, note_id=note_id)


def test_a_note_needs_its_case(services, now) -> None:
    with pytest.raises(CaseNotFound):
        write(services, "no-such-case", now)


def test_notes_go_with_their_case(services, now, case) -> None:
    write(services, case.id, now)
    retention.purge(services.database, services.keys, services.vault, case.purge_at + timedelta(days=1))
    with services.database.read() as tx:
        assert tx.all(select(notes.notes)) == []
        erased = store.case_by_id(tx, case.id)
    with pytest.raises(MoveNotAllowed):
        write(services, erased.id, now)


@pytest.mark.parametrize("kind", NoteKind)
def test_a_call_or_post_is_a_sign_of_whoever_asks_and_our_own_tries_are_none(services, now, case, kind) -> None:
    later = now + timedelta(days=22)
    write(services, case.id, now + timedelta(days=10), kind)
    with services.database.read() as tx:
        silent = silence.silent_since(tx, [case], later)
        last = silence.last_sign(tx, case)
    assert (case.id not in silent) == (kind in notes.SIGNS)
    assert last == (now + timedelta(days=10) if kind in notes.SIGNS else now)
