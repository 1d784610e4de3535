"""What waits at the desk: cases nobody has opened, what is late, suspects, and how much each coordinator has.

Each question is answered from the rows it counts, and from an index that holds little more than these.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, distinct, func, select, text, true, tuple_, union_all

from intake.cases import store
from intake.cases.case import RECEIVES_RECORDS, Case, Stage, Turn
from intake.cases.store import CASE_COLUMNS, as_case, cases
from intake.db import Tx

AT_WORK = tuple(stage for stage in Stage if stage in RECEIVES_RECORDS)
OVER = tuple(stage for stage in Stage if stage not in RECEIVES_RECORDS)
# How many cases are read at once by who must look at all of a stage: so many fit into one statement on any database.
AT_ONCE = 500


def at_stage(tx: Tx, stage: Stage, *, after: Case | None = None, limit: int = AT_ONCE) -> list[Case]:
    """Cases of a stage, those longest there first; the next of them after a case that came before."""
    there = select(*CASE_COLUMNS).where(cases.c.stage == stage.value)
    if after is not None:
        there = there.where(tuple_(cases.c.stage_at, cases.c.id) > (after.stage_at, after.id))
    return [as_case(row) for row in tx.all(there.order_by(cases.c.stage_at, cases.c.id).limit(limit))]


def unopened(tx: Tx, limit: int) -> list[Case]:
    """Cases at work that nobody at the desk has opened yet, the oldest first; not what is held as suspect."""
    return _oldest(tx, AT_WORK, limit, *_unopened())


def count_unopened(tx: Tx) -> dict[str | None, int]:
    """How many of those each coordinator has, and nobody (None)."""
    return _by_coordinator(tx, *_unopened(), _at(AT_WORK))


def count_late(tx: Tx, now: datetime) -> dict[str | None, int]:
    """How many cases of each coordinator, and of nobody (None), wait for the desk longer than they should."""
    ours = (cases.c.turn == Turn.COORDINATOR.value, cases.c.urgent.in_([True, False]))  # both: as an index begins
    return _by_coordinator(tx, *ours, cases.c.due_at < now, cases.c.held_as_suspect.is_(False))


def count_at_desk(tx: Tx, coordinator_ids: set[str]) -> dict[str | None, int]:
    """How many cases of each of these coordinators wait for a move of theirs."""
    theirs, turn = cases.c.coordinator_id.in_(sorted(coordinator_ids)), cases.c.turn == Turn.COORDINATOR.value
    return _by_coordinator(tx, theirs, turn, cases.c.held_as_suspect.is_(False))


def loads(tx: Tx) -> dict[str, int]:
    """How many cases at work each coordinator has; who has none is left out."""
    counted = _by_coordinator(tx, cases.c.coordinator_id.is_not(None), text(store.AT_WORK))
    return {owner: count for owner, count in counted.items() if owner is not None}


def held_by(tx: Tx, coordinator_id: str) -> list[Case]:
    """Every case that a coordinator has and that somebody waits for, held until the end of the transaction."""
    theirs = (cases.c.coordinator_id == coordinator_id, _at((*AT_WORK, Stage.REPORTED)))
    held = select(*CASE_COLUMNS).where(*theirs).order_by(cases.c.id).with_for_update()
    return [as_case(row) for row in tx.all(held)]


def suspects(tx: Tx, *, over: bool, limit: int) -> list[Case]:
    """Cases held as suspect, the oldest first: those that wait for a look, or those that are over."""
    return _oldest(tx, OVER if over else AT_WORK, limit, cases.c.held_as_suspect == true())


def count_suspects(tx: Tx) -> int:
    """How many cases held as suspect wait for a look."""
    waiting = (cases.c.held_as_suspect == true(), _at(AT_WORK))
    return int(tx.scalar(select(func.count()).select_from(cases).where(*waiting)))


def others_who_wrote(tx: Tx, text_hash: str, address_hash: str) -> int:
    """From how many other addresses the same words came."""
    same = (cases.c.text_hash == text_hash, cases.c.address_hash != address_hash)
    return int(tx.scalar(select(func.count(distinct(cases.c.address_hash))).where(*same)))


def _unopened() -> tuple[ColumnElement[bool], ...]:
    return (cases.c.first_read_at.is_(None), cases.c.held_as_suspect.is_(False))


def _at(stages: Iterable[Stage]) -> ColumnElement[bool]:
    return cases.c.stage.in_([stage.value for stage in stages])


def _by_coordinator(tx: Tx, *wanted: ColumnElement[bool] | TextClause) -> dict[str | None, int]:
    counted = select(cases.c.coordinator_id, func.count()).where(*wanted).group_by(cases.c.coordinator_id)
    return {owner: count for owner, count in tx.all(counted)}


def _oldest(tx: Tx, stages: Iterable[Stage], limit: int, *wanted: ColumnElement[bool]) -> list[Case]:
    """The cases that were opened first: the first of each stage, each read from its place in an index, then sorted."""
    order = (cases.c.opened_at, cases.c.id)
    pieces = (select(*CASE_COLUMNS).where(cases.c.stage == stage.value, *wanted) for stage in stages)
    found = union_all(*(select(piece.order_by(*order).limit(limit).subquery()) for piece in pieces)).subquery()
    rows = tx.all(select(found).order_by(found.c.opened_at, found.c.id).limit(limit))
    return [as_case(row) for row in rows]
