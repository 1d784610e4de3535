"""The rules that give people their records, and the day on which an answer is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from intake.knowledge.entry import Entry
from intake.knowledge.sources import ID, MONTH, Note, Source, read_note, read_source

COUNTRY = r"[A-Z]{2}"


@dataclass(frozen=True, slots=True)
class RecordRight:
    """A rule that gives people their records. At most one of `days` and `months` is set, or neither."""

    id: str
    area: str
    countries: tuple[str, ...]
    rule: str
    right: str
    deadline: str
    days: int | None
    months: int | None
    fee: str
    source: Source
    checked_on: str
    notes: tuple[Note, ...]

    def due_on(self, asked: date) -> date | None:
        """The last day for an answer to a request made on `asked`; None when the rule fixes no day."""
        if self.days is not None:
            return asked + timedelta(days=self.days)
        if self.months is not None:
            return _months_later(asked, self.months)
        return None


def read_right(entry: Entry) -> RecordRight:
    """One rule. Raises KnowledgeBroken."""
    days, months = entry.number("days"), entry.number("months")
    if days is not None and months is not None:
        raise entry.broken("days and months cannot both be set")
    return RecordRight(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        countries=entry.texts("countries", like=COUNTRY),
        rule=entry.text("rule"),
        right=entry.text("right"),
        deadline=entry.text("deadline"),
        days=days,
        months=months,
        fee=entry.text("fee"),
        source=read_source(entry),
        checked_on=entry.text("checked_on", like=MONTH),
        notes=entry.each("notes", read_note),
    )


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, day.day - 4, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("a month of fewer than 28 days")
