"""Discs, glass slides, blocks and papers sent by courier: announced, sent, received, returned, or lost on the way.

What is in a parcel and how it travels is sealed. Whose move a parcel may make stands in one table.
"""

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Row, String, Table, delete, func, insert, select, update

from intake import journal
from intake.cases import letters, store
from intake.cases.case import Case, Stage
from intake.cases.house import House
from intake.db import Instant, Tx, metadata
from intake.errors import MoveNotAllowed, NotYours
from intake.journal import Event
from intake.keys import KeyStore, context, open_json, seal_json

parcels = Table(
    "parcels",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("announced_at", Instant, nullable=False),
    Column("sent_at", Instant, nullable=True),
    Column("received_at", Instant, nullable=True),
    Column("returned_at", Instant, nullable=True),
    Column("lost_at", Instant, nullable=True),
)

REQUESTER = "requester"
MOST_PARCELS = 20


class ParcelState(StrEnum):
    """Where a parcel is."""

    ANNOUNCED = "announced"
    SENT = "sent"
    RECEIVED = "received"
    RETURNED = "returned"
    LOST = "lost"


MOVES: dict[ParcelState, frozenset[ParcelState]] = {
    # A parcel can arrive before anybody said that it was sent, and be found after it was given up.
    ParcelState.ANNOUNCED: frozenset({ParcelState.SENT, ParcelState.RECEIVED}),
    ParcelState.SENT: frozenset({ParcelState.RECEIVED, ParcelState.LOST}),
    ParcelState.RECEIVED: frozenset({ParcelState.RETURNED}),
    ParcelState.RETURNED: frozenset(),
    ParcelState.LOST: frozenset({ParcelState.RECEIVED}),
}
BY_DESK = frozenset({ParcelState.RECEIVED, ParcelState.RETURNED, ParcelState.LOST})
WHAT = ("discs", "slides", "blocks", "papers")


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a parcel and how it travels, there and back. Counts of pieces; `back_on` is an ISO day."""

    discs: int = 0
    slides: int = 0
    blocks: int = 0
    papers: int = 0
    wants_back: bool = False
    note: str = field(default="", repr=False)
    carrier: str = field(default="", repr=False)
    tracking: str = field(default="", repr=False)
    arrived_note: str = field(default="", repr=False)
    back_carrier: str = field(default="", repr=False)
    back_tracking: str = field(default="", repr=False)
    back_on: str = ""

    def counts(self) -> list[tuple[str, int]]:
        """(what, how many) for what is in it at all."""
        return [(what, getattr(self, what)) for what in WHAT if getattr(self, what)]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as it stands."""

    id: str
    case_id: str
    state: ParcelState
    said: Contents
    announced_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    returned_at: datetime | None
    lost_at: datetime | None

    def may(self, state: ParcelState) -> bool:
        """Whether the table leads there."""
        return state in MOVES[self.state]

    @property
    def owed(self) -> bool:
        """Whether it is here and its owner wants it back."""
        return self.state is ParcelState.RECEIVED and self.said.wants_back


def announce_parcel(tx: Tx, house: House, case_id: str, said: Contents, now: datetime) -> Parcel:
    """The requester says what will come. Raises MoveNotAllowed once the case takes no records, or for too many."""
    case = store.case_by_id(tx, case_id, to_change=True)
    count = tx.scalar(select(func.count()).select_from(parcels).where(parcels.c.case_id == case_id))
    if not case.takes_records or count >= MOST_PARCELS or not said.counts():
        raise MoveNotAllowed
    parcel_id = secrets.token_hex(16)
    row = {"id": parcel_id, "case_id": case_id, "state": ParcelState.ANNOUNCED.value, "announced_at": now}
    tx.execute(insert(parcels), row | {"said": _sealed(house.keys, case, parcel_id, said)})
    _journal(tx, case, parcel_id, ParcelState.ANNOUNCED.value, REQUESTER, now)
    return parcel_of(tx, house.keys, case, parcel_id)


def take_back_parcel(tx: Tx, house: House, case_id: str, parcel_id: str, now: datetime) -> None:
    """It will not come after all. Raises NotYours, or MoveNotAllowed once it is on its way."""
    case = store.case_by_id(tx, case_id, to_change=True)
    if parcel_of(tx, house.keys, case, parcel_id).state is not ParcelState.ANNOUNCED:
        raise MoveNotAllowed
    tx.execute(delete(parcels).where(parcels.c.id == parcel_id))
    _journal(tx, case, parcel_id, "taken_back", REQUESTER, now)


def move_parcel(
    tx: Tx, house: House, case_id: str, parcel_id: str, state: ParcelState, actor: str, now: datetime, **said: Any
) -> Parcel:
    """Where it is now, with what is known of it; the requester gets a letter when it came and when it goes back.

    Twice is once. Raises NotYours, or MoveNotAllowed where the table does not lead, or the case was erased.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    parcel = parcel_of(tx, house.keys, case, parcel_id)
    if parcel.state is state:
        return parcel
    if not parcel.may(state) or case.stage is Stage.ERASED or (actor == REQUESTER and state in BY_DESK):
        raise MoveNotAllowed
    sealed = _sealed(house.keys, case, parcel_id, replace(parcel.said, **said))
    values = {"state": state.value, "said": sealed, f"{state.value}_at": now}
    tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(**values))
    _journal(tx, case, parcel_id, state.value, actor, now)
    if state in (ParcelState.RECEIVED, ParcelState.RETURNED):
        letters.tell_parcel(tx, house, case, f"parcel_{state.value}", parcel_id, now)
    return parcel_of(tx, house.keys, case, parcel_id)


def parcels_of(tx: Tx, keys: KeyStore, case: Case) -> list[Parcel]:
    """The parcels of a case, the oldest first: the first is number 1. Raises KeyGone."""
    order = (parcels.c.announced_at, parcels.c.id)
    rows = tx.all(select(parcels).where(parcels.c.case_id == case.id).order_by(*order))
    return [_parcel(keys, case, row) for row in rows]


def parcel_of(tx: Tx, keys: KeyStore, case: Case, parcel_id: str) -> Parcel:
    """One of them. Raises NotYours."""
    row = tx.one_or_none(select(parcels).where(parcels.c.id == parcel_id, parcels.c.case_id == case.id))
    if row is None:
        raise NotYours
    return _parcel(keys, case, row)


def forget(tx: Tx, case_id: str) -> None:
    """Take the parcels of a case away."""
    tx.execute(delete(parcels).where(parcels.c.case_id == case_id))


def _journal(tx: Tx, case: Case, parcel_id: str, state: str, actor: str, now: datetime) -> None:
    journal.write(tx, Event.PARCEL_MOVED, now, actor=actor, subject=case.id, parcel=parcel_id, state=state)


def _sealed(keys: KeyStore, case: Case, parcel_id: str, said: Contents) -> bytes:
    return seal_json(keys.get(case.key_owner), asdict(said), context("parcels", parcel_id, "said"))


def _parcel(keys: KeyStore, case: Case, row: Row[Any]) -> Parcel:
    said: Any = open_json(keys.get(case.key_owner), row.said, context("parcels", row.id, "said"))
    return Parcel(
        row.id, row.case_id, ParcelState(row.state), Contents(**said), row.announced_at, row.sent_at, row.received_at,
        row.returned_at, row.lost_at,
    )  # fmt: skip
