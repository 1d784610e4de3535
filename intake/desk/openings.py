"""Openings: a coordinator's deliberate act to open a record that is held, once a record and coordinator.

Says only that the act was done; whether the record is held, and the journal line, are the caller's.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from intake.db import Instant, Tx, metadata

openings = Table(
    "openings",
    metadata,
    Column("upload_id", String(64), primary_key=True),
    Column("coordinator_id", String(32), ForeignKey("coordinators.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)


def open_deliberately(tx: Tx, coordinator_id: str, upload_id: str, now: datetime) -> bool:
    """Remember the act. False if this coordinator had done it before."""
    row = {"upload_id": upload_id, "coordinator_id": coordinator_id, "at": now}
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(openings).values(row).on_conflict_do_nothing().returning(openings.c.upload_id)
    return tx.execute(added).one_or_none() is not None  # drivers do not agree on counting the rows of this


def may_open(tx: Tx, coordinator_id: str, upload_id: str) -> bool:
    """True once this coordinator has deliberately opened this record."""
    return upload_id in opened_among(tx, coordinator_id, [upload_id])


def opened_among(tx: Tx, coordinator_id: str, upload_ids: Iterable[str]) -> set[str]:
    """Which of these records this coordinator has deliberately opened."""
    wanted = (openings.c.coordinator_id == coordinator_id, openings.c.upload_id.in_(list(upload_ids)))
    return {row.upload_id for row in tx.all(select(openings.c.upload_id).where(*wanted))}
