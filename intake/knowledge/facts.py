"""The shapes of what we know: every entry carries its source or says that it is our own suggestion.

Texts are English message ids. Nothing here translates, decides or gives advice about one person.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from intake.knowledge.accreditation import Accreditation
from intake.knowledge.countries import NOT_VERIFIED, Country, CountryFacts, Topic
from intake.knowledge.letter_forms import LetterForm, LetterForms
from intake.knowledge.questions import Questions
from intake.knowledge.record_rights import RecordRight
from intake.knowledge.sources import Interest, Note, Source, Status, TitledNote
from intake.knowledge.vague import Vague

# Fields that are read by programs, or are the same in every language.
NOT_TRANSLATED = {"id", "source", "follows", "place", "urgency", "countries", "country", "number", "address"}
NOT_TRANSLATED |= {"checked_on", "languages", "known", "rules", "written_in", "reason", "specialty", "wording"}


class Urgency(StrEnum):
    """What an emergency sign asks for."""

    CALL_NOW = "call-now"
    EMERGENCY_DEPARTMENT_NOW = "emergency-department-now"
    SAME_DAY = "same-day"


@dataclass(frozen=True, slots=True)
class Freshness:
    """After how many days the newest record of a kind may be too old; `source` is None for our own suggestion."""

    days: int
    source: Source | None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One record worth collecting; `written_by_you` marks what nobody else holds for the patient.

    `follows` names the companies whose lists our own suggestion follows, if any. `fresh` is None where age does not
    matter.
    """

    id: str
    title: str
    hint: str
    written_by_you: bool
    source: Source | None
    cannot_say_without: Note | None
    follows: Source | None = None
    fresh: Freshness | None = None

    @property
    def ours(self) -> bool:
        return self.source is None


@dataclass(frozen=True, slots=True)
class Specialty:
    """A field of medicine in plain words, with the records that only it asks for."""

    id: str
    title: str
    examples: str
    items: tuple[ChecklistItem, ...]
    awaiting_clinical_review: bool = True


@dataclass(frozen=True, slots=True)
class Reason(TitledNote):
    """A reason for asking for a second opinion."""


@dataclass(frozen=True, slots=True)
class EmergencySign:
    """A sign that must not wait, and how fast it asks for help."""

    id: str
    text: str
    urgency: Urgency
    source: Source


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """The number to call in these countries (ISO alpha-2); `note` may be empty."""

    id: str
    area: str
    countries: tuple[str, ...]
    number: str
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class Emergency:
    """Everything said about emergencies; `instructions` is keyed by urgency, one for each."""

    rule: str
    not_complete: str
    find_number: str
    instructions: dict[Urgency, str]
    signs: tuple[EmergencySign, ...]
    numbers: tuple[EmergencyNumber, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """Where to check that a doctor is registered; `address` and `caution` may be empty."""

    id: str
    area: str
    country: str
    title: str
    address: str
    shows: str
    caution: str
    source: Source


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All of it. Look things up by id or by country (ISO alpha-2)."""

    every_case: tuple[ChecklistItem, ...]
    specialties: tuple[Specialty, ...]
    every_case_awaiting_clinical_review: bool
    nothing_more: str
    awaiting_clinical_review: str
    advice: tuple[Note, ...]
    reasons: tuple[Reason, ...]
    emergency: Emergency
    record_rights: tuple[RecordRight, ...]
    record_caution: str
    no_record_rule: str
    asking_for_records: tuple[Note, ...]
    registers: tuple[Register, ...]
    register_cautions: tuple[Note, ...]
    accreditation: Accreditation
    questions: Questions
    vague: Vague
    country_facts: CountryFacts
    record_letters: LetterForms
    interests: tuple[Interest, ...]

    def specialty(self, specialty_id: str) -> Specialty:
        """The specialty with this id. Raises KeyError for an id that we do not know."""
        return {specialty.id: specialty for specialty in self.specialties}[specialty_id]

    def reason(self, reason_id: str) -> Reason:
        """The reason with this id. Raises KeyError for an id that we do not know."""
        return {reason.id: reason for reason in self.reasons}[reason_id]

    def checklist(self, specialty_id: str) -> tuple[ChecklistItem, ...]:
        """What to collect for this specialty: what every case needs, then its own. Raises KeyError."""
        return self.every_case + self.specialty(specialty_id).items

    def item(self, item_id: str) -> ChecklistItem:
        """The checklist item with this id, from whichever list. Raises KeyError for an unknown id."""
        own = (item for specialty in self.specialties for item in specialty.items)
        return {item.id: item for item in (*self.every_case, *own)}[item_id]

    def emergency_number(self, country: str) -> EmergencyNumber | None:
        """The number to call in this country, or None: then show `emergency.find_number`."""
        return next((entry for entry in self.emergency.numbers if country in entry.countries), None)

    def record_rights_in(self, country: str) -> tuple[RecordRight, ...]:
        """The rules that hold in this country; empty: then show `no_record_rule`."""
        return tuple(right for right in self.record_rights if country in right.countries)

    def records_due_on(self, country: str, asked: date) -> date | None:
        """The last day for an answer to a request for records, or None when no rule we know fixes one."""
        days = (right.due_on(asked) for right in self.record_rights_in(country))
        return next((day for day in days if day is not None), None)

    def register_in(self, country: str) -> Register | None:
        """The register of doctors of this country, or None: then say that it is not verified."""
        return next((entry for entry in self.registers if entry.country == country), None)

    def country(self, code: str) -> Country:
        """What we list for this country. Raises KeyError: then show `country_facts.elsewhere`."""
        return {each.country: each for each in self.country_facts.places}[code]

    def status(self, code: str, topic: Topic) -> str:
        """"seen", "second-hand" or "not-verified": how well we know this of the country. Raises KeyError."""
        if not self.country(code).known[topic]:
            return NOT_VERIFIED
        number, register = self.emergency_number(code), self.register_in(code)
        held = {
            Topic.EMERGENCY: [number] if number else [],
            Topic.RECORDS: self.record_rights_in(code),
            Topic.REGISTER: [register] if register else [],
        }
        seen = all(each.source.status is Status.SEEN for each in held[topic])
        return (Status.SEEN if seen else Status.SECOND_HAND).value

    def rules_of(self, form: LetterForm) -> tuple[RecordRight, ...]:
        """The rules that a letter names, in its order."""
        held = {right.id: right for right in self.record_rights}
        return tuple(held[rule] for rule in form.rules)

    def texts(self) -> Iterator[str]:
        """Every translatable text, once each, in a fixed order."""
        yield from dict.fromkeys(text for text in _texts(self) if text)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple | dict):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)
    elif is_dataclass(part):
        for each in fields(part):
            if each.name not in NOT_TRANSLATED:
                yield from _texts(getattr(part, each.name))
