"""The worker: claims jobs that are due, runs their handlers, keeps their leases, and puts back what failed.

A job is done at least once. A worker that dies loses only its lease: another takes the job over when that has run out.
"""

import logging
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from intake import queue
from intake.errors import IntakeError
from intake.jobs.alert_silence import alert_silence
from intake.jobs.check_record import check_record
from intake.jobs.digest import digest
from intake.jobs.letter_lost import letter_lost
from intake.jobs.remind import remind_of_draft, remind_of_question, remind_of_records
from intake.jobs.send_mail import send_mail
from intake.jobs.sweep import sweep
from intake.queue import Job
from intake.services import Services

# A handler may finish, put back or bury its job in its own last transaction; what it leaves, the worker finishes.
Handler = Callable[[Services, Job], None]
HANDLERS: Mapping[str, Handler] = {
    "send_mail": send_mail,
    "check_record": check_record,
    "remind_draft": remind_of_draft,
    "remind_records": remind_of_records,
    "remind_question": remind_of_question,
    "alert_silence": alert_silence,
    "letter_lost": letter_lost,
    "desk_digest": digest,
    "sweep": sweep,
}

# Waits before a failed job is tried again; after the last one it is buried.
RETRY_SECONDS = (10, 60, 5 * 60, 15 * 60, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
# A job that was begun this often, whatever its handler said, is one that kills its workers.
MOST_ATTEMPTS = 40
# Work that comes again by itself, in seconds: put in for the next whole period, once for all workers together.
EVERY_SECONDS: Mapping[str, int] = {"sweep": 60, "alert_silence": 24 * 3600, "desk_digest": 3600}
# With nothing to do, a worker looks again soon at first and then more and more seldom.
IDLE_FIRST_SECONDS = 0.05
IDLE_LONGEST_SECONDS = 0.5

logger = logging.getLogger(__name__)


class Worker:
    """Runs jobs on some threads of this process. Any number of workers may share a database."""

    def __init__(
        self,
        services: Services,
        handlers: Mapping[str, Handler] = HANDLERS,
        threads: int = 2,
        *,
        lease_seconds: float = queue.LEASE_SECONDS,
    ) -> None:
        self._services = services
        self._handlers = handlers
        self._kinds = tuple(handlers)
        self._threads = threads
        self._lease_seconds = lease_seconds
        self._name = f"worker-{secrets.token_hex(6)}"
        self._running: dict[str, Job] = {}

    def run_until_stopped(self, stop: threading.Event) -> None:
        """Work until `stop` is set; jobs that are running then are finished first."""
        names = [f"{self._name}.{number}" for number in range(self._threads)]
        hands = [threading.Thread(target=self._work, args=(stop, name), name=name) for name in names]
        for hand in hands:
            hand.start()
        while hands:
            if not stop.is_set():
                with _survived("putting in periodic work"):
                    self._put_periodic()
            with _survived("keeping leases"):
                self._keep_leases()
            if stop.wait(self._lease_seconds / 3):  # once told to stop, look again whenever a hand may have ended
                hands[0].join(IDLE_LONGEST_SECONDS)
            hands = [hand for hand in hands if hand.is_alive()]

    def run_until_idle(self, limit: int = 1000) -> int:
        """Run what is due, one job after the other, until nothing is or `limit` jobs were run; returns how many."""
        for done in range(limit):
            if not self._take_one(f"{self._name}.0"):
                return done
        return limit

    def _work(self, stop: threading.Event, name: str) -> None:
        idle = IDLE_FIRST_SECONDS
        while not stop.is_set():
            worked = False
            with _survived("looking for a job"):  # the database may be away for a while
                worked = self._take_one(name)
            if worked:
                idle = IDLE_FIRST_SECONDS
            else:
                stop.wait(idle)
                idle = min(idle * 2, IDLE_LONGEST_SECONDS)

    def _take_one(self, name: str) -> bool:
        """Claim a job and do it. False if there is none."""
        job = queue.claim(self._services.database, self._kinds, name, self._services.clock(), self._lease_seconds)
        if job is None:
            return False
        if job.attempts > MOST_ATTEMPTS:
            self._put_back(job, "too_many_attempts")
            return True
        self._running[name] = job
        try:
            self._do(job)
        finally:
            del self._running[name]
        return True

    def _do(self, job: Job) -> None:
        """Run the handler. Whatever goes wrong in one is met here, and nowhere else."""
        try:
            self._handlers[job.kind](self._services, job)
        except Exception as error:  # values stay out: a traceback could show a letter or an answer
            logger.error("job %s failed: %s", job.kind, type(error).__name__)
            self._put_back(job, error.code if isinstance(error, IntakeError) else type(error).__name__)
        else:
            with self._services.database.transaction() as tx:
                queue.finish(tx, job)

    def _put_back(self, job: Job, code: str) -> None:
        with self._services.database.transaction() as tx:
            if job.kind in EVERY_SECONDS:
                queue.finish(tx, job)  # it comes again by itself; a dead one would stand in its way
            elif job.attempts > len(RETRY_SECONDS):
                queue.bury(tx, job, code[:60])
            else:
                wait = timedelta(seconds=RETRY_SECONDS[job.attempts - 1])
                queue.again(tx, job, self._services.clock() + wait)

    def _put_periodic(self) -> None:
        now = self._services.clock()
        due = {kind: _next(now, every) for kind, every in EVERY_SECONDS.items() if kind in self._handlers}
        if due:
            with self._services.database.transaction() as tx:
                for kind, moment in due.items():
                    queue.put(tx, kind, kind, moment, now, dedupe=kind)

    def _keep_leases(self) -> None:
        for job in list(self._running.values()):
            queue.renew(self._services.database, job, self._services.clock(), self._lease_seconds)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set. Only for the main thread of a process that does nothing but work."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _next(now: datetime, every_seconds: int) -> datetime:
    return datetime.fromtimestamp((now.timestamp() // every_seconds + 1) * every_seconds, UTC)


@contextmanager
def _survived(doing: str) -> Iterator[None]:
    """Go on whatever happens, and say what kind of thing it was."""
    try:
        yield
    except Exception as error:
        logger.error("%s failed: %s", doing, type(error).__name__)
