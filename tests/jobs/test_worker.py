"""Workers do every job, share without treading on each other, and lose nothing when one of them is killed."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from intake import queue
from intake.clock import now as real_now
from intake.db import Database
from intake.errors import KeyGone
from intake.jobs.worker import EVERY_SECONDS, MOST_ATTEMPTS, RETRY_SECONDS, Worker
from intake.queue import Job, jobs
from tests.components import ROOT
from tests.conftest import StillClock
from tests.jobs.conftest import make_house

SECRET = "planted-secret"


def put(house: Any, kind: str, ref: str = "ref", **more: Any) -> None:
    """A job that is due."""
    with house.database.transaction() as tx:
        queue.put(tx, kind, ref, house.clock(), house.clock(), **more)


def rows(database: Database) -> list[Any]:
    """Every job there is."""
    with database.read() as tx:
        return list(tx.all(select(jobs).order_by(jobs.c.made_at)))


def wait_until(what: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something to become true; fails when it does not."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def fails(services: Any, job: Job) -> None:
    """A handler that fails, with a value that nobody may see."""
    raise ValueError(SECRET)


def test_a_job_is_done_and_its_row_goes(house: Any) -> None:
    done: list[str] = []
    put(house, "greet", "somebody")
    assert Worker(house, {"greet": lambda services, job: done.append(job.ref)}).run_until_idle() == 1
    assert (done, rows(house.database)) == (["somebody"], [])


def test_a_job_that_nobody_here_can_do_is_left_for_others(house: Any) -> None:
    put(house, "unknown")
    assert Worker(house, {"greet": fails}).run_until_idle() == 0
    assert len(rows(house.database)) == 1


def test_a_handler_may_finish_its_job_or_put_it_off_itself(house: Any) -> None:
    def finish(services: Any, job: Job) -> None:
        with services.database.transaction() as tx:
            queue.finish(tx, job)

    def put_off(services: Any, job: Job) -> None:
        with services.database.transaction() as tx:
            queue.again(tx, job, services.clock() + timedelta(hours=1))

    put(house, "finish")
    put(house, "put_off")
    assert Worker(house, {"finish": finish, "put_off": put_off}).run_until_idle() == 2
    (left,) = rows(house.database)
    assert (left.kind, left.due_at, left.dead_code) == ("put_off", house.clock() + timedelta(hours=1), None)


def test_a_job_that_fails_is_tried_again_more_and_more_seldom_and_then_buried(
    house: Any, still_clock: StillClock
) -> None:
    worker = Worker(house, {"fails": fails})
    put(house, "fails")
    for seconds in RETRY_SECONDS:
        assert worker.run_until_idle() == 1
        (job,) = rows(house.database)
        assert (job.due_at, job.lease_until) == (house.clock() + timedelta(seconds=seconds), None)
        still_clock.advance(seconds=seconds)
    assert worker.run_until_idle() == 1
    (job,) = rows(house.database)
    assert job.dead_code == "ValueError"
    still_clock.advance(days=30)
    assert worker.run_until_idle() == 0


def test_our_own_errors_are_buried_under_their_code(house: Any, still_clock: StillClock) -> None:
    def gone(services: Any, job: Job) -> None:
        raise KeyGone

    put(house, "gone")
    for seconds in (*RETRY_SECONDS, 0):
        Worker(house, {"gone": gone}).run_until_idle()
        still_clock.advance(seconds=seconds)
    assert rows(house.database)[0].dead_code == "key_gone"


def test_a_failure_is_written_down_without_its_values(house: Any, caplog: pytest.LogCaptureFixture) -> None:
    put(house, "fails", SECRET)
    with caplog.at_level(logging.DEBUG):
        Worker(house, {"fails": fails}).run_until_idle()
    assert [record.getMessage() for record in caplog.records] == ["job fails failed: ValueError"]
    assert SECRET not in caplog.text


def test_a_job_that_kills_its_workers_is_buried_in_the_end(house: Any, still_clock: StillClock) -> None:
    put(house, "deadly")
    for _ in range(MOST_ATTEMPTS):
        assert queue.claim(house.database, ("deadly",), "a worker that dies", house.clock()) is not None
        still_clock.advance(seconds=queue.LEASE_SECONDS + 1)
    assert Worker(house, {"deadly": fails}).run_until_idle() == 1
    assert rows(house.database)[0].dead_code == "too_many_attempts"


def test_periodic_work_that_fails_is_never_buried_for_it_would_stand_in_its_own_way(
    house: Any, still_clock: StillClock
) -> None:
    worker = Worker(house, {"sweep": fails})
    for _ in range(len(RETRY_SECONDS) + 3):
        put(house, "sweep", dedupe="sweep")
        assert worker.run_until_idle() == 1
        assert rows(house.database) == []
        still_clock.advance(seconds=60)


def test_periodic_work_is_put_in_once_for_all_workers_together(house: Any) -> None:
    stop, seen = threading.Event(), threading.Event()
    workers = [Worker(house, {"sweep": lambda services, job: seen.set()}, 1, lease_seconds=0.3) for _ in range(3)]
    hands = [threading.Thread(target=worker.run_until_stopped, args=(stop,)) for worker in workers]
    for hand in hands:
        hand.start()
    wait_until(lambda: rows(house.database))
    time.sleep(0.3)  # each of them has looked again by now
    stop.set()
    for hand in hands:
        hand.join(timeout=30)
    (job,) = rows(house.database)
    assert timedelta() < job.due_at - house.clock() <= timedelta(seconds=EVERY_SECONDS["sweep"])
    assert job.due_at.second == 0
    assert not seen.is_set()


def test_three_workers_do_two_hundred_jobs_once_each(database: Database) -> None:
    house = make_house(database)
    with database.transaction() as tx:
        for number in range(200):
            queue.put(tx, "count", f"job-{number}", real_now(), real_now())
    done: Counter[str] = Counter()
    lock, stop = threading.Lock(), threading.Event()

    def count(services: Any, job: Job) -> None:
        with lock:
            done[job.ref] += 1

    workers = [Worker(house, {"count": count}, threads=1) for _ in range(3)]
    hands = [threading.Thread(target=worker.run_until_stopped, args=(stop,)) for worker in workers]
    for hand in hands:
        hand.start()
    wait_until(lambda: len(done) == 200 and not rows(database), seconds=60)
    stop.set()
    for hand in hands:
        hand.join(timeout=30)
    assert set(done.values()) == {1}


def test_long_work_keeps_its_lease(database: Database) -> None:
    house, begun = make_house(database), threading.Event()
    may_end, stop, taken = threading.Event(), threading.Event(), []

    def long(services: Any, job: Job) -> None:
        taken.append(job)
        begun.set()
        may_end.wait(30)

    put(house, "long")
    workers = [Worker(house, {"long": long}, threads=1, lease_seconds=1) for _ in range(2)]
    hands = [threading.Thread(target=worker.run_until_stopped, args=(stop,)) for worker in workers]
    for hand in hands:
        hand.start()
    assert begun.wait(30)
    first_lease = rows(database)[0].lease_until
    wait_until(lambda: real_now() > first_lease + timedelta(seconds=1))
    may_end.set()
    wait_until(lambda: not rows(database))
    stop.set()
    for hand in hands:
        hand.join(timeout=30)
    assert len(taken) == 1


def test_a_worker_told_to_stop_finishes_the_job_in_its_hand_and_takes_no_other(database: Database) -> None:
    house, begun, may_end, stop = make_house(database), threading.Event(), threading.Event(), threading.Event()

    def long(services: Any, job: Job) -> None:
        begun.set()
        may_end.wait(30)

    for ref in ("first", "second"):
        put(house, "long", ref)
    hand = threading.Thread(target=Worker(house, {"long": long}, threads=1).run_until_stopped, args=(stop,))
    hand.start()
    assert begun.wait(30)
    stop.set()
    may_end.set()
    hand.join(timeout=30)
    assert not hand.is_alive()
    (left,) = rows(database)
    assert (left.ref, left.attempts) == ("second", 0)


def test_a_database_that_is_away_for_a_while_does_not_end_the_worker(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    house, done, stop = make_house(database), threading.Event(), threading.Event()
    away = {"times": 3}

    def clock() -> Any:
        if away["times"] > 0:
            away["times"] -= 1
            raise OSError(SECRET)
        return real_now()

    put(house, "greet")
    house.clock = clock
    worker = Worker(house, {"greet": lambda services, job: done.set()}, threads=1)
    hand = threading.Thread(target=worker.run_until_stopped, args=(stop,))
    hand.start()
    assert done.wait(30)
    stop.set()
    hand.join(timeout=30)
    assert "failed: OSError" in caplog.text
    assert SECRET not in caplog.text


WORKING = """
import sys, time
from pathlib import Path
from intake.db import Database
from intake.jobs.worker import Worker, stop_on_signals
from tests.jobs.conftest import make_house

url, marks, patience = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])

def work(services, job):
    (marks / f"begun-{job.attempts}").touch()
    time.sleep(patience)
    (marks / f"ended-{job.attempts}").touch()

Worker(make_house(Database(url)), {"work": work}, lease_seconds=1).run_until_stopped(stop_on_signals())
(marks / "left").touch()
"""


@pytest.fixture
def start_process(database_url: str, tmp_path: Path) -> Any:
    """Call it with the seconds a job takes for a real worker process; all are ended with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(patience: float) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKING, database_url, str(tmp_path), str(patience)]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=30)


def test_a_job_comes_back_when_its_worker_is_killed(
    database: Database, start_process: Any, tmp_path: Path
) -> None:
    put(make_house(database), "work")
    killed = start_process(60)
    wait_until((tmp_path / "begun-1").exists)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait(timeout=30) == -signal.SIGKILL
    (job,) = rows(database)
    assert (job.attempts, job.dead_code) == (1, None)
    start_process(0)
    wait_until((tmp_path / "ended-2").exists)
    wait_until(lambda: not rows(database))
    assert not (tmp_path / "ended-1").exists()


def test_a_process_told_to_end_finishes_its_job_first(
    database: Database, start_process: Any, tmp_path: Path
) -> None:
    put(make_house(database), "work")
    told = start_process(1)
    wait_until((tmp_path / "begun-1").exists)
    told.terminate()
    assert told.wait(timeout=30) == 0
    assert (tmp_path / "ended-1").exists()
    assert (tmp_path / "left").exists()
    assert rows(database) == []
