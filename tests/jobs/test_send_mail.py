"""A letter leaves, or waits and is tried again for two days, or is given up where the desk can see it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake import journal
from intake.errors import SenderLater, SenderNever
from intake.jobs.send_mail import BACK_OFF_MINUTES, send_mail
from intake.jobs.worker import Worker
from intake.mail import deliveries, outbox
from intake.mail.message import Message
from intake.queue import jobs
from tests.conftest import StillClock

CASE = "case-1"
MESSAGE = Message("case_opened", "en", "reader@example.org", "Subject", "Text\n", "<p>Text</p>\n")


def later(reason: str = "http_503", retry_after: int | None = None) -> SenderLater:
    """A provider that cannot now."""
    return SenderLater(reason=reason, retry_after=retry_after)


@pytest.fixture
def letter_id(house: Any) -> str:
    """A letter that waits to be sent."""
    house.keys.make(f"case:{CASE}")
    with house.database.transaction() as tx:
        return outbox.put(tx, house.keys, MESSAGE, house.clock(), owner=f"case:{CASE}", case_id=CASE)


@pytest.fixture
def worker(house: Any) -> Worker:
    """A worker that knows letters only."""
    return Worker(house, {"send_mail": send_mail})


def facts(house: Any, letter_id: str) -> tuple[Any, Any]:
    """The letter's row, and its job's if there still is one."""
    with house.database.read() as tx:
        letter = tx.one_or_none(select(outbox.letters).where(outbox.letters.c.id == letter_id))
        sending = (jobs.c.ref == letter_id, jobs.c.kind == "send_mail")
        return letter, tx.one_or_none(select(jobs).where(*sending))


def events(house: Any) -> list[str]:
    """What the journal says of the case."""
    with house.database.read() as tx:
        return [line.event for line in journal.lines(tx, CASE)]


def test_a_letter_leaves_once_as_it_was_written(house: Any, worker: Worker, letter_id: str) -> None:
    assert worker.run_until_idle() == 1
    assert house.sender.sent == [(letter_id, MESSAGE)]
    letter, job = facts(house, letter_id)
    assert (letter.state, letter.provider_id, letter.sent_at, job) == ("sent", "provider-1", house.clock(), None)
    assert events(house) == ["letter.put", "letter.sent"]


def test_a_provider_that_is_down_loses_nothing_and_is_asked_seldomer_each_time(
    house: Any, worker: Worker, letter_id: str, still_clock: StillClock
) -> None:
    begun = house.clock()
    for minutes in BACK_OFF_MINUTES:
        house.sender.troubles = [later()]
        assert worker.run_until_idle() == 1
        letter, job = facts(house, letter_id)
        assert (letter.state, letter.last_code, job.due_at - house.clock()) == (
            "queued", "http_503", timedelta(minutes=minutes),
        )  # fmt: skip
        still_clock.advance(minutes=minutes, seconds=-1)
        assert worker.run_until_idle() == 0
        still_clock.advance(seconds=1)
    assert timedelta(hours=48) < house.clock() - begun <= timedelta(hours=49)
    assert worker.run_until_idle() == 1
    letter, job = facts(house, letter_id)
    assert (letter.state, letter.attempts, letter.last_code, job) == ("sent", 11, None, None)


def test_after_two_days_a_letter_is_given_up_and_the_desk_sees_it(
    house: Any, worker: Worker, letter_id: str, still_clock: StillClock
) -> None:
    for minutes in (*BACK_OFF_MINUTES, 0):
        house.sender.troubles = [later("http_401")]
        assert worker.run_until_idle() == 1
        still_clock.advance(minutes=minutes)
    letter, job = facts(house, letter_id)
    assert (letter.state, letter.attempts, letter.last_code, job) == ("dead", 11, "http_401", None)
    assert events(house) == ["letter.put", *["letter.later"] * 10, "letter.dead"]
    with house.database.read() as tx:
        assert [one.id for one in outbox.undelivered(tx, house.clock())] == [letter_id]


def test_a_letter_that_is_refused_for_good_is_given_up_at_once(house: Any, worker: Worker, letter_id: str) -> None:
    house.sender.troubles = [SenderNever(reason="smtp_550")]
    worker.run_until_idle()
    letter, job = facts(house, letter_id)
    assert (letter.state, letter.last_code, job) == ("dead", "smtp_550", None)


@pytest.mark.parametrize(
    ("asked", "waited"), [(30, 60), (300, 300), (3600, 3600), (7 * 86400, 3600), (None, 60)]
)
def test_a_wait_that_the_provider_asks_for_is_kept_within_reason(
    house: Any, worker: Worker, letter_id: str, asked: int | None, waited: int
) -> None:
    house.sender.troubles = [later(retry_after=asked)]
    worker.run_until_idle()
    _, job = facts(house, letter_id)
    assert job.due_at - house.clock() == timedelta(seconds=waited)


def test_a_letter_whose_key_was_destroyed_is_given_up(house: Any, worker: Worker, letter_id: str) -> None:
    house.keys.destroy(f"case:{CASE}")
    worker.run_until_idle()
    letter, job = facts(house, letter_id)
    assert (letter.state, letter.last_code, job) == ("dead", "key_gone", None)
    assert house.sender.sent == []


def test_a_job_done_twice_sends_once(house: Any, worker: Worker, letter_id: str) -> None:
    worker.run_until_idle()
    with house.database.transaction() as tx:
        tx.execute(jobs.insert(), {
            "id": "again", "kind": "send_mail", "ref": letter_id, "due_at": house.clock(), "attempts": 0,
            "made_at": house.clock(),
        })  # fmt: skip
    assert worker.run_until_idle() == 1
    assert len(house.sender.sent) == 1
    assert facts(house, letter_id)[1] is None


def test_a_letter_whose_row_is_gone_needs_no_work(house: Any, worker: Worker, letter_id: str) -> None:
    with house.database.transaction() as tx:
        tx.execute(outbox.letters.delete())
    assert worker.run_until_idle() == 1
    assert facts(house, letter_id) == (None, None)


def test_a_try_that_ended_in_the_middle_can_be_told_from_the_first(
    house: Any, worker: Worker, letter_id: str, still_clock: StillClock
) -> None:
    house.sender.troubles = [RuntimeError("the process was about to die")]
    worker.run_until_idle()
    assert facts(house, letter_id)[0].attempts == 1
    still_clock.advance(minutes=1)
    worker.run_until_idle()
    letter, _ = facts(house, letter_id)
    assert (letter.state, letter.attempts) == ("sent", 2)


def test_an_address_that_is_not_there_is_remembered_and_another_fault_is_not(house: Any, worker: Worker) -> None:
    house.keys.make(f"case:{CASE}")
    for number, reason in enumerate(("smtp_550", "smtp_554", "http_413")):
        with house.database.transaction() as tx:
            owner = {"owner": f"case:{CASE}", "case_id": CASE, "recipient_hash": f"hash-{number}"}
            outbox.put(tx, house.keys, MESSAGE, house.clock(), **owner)
        house.sender.troubles = [SenderNever(reason=reason)]
        worker.run_until_idle()
    with house.database.read() as tx:
        assert deliveries.suppressed_among(tx, ["hash-0", "hash-1", "hash-2"]) == {"hash-0": "smtp_550"}
    with house.database.transaction() as tx:
        owner = {"owner": f"case:{CASE}", "case_id": CASE, "recipient_hash": "hash-0"}
        outbox.put(tx, house.keys, MESSAGE, house.clock(), **owner)
    worker.run_until_idle()  # taken: the mailbox is there again
    with house.database.read() as tx:
        assert deliveries.suppressed_among(tx, ["hash-0"]) == {}


def test_what_is_too_much_for_a_day_waits_without_using_up_its_tries(
    house: Any, worker: Worker, still_clock: StillClock
) -> None:
    house.settings.letters_a_day = 2
    house.keys.make(f"case:{CASE}")
    ids = []
    for _ in range(5):
        with house.database.transaction() as tx:
            owner = {"owner": f"case:{CASE}", "case_id": CASE, "recipient_hash": "hash"}
            ids.append(outbox.put(tx, house.keys, MESSAGE, house.clock(), **owner))
        worker.run_until_idle()
        still_clock.advance(minutes=1)
    assert [letter_id for letter_id, _ in house.sender.sent] == ids[:2]
    for so_far in (2, 4, 5):
        worker.run_until_idle()
        assert len(house.sender.sent) == so_far
        still_clock.advance(days=1, minutes=1)
    assert sorted(letter_id for letter_id, _ in house.sender.sent) == sorted(ids)
    assert {facts(house, letter_id)[0].attempts for letter_id in ids} == {1}


def test_a_way_out_that_tells_later_leaves_a_letter_as_accepted(house: Any, worker: Worker, letter_id: str) -> None:
    house.sender.tells_delivery = True
    worker.run_until_idle()
    assert facts(house, letter_id)[0].delivery == "accepted"
