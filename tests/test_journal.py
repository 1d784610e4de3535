"""The journal is append-only and chained: whatever is changed in it afterwards shows, and where."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from intake import journal
from intake.db import Database
from intake.journal import Event, journal_head

LINES = 5
TABLE = journal.journal


@pytest.fixture
def written(database: Database, now: datetime) -> Database:
    """A journal of five lines."""
    for number in range(1, LINES + 1):
        with database.transaction() as tx:
            moment = now + timedelta(minutes=number, microseconds=number)
            journal.write(tx, Event.CASE_READ, moment, actor=f"coordinator:{number}", subject="case-1", count=number)
    return database


def first_broken(database: Database) -> int | None:
    """What the verification says."""
    with database.read() as tx:
        return journal.first_broken(tx)


def test_an_empty_journal_holds(database: Database) -> None:
    assert first_broken(database) is None


def test_a_written_journal_holds(written: Database) -> None:
    assert first_broken(written) is None


def test_lines_are_read_back_as_they_were_written(written: Database, now: datetime) -> None:
    with written.read() as tx:
        lines = journal.lines(tx, "case-1")
        assert journal.lines(tx, "case-2") == []
    assert [line.number for line in lines] == list(range(1, LINES + 1))
    third = lines[2]
    assert (third.event, third.actor, third.facts) == ("case.read", "coordinator:3", {"count": 3})
    assert third.at == now + timedelta(minutes=3, microseconds=3)


@pytest.mark.parametrize("number", range(1, LINES + 1))
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event", "case.opened"),
        ("actor", "coordinator:9"),
        ("subject", "case-2"),
        ("subject", None),
        ("facts", '{"count":9}'),
        ("hash", "f" * 64),
    ],
)
def test_a_changed_line_is_named(written: Database, number: int, column: str, value: Any) -> None:
    with written.transaction() as tx:
        tx.execute(update(TABLE).where(TABLE.c.number == number).values({column: value}))
    assert first_broken(written) == number


@pytest.mark.parametrize("number", range(1, LINES + 1))
def test_a_line_moved_by_a_microsecond_is_named(written: Database, number: int) -> None:
    with written.transaction() as tx:
        at = tx.scalar(select(TABLE.c.at).where(TABLE.c.number == number))
        tx.execute(update(TABLE).where(TABLE.c.number == number).values(at=at + timedelta(microseconds=1)))
    assert first_broken(written) == number


@pytest.mark.parametrize("number", range(1, LINES + 1))
def test_a_line_taken_out_is_named(written: Database, number: int) -> None:
    with written.transaction() as tx:
        tx.execute(delete(TABLE).where(TABLE.c.number == number))
    assert first_broken(written) == number


def test_lines_cut_off_at_the_end_are_missed(written: Database) -> None:
    with written.transaction() as tx:
        tx.execute(delete(TABLE).where(TABLE.c.number > 3))
    assert first_broken(written) == 4


def test_a_line_put_in_behind_the_journals_back_is_named(written: Database, now: datetime) -> None:
    row = {"number": LINES + 1, "at": now, "event": "case.read", "actor": "x", "facts": "{}", "hash": "0" * 64}
    with written.transaction() as tx:
        tx.execute(insert(TABLE), row | {"subject": None})
    assert first_broken(written) == LINES + 1


def test_two_lines_swapped_are_named(written: Database) -> None:
    with written.transaction() as tx:
        tx.execute(update(TABLE).where(TABLE.c.number == 2).values(number=99))
        tx.execute(update(TABLE).where(TABLE.c.number == 3).values(number=2))
        tx.execute(update(TABLE).where(TABLE.c.number == 99).values(number=3))
    assert first_broken(written) == 2


def test_a_head_that_was_turned_back_is_noticed(written: Database) -> None:
    with written.transaction() as tx:
        tx.execute(update(journal_head).values(number=LINES - 1))
    assert first_broken(written) == LINES + 1


def test_a_transaction_that_failed_leaves_no_line(written: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), written.transaction() as tx:
        journal.write(tx, Event.CASE_OPENED, now, subject="case-2")
        raise RuntimeError
    with written.read() as tx:
        assert journal.lines(tx, "case-2") == []
    assert first_broken(written) is None


def test_several_lines_of_one_transaction_keep_their_order(database: Database, now: datetime) -> None:
    with database.transaction() as tx:
        journal.write(tx, Event.CASE_OPENED, now, subject="case-1")
        journal.write(tx, Event.CONSENT_GIVEN, now, subject="case-1")
        journal.write(tx, Event.LETTER_PUT, now, subject="case-1")
    with database.read() as tx:
        assert [line.event for line in journal.lines(tx, "case-1")] == ["case.opened", "consent.given", "letter.put"]
    assert first_broken(database) is None


def test_many_writers_at_once_make_one_chain(database: Database, now: datetime) -> None:
    def write(number: int) -> None:
        for _ in range(10):
            with database.transaction() as tx:
                journal.write(tx, Event.CASE_READ, now, actor=f"coordinator:{number}", subject="case-1")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    with database.read() as tx:
        assert [line.number for line in journal.lines(tx, "case-1")] == list(range(1, 81))
    assert first_broken(database) is None
