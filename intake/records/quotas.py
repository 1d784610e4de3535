"""How much a case may hold, and all cases together: counted when a file is announced, for all of its bytes.

The rows of the uploads are what is counted, so that whatever gives room back (cancelled, run out, rejected, forgotten)
needs no book of its own but the worker’s count of the day (`recount`). Whoever announces holds the turn until the row
is committed: two never count the same room.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Integer, Table, func, select, update

from intake.db import Instant, Tx, metadata
from intake.errors import QuotaFull, ServiceFull
from intake.records import store
from intake.records.store import uploads
from intake.records.upload import State, Verdict

quota_turn = Table(
    "quota_turn",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counted_bytes", BigInteger, nullable=True),
    Column("counted_at", Instant, nullable=True),
)

COUNT_EVERY = timedelta(days=1)
CLOCKS_DIFFER = timedelta(minutes=5)
GONE = (State.CANCELLED.value, State.EXPIRED.value)


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most that may be held and announced: bytes and files of one case, bytes of the service. None: no limit."""

    case_bytes: int | None = None
    case_files: int | None = None
    service_bytes: int | None = None


def take_turn(tx: Tx) -> None:
    """Wait for everybody who announces a file at this moment. On SQLite every writer has waited already."""
    if tx.one_or_none(select(quota_turn).where(quota_turn.c.id == 1).with_for_update()) is None:
        raise LookupError("there is no turn to take: run intake migrate")


def need_room(tx: Tx, case_id: str, length: int, quotas: Quotas) -> None:
    """Raise QuotaFull or ServiceFull unless `length` bytes more, as one file, keep within. Call it in your turn."""
    files, size = store.held(tx, case_id)
    if quotas.case_files is not None and files + 1 > quotas.case_files:
        raise QuotaFull
    if quotas.case_bytes is not None and size + length > quotas.case_bytes:
        raise QuotaFull
    if quotas.service_bytes is not None and not has_room(tx, length, quotas.service_bytes):
        raise ServiceFull


def has_room(tx: Tx, length: int, most: int) -> bool:
    """Whether all cases together may hold so many bytes more.

    The last count and what was announced since are never less than what is held, and are known at once; only where
    these would not do, everything is counted, because much may have been given back meanwhile.
    """
    bound = _at_most(tx)
    return (bound is not None and bound + length <= most) or held_by_service(tx) + length <= most


def recount(tx: Tx, now: datetime) -> None:
    """Count everything if that was done long ago, so that what came since stays little. Call it in your turn."""
    counted = tx.one_or_none(select(quota_turn).where(quota_turn.c.id == 1))
    if counted is None or (counted.counted_at is not None and now - counted.counted_at < COUNT_EVERY):
        return
    fresh = {"counted_bytes": held_by_service(tx), "counted_at": now}
    tx.execute(update(quota_turn).where(quota_turn.c.id == 1).values(**fresh))


def held_by_service(tx: Tx) -> int:
    """Bytes that all cases hold or have announced; what was refused, given up or forgotten does not count. Reads the
    row of every upload there is.
    """
    kept = (uploads.c.state.not_in(GONE), func.coalesce(uploads.c.verdict, "") != Verdict.REJECTED.value)
    return int(tx.scalar(select(func.coalesce(func.sum(uploads.c.length), 0)).where(*kept)))


def _at_most(tx: Tx) -> int | None:
    """No less than what all cases hold; None before the first count. Clocks of two machines may differ a little."""
    counted = tx.one_or_none(select(quota_turn).where(quota_turn.c.id == 1))
    if counted is None or counted.counted_at is None:
        return None
    since = select(func.coalesce(func.sum(uploads.c.length), 0))
    announced = tx.scalar(since.where(uploads.c.made_at >= counted.counted_at - CLOCKS_DIFFER))
    return int(counted.counted_bytes) + int(announced)
