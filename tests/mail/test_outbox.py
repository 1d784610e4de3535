"""The outbox keeps each letter sealed, puts in its job with it, and knows one truth about whether it left."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update

from intake import journal
from intake.db import Database
from intake.errors import KeyGone, SealBroken
from intake.keys import KeyStore
from intake.mail import outbox
from intake.mail.message import Message
from intake.queue import jobs

CASE = "case-1"


@pytest.fixture
def case_key(keys: KeyStore) -> str:
    """A case with its key; the owner's name."""
    keys.make(f"case:{CASE}")
    return f"case:{CASE}"


@pytest.fixture
def letter_id(database: Database, keys: KeyStore, message: Message, case_key: str, now: datetime) -> str:
    """A letter of a case, waiting."""
    with database.transaction() as tx:
        return outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE, recipient_hash="hash")


def row(database: Database, letter_id: str) -> Row[Any]:
    """The letter as its row says."""
    with database.read() as tx:
        return tx.execute(select(outbox.letters).where(outbox.letters.c.id == letter_id)).one()


def test_a_letter_opens_as_it_was_written(
    database: Database, keys: KeyStore, message: Message, letter_id: str
) -> None:
    with database.read() as tx:
        assert outbox.open_letter(tx, keys, letter_id) == message


def test_nothing_of_a_letter_can_be_read_in_its_row(database: Database, message: Message, letter_id: str) -> None:
    kept = repr(tuple(row(database, letter_id)))
    for said in (message.to, message.subject, "opinion.example.org", "K7Q2"):
        assert said not in kept


def test_the_job_and_the_journal_line_come_with_the_letter(
    database: Database, letter_id: str, now: datetime
) -> None:
    with database.read() as tx:
        (job,) = tx.all(select(jobs))
        (line,) = journal.lines(tx, CASE)
    assert (job.kind, job.ref, job.due_at) == ("send_mail", letter_id, now)
    assert (line.event, line.facts) == ("letter.put", {"letter": "case_opened"})


def test_a_transaction_that_fails_leaves_neither_letter_nor_job(
    database: Database, keys: KeyStore, message: Message, case_key: str, now: datetime
) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE)
        raise ZeroDivisionError
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(outbox.letters)) == 0
        assert tx.scalar(select(func.count()).select_from(jobs)) == 0
        assert journal.lines(tx, CASE) == []


def test_a_letter_without_an_owner_gets_a_key_of_its_own(
    database: Database, keys: KeyStore, message: Message, now: datetime
) -> None:
    with database.transaction() as tx:
        letter_id = outbox.put(tx, keys, message, now, owner=None)
    assert row(database, letter_id).key_owner == f"letter:{letter_id}"
    keys.destroy(f"letter:{letter_id}")
    with database.read() as tx, pytest.raises(KeyGone):
        outbox.open_letter(tx, keys, letter_id)


def test_a_sealed_letter_cannot_be_moved_to_another_row(
    database: Database, keys: KeyStore, message: Message, letter_id: str, case_key: str, now: datetime
) -> None:
    with database.transaction() as tx:
        other = outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE)
        sealed = row(database, letter_id).message
        tx.execute(update(outbox.letters).where(outbox.letters.c.id == other).values(message=sealed))
    with database.read() as tx, pytest.raises(SealBroken):
        outbox.open_letter(tx, keys, other)


def test_a_letter_that_is_not_there_is_a_lookup_error(database: Database, keys: KeyStore) -> None:
    with database.read() as tx, pytest.raises(LookupError):
        outbox.open_letter(tx, keys, "nothing")


def test_twenty_at_once_with_one_dedupe_make_one_letter(
    database: Database, keys: KeyStore, message: Message, case_key: str, now: datetime
) -> None:
    made: list[str] = []
    together = threading.Barrier(20)

    def put() -> None:
        together.wait(timeout=30)
        with database.transaction() as tx:
            made.append(outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE, dedupe="once"))

    hands = [threading.Thread(target=put) for _ in range(20)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(timeout=60)
    assert len(made) == 20
    assert len(set(made)) == 1
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(outbox.letters)) == 1
        assert tx.scalar(select(func.count()).select_from(jobs)) == 1
        assert len(journal.lines(tx, CASE)) == 1


def test_the_same_dedupe_is_refused_even_after_the_letter_has_left(
    database: Database, keys: KeyStore, message: Message, case_key: str, now: datetime
) -> None:
    with database.transaction() as tx:
        first = outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE, dedupe="once")
        outbox.mark_sent(tx, first, "", now)
    with database.transaction() as tx:
        assert outbox.put(tx, keys, message, now, owner=case_key, case_id=CASE, dedupe="once") == first


def test_every_try_is_counted_before_it_is_made(database: Database, letter_id: str) -> None:
    with database.transaction() as tx:
        assert [outbox.mark_trying(tx, letter_id) for _ in range(3)] == [1, 2, 3]
        assert outbox.mark_trying(tx, "nothing") == 0


def test_a_letter_that_left_is_never_tried_or_moved_back(
    database: Database, letter_id: str, now: datetime
) -> None:
    with database.transaction() as tx:
        outbox.mark_trying(tx, letter_id)
        outbox.mark_sent(tx, letter_id, "provider-1", now)
    with database.transaction() as tx:
        assert outbox.mark_trying(tx, letter_id) == 0
        outbox.mark_dead(tx, letter_id, "late", now)
        outbox.mark_later(tx, letter_id, "late", now)
        outbox.mark_sent(tx, letter_id, "provider-2", now)
    kept = row(database, letter_id)
    assert (kept.state, kept.provider_id, kept.sent_at, kept.attempts) == ("sent", "provider-1", now, 1)
    with database.read() as tx:
        assert [line.event for line in journal.lines(tx, CASE)] == ["letter.put", "letter.sent"]


def test_the_journal_tells_how_each_try_ended(database: Database, letter_id: str, now: datetime) -> None:
    for code in ("http_429", "http_500"):
        with database.transaction() as tx:
            outbox.mark_trying(tx, letter_id)
            outbox.mark_later(tx, letter_id, code, now)
    with database.transaction() as tx:
        outbox.mark_trying(tx, letter_id)
        outbox.mark_dead(tx, letter_id, "http_413", now)
    with database.read() as tx:
        told = [(line.event, line.facts) for line in journal.lines(tx, CASE)]
    assert told[1:] == [
        ("letter.later", {"attempts": 1, "code": "http_429", "letter": "case_opened"}),
        ("letter.later", {"attempts": 2, "code": "http_500", "letter": "case_opened"}),
        ("letter.dead", {"attempts": 3, "code": "http_413", "letter": "case_opened"}),
    ]


def test_the_desk_sees_what_was_tried_and_has_not_left(
    database: Database, keys: KeyStore, message: Message, case_key: str, now: datetime
) -> None:
    put = {}
    for hours, name in enumerate(("waits", "later", "crashed", "dead", "sent")):
        with database.transaction() as tx:
            moment = now + timedelta(hours=hours)
            put[name] = outbox.put(tx, keys, message, moment, owner=case_key, case_id=CASE)
            if name != "waits":
                outbox.mark_trying(tx, put[name])
            if name == "crashed":
                outbox.mark_trying(tx, put[name])
    with database.transaction() as tx:
        outbox.mark_later(tx, put["later"], "http_503", now)
        outbox.mark_dead(tx, put["dead"], "smtp_550", now)
        outbox.mark_sent(tx, put["sent"], "", now)
    with database.read() as tx:
        seen = outbox.undelivered(tx, now)
    assert [one.id for one in seen] == [put["dead"], put["crashed"], put["later"]]
    assert [(one.state, one.last_code) for one in seen] == [
        ("dead", "smtp_550"), ("queued", None), ("queued", "http_503"),
    ]  # fmt: skip
    assert seen[0].case_id == CASE
    assert seen[0].made_at == now + timedelta(hours=3)


def test_letters_to_one_recipient_can_be_counted(
    database: Database, keys: KeyStore, message: Message, letter_id: str, case_key: str, now: datetime
) -> None:
    with database.transaction() as tx:
        later = now + timedelta(days=2)
        outbox.put(tx, keys, message, later, owner=case_key, case_id=CASE, recipient_hash="hash")
    with database.read() as tx:
        assert outbox.count_since(tx, "hash", now) == 2
        assert outbox.count_since(tx, "hash", now + timedelta(days=1)) == 1
        assert outbox.count_since(tx, "other", now) == 0


def test_the_table_is_what_the_migration_makes(database: Database, letter_id: str) -> None:
    assert set(row(database, letter_id)._mapping) == {column.name for column in outbox.letters.columns}
