"""Where records are held: up to three places, each with its name, city and country. All of it may stay empty."""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms.validators import StopValidation

from intake.forms.fields.choices import NOT_OFFERED
from intake.forms.fields.question import Question
from intake.forms.fields.text import LINE_MOST, TOO_LONG
from intake.forms.wording import apart, one_line
from intake.languages import N_

MOST_PLACES = 3
NAME, CITY, COUNTRY = BOXES = ("name", "city", "country")

LABELS = {
    NAME: N_("Hospital, practice or laboratory"),
    CITY: N_("City"),
    COUNTRY: N_("Country, if it is not the one you live in"),
}
LABELS_OTHER = {COUNTRY: N_("Country, if it is not the one the patient lives in")}

Place = dict[str, str]


class Places(Question):
    """Up to three places; data is a list of {"name", "city", "country"}, of which each may be "".

    One place is drawn to begin with, and another whenever `add` was pressed: a list of all countries for each of three
    would make the page heavy for everybody.
    """

    kind = "places"
    group = True
    tall = 4  # lines on paper

    def __init__(self, label: str, *, names: Callable[[Any], Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(label, required=False, **kwargs)
        self._names = names
        self.drawn = 1
        self.wrong_box = ""

    @property
    def names(self) -> Mapping[str, str]:
        """The countries to choose from, by code."""
        return self._names(self._form)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Stored places, or whatever was typed over them."""
        self.process_errors = []
        rows = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
        rows = [{box: str(each.get(box) or "") for box in BOXES} for each in rows[:MOST_PLACES]]
        asked = 1
        if formdata is not None:
            numbers = range(1, MOST_PLACES + 1)
            rows = [{box: one_line(formdata.get(self.box_name(n, box)) or "") for box in BOXES} for n in numbers]
            said = formdata.get(self.count_name) or ""
            asked = int(said) if said.isascii() and said.isdigit() and len(said) == 1 else 1
        self.rows = rows + [dict.fromkeys(BOXES, "")] * (MOST_PLACES - len(rows))
        last = max((number for number, row in enumerate(self.rows, start=1) if any(row.values())), default=1)
        self.drawn = min(MOST_PLACES, max(asked, last))
        self.data = [row for row in self.rows if any(row.values())]

    def box_name(self, number: int, box: str) -> str:
        """The input's name: "places-1-city" and so on."""
        return f"{self.name}-{number}-{box}"

    @property
    def count_name(self) -> str:
        """The name of the hidden input that says how many places are drawn."""
        return f"{self.name}-drawn"

    def add(self) -> None:
        """Draw one place more, if there is room for one."""
        self.drawn = min(MOST_PLACES, self.drawn + 1)

    @property
    def full(self) -> bool:
        """Whether no other place can be added."""
        return self.drawn == MOST_PLACES

    @property
    def newest(self) -> int:
        """The number of a place that was just added and waits to be filled in; 0 if there is none."""
        return self.drawn if self.drawn > 1 and not any(self.rows[self.drawn - 1].values()) else 0

    def rows_drawn(self) -> list[tuple[int, Place]]:
        """(number, what is in its boxes) of each place that is drawn."""
        return list(enumerate(self.rows[: self.drawn], start=1))

    @property
    def anchor(self) -> str:
        """The wrong box, or the first box."""
        return self.wrong_box or self.box_name(1, NAME)

    def check(self, form: Any) -> None:
        """Raises for a line that is too long, or a country that does not exist."""
        for number, row in self.rows_drawn():
            for box in (NAME, CITY):
                if len(row[box]) > LINE_MOST:
                    self._wrong(number, box, TOO_LONG, most=LINE_MOST, used=len(row[box]))
            if row[COUNTRY] and row[COUNTRY] not in self.names:
                self._wrong(number, COUNTRY, NOT_OFFERED)

    def _wrong(self, number: int, box: str, message: str, **values: object) -> None:
        self.wrong_box = self.box_name(number, box)
        raise StopValidation(self.say(message, **values))

    @property
    def typed(self) -> dict[str, list[str]]:
        boxes = {
            self.box_name(number, box): [text] for number, row in self.rows_drawn() for box, text in row.items() if text
        }
        return boxes | ({self.count_name: [str(self.drawn)]} if self.drawn > 1 else {})

    def said(self) -> str:
        """One place on each line."""
        return "\n".join(" · ".join(apart(part) for part in parts_of(each, self.names)) for each in self.data)

    def box_label(self, box: str) -> str:
        """What one box asks."""
        theirs = getattr(self._form, "about_other", False)
        labels = LABELS | LABELS_OTHER if theirs else LABELS
        return self.say(labels[box])


def parts_of(place: Place, names: Mapping[str, str]) -> tuple[str, ...]:
    """What is known of a place: its name, its city, its country by name."""
    country = names.get(place[COUNTRY], place[COUNTRY])
    return tuple(part for part in (place[NAME], place[CITY], country) if part)
