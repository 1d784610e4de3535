"""The parts of an upload: one row for each object in the vault. The committed parts are the bytes that we hold.

A row says less than it seems: that an object belongs at a place. What the object says is proved when it is opened.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from intake.db import Tx, metadata
from intake.prepared import Prepared

parts = Table(
    "parts",
    metadata,
    Column("upload_id", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("object_id", String(32), nullable=False),
    UniqueConstraint("object_id"),
)

_OF_UPLOAD = parts.c.upload_id == bindparam("upload_id")
_LAST = Prepared(select(parts).where(_OF_UPLOAD).order_by(parts.c.number.desc()).limit(1))
_COMMITTED = Prepared(select(func.coalesce(func.sum(parts.c.length), 0).label("length")).where(_OF_UPLOAD))
_ADD = Prepared(insert(parts))


@dataclass(frozen=True, slots=True)
class Part:
    """One committed piece of an upload: `length` bytes from `start` on, sealed in one object of the vault."""

    upload_id: str
    number: int
    start: int
    length: int
    object_id: str

    @property
    def stop(self) -> int:
        """The offset after its last byte."""
        return self.start + self.length


def of_upload(tx: Tx, upload_id: str) -> list[Part]:
    """Every part, in the order of the file."""
    rows = tx.all(select(parts).where(parts.c.upload_id == upload_id).order_by(parts.c.number))
    return [Part(*row) for row in rows]


def last(tx: Tx, upload_id: str) -> Part | None:
    """The part that ends where the upload stands."""
    row = tx.one_or_none(_LAST, {"upload_id": upload_id})
    return None if row is None else Part(*row)


def committed(tx: Tx, upload_id: str) -> int:
    """The offset: the sum of the committed parts, in bytes."""
    return int(tx.one_or_none(_COMMITTED, {"upload_id": upload_id}).length)


def committed_by_upload(tx: Tx, upload_ids: Sequence[str]) -> dict[str, int]:
    """The offset of each of these uploads; zero for one without a part."""
    sums = select(parts.c.upload_id, func.sum(parts.c.length)).where(parts.c.upload_id.in_(upload_ids))
    found = {upload_id: int(total) for upload_id, total in tx.all(sums.group_by(parts.c.upload_id))}
    return {upload_id: found.get(upload_id, 0) for upload_id in upload_ids}


def add(tx: Tx, part: Part, replaced: Part | None) -> None:
    """Put a part in; `replaced` is the short part before it whose bytes it has taken in."""
    if replaced is not None:
        mine = (parts.c.upload_id == replaced.upload_id, parts.c.number == replaced.number)
        tx.execute(delete(parts).where(*mine))
    row = {
        "upload_id": part.upload_id, "number": part.number, "start": part.start, "length": part.length,
        "object_id": part.object_id,
    }  # fmt: skip
    tx.run(_ADD, row)


def remove_all(tx: Tx, upload_id: str) -> list[str]:
    """Take every part of an upload out; returns the objects to destroy once this is committed."""
    objects = list(tx.execute(select(parts.c.object_id).where(parts.c.upload_id == upload_id)).scalars())
    tx.execute(delete(parts).where(parts.c.upload_id == upload_id))
    return objects


def held(tx: Tx, object_ids: Iterable[str]) -> set[str]:
    """Those of these objects that some part stands on."""
    return set(tx.execute(select(parts.c.object_id).where(parts.c.object_id.in_(list(object_ids)))).scalars())
