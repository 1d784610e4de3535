"""Taking back an agreement is as easy as giving it: alone where it can go alone, and with the case where it cannot."""

from datetime import datetime
from typing import Any

import pytest

from intake import demo, journal
from intake.cases import consent, store
from intake.cases.case import Case, Stage
from intake.cases.consent import PURPOSES, REQUESTER
from intake.cases.taking_back import NEEDED, ends_case, take_back
from intake.errors import CaseNotFound
from intake.journal import Event
from tests.builders import a_case, filled_answers

pytestmark = pytest.mark.usefixtures("database")

EVERYTHING = [(tick, "yes") for tick in PURPOSES]
WISHES = [
    *demo.TYPED["preferences"], ("translation", "yes"), ("doctor_name", "Dr Leyla Invented"),
    ("doctor_reach", "1 Invented Street"),
]  # fmt: skip


def opened(services: Any, now: datetime, stage: Stage = Stage.OPENED) -> Case:
    """A case whose requester agreed to everything, and to two countries."""
    with services.database.transaction() as tx:
        answers = filled_answers(services, preferences=WISHES, consent=EVERYTHING)
        return a_case(tx, services, now, stage=stage, answers=answers)


def back(services: Any, case: Case, now: datetime, purpose: str, country: str = "") -> Case:
    with services.database.transaction() as tx:
        return take_back(tx, services, case.id, purpose, country, now)


def stands(services: Any, case: Case) -> set[tuple[str, str]]:
    with services.database.read() as tx:
        return {(each.purpose, each.country) for each in consent.standing(tx, case.id, REQUESTER)}


def noted(services: Any, case: Case) -> list[dict[str, Any]]:
    with services.database.read() as tx:
        lines = journal.lines(tx, case.id)
    return [line.facts for line in lines if line.event == Event.CONSENT_TAKEN_BACK and line.actor == "requester"]


@pytest.mark.parametrize(
    ("purpose", "country"), [("statistics", ""), ("interpreter", ""), ("doctor", ""), ("abroad", "DE")]
)
def test_what_is_optional_goes_alone_and_is_noted_and_told(
    services: Any, now: datetime, outbox_letters: Any, purpose: str, country: str
) -> None:
    case = opened(services, now)
    before = stands(services, case)
    assert back(services, case, now, purpose, country).stage is Stage.OPENED
    assert stands(services, case) == before - {(purpose, country)}
    assert noted(services, case) == [{"purpose": purpose} | ({"country": country} if country else {})]
    assert len(outbox_letters("consent_changed")) == len(outbox_letters("desk_consent_changed")) == 1
    assert not outbox_letters("case_withdrawn")


def test_the_letter_says_neither_what_nor_about_whom(services: Any, now: datetime, outbox_letters: Any) -> None:
    back(services, opened(services, now), now, "doctor")
    for letter in (*outbox_letters("consent_changed"), *outbox_letters("desk_consent_changed")):
        whole = (letter.subject + letter.text + letter.html).lower()
        for word in ("doctor", "leyla", "germany", "statistic", "demonstration –", "disc"):
            assert word not in whole, word


@pytest.mark.parametrize("purpose", sorted(NEEDED))
def test_without_what_is_needed_the_case_ends(
    services: Any, now: datetime, outbox_letters: Any, purpose: str
) -> None:
    case = opened(services, now)
    with services.database.read() as tx:
        assert ends_case(tx, case, purpose, "")
    assert back(services, case, now, purpose).stage is Stage.WITHDRAWN
    assert (purpose, "") not in stands(services, case) and noted(services, case) == [{"purpose": purpose}]
    assert len(outbox_letters("case_withdrawn")) == 1 and not outbox_letters("consent_changed")


def test_the_last_country_ends_the_case_and_no_other_does(services: Any, now: datetime) -> None:
    case = opened(services, now)
    assert back(services, case, now, "abroad", "GB").stage is Stage.OPENED
    with services.database.read() as tx:
        assert ends_case(tx, case, "abroad", "DE")
    assert back(services, case, now, "abroad", "DE").stage is Stage.WITHDRAWN


def test_all_countries_at_once_end_the_case(services: Any, now: datetime) -> None:
    case = opened(services, now)
    assert back(services, case, now, "abroad").stage is Stage.WITHDRAWN
    assert not [country for purpose, country in stands(services, case) if purpose == "abroad"]


def test_twice_is_once(services: Any, now: datetime, outbox_letters: Any) -> None:
    case = opened(services, now)
    for _ in range(3):
        back(services, case, now, "statistics")
    assert len(noted(services, case)) == len(outbox_letters("consent_changed")) == 1


@pytest.mark.parametrize(("purpose", "country"), [("abroad", "IN"), ("nonsense", ""), ("", ""), ("review", "DE")])
def test_what_was_never_given_changes_nothing(
    services: Any, now: datetime, outbox_letters: Any, purpose: str, country: str
) -> None:
    case = opened(services, now)
    before = stands(services, case)
    assert back(services, case, now, purpose, country).stage is Stage.OPENED
    assert stands(services, case) == before and not noted(services, case) and not outbox_letters("consent_changed")


def test_after_the_end_it_is_noted_and_the_case_stays_where_it_is(services: Any, now: datetime) -> None:
    case = opened(services, now, Stage.CLOSED)
    assert back(services, case, now, "review").stage is Stage.CLOSED
    assert ("review", "") not in stands(services, case)
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.CLOSED


def test_a_case_that_does_not_exist_is_an_error(services: Any, now: datetime) -> None:
    with services.database.transaction() as tx, pytest.raises(CaseNotFound):
        take_back(tx, services, "no-such-case", "review", "", now)
