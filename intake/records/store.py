"""Uploads as rows: announced, received, checked, or gone. SQL only; the rules are in `receiving` and `checking`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from intake.db import Instant, Tx, few_alone, metadata
from intake.errors import UploadNotFound
from intake.prepared import Prepared
from intake.records.parts import parts
from intake.records.reasons import SENDER_CAN_MEND, WAITS_FOR_SCANNER
from intake.records.upload import TAKEN_OUT, State, Upload, Verdict

HELD = "verdict = 'held'"

uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), nullable=False, index=True),
    Column("grant_id", String(43), nullable=True),
    Column("session_id", String(64), nullable=True),
    Column("about", LargeBinary, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("verdict", String(12), nullable=True),
    Column("reason", String(40), nullable=True),
    Column("kind", String(20), nullable=True),
    Column("findings", LargeBinary, nullable=True),
    Column("made_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=True),
    Column("checked_at", Instant, nullable=True),
    Column("expires_at", Instant, nullable=False),
    Column("described", LargeBinary, nullable=True),
    Index(None, "made_at"),
    few_alone("ix_uploads_held", HELD, "reason", "received_at", "id"),
)

_BY_ID = select(uploads).where(uploads.c.id == bindparam("id"))
_GET, _GET_TO_CHANGE = Prepared(_BY_ID), Prepared(_BY_ID.with_for_update())
_RAISE = Prepared(
    update(uploads).where(uploads.c.id == bindparam("upload_id")).values(
        generation=uploads.c.generation + 1,
        touched_at=bindparam("now", type_=Instant), expires_at=bindparam("until", type_=Instant),
    )
)  # fmt: skip
UNCHECKED = (State.RECEIVING.value, State.RECEIVED.value)


def add(tx: Tx, upload: Upload) -> None:
    """Put a new upload in."""
    row = {column.name: getattr(upload, column.name) for column in uploads.columns}
    tx.execute(insert(uploads), row | {"state": upload.state.value, "verdict": None})


def get(tx: Tx, upload_id: str, *, to_change: bool = False) -> Upload:
    """The upload by id, locked if it is to change. Raises UploadNotFound."""
    row = tx.one_or_none(_GET_TO_CHANGE if to_change else _GET, {"id": upload_id})
    if row is None:
        raise UploadNotFound
    return _upload(row)


def of_case(tx: Tx, case_id: str) -> list[Upload]:
    """Every upload of a case that was not cancelled and did not run out: as they were received, the unfinished last.

    So the place of a received one never changes, and it can be called by its number.
    """
    there = uploads.c.state.not_in((State.CANCELLED.value, State.EXPIRED.value))
    order = (uploads.c.received_at.is_(None), uploads.c.received_at, uploads.c.made_at, uploads.c.id)
    return [_upload(row) for row in tx.all(select(uploads).where(uploads.c.case_id == case_id, there).order_by(*order))]


def of_session(tx: Tx, case_id: str, session_id: str) -> list[Upload]:
    """Those of a case that one browser sent."""
    return [upload for upload in of_case(tx, case_id) if upload.session_id == session_id]


def ever_received(tx: Tx, case_id: str) -> list[Upload]:
    """Every upload of a case that once arrived whole, whatever became of it: as they were received."""
    arrived = (uploads.c.case_id == case_id, uploads.c.received_at.is_not(None))
    order = (uploads.c.received_at, uploads.c.made_at, uploads.c.id)
    return [_upload(row) for row in tx.all(select(uploads).where(*arrived).order_by(*order))]


def last_signs(tx: Tx, case_ids: Sequence[str]) -> dict[str, datetime]:
    """When somebody last added to each of these cases; a case to which nobody did is left out.

    What ran out by itself is no sign of anybody, so only its beginning counts.
    """
    ran_out = uploads.c.state == State.EXPIRED.value
    sign = func.max(case((ran_out, uploads.c.made_at), else_=uploads.c.touched_at)).label("sign")
    wanted = select(uploads.c.case_id, sign).where(uploads.c.case_id.in_(case_ids)).group_by(uploads.c.case_id)
    return {row.case_id: row.sign for row in tx.all(wanted)}


@dataclass(frozen=True, slots=True)
class Sent:
    """What came through one grant: complete files that were kept, their bytes, unfinished ones, and when last."""

    files: int = 0
    bytes: int = 0
    unfinished: int = 0
    last_at: datetime | None = None


def sent_by_grant(tx: Tx, case_id: str) -> dict[str, Sent]:
    """What came through each grant of a case."""
    found: dict[str, Sent] = {}
    for upload in of_case(tx, case_id):
        before = found.get(upload.grant_id or "", Sent())
        kept = upload.complete and upload.verdict is not Verdict.REJECTED
        last = max(filter(None, (before.last_at, upload.touched_at)))
        found[upload.grant_id or ""] = Sent(
            before.files + kept, before.bytes + kept * upload.length,
            before.unfinished + (upload.state is State.RECEIVING), last,
        )  # fmt: skip
    return found


def unfinished_of_grant(tx: Tx, grant_id: str) -> list[str]:
    """Ids of the uploads of a grant that are still arriving."""
    wanted = (uploads.c.grant_id == grant_id, uploads.c.state == State.RECEIVING.value)
    return list(tx.execute(select(uploads.c.id).where(*wanted)).scalars())


def needing_requester(tx: Tx, case_id: str) -> list[str]:
    """Ids of uploads that the sender should send again: rejected, or held for a reason that they can mend."""
    rejected = (uploads.c.verdict == Verdict.REJECTED.value) & (uploads.c.reason != TAKEN_OUT)
    mendable = (uploads.c.verdict == Verdict.HELD.value) & uploads.c.reason.in_(SENDER_CAN_MEND)
    wanted = select(uploads.c.id).where(uploads.c.case_id == case_id, rejected | mendable)
    return list(tx.execute(wanted.order_by(uploads.c.made_at, uploads.c.id)).scalars())


def waiting_for_scanner(tx: Tx, most: int, *, unscanned: bool) -> list[str]:
    """Ids of uploads of every case that were held because the scanner did not answer, the oldest first, up to `most`.

    With `unscanned`, also those that came when there was none.
    """
    reasons = WAITS_FOR_SCANNER if unscanned else ("scanner_down",)
    waits = select(uploads.c.id).where(text(HELD), uploads.c.reason.in_(reasons))
    return list(tx.execute(waits.order_by(uploads.c.received_at, uploads.c.id).limit(most)).scalars())


def tally(tx: Tx, case_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many uploads of each of these cases are clean, held or rejected, and how many still receiving or received."""
    word = func.coalesce(uploads.c.verdict, uploads.c.state)
    there = uploads.c.state.not_in((State.CANCELLED.value, State.EXPIRED.value))
    wanted = select(uploads.c.case_id, word, func.count()).where(uploads.c.case_id.in_(case_ids), there)
    counted: dict[str, dict[str, int]] = {case_id: {} for case_id in case_ids}
    for case_id, said, number in tx.all(wanted.group_by(uploads.c.case_id, word)):
        counted[case_id][said] = number
    return counted


def none_in_check(tx: Tx, case_id: str) -> bool:
    """True when every upload that arrived has its verdict; those still arriving do not count."""
    arrived = (uploads.c.case_id == case_id, uploads.c.state == State.RECEIVED.value)
    return tx.scalar(select(func.count()).select_from(uploads).where(*arrived)) == 0


def all_checked(tx: Tx, case_id: str) -> bool:
    """True when no upload of the case is still arriving or waiting for its check."""
    waiting = (uploads.c.case_id == case_id, uploads.c.state.in_(UNCHECKED))
    return tx.scalar(select(func.count()).select_from(uploads).where(*waiting)) == 0


def held(tx: Tx, case_id: str) -> tuple[int, int]:
    """How many files a case holds or has announced, and their bytes; refused and given up ones do not count."""
    gone = (State.CANCELLED.value, State.EXPIRED.value)
    kept = func.coalesce(uploads.c.verdict, "") != Verdict.REJECTED.value
    wanted = select(func.count(), func.coalesce(func.sum(uploads.c.length), 0))
    files, size = tx.all(wanted.where(uploads.c.case_id == case_id, uploads.c.state.not_in(gone), kept))[0]
    return int(files), int(size)


def idle(tx: Tx, now: datetime) -> list[str]:
    """Ids of unfinished uploads whose time is over."""
    over = (uploads.c.state == State.RECEIVING.value, uploads.c.expires_at <= now)
    return list(tx.execute(select(uploads.c.id).where(*over)).scalars())


def still_to_come(tx: Tx) -> int:
    """Bytes that were announced and have not arrived yet: what the disk has promised."""
    open_ = uploads.c.state == State.RECEIVING.value
    announced = tx.scalar(select(func.coalesce(func.sum(uploads.c.length), 0)).where(open_))
    arrived = select(func.coalesce(func.sum(parts.c.length), 0))
    arrived = arrived.select_from(parts.join(uploads, parts.c.upload_id == uploads.c.id)).where(open_)
    return int(announced) - int(tx.scalar(arrived))


def change(tx: Tx, upload_id: str, **values: Any) -> None:
    """Set columns of one upload."""
    tx.run(_change(tuple(values)), {f"new_{name}": value for name, value in values.items()} | {"upload_id": upload_id})


@cache
def _change(names: tuple[str, ...]) -> Prepared:
    values = {name: bindparam(f"new_{name}", type_=uploads.c[name].type) for name in names}
    return Prepared(update(uploads).where(uploads.c.id == bindparam("upload_id")).values(values))


def raise_generation(tx: Tx, upload_id: str, now: datetime, expires_at: datetime) -> None:
    """A new request takes the upload over; older ones stop at their next part."""
    tx.run(_RAISE, {"upload_id": upload_id, "now": now, "until": expires_at})


def remove_case(tx: Tx, case_id: str) -> list[str]:
    """Take every upload of a case and its parts out; returns the objects to destroy once this is committed."""
    mine = select(uploads.c.id).where(uploads.c.case_id == case_id)
    objects = list(tx.execute(select(parts.c.object_id).where(parts.c.upload_id.in_(mine))).scalars())
    tx.execute(delete(parts).where(parts.c.upload_id.in_(mine)))
    tx.execute(delete(uploads).where(uploads.c.case_id == case_id))
    return objects


def _upload(row: Row[Any]) -> Upload:
    values = row._asdict()
    verdict = Verdict(row.verdict) if row.verdict else None
    return Upload(**values | {"state": State(row.state), "verdict": verdict})
