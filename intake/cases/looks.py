"""Who opened a case and when, as the requester reads it: from the journal, one line a day for each person and kind."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from intake.journal import Event, Line


class Kind(StrEnum):
    """What was opened."""

    ANSWERS = "answers"
    RECORDS = "records"
    HELD = "held"
    VIEWER = "viewer"
    OWN = "own"  # the requester's own link, with the right address
    STRANGER = "stranger"  # that link, with a wrong address


KINDS: dict[str, Kind] = {
    Event.CASE_READ: Kind.ANSWERS,
    Event.RECORD_READ: Kind.RECORDS,
    Event.RECORDS_READ: Kind.RECORDS,
    Event.RECORD_RELEASED: Kind.HELD,
    Event.VIEWER_OPENED: Kind.VIEWER,
    Event.ADDRESS_CHECKED: Kind.OWN,
    Event.ADDRESS_REFUSED: Kind.STRANGER,
}


# They have pages of their own, which show nothing of the case but what they are asked.
OTHERS = frozenset({"patient", "helper"})


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody opened something on one day: how often, or how many records, the first time and the last."""

    kind: Kind
    actor: str
    count: int
    first_at: datetime
    last_at: datetime

    @property
    def by_desk(self) -> bool:
        """Whether it was somebody of ours."""
        return self.kind not in (Kind.OWN, Kind.STRANGER)


def looks(lines: Iterable[Line]) -> list[Look]:
    """Every look at a case, the newest first."""
    found: dict[tuple[str, str, str], Look] = {}
    for line in lines:
        if line.event not in KINDS or line.actor in OTHERS:
            continue
        kind, many = KINDS[line.event], int(line.facts.get("count", 1)) if line.event == Event.RECORDS_READ else 1
        day = (line.at.date().isoformat(), line.actor, kind)
        before = found.get(day)
        found[day] = (
            replace(before, count=before.count + many, last_at=line.at)
            if before
            else Look(kind, line.actor, many, line.at, line.at)
        )
    return sorted(found.values(), key=lambda each: each.last_at, reverse=True)
