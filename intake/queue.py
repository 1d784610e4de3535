"""The leased job table: work for later, put in by the transaction that needs it, done at least once.

A worker that dies loses its lease and another takes the job, so every job must be harmless to do twice.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite

from intake.db import Database, Instant, Tx, few_alone, metadata

LEASE_SECONDS = 60

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("ref", String(80), nullable=False),
    Column("dedupe", String(120), nullable=True),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=True),
    Column("lease_by", String(80), nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("dead_code", String(60), nullable=True),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("dedupe"),
    # What was given up stays, and must not lie in the way of what is to be done.
    few_alone("ix_jobs_due_at", "dead_code IS NULL", "due_at"),
    few_alone("ix_jobs_dead_code", "dead_code IS NOT NULL", "dead_code"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job: what to do (`kind`), to which thing (`ref`, an id), and the how-manieth attempt this is."""

    id: str
    kind: str
    ref: str
    attempts: int
    lease_by: str


def put(tx: Tx, kind: str, ref: str, due: datetime, now: datetime, dedupe: str | None = None) -> None:
    """Put a job in the caller's transaction. One with the same `dedupe` that still waits makes this a no-op."""
    row = {
        "id": secrets.token_hex(16), "kind": kind, "ref": ref, "due_at": due, "dedupe": dedupe,
        "attempts": 0, "made_at": now,
    }  # fmt: skip
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    tx.execute(dialect.insert(jobs).values(row).on_conflict_do_nothing(index_elements=["dedupe"]))


def claim(
    database: Database, kinds: tuple[str, ...], worker: str, now: datetime, lease_seconds: float = LEASE_SECONDS
) -> Job | None:
    """Lease the job that is due longest, or None. Two workers never get the same one while the lease lasts."""
    free = or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < now)
    ready = and_(jobs.c.kind.in_(kinds), jobs.c.due_at <= now, jobs.c.dead_code.is_(None), free)
    due = select(jobs).where(ready).order_by(jobs.c.due_at).limit(1).with_for_update(skip_locked=True)
    with database.read() as tx:  # most looks find nothing: do not take the writer's turn for them
        if tx.scalar(select(jobs.c.id).where(ready).order_by(jobs.c.due_at).limit(1)) is None:
            return None
    with database.transaction() as tx:
        row = tx.one_or_none(due)
        if row is None:
            return None
        lease = {"lease_until": now + timedelta(seconds=lease_seconds), "lease_by": worker}
        tx.execute(update(jobs).where(jobs.c.id == row.id).values(attempts=row.attempts + 1, **lease))
    return Job(row.id, row.kind, row.ref, row.attempts + 1, worker)


def renew(database: Database, job: Job, now: datetime, lease_seconds: float = LEASE_SECONDS) -> bool:
    """Keep the lease of long work. False if another worker has taken the job over meanwhile: stop then."""
    until = now + timedelta(seconds=lease_seconds)
    with database.transaction() as tx:
        return tx.execute(update(jobs).where(_held(job)).values(lease_until=until)).rowcount == 1


def finish(tx: Tx, job: Job) -> None:
    """The job is done; its row goes."""
    tx.execute(delete(jobs).where(_held(job)))


def again(tx: Tx, job: Job, due: datetime) -> None:
    """Try the job again at `due`."""
    tx.execute(update(jobs).where(_held(job)).values(due_at=due, lease_until=None, lease_by=None))


def wait(tx: Tx, job: Job, due: datetime) -> None:
    """Do the job at `due` instead, as if nobody had begun it: what only had to wait was no attempt."""
    later = {"due_at": due, "lease_until": None, "lease_by": None, "attempts": jobs.c.attempts - 1}
    tx.execute(update(jobs).where(_held(job)).values(**later))


def bury(tx: Tx, job: Job, code: str) -> None:
    """Give the job up, visibly: it stays as dead with a short reason code."""
    tx.execute(update(jobs).where(_held(job)).values(dead_code=code, lease_until=None, lease_by=None))


def oldest_due(tx: Tx, now: datetime) -> datetime | None:
    """When the longest waiting job fell due, or None: the age of the queue."""
    return tx.scalar(select(func.min(jobs.c.due_at)).where(jobs.c.due_at <= now, jobs.c.dead_code.is_(None)))


def dead(tx: Tx) -> int:
    """How many jobs were given up."""
    return tx.scalar(select(func.count()).select_from(jobs).where(jobs.c.dead_code.is_not(None)))


def _held(job: Job) -> ColumnElement[bool]:
    return and_(jobs.c.id == job.id, jobs.c.lease_by == job.lease_by)
