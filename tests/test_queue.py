"""Jobs: put in by the transaction that needs them, leased to one worker at a time, done at least once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from intake import queue
from intake.db import Database
from intake.queue import LEASE_SECONDS, Job, jobs
from tests.conftest import StillClock

KINDS = ("send_mail", "check_record")


def put(database: Database, now: datetime, ref: str = "one", kind: str = "send_mail", **more: object) -> None:
    """Put a job that is due now."""
    with database.transaction() as tx:
        queue.put(tx, kind, ref, more.pop("due", now), now, **more)  # type: ignore[arg-type]


def claimed(database: Database, now: datetime, worker: str = "w1") -> Job:
    """Claim a job that must be there."""
    job = queue.claim(database, KINDS, worker, now)
    assert job is not None
    return job


def waiting(database: Database) -> int:
    """How many rows the table holds."""
    with database.read() as tx:
        return len(tx.all(select(jobs)))


def test_a_job_is_claimed_with_what_it_is_about(database: Database, now: datetime) -> None:
    put(database, now, "letter-1")
    job = claimed(database, now)
    assert (job.kind, job.ref, job.attempts, job.lease_by) == ("send_mail", "letter-1", 1, "w1")


def test_a_job_of_a_transaction_that_failed_never_was(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.transaction() as tx:
        queue.put(tx, "send_mail", "letter-1", now, now)
        raise RuntimeError
    assert queue.claim(database, KINDS, "w1", now) is None


def test_a_job_waits_until_it_is_due(database: Database, still_clock: StillClock) -> None:
    now = still_clock.now()
    put(database, now, due=now + timedelta(seconds=10))
    assert queue.claim(database, KINDS, "w1", now + timedelta(seconds=9)) is None
    assert claimed(database, now + timedelta(seconds=10)).attempts == 1


def test_the_job_due_longest_comes_first(database: Database, now: datetime) -> None:
    put(database, now, "younger", due=now - timedelta(seconds=1))
    put(database, now, "older", due=now - timedelta(seconds=9))
    assert [claimed(database, now).ref for _ in range(2)] == ["older", "younger"]


def test_a_worker_takes_only_what_it_can_do(database: Database, now: datetime) -> None:
    put(database, now, kind="sweep")
    assert queue.claim(database, KINDS, "w1", now) is None
    assert queue.claim(database, ("sweep",), "w1", now) is not None


def test_a_leased_job_is_nobody_elses(database: Database, now: datetime) -> None:
    put(database, now)
    claimed(database, now, "w1")
    assert queue.claim(database, KINDS, "w2", now + timedelta(seconds=LEASE_SECONDS)) is None


def test_a_job_whose_worker_died_goes_to_another(database: Database, now: datetime) -> None:
    put(database, now)
    claimed(database, now, "w1")
    later = now + timedelta(seconds=LEASE_SECONDS + 1)
    job = claimed(database, later, "w2")
    assert (job.attempts, job.lease_by) == (2, "w2")


def test_a_renewed_lease_lasts(database: Database, now: datetime) -> None:
    put(database, now)
    job = claimed(database, now)
    assert queue.renew(database, job, now + timedelta(seconds=50))
    assert queue.claim(database, KINDS, "w2", now + timedelta(seconds=LEASE_SECONDS + 1)) is None


def test_a_worker_that_was_overtaken_learns_it_and_changes_nothing(database: Database, now: datetime) -> None:
    put(database, now)
    slow = claimed(database, now, "w1")
    later = now + timedelta(seconds=LEASE_SECONDS + 1)
    quick = claimed(database, later, "w2")
    assert not queue.renew(database, slow, later)
    with database.transaction() as tx:
        queue.finish(tx, slow)
        queue.again(tx, slow, later)
        queue.bury(tx, slow, "late")
    assert queue.renew(database, quick, later)
    with database.transaction() as tx:
        queue.finish(tx, quick)
    assert waiting(database) == 0


def test_a_finished_job_is_gone(database: Database, now: datetime) -> None:
    put(database, now)
    job = claimed(database, now)
    with database.transaction() as tx:
        queue.finish(tx, job)
    assert waiting(database) == 0


def test_a_job_is_finished_only_with_the_transaction_that_did_it(database: Database, now: datetime) -> None:
    put(database, now)
    job = claimed(database, now)
    with pytest.raises(RuntimeError), database.transaction() as tx:
        queue.finish(tx, job)
        raise RuntimeError
    assert waiting(database) == 1


def test_a_job_can_be_tried_again_later(database: Database, now: datetime) -> None:
    put(database, now)
    job = claimed(database, now)
    due = now + timedelta(hours=1)
    with database.transaction() as tx:
        queue.again(tx, job, due)
    assert queue.claim(database, KINDS, "w1", due - timedelta(seconds=1)) is None
    assert claimed(database, due).attempts == 2


def test_a_buried_job_stays_visible_and_is_not_done(database: Database, now: datetime) -> None:
    put(database, now)
    job = claimed(database, now)
    with database.transaction() as tx:
        queue.bury(tx, job, "refused")
    assert queue.claim(database, KINDS, "w1", now + timedelta(days=9)) is None
    with database.read() as tx:
        assert queue.dead(tx) == 1
        assert tx.scalar(select(jobs.c.dead_code)) == "refused"
        assert queue.oldest_due(tx, now) is None


def test_the_age_of_the_queue_is_told(database: Database, now: datetime) -> None:
    put(database, now, "a", due=now - timedelta(minutes=3))
    put(database, now, "b", due=now + timedelta(minutes=3))
    with database.read() as tx:
        assert queue.oldest_due(tx, now) == now - timedelta(minutes=3)


def test_the_same_wish_twice_is_one_job(database: Database, now: datetime) -> None:
    put(database, now, "a", dedupe="send_mail:a")
    put(database, now, "a", dedupe="send_mail:a")
    put(database, now, "b", dedupe="send_mail:b")
    put(database, now, "c")
    put(database, now, "c")
    assert waiting(database) == 4


def test_a_wish_that_was_done_can_be_wished_again(database: Database, now: datetime) -> None:
    put(database, now, dedupe="sweep")
    job = claimed(database, now)
    with database.transaction() as tx:
        queue.finish(tx, job)
    put(database, now, dedupe="sweep")
    assert waiting(database) == 1


def test_the_same_wish_of_many_at_once_is_one_job(database: Database, now: datetime) -> None:
    together(8, lambda number: put(database, now, dedupe="sweep"))
    assert waiting(database) == 1


def test_no_two_workers_ever_get_the_same_job(database: Database, now: datetime) -> None:
    with database.transaction() as tx:
        for number in range(60):
            queue.put(tx, "send_mail", f"letter-{number}", now, now)
    done: list[str] = []

    def work(number: int) -> None:
        missed = 0
        while missed < 3:  # under SKIP LOCKED a look may come up empty while others hold the first rows
            if (job := queue.claim(database, KINDS, f"w{number}", now)) is None:
                missed += 1
                continue
            with database.transaction() as tx:
                queue.finish(tx, job)
            done.append(job.ref)

    together(6, work)
    while (left := queue.claim(database, KINDS, "last", now)) is not None:
        done.append(left.ref)
    assert len(done) == len(set(done)) == 60


def together(count: int, act: Callable[[int], object]) -> None:
    """Do it in many threads at once."""
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
