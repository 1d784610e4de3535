"""What we know by country: from entries with a source, or in plain words that it is not verified."""

import pytest

from intake.knowledge.countries import NOT_VERIFIED, Topic
from intake.knowledge.facts import Knowledge
from intake.knowledge.reader import read_knowledge
from intake.knowledge.sources import Status
from intake.languages import Languages

NAMED_IN_THE_FACTS = {"US", "GB", "DE", "FR", "ES", "IT", "IN", "AU", "SG", "TH", "TR"}
NAMED_IN_THE_FACTS |= {"CA", "AE", "BR", "IL", "KR", "JP"}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge()


def test_every_country_is_known_by_its_code_and_its_usual_name(knowledge: Knowledge) -> None:
    names = dict(Languages().country_names("en"))
    for each in knowledge.country_facts.places:
        assert names[each.country] == each.name
    codes = [each.country for each in knowledge.country_facts.places]
    assert len(codes) == len(set(codes))
    named = {code for each in knowledge.record_rights for code in each.countries} | NAMED_IN_THE_FACTS
    assert named <= set(codes)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_readers_of_spanish_and_arabic_find_at_least_twelve_of_their_countries(
    knowledge: Knowledge, language: str
) -> None:
    assert len([each for each in knowledge.country_facts.places if language in each.languages]) >= 12


def test_every_fact_has_a_source_or_is_not_verified(knowledge: Knowledge) -> None:
    for each in knowledge.country_facts.places:
        for topic in Topic:
            status = knowledge.status(each.country, topic)
            assert (status == NOT_VERIFIED) == (each.known[topic] == ())
            assert status in {NOT_VERIFIED, *Status}


@pytest.mark.parametrize(
    ("country", "emergency", "records", "register"),
    [
        ("GB", "seen", "seen", "seen"),
        ("DE", "second-hand", "second-hand", "seen"),  # its own rule on records was only quoted
        ("ES", "second-hand", "seen", "not-verified"),
        ("IN", "not-verified", "second-hand", "second-hand"),
        ("NO", "not-verified", "seen", "not-verified"),
        ("MX", "not-verified", "not-verified", "not-verified"),
        ("EG", "not-verified", "not-verified", "not-verified"),
    ],
)
def test_how_well_we_know_it_is_told(
    knowledge: Knowledge, country: str, emergency: str, records: str, register: str
) -> None:
    assert [knowledge.status(country, topic) for topic in Topic] == [emergency, records, register]


def test_what_is_not_verified_says_so_and_whom_to_ask(knowledge: Knowledge) -> None:
    asks = knowledge.country_facts.not_verified
    assert set(asks) == set(Topic)
    assert all(text.startswith("We have not verified this yet. Ask ") for text in asks.values())


def test_a_country_that_we_do_not_list_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(KeyError):
        knowledge.country("KH")
    assert knowledge.register_in("KH") is None
