"""The list of the desk: which cases stand in it, in which order, fifty at a time however many there are.

Marked cases come first, then the soonest due, then what is over, the latest first. A page begins at a place, never at a
number: each look is answered from the beginning of a few indexes (`store` has them), so the list is as quick with a
million cases as with a thousand, and a case that moves meanwhile shifts nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, false, func, literal, or_, select, true, tuple_, union_all

from intake.cases.case import MOVES, Case, Stage, Turn
from intake.cases.store import CASE_COLUMNS, as_case, cases
from intake.db import Instant, Tx

PER_PAGE = 50
MOST_COUNTED = 100  # beyond it the desk says "100 and more": counting everything would take longer with every case

URGENT, WAITING, OVER = range(3)
SOMEBODYS = (Turn.PATIENT, Turn.COORDINATOR, Turn.SPECIALIST)
OVER_STAGES = tuple(stage for stage in Stage if not MOVES[stage] - {Stage.ERASED})
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = re.compile(r"[0-9]{1,17}")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Whose(StrEnum):
    """Which coordinator has the case."""

    MINE = "mine"
    NOBODYS = "nobody"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list. `me` is the coordinator for whom `MINE` is read."""

    me: str = ""
    whose: Whose | None = None
    turn: Turn | None = None
    stage: Stage | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in the list: its part, its moment in that part, its id."""

    part: int
    at: datetime
    id: str

    @classmethod
    def of(cls, case: Case) -> "Place":
        """Where this case stands."""
        if case.stage in OVER_STAGES or case.due_at is None:
            return cls(OVER, case.stage_at, case.id)
        return cls(URGENT if case.urgent else WAITING, case.due_at, case.id)

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that an address names; None for what names none."""
        part, _, rest = text.partition(".")
        moment, _, case_id = rest.partition(".")
        if part not in ("0", "1", "2") or not DIGITS.fullmatch(moment) or not ID.fullmatch(case_id):
            return None
        return cls(int(part), BEGINNING + timedelta(microseconds=int(moment)), case_id)

    def __str__(self) -> str:
        return f"{self.part}.{(self.at - BEGINNING) // timedelta(microseconds=1)}.{self.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list, and from where the pages beside it are read; None where there is none."""

    cases: tuple[Case, ...]
    earlier: Place | None
    later: Place | None


def read_page(
    tx: Tx, wanted: Wanted, now: datetime, *, after: Place | None = None, before: Place | None = None,
    per_page: int = PER_PAGE,
) -> Page:  # fmt: skip
    """The cases after a place, or before one; from the beginning without either. Suspects have a list of their own."""
    found = _gather(tx, wanted, now, before or after, per_page + 1, backwards=before is not None)
    more, found = len(found) > per_page, found[:per_page]
    if before is not None:
        found.reverse()
    first, last = (Place.of(found[0]), Place.of(found[-1])) if found else (None, None)
    earlier = first if (more if before is not None else after is not None) else None
    later = last if (more or before is not None) else None
    return Page(tuple(found), earlier, later)


def count(tx: Tx, wanted: Wanted, now: datetime) -> int:
    """How many cases wait that are like this, up to MOST_COUNTED; what is over is not counted."""
    turns = [turn.value for turn in SOMEBODYS if wanted.turn in (None, turn)]
    like = [cases.c.turn.in_(turns), cases.c.urgent.in_([True, False]), *_like(wanted, now), *_late(wanted, now)]
    some = select(cases.c.id).where(*like).limit(MOST_COUNTED).subquery()
    return int(tx.scalar(select(func.count()).select_from(some)))


def counts(tx: Tx, me: str, now: datetime) -> dict[str, int]:
    """How many wait in each of the ways that the desk offers first."""
    ways = {
        "mine": Wanted(me, Whose.MINE), "nobody": Wanted(me, Whose.NOBODYS), "late": Wanted(me, late=True),
        "patient": Wanted(me, turn=Turn.PATIENT), "coordinator": Wanted(me, turn=Turn.COORDINATOR),
        "specialist": Wanted(me, turn=Turn.SPECIALIST),
    }  # fmt: skip
    return {name: count(tx, wanted, now) for name, wanted in ways.items()}


def of_address(tx: Tx, address_hash: str, limit: int = PER_PAGE) -> list[Case]:
    """The cases of one exact address, the newest first."""
    mine = select(*CASE_COLUMNS).where(cases.c.address_hash == address_hash)
    return [as_case(row) for row in tx.all(mine.order_by(cases.c.opened_at.desc(), cases.c.id).limit(limit))]


def alike(tx: Tx, case_id: str, limit: int = 5) -> list[tuple[Case, str]]:
    """Other cases that may be the same request, the newest first, each with why: "words" or "address"."""
    mine = tx.one_or_none(select(cases.c.address_hash, cases.c.text_hash).where(cases.c.id == case_id))
    if mine is None:
        return []
    same = [cases.c.text_hash == mine.text_hash] if mine.text_hash else []
    same += [cases.c.address_hash == mine.address_hash] if mine.address_hash else []
    if not same:
        return []
    others = select(*CASE_COLUMNS, cases.c.text_hash).where(cases.c.id != case_id, or_(*same))
    found = tx.all(others.order_by(cases.c.opened_at.desc(), cases.c.id).limit(limit))
    theirs = mine.text_hash or "none at all"
    return [(as_case(row), "words" if row.text_hash == theirs else "address") for row in found]


def _gather(
    tx: Tx, wanted: Wanted, now: datetime, place: Place | None, most: int, *, backwards: bool
) -> list[Case]:
    """Up to `most` cases beyond a place, in the order of the list or against it."""
    found: list[Case] = []
    parts = (OVER, WAITING, URGENT) if backwards else (URGENT, WAITING, OVER)
    for part in parts:
        if place is not None and (part > place.part if backwards else part < place.part):
            continue
        beyond = place if place is not None and part == place.part else None
        streams = list(_streams(part, wanted, now))
        if streams:
            found += _read(tx, part, streams, beyond, most - len(found), backwards=backwards)
        if len(found) >= most:
            break
    return found


def _streams(part: int, wanted: Wanted, now: datetime) -> Iterator[list[ColumnElement[bool]]]:
    """What a part is read by: one index range for each turn, or for each stage of what is over."""
    like = _like(wanted, now)
    if part == OVER:
        if wanted.turn in (None, Turn.NOBODY) and not wanted.late:
            for stage in OVER_STAGES:
                if wanted.stage in (None, stage):
                    yield [cases.c.stage == stage.value, *like]
        return
    if wanted.stage in OVER_STAGES:
        return
    like += [cases.c.urgent == (true() if part == URGENT else false()), cases.c.due_at.is_not(None)]
    for turn in SOMEBODYS:
        if wanted.turn in (None, turn):
            yield [cases.c.turn == turn.value, *like, *_late(wanted, now)]


def _read(
    tx: Tx, part: int, streams: list[list[ColumnElement[bool]]], beyond: Place | None, most: int, *, backwards: bool
) -> list[Case]:
    """The nearest cases of every stream, sorted by the database: it alone knows how it sorts ids."""
    moment = cases.c.stage_at if part == OVER else cases.c.due_at
    falls = backwards != (part == OVER)
    pieces = []
    for stream in streams:
        piece = select(*CASE_COLUMNS).where(*stream)
        if beyond is not None:
            keys, last = tuple_(moment, cases.c.id), tuple_(literal(beyond.at, Instant), literal(beyond.id))
            piece = piece.where(keys < last if falls else keys > last)
        order = (moment.desc(), cases.c.id.desc()) if falls else (moment, cases.c.id)
        pieces.append(select(piece.order_by(*order).limit(most).subquery()))
    together = union_all(*pieces).subquery()
    sorted_by = (together.c[moment.name], together.c.id)
    order = tuple(column.desc() for column in sorted_by) if falls else sorted_by
    return [as_case(row) for row in tx.all(select(together).order_by(*order).limit(most))]


def _like(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    like: list[ColumnElement[bool]] = [cases.c.held_as_suspect == false()]
    if wanted.whose is not None:
        mine = wanted.whose is Whose.MINE
        like.append(cases.c.coordinator_id == wanted.me if mine else cases.c.coordinator_id.is_(None))
    if wanted.stage is not None:
        like.append(cases.c.stage == wanted.stage.value)
    return like


def _late(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    return [cases.c.due_at < now] if wanted.late else []
