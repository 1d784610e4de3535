"""Agreeing to a further country on the page of the case: the very words, one button, and the receipt that shows it."""

import hashlib
import re
from datetime import datetime
from typing import Any

import pytest

from intake.cases import consent, lifecycle
from intake.cases.case import Case, Stage
from intake.languages import Languages
from tests.builders import a_case, answers_for_another
from tests.visitor import Visitor
from tests.web.sending import let_in_to_look

ADDRESS = "demonstration@example.org"
TO = "/case/agree-to/US"


@pytest.fixture
def case(services: Any, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def inside(client: Visitor, services: Any, case: Case, now: datetime) -> Visitor:
    """A visitor who typed the right address."""
    let_in_to_look(client, services, case, now, ADDRESS)
    return client


def may_send(services: Any, case: Case) -> bool:
    with services.database.read() as tx:
        return consent.may_send_to(tx, case.id, "US")


def test_the_page_of_the_case_offers_each_country_that_is_left(inside: Visitor) -> None:
    page = inside.get("/case/").text
    assert re.findall(r'href="/case/agree-to/(\w+)"', page) == ["US"]
    assert "United States" in page.split('id="agreed"')[1]


def test_it_takes_one_link_and_one_button_as_taking_back_does(inside: Visitor, services: Any, case: Case) -> None:
    page = inside.get(TO)
    words = "my answers and my records may also be sent to a specialist in: United States."
    assert words in page.text and page.text.count('class="button"') == 1
    assert inside.answer(page, form="agree-to").location == "/case/#agreed"
    assert may_send(services, case)
    shown = inside.get("/case/").text
    assert 'href="/case/take-back/abroad-US"' in shown and TO not in shown
    assert words in inside.get("/case/receipt").text
    told = inside.get("/case/receipt.json").get_json()["agreements"]
    (line,) = [each for each in told if each["country"] == "US"]
    assert line["how"] == "case" and hashlib.sha256(line["words"].encode()).hexdigest() == line["sha256"]
    inside.answer(inside.get("/case/take-back/abroad-US"), form="take-back")
    assert not may_send(services, case) and TO in inside.get("/case/").text


def test_looking_at_the_question_agrees_to_nothing(inside: Visitor, services: Any, case: Case) -> None:
    for _ in range(2):
        inside.get(TO)
    assert not may_send(services, case)


@pytest.mark.parametrize("country", ["IN", "us", "nonsense"])
def test_a_country_without_specialists_of_ours_is_no_page(inside: Visitor, country: str) -> None:
    assert inside.get(f"/case/agree-to/{country}").status_code == 404


def test_without_the_address_typed_or_a_signed_page_nothing_is_shown_or_done(
    client: Visitor, new_client: Any, services: Any, case: Case, now: datetime
) -> None:
    assert new_client().get(TO).status_code == 401
    let_in_to_look(client, services, case, now)
    assert client.get(TO).location == "/case/"
    assert client.post(TO, data={"csrf_token": "forged"}).status_code == 403
    assert not may_send(services, case)


def test_other_words_than_those_of_now_agree_to_nothing(inside: Visitor, services: Any, case: Case) -> None:
    answer = inside.answer(inside.get(TO), form="agree-to", sha256="0" * 64)
    assert answer.location == TO and not may_send(services, case)


def test_when_the_case_is_over_it_is_not_offered_and_says_so(
    inside: Visitor, services: Any, case: Case, now: datetime
) -> None:
    page = inside.get(TO)
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, case.id, Stage.WITHDRAWN, "test", now)
    assert TO not in inside.get("/case/").text
    assert inside.answer(page, form="agree-to").status_code == 409
    assert not may_send(services, case)


def test_who_asks_for_another_reads_that_the_patient_has_to_agree_too(
    client: Visitor, services: Any, now: datetime
) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services))
    let_in_to_look(client, services, case, now, ADDRESS)
    page = client.get(TO)
    assert "The patient has to agree to this country too" in page.text
    assert "these answers and the patient’s records may also be sent" in page.text
    client.answer(page, form="agree-to")
    assert not may_send(services, case)


@pytest.mark.parametrize("code", Languages().offered)
def test_the_button_agrees_in_the_language_that_was_read(
    client: Visitor, services: Any, now: datetime, code: str
) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, language=code)
    let_in_to_look(client, services, case, now, ADDRESS)
    page = client.get(TO)
    assert f'<html lang="{code}"' in page.text
    client.answer(page, form="agree-to")
    with services.database.read() as tx:
        (given,) = [each for each in consent.standing(tx, case.id, consent.REQUESTER) if each.country == "US"]
    assert given.language == code and may_send(services, case)
