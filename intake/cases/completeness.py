"""Which records of a case's checklist are here, which are missing, which may be too old. Pure: it reads nothing.

Nothing is ever refused because of it, and no case moves by it: it says what an opinion may not be able to say.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from intake.knowledge.facts import ChecklistItem

# What was said of an item in the request, by the ids of its list there.
HAVE, CAN_GET, HAVE_NOT = "have", "can-get", "have-not"


class Standing(StrEnum):
    """How one item of the list stands."""

    HERE = "here"
    TOO_OLD = "too-old"
    CAN_GET = "can-get"
    HAVE_NOT = "have-not"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it counts for the list. `counts` is False for what did not arrive well; `dated` is ISO 8601 as exact
    as it is known, or ""."""

    id: str
    items: tuple[str, ...]
    dated: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One item: how it stands, by which records, the newest date that is known of them, and what was said of it."""

    item: ChecklistItem
    standing: Standing
    records: tuple[str, ...]
    dated: str
    said: str

    @property
    def here(self) -> bool:
        """Whether a record is here, be it old."""
        return self.standing in (Standing.HERE, Standing.TOO_OLD)


@dataclass(frozen=True, slots=True)
class Completeness:
    """The whole list, and the records of which nobody has said what they are."""

    lines: tuple[Line, ...]
    undescribed: tuple[str, ...]

    def standing(self, *wanted: Standing) -> tuple[Line, ...]:
        """The lines that stand so, in the order of the list."""
        return tuple(line for line in self.lines if line.standing in wanted)

    @property
    def here(self) -> int:
        """How many items are here, old ones too."""
        return sum(line.here for line in self.lines)

    @property
    def absent(self) -> tuple[Line, ...]:
        """The lines without a record."""
        return tuple(line for line in self.lines if not line.here)

    @property
    def to_get(self) -> tuple[Line, ...]:
        """What somebody else holds and is not here."""
        return tuple(line for line in self.absent if not line.item.written_by_you)

    @property
    def to_write(self) -> tuple[Line, ...]:
        """What nobody but the patient can write, and is not here."""
        return tuple(line for line in self.absent if line.item.written_by_you)


def completeness(
    items: Sequence[ChecklistItem], said: Mapping[str, str], held: Sequence[Held], today: date
) -> Completeness:
    """How the list stands. `said` is what the request says of each item; `held` are the records, in any order."""
    counted = [record for record in held if record.counts]
    lines = tuple(_line(item, said.get(item.id, ""), counted, today) for item in items)
    return Completeness(lines, tuple(record.id for record in counted if not record.items))


def may_be_too_old(dated: str, days: int, today: date) -> bool:
    """Whether even the latest day that a date may mean is more than so many days ago. An unknown date never is."""
    latest = latest_day(dated)
    return latest is not None and latest < today - timedelta(days=days)


def latest_day(dated: str) -> date | None:
    """The last day that "2024", "2024-03" or "2024-03-05" may mean; None for anything else."""
    pieces = dated.split("-")
    if not dated or len(pieces) > 3 or not all(piece.isascii() and piece.isdigit() for piece in pieces):
        return None
    year, month, day = (*map(int, pieces), 0, 0)[:3]
    try:
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None


def _line(item: ChecklistItem, said: str, held: Sequence[Held], today: date) -> Line:
    mine = [record for record in held if item.id in record.items]
    dated = max((record.dated for record in mine if latest_day(record.dated)), key=_order, default="")
    return Line(item, _standing(item, said, mine, today), tuple(record.id for record in mine), dated, said)


def _standing(item: ChecklistItem, said: str, mine: Sequence[Held], today: date) -> Standing:
    if mine:
        fresh = item.fresh
        old = fresh and all(may_be_too_old(record.dated, fresh.days, today) for record in mine)
        return Standing.TOO_OLD if old else Standing.HERE
    return {CAN_GET: Standing.CAN_GET, HAVE_NOT: Standing.HAVE_NOT}.get(said, Standing.MISSING)


def _order(dated: str) -> tuple[date, int]:
    """The later day first, and of the same the more exact."""
    return latest_day(dated) or date.min, len(dated)
