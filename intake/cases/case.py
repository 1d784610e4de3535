"""The case: its stages, whose turn it is, the table of legal moves, and the reference people read on the telephone.

A reference opens nothing. Only `lifecycle` makes moves.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Stage(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    RECORDS_IN = "records_in"
    WITH_SPECIALIST = "with_specialist"
    REPORTED = "reported"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Turn(StrEnum):
    """Whose move it is."""

    PATIENT = "patient"
    COORDINATOR = "coordinator"
    SPECIALIST = "specialist"
    NOBODY = "nobody"


DAYS_A_MONTH = 365.25 / 12

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.OPENED: frozenset({Stage.RECORDS_IN, Stage.DECLINED, Stage.WITHDRAWN}),
    Stage.RECORDS_IN: frozenset({Stage.WITH_SPECIALIST, Stage.DECLINED, Stage.WITHDRAWN}),
    Stage.WITH_SPECIALIST: frozenset({Stage.REPORTED, Stage.DECLINED, Stage.WITHDRAWN}),
    Stage.REPORTED: frozenset({Stage.CLOSED, Stage.WITHDRAWN}),
    Stage.CLOSED: frozenset({Stage.ERASED}),
    Stage.DECLINED: frozenset({Stage.ERASED}),
    Stage.WITHDRAWN: frozenset({Stage.ERASED}),
    Stage.ERASED: frozenset(),
}

# Whose turn begins with a stage, and for how many days. The days are our own aims, shown as such to everybody.
TURN_OF: dict[Stage, tuple[Turn, int | None]] = {
    Stage.OPENED: (Turn.PATIENT, 14),
    Stage.RECORDS_IN: (Turn.COORDINATOR, 3),
    Stage.WITH_SPECIALIST: (Turn.SPECIALIST, 10),
    Stage.REPORTED: (Turn.PATIENT, 30),
    Stage.CLOSED: (Turn.NOBODY, None),
    Stage.DECLINED: (Turn.NOBODY, None),
    Stage.WITHDRAWN: (Turn.NOBODY, None),
    Stage.ERASED: (Turn.NOBODY, None),
}

# What whoever has the turn again has at least, after a question was answered or a message settled.
AFTER_TALK = timedelta(days=3)

RECEIVES_RECORDS = frozenset({Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST})

# Why a case may be declined; the words stand in the desk's templates and in the requester's page.
DECLINE_REASONS = (
    "not_served_country",
    "not_served_condition",
    "emergency_first",
    "records_not_enough",
    "no_specialist",
    "other",
)
# A suspect that a coordinator found to be abuse. Whoever sent it reads no more than that we cannot take it on.
NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its row says, without what is sealed."""

    id: str
    reference: str
    draft_id: str
    stage: Stage
    turn: Turn
    due_at: datetime | None
    language: str
    form_version: str
    partner: str | None
    coordinator_id: str | None
    declined_reason: str | None
    opened_at: datetime
    stage_at: datetime
    records_declared_at: datetime | None
    purge_at: datetime
    urgent: bool = False  # the requester named a date that is near, or is in hospital; decided by the forms
    held_as_suspect: bool = False
    traits: tuple[str, ...] = ()
    contact_stopped_at: datetime | None = None  # from then on nobody of theirs hears of us

    @property
    def key_owner(self) -> str:
        """Whose key seals what belongs to this case."""
        return f"case:{self.id}"

    @property
    def takes_records(self) -> bool:
        """Whether more records may still come in."""
        return self.stage in RECEIVES_RECORDS

    def is_late(self, now: datetime) -> bool:
        """Whether the due date has passed."""
        return self.due_at is not None and now > self.due_at


def may_move(old: Stage, new: Stage) -> bool:
    """Whether the table leads from one stage to the other."""
    return new in MOVES[old]


def due_again(stage: Stage, since: datetime, now: datetime) -> datetime | None:
    """When the turn of a stage that was entered `since` should be over, once talk has held it up until `now`.

    The stage keeps its date, so that questions do not stretch it in silence; but nobody gets less than AFTER_TALK.
    """
    due = due_after(stage, since)
    return None if due is None else max(due, now + AFTER_TALK)


def due_after(stage: Stage, now: datetime) -> datetime | None:
    """When the turn that begins with a stage should be over."""
    days = TURN_OF[stage][1]
    return None if days is None else now + timedelta(days=days)


def kept_until(months: int, now: datetime) -> datetime:
    """When a case goes if nothing more happens to it: the operator's months, counted from its last change of stage."""
    return now + timedelta(days=round(months * DAYS_A_MONTH))


# No vowels, so that no word appears; of what sounds or looks alike on the telephone (2 Z, 8 B, 5 S, 0 O, 1 I L, U V)
# at most one is left. 23 letters: a prime, so that the check letter catches every wrong letter and every swap.
REFERENCE_LETTERS = "2346789CDFGHJKMNPQRTWXY"
REFERENCE_LENGTH = 12


def new_reference() -> str:
    """A random reference in three groups of four; the last letter checks the others. About 48 bits."""
    body = [secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH - 1)]
    text = "".join(body) + _check_letter(body)
    return "-".join(text[i : i + 4] for i in range(0, REFERENCE_LENGTH, 4))


def read_reference(typed: str) -> str | None:
    """The reference as we write it, from whatever was typed; None if it cannot be one."""
    letters = [letter for letter in typed.upper() if letter in REFERENCE_LETTERS]
    if len(letters) != REFERENCE_LENGTH or letters[-1] != _check_letter(letters[:-1]):
        return None
    text = "".join(letters)
    return "-".join(text[i : i + 4] for i in range(0, REFERENCE_LENGTH, 4))


def _check_letter(letters: list[str]) -> str:
    total = sum(weight * REFERENCE_LETTERS.index(letter) for weight, letter in enumerate(letters, start=2))
    return REFERENCE_LETTERS[total % len(REFERENCE_LETTERS)]
