"""What we know about each country, by ids of entries kept elsewhere; the rest says that it is not verified."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.errors import KnowledgeBroken
from intake.knowledge.entry import Entry
from intake.knowledge.record_rights import COUNTRY
from intake.knowledge.sources import ID

NOT_VERIFIED = "not-verified"
FILE = "countries.yaml"


class Topic(StrEnum):
    """The three things that a reader looks up by country."""

    EMERGENCY = "emergency"
    RECORDS = "records"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Country:
    """One country (ISO alpha-2); `languages` are those of our pages that people there read.

    `known` holds ids by topic; a topic without ids is not verified.
    """

    country: str
    name: str
    languages: tuple[str, ...]
    known: Mapping[Topic, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CountryFacts:
    """All of them in order of their English names; `not_verified` says for each topic whom to ask."""

    intro: str
    elsewhere: str
    not_verified: Mapping[Topic, str]
    places: tuple[Country, ...]


def read_country_facts(entry: Entry) -> CountryFacts:
    """The whole file. Raises KnowledgeBroken."""
    asks = entry.part("not_verified")
    made = CountryFacts(
        intro=entry.text("intro"),
        elsewhere=entry.text("elsewhere"),
        not_verified={topic: asks.text(topic.value) for topic in Topic},
        places=entry.keyed("countries", COUNTRY, _country),
    )
    asks.done()
    return made


def _country(code: str, entry: Entry) -> Country:
    return Country(
        country=code,
        name=entry.text("name"),
        languages=entry.texts("languages", like="es|ar") if "languages" in entry.left else (),
        known={topic: _ids(entry, topic) for topic in Topic},
    )


def _ids(entry: Entry, topic: Topic) -> tuple[str, ...]:
    if entry.left.get(topic.value) == NOT_VERIFIED:
        entry.take(topic.value)
        return ()
    return entry.texts(topic.value, like=ID)


def check_countries(countries: Iterable[Country], held: Mapping[Topic, Mapping[str, Iterable[str]]]) -> None:
    """Raises KnowledgeBroken where a country disagrees with what we hold: ids by topic and country code."""
    for each in countries:
        for topic in Topic:
            known = tuple(held[topic].get(each.country, ()))
            if each.known[topic] != known:
                fault = f"{topic} must be {', '.join(known) or NOT_VERIFIED}, as the entries kept elsewhere say"
                raise KnowledgeBroken(FILE, each.country, fault)
