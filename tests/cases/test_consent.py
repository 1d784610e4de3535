"""Who may be sent a case: country by country, by everybody who has to agree, and only while it stands."""

from datetime import datetime
from typing import Any

import pytest

from intake import demo
from intake.cases import agreeing, consent, store
from intake.cases.case import Case, Stage
from intake.cases.consent import PATIENT, PURPOSES, REQUESTER, Agreement
from intake.errors import CaseNotFound
from intake.forms.consent_texts import CONSENTS
from intake.forms.patient_agreement import patient_agreements
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another

pytestmark = pytest.mark.usefixtures("database")

ALLOWED = dict.fromkeys(["DE", "GB"], True) | dict.fromkeys(["US", "IN", "", "de", "D", "DE:GB"], False)


@pytest.fixture
def case(services: Any, now: datetime) -> Case:
    """A case whose requester agreed to Germany and the United Kingdom."""
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def may(services: Any, case: Case, country: str) -> bool:
    with services.database.read() as tx:
        return consent.may_send_to(tx, case.id, country)


def take_back(services: Any, case: Case, now: datetime, by: str = REQUESTER, **what: str) -> int:
    with services.database.transaction() as tx:
        return consent.take_back(tx, case.id, by, now, **what)


def test_the_order_of_purposes_is_that_of_the_page() -> None:
    assert tuple(each.id for each in CONSENTS) == PURPOSES


def test_each_country_is_kept_by_itself_under_the_words_that_were_shown(services: Any, case: Case) -> None:
    with services.database.read() as tx:
        given = consent.given(tx, case.id)
    assert [(each.purpose, each.country) for each in given] == [
        ("review", ""), ("abroad", "DE"), ("abroad", "GB"), ("contact", ""), ("statement", ""),
    ]  # fmt: skip
    assert len({each.text_hash for each in given if each.purpose == "abroad"}) == 1


@pytest.mark.parametrize(("country", "allowed"), ALLOWED.items())
def test_a_case_goes_only_to_a_country_that_was_agreed_to(
    services: Any, case: Case, country: str, allowed: bool
) -> None:
    assert may(services, case, country) is allowed


def test_a_country_taken_back_is_closed_and_the_others_stay_open(services: Any, case: Case, now: datetime) -> None:
    assert take_back(services, case, now, purpose="abroad", country="DE") == 1
    assert (may(services, case, "DE"), may(services, case, "GB")) == (False, True)
    assert take_back(services, case, now, purpose="abroad", country="DE") == 0


@pytest.mark.parametrize(("what", "open_still"), [("abroad", False), ("review", False), ("contact", True)])
def test_without_the_review_or_any_country_nothing_is_sent(
    services: Any, case: Case, now: datetime, what: str, open_still: bool
) -> None:
    take_back(services, case, now, purpose=what)
    assert may(services, case, "DE") is open_still


def test_what_one_person_takes_back_leaves_what_another_gave(services: Any, case: Case, now: datetime) -> None:
    assert take_back(services, case, now, by=PATIENT) == 0
    assert may(services, case, "DE")


@pytest.mark.parametrize("stage", [Stage.DECLINED, Stage.WITHDRAWN, Stage.CLOSED, Stage.REPORTED])
def test_a_case_that_is_over_is_sent_to_nobody(services: Any, now: datetime, stage: Stage) -> None:
    with services.database.transaction() as tx:
        over = a_case(tx, services, now, stage=stage)
    assert not may(services, over, "DE")


def test_a_case_that_does_not_exist_is_an_error_and_no_answer(services: Any) -> None:
    with services.database.read() as tx, pytest.raises(CaseNotFound):
        consent.may_send_to(tx, "no-such-case", "DE")


BY_LINK = [("how", "link"), ("patient_email", PATIENT_ADDRESS)]


@pytest.fixture
def for_another(services: Any, now: datetime) -> Case:
    """A case for an adult who agrees for herself, to Germany and the United Kingdom."""
    with services.database.transaction() as tx:
        answers = answers_for_another(services, patient_agrees=BY_LINK, preferences=demo.TYPED["preferences"])
        return a_case(tx, services, now, answers=answers)


def agree(services: Any, case: Case, now: datetime) -> tuple[Agreement, ...]:
    with services.database.transaction() as tx:
        texts = patient_agreements(store.read_answers(tx, services.keys, case), a_context(services))
        agreeing.agree(tx, services, case.id, texts, "en", now)
    return texts


def test_an_adult_patient_must_agree_too_and_can_close_it_again(
    services: Any, for_another: Case, now: datetime
) -> None:
    assert not may(services, for_another, "DE")
    agree(services, for_another, now)
    assert may(services, for_another, "DE") and not may(services, for_another, "US")
    with services.database.transaction() as tx:
        agreeing.refuse(tx, services, for_another.id, now)
    assert not may(services, for_another, "DE")


def test_the_patient_opens_no_country_that_the_requester_took_back(
    services: Any, for_another: Case, now: datetime
) -> None:
    agree(services, for_another, now)
    take_back(services, for_another, now, purpose="abroad", country="DE")
    assert (may(services, for_another, "DE"), may(services, for_another, "GB")) == (False, True)


def test_words_in_another_language_than_the_case_are_kept_with_their_own(
    services: Any, case: Case, now: datetime
) -> None:
    with services.database.transaction() as tx:
        consent.give(tx, case.id, Agreement("statistics", "v", "Sí", language="es"), "en", now)
        consent.give(tx, case.id, Agreement("doctor", "v", "Yes"), "en", now)
    with services.database.read() as tx:
        tongues = {each.purpose: each.language for each in consent.given(tx, case.id)}
    assert tongues["statistics"] == "es" and tongues["doctor"] == "en"
