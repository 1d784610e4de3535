"""What is missing of the records, what an opinion could not say without it, and the letters that ask for it.

Names and birth dates stay as fields to be filled in by hand, although we know them: the sheets are printed on other
people's printers and left on counters, a hospital may know the patient by another spelling, and who signs is often not
who fills in the form. So whoever finds a sheet learns nothing about anybody. Only the place is filled in, and the day.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from intake.forms.context import Answers, FormContext
from intake.forms.fields.checklist import CAN_GET, HAVE, HAVE_NOT
from intake.forms.fields.places import CITY, COUNTRY, NAME, Place, Places, parts_of
from intake.forms.pages import open_page
from intake.knowledge.facts import ChecklistItem
from intake.knowledge.record_letters import Letter, record_letter
from intake.knowledge.sources import Note

# Beside the states of the checklist: not said, or not known; and what nobody but the patient can write.
UNSURE, TO_WRITE = "unsure", "to-write"
BRACKET = re.compile(r"(\[[^\[\]]*\])")


@dataclass(frozen=True, slots=True)
class Speech:
    """What a letter in one language is said with."""

    language: str
    gettext: Callable[[str], str]
    format_date: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Tongues:
    """The languages of letters: how to speak each that we offer, and which of them a country's offices read, or ""."""

    speech: Callable[[str], Speech]
    written_in: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One record to get; `cannot_say` is what an opinion could not say without it, as far as a source tells us."""

    title: str
    hint: str
    cannot_say: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a paragraph: words of ours; a field to fill in (`blank`); or the place as it was typed (`theirs`)."""

    text: str
    blank: bool = False
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter in one language. One of them is `to_send`; the other says the same in the reader's language."""

    language: str
    subject: str
    paragraphs: tuple[tuple[Part, ...], ...]
    to_send: bool


@dataclass(frozen=True, slots=True)
class RequestLetter:
    """The letter to one place (name, city, country; empty when none was named) by the rules of its country.

    `due` is the day an answer is due, in the reader's words, or ""; `rule` is "" where we know none.
    """

    place: tuple[str, ...]
    country: str
    sheets: tuple[Sheet, ...]
    rule: str
    due: str
    second_hand: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class RecordsList:
    """The list for the hospital, and the letters. `to_write` is what nobody else holds for the patient."""

    have: tuple[str, ...]
    can_get: tuple[Line, ...]
    have_not: tuple[Line, ...]
    unsure: tuple[Line, ...]
    to_write: tuple[Line, ...]
    letters: tuple[RequestLetter, ...]
    shown_on: str

    @property
    def missing(self) -> bool:
        """Whether anything is left to get from somebody."""
        return bool(self.can_get or self.have_not or self.unsure)

    @property
    def second_hand(self) -> bool:
        """Whether a rule in one of the letters is known only from others who quote it."""
        return any(letter.second_hand for letter in self.letters)


def records_list(answers: Answers, context: FormContext, tongues: Tongues) -> RecordsList:
    """The list as it stands now, dated today. The page about the records must be answered."""
    form = open_page("records", context, answers)
    held, places = form["items_held"], form["places"]
    wanted: dict[str, list[Line]] = {CAN_GET: [], HAVE_NOT: [], UNSURE: [], TO_WRITE: []}
    for item in held.items:
        state = held.state_of(item.id)
        if state != HAVE:
            group = TO_WRITE if item.written_by_you else state if state in wanted else UNSURE
            wanted[group].append(_line(item, context))
    return RecordsList(
        have=tuple(held.by_state(HAVE)),
        can_get=tuple(wanted[CAN_GET]),
        have_not=tuple(wanted[HAVE_NOT]),
        unsure=tuple(wanted[UNSURE]),
        to_write=tuple(wanted[TO_WRITE]),
        letters=_letters(places, answers, context, tongues),
        shown_on=context.format_date(context.today),
    )


def _line(item: ChecklistItem, context: FormContext) -> Line:
    cannot = item.cannot_say_without
    return Line(context.say(item.title), context.say(item.hint), context.say(cannot.text) if cannot else "")


def _letters(places: Places, answers: Answers, context: FormContext, tongues: Tongues) -> tuple[RequestLetter, ...]:
    """One letter for each place; one without a place where none was named."""
    home = str(answers.get("patient", {}).get("country") or "")
    nowhere: Place = {NAME: "", CITY: "", COUNTRY: ""}
    return tuple(_letter(place, home, context, tongues) for place in places.data or [nowhere])


def _letter(place: Place, home: str, context: FormContext, tongues: Tongues) -> RequestLetter:
    country = place[COUNTRY] or home
    form = context.knowledge.record_letters.for_country(country)[0]
    send_in = form.written_in or tongues.written_in(country) or context.language
    codes = (send_in, context.language) if send_in != context.language else (send_in,)
    drawn = {code: _drawn(country, context, tongues.speech(code)) for code in codes}
    own = drawn[context.language]
    return RequestLetter(
        place=parts_of(place, context.countries),
        country=context.country(country),
        sheets=tuple(_sheet(letter, code, place, code == send_in) for code, letter in drawn.items()),
        rule=own.rule,
        due=context.format_date(own.due_on) if own.due_on else "",
        second_hand=own.second_hand,
        notes=form.notes,
    )


def _drawn(country: str, context: FormContext, speech: Speech) -> Letter:
    said = {"gettext": speech.gettext, "format_date": speech.format_date}
    return record_letter(context.knowledge, country, context.today, **said)


def _sheet(letter: Letter, language: str, place: Place, to_send: bool) -> Sheet:
    paragraphs = [_parts(text) for text in letter.paragraphs]
    if place[NAME]:
        paragraphs[0] = _addressed(paragraphs[0], place[NAME])
    return Sheet(language, letter.subject, tuple(paragraphs), to_send)


def _parts(text: str) -> tuple[Part, ...]:
    """A paragraph in pieces; what stands in brackets is for the writer to fill in."""
    return tuple(Part(piece, blank=piece.startswith("[")) for piece in BRACKET.split(text) if piece)


def _addressed(opening: tuple[Part, ...], name: str) -> tuple[Part, ...]:
    """The first line, with the name of the place in its field."""
    return tuple(Part(name, theirs=True) if part.blank else part for part in opening)
