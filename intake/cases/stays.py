"""How long each case was at each stage: the dates on the stage clock, and the honest medians beside them.

A row for each stage that a case entered, with the day it left and where to. Nothing about a person.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ForeignKey, Index, String, Table, insert, select, update

from intake.cases.case import TURN_OF, Stage
from intake.db import Instant, Tx, metadata

stays = Table(
    "stays",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id"), primary_key=True),
    Column("stage", String(16), primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    Column("went_to", String(16), nullable=True),
    Index("ix_stays_stage", "stage", "began_at"),
)

# Fewer cases say nothing that holds, and could point to one of them. Our own rule, the same as for partners.
ENOUGH = 10
# Only the newest count, of the last year, and of those that began long enough ago to be over by now.
MOST_LOOKED_AT = 500
LOOK_BACK = timedelta(days=365)
GOES_ON = {
    Stage.OPENED: Stage.RECORDS_IN,
    Stage.RECORDS_IN: Stage.WITH_SPECIALIST,
    Stage.WITH_SPECIALIST: Stage.REPORTED,
}
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastTime:
    """Half of the past cases took so many days or less; counted from so many cases that went on."""

    days: int
    cases: int


def enter(tx: Tx, case_id: str, stage: Stage, now: datetime) -> None:
    """A case begins at a stage."""
    tx.execute(insert(stays), {"case_id": case_id, "stage": stage.value, "began_at": now})


def move_on(tx: Tx, case_id: str, old: Stage, new: Stage, now: datetime) -> None:
    """A case leaves one stage for another."""
    left = update(stays).where(stays.c.case_id == case_id, stays.c.stage == old.value)
    tx.execute(left.values(ended_at=now, went_to=new.value))
    enter(tx, case_id, new, now)


def reached(tx: Tx, case_id: str) -> dict[Stage, datetime]:
    """When a case entered each stage that it has been at."""
    rows = tx.all(select(stays.c.stage, stays.c.began_at).where(stays.c.case_id == case_id))
    return {Stage(row.stage): row.began_at for row in rows}


def past_time(tx: Tx, stage: Stage, now: datetime) -> PastTime | None:
    """How long past cases were at a stage before they went on; None for a stage that is over, or with too few cases."""
    if stage not in GOES_ON:
        return None
    days = TURN_OF[stage][1] or 0
    began = (stays.c.began_at > now - LOOK_BACK, stays.c.began_at <= now - 2 * timedelta(days=days))
    looked_at = select(stays).where(stays.c.stage == stage.value, *began).order_by(stays.c.began_at.desc())
    rows = tx.all(looked_at.limit(MOST_LOOKED_AT))
    return median((((row.ended_at or now) - row.began_at) / DAY, row.went_to == GOES_ON[stage]) for row in rows)


def median(times: Iterable[tuple[float, bool]]) -> PastTime | None:
    """The median of times of which some had not come to their end: (days, whether the case went on).

    By Kaplan and Meier (J Am Stat Assoc 1958, 53:457): a case that still waits, or ended otherwise, counts for as long
    as it was there. Leaving those out would make the past look quicker than it was. Whole days, rounded up; None with
    fewer than ENOUGH that went on, or while less than half have.
    """
    sorted_times = sorted(times, key=lambda each: (each[0], not each[1]))
    cases = sum(went_on for _, went_on in sorted_times)
    there, still = len(sorted_times), 1.0
    for days, went_on in sorted_times:
        if went_on:
            still *= (there - 1) / there
        there -= 1
        if still <= 0.5 + 1e-9 and cases >= ENOUGH:
            return PastTime(max(1, math.ceil(days)), cases)
    return None
