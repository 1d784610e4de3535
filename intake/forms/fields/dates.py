"""A date in three boxes, with the digits of any script; a clinical date may be a year, or a month and a year.

Stored as ISO 8601: "2026-03-04", "2026-03" or "2026". Other calendars are asked about, never converted.
"""

from datetime import date
from typing import Any

from wtforms.validators import StopValidation

from intake.forms.fields.question import Question
from intake.forms.wording import ascii_digits, one_line
from intake.languages import N_

BOXES = ("day", "month", "year")
OLDEST_AGE = 120
OTHER_CALENDAR_BEFORE = 1700
OTHER_CALENDAR_AFTER_YEARS = 400

NOT_NUMBERS = N_("Use numbers only, for example 27 3 2026")
NO_YEAR = N_("Add the year, with four numbers, for example 2026")
SHORT_YEAR = N_("Write the year with four numbers, for example 2026")
NO_MONTH = N_("Add the month, from 1 to 12")
NO_DAY = N_("Add the day, from 1 to 31")
WRONG_MONTH = N_("The month must be a number from 1 to 12")
NO_SUCH_DAY = N_("There is no such day. Check the day and the month")
OTHER_CALENDAR = N_("Use the calendar in which this year is %(year)s (the Gregorian calendar)")
TOO_EARLY = N_("Check the year: it is too long ago")
IN_FUTURE = N_("The date must be today or earlier")
IN_PAST = N_(
    "The date must be today or later. If it has passed, leave it empty and tell us in your own words"
)


class DateBoxes(Question):
    """Day, month and year. `partial` allows a year, or a month and a year; `when` is "past", "future" or
    ""."""

    kind = "date"
    group = True

    def __init__(self, label: str, *, partial: bool = False, when: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.partial = partial
        self.when = when
        self.boxes: dict[str, str] = dict.fromkeys(BOXES, "")
        self.wrong_boxes: tuple[str, ...] = ()

    # -- reading ---------------------------------------------------------------------------------------------

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Stored ISO text into boxes, then whatever was typed over it."""
        self.process_errors = []
        self.data = data if isinstance(data, str) and whole_parts(data) else None
        parts = whole_parts(self.data or "")
        self.boxes = {name: str(part) for name, part in zip(BOXES, _backwards(parts), strict=True)}
        if formdata is not None:
            self.boxes = {name: one_line(formdata.get(self.box_name(name)) or "") for name in BOXES}
            self.data = None

    def box_name(self, box: str) -> str:
        """The input's name: "born-day" and so on."""
        return f"{self.name}-{box}"

    @property
    def anchor(self) -> str:
        """The first wrong box, or the first box."""
        return self.box_name((self.wrong_boxes or BOXES)[0])

    @property
    def empty(self) -> bool:
        return not any(self.boxes.values())

    @property
    def typed(self) -> dict[str, list[str]]:
        return {self.box_name(box): [text] for box, text in self.boxes.items() if text}

    # -- checking --------------------------------------------------------------------------------------------

    def pre_validate(self, form: Any) -> None:
        """Forget the last check's marks, then check."""
        self.wrong_boxes = BOXES if self.empty else ()
        super().pre_validate(form)

    def check(self, form: Any) -> None:
        """Sets `data` to ISO text, or raises with a sentence and marks the boxes to mend."""
        year, month, day = self._numbers()
        this_year = form.context.today.year
        self._check_year(year, this_year)
        self._check_month_and_day(year, month, day)
        given = tuple(part for part in (year, month, day) if part is not None)
        self._check_when(given, form.context.today)
        self.data = iso(given)

    def _numbers(self) -> tuple[int | None, int | None, int | None]:
        found: dict[str, int | None] = {}
        for box in BOXES:
            text = ascii_digits(self.boxes[box])
            if text and not (text.isascii() and text.isdigit() and len(text) <= 6):
                self._wrong(NOT_NUMBERS, box)
            found[box] = int(text) if text else None
        return found["year"], found["month"], found["day"]

    def _check_year(self, year: int | None, this_year: int) -> None:
        if year is None:
            self._wrong(NO_YEAR, "year")
        elif year < 1000:
            self._wrong(SHORT_YEAR, "year")
        elif year < OTHER_CALENDAR_BEFORE or year > this_year + OTHER_CALENDAR_AFTER_YEARS:
            self._wrong(OTHER_CALENDAR, "year", year=this_year)

    def _check_month_and_day(self, year: int | None, month: int | None, day: int | None) -> None:
        if month is None and (day is not None or not self.partial):
            self._wrong(NO_MONTH, "month")
        if month is not None and not 1 <= month <= 12:
            self._wrong(WRONG_MONTH, "month")
        if day is None and not self.partial:
            self._wrong(NO_DAY, "day")
        if day is not None:
            try:
                date(year or 1, month or 1, day)
            except ValueError:
                self._wrong(NO_SUCH_DAY, "day", "month")

    def _check_when(self, given: tuple[int, ...], today: date) -> None:
        now = (today.year, today.month, today.day)[: len(given)]
        if self.when == "past" and given > now:
            self._wrong(IN_FUTURE, *BOXES)
        if self.when == "past" and given[0] < today.year - OLDEST_AGE:
            self._wrong(TOO_EARLY, "year")
        if self.when == "future" and given < now:
            self._wrong(IN_PAST, *BOXES)

    def _wrong(self, message: str, *boxes: str, **values: object) -> None:
        self.wrong_boxes = boxes
        raise StopValidation(self.say(message, **values))

    # -- saying ----------------------------------------------------------------------------------------------

    def said(self) -> str:
        """The date in the reader's language, as exact as it was given."""
        context = self._form.context
        parts = whole_parts(self.data or "")
        if len(parts) == 3:
            return str(context.format_date(date(*parts)))
        if len(parts) == 2:
            return str(context.format_month(date(*parts, 1)))
        return str(parts[0]) if parts else ""

    @property
    def theirs(self) -> bool:
        return False


def iso(parts: tuple[int, ...]) -> str:
    """(2026, 3) → "2026-03"."""
    return "-".join(f"{part:04d}" if place == 0 else f"{part:02d}" for place, part in enumerate(parts))


def whole_parts(text: str) -> tuple[int, ...]:
    """ "2026-03" → (2026, 3); empty when the text is not such a date."""
    pieces = text.split("-")
    if not text or len(pieces) > 3 or not all(piece.isascii() and piece.isdigit() for piece in pieces):
        return ()
    parts = tuple(int(piece) for piece in pieces)
    try:
        date(*(parts + (1, 1))[:3])
    except (ValueError, OverflowError):
        return ()
    return parts


def age_on(born: str, day: date) -> int | None:
    """Full years of age on a day; None when the birth date is not whole."""
    parts = whole_parts(born)
    if len(parts) != 3:
        return None
    return day.year - parts[0] - ((day.month, day.day) < parts[1:])


def _backwards(parts: tuple[int, ...]) -> tuple[int | str, int | str, int | str]:
    year, month, day = (*parts, "", "", "")[:3]
    return day, month, year
