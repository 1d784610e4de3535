"""Objects of the vault that stand on no part, as a sweep found them, and since when. SQL only; see `removing`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, String, Table, bindparam, delete, insert, select

from intake.db import Instant, Tx, metadata
from intake.prepared import Prepared

strays = Table(
    "strays",
    metadata,
    Column("object_id", String(32), primary_key=True),
    Column("seen_at", Instant, nullable=False),
)

# How long an object may stand on no part. A part may not be committed on one that was seen astray half as long ago,
# so that a sweep and a very slow part can never both have it.
STRAY_AFTER = timedelta(hours=1)
_SEEN_AT = Prepared(select(strays.c.seen_at).where(strays.c.object_id == bindparam("object_id")))


def seen(tx: Tx) -> dict[str, datetime]:
    """Objects that an earlier sweep found without a part, and when."""
    return {row.object_id: row.seen_at for row in tx.all(select(strays))}


def remember(tx: Tx, object_ids: Iterable[str], now: datetime) -> None:
    """Note objects that stand on no part, for the next sweep."""
    if rows := [{"object_id": object_id, "seen_at": now} for object_id in object_ids]:
        tx.execute(insert(strays), rows)


def forget(tx: Tx, object_ids: Iterable[str]) -> None:
    """These are gone, or belong somewhere after all."""
    for object_id in object_ids:
        tx.execute(delete(strays).where(strays.c.object_id == object_id))


def condemned(tx: Tx, object_id: str, now: datetime) -> bool:
    """True when a sweep saw this object astray so long ago that it may be destroyed any moment."""
    row = tx.one_or_none(_SEEN_AT, {"object_id": object_id})
    return row is not None and now - row.seen_at >= STRAY_AFTER / 2
