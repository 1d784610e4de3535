"""What a page must know beside the answers: language, today, countries, knowledge. Handed in; nothing is
looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

from intake.knowledge.facts import Knowledge
from intake.languages import Languages
from intake.operator import Operator

FORM_VERSION = "2026-11b"

Json = Any
StepAnswers = Mapping[str, Json]
Answers = Mapping[str, StepAnswers]


@dataclass(frozen=True, slots=True)
class FormContext:
    """Everything that the wording and the choices of a page depend on.

    `countries` and `tongues` are names by code in the reader's language, in the order they are shown; `zones`
    names the time zones of a country by their ids, with the distance they have today. `abroad` lists the country
    codes where our specialists work: people choose among them, and consent names what they chose.
    `not_served` are codes of countries whose residents we cannot serve. `listed` strings several things
    together in one sentence.
    """

    language: str
    gettext: Callable[[str], str]
    format_date: Callable[[date], str]
    format_month: Callable[[date], str]
    countries: Mapping[str, str]
    tongues: Mapping[str, str]
    zones: Callable[[str], Mapping[str, str]]
    knowledge: Knowledge
    today: date
    service_name: str
    abroad: tuple[str, ...]
    adult_age: int
    not_served: tuple[str, ...] = ()
    listed: Callable[[list[str]], str] = ", ".join

    def say(self, message: str, **values: object) -> str:
        """The message in the reader's language with its %(name)s filled; an empty message stays empty."""
        if not message:
            return ""
        said = self.gettext(message)
        return said % values if values else said

    def country(self, code: str) -> str:
        """The country's name, or the code itself when we have no name for it."""
        return self.countries.get(code, code)

    def tongue(self, code: str) -> str:
        """The language's name, or the code itself when we have no name for it."""
        return self.tongues.get(code, code)


def form_context(
    languages: Languages, operator: Operator, knowledge: Knowledge, language: str, today: date
) -> FormContext:
    """The context of a page in one language, from what the service knows."""
    operator = operator.in_language(language)
    return FormContext(
        language=language,
        gettext=languages.gettext(language),
        format_date=partial(languages.format_date, language),
        format_month=partial(languages.format_month, language),
        countries=_countries(languages, language),
        tongues=_tongues(languages, language),
        zones=partial(_zones, languages, language, today),
        knowledge=knowledge,
        today=today,
        service_name=operator.service.name,
        abroad=operator.privacy.specialist_countries,
        adult_age=operator.scope.adult_age,
        not_served=operator.scope.countries_not_served,
        listed=partial(languages.listed, language),
    )


@lru_cache(maxsize=64)
def _countries(languages: Languages, language: str) -> Mapping[str, str]:
    return MappingProxyType(dict(languages.country_names(language)))


@lru_cache(maxsize=64)
def _tongues(languages: Languages, language: str) -> Mapping[str, str]:
    return MappingProxyType(dict(languages.language_names(language)))


@lru_cache(maxsize=512)
def _zones(languages: Languages, language: str, today: date, country: str) -> Mapping[str, str]:
    noon = datetime.combine(today, time(12), UTC)
    return MappingProxyType(dict(languages.zone_names(language, country, noon)))
