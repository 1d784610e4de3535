"""The requester's own pages: where the case stands for anybody with the link, the rest once the address was typed."""

import re
from datetime import datetime

import pytest

from intake import journal
from intake.cases import lifecycle, store, ways_in
from intake.cases.case import Case, Stage
from intake.journal import Event
from tests.builders import a_case, filled_answers
from tests.web.sending import let_in_to_look

ADDRESS = "demonstration@example.org"
HEALTH = "slipped disc"


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def inside(client, services, case: Case, now: datetime):
    """A visitor who pressed the link and has not typed the address."""
    with services.database.transaction() as tx:
        link = ways_in.case_link(tx, services, case, now)
    client.answer(client.get(link.removeprefix(services.settings.base_url)))
    return client


def _type(visitor, address: str):
    return visitor.answer(visitor.get("/case/"), form="/case/address", email=address)


def test_without_the_address_no_health_word_is_shown(inside) -> None:
    assert HEALTH not in inside.get("/case/").text


def test_with_the_address_the_answers_and_agreements_are_shown(inside) -> None:
    assert _type(inside, ADDRESS).status_code == 303
    page = inside.get("/case/").text
    assert HEALTH in page and "What you agreed to" in page and "Nobody yet." in page


def test_a_long_answer_is_laid_out_in_its_own_direction(client, services, now: datetime) -> None:
    """What stands in <bdi> does not count for dir=auto: a long answer in Arabic would hang on the wrong side."""
    told = [("specialty", "heart"), ("told", "ثلاثة شرايين مسدودة وقلبه ضعيف. " * 4)]
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=filled_answers(services, condition=told))
    let_in_to_look(client, services, case, now, "demonstration@example.org")
    page = client.get("/case/").text
    assert '<dd dir="auto">ثلاثة شرايين' in page and not re.search(r'dir="auto"[^>]*>\s*<bdi', page)
    assert "<dd><bdi>demonstration@example.org</bdi>" in page


def test_a_wrong_address_is_answered_kindly_and_kept(inside) -> None:
    answer = _type(inside, "other@example.org")
    assert answer.status_code == 422
    assert "Type the address that you used" in answer.text and "other@example.org" in answer.text
    assert "<title>Error:" in answer.text


def test_after_ten_wrong_addresses_even_the_right_one_waits(inside, still_clock) -> None:
    for _ in range(10):
        answer = _type(inside, "other@example.org")
    assert answer.status_code == 429
    assert _type(inside, ADDRESS).status_code == 429
    for _ in range(3):  # stay signed in while the pause runs out
        still_clock.advance(minutes=25)
        inside.get("/case/")
    assert _type(inside, ADDRESS).status_code == 303


def test_the_page_after_sending_shows_the_reference_and_survives_a_reload(inside, case: Case) -> None:
    for _ in range(2):
        assert case.reference in inside.get("/case/sent").text


def test_who_opened_the_case_is_told(inside, services, case: Case, now: datetime) -> None:
    with services.database.transaction() as tx:
        journal.write(tx, Event.CASE_READ, now, actor="coordinator:x", subject=case.id)
    _type(inside, ADDRESS)
    assert "a coordinator read your answers" in inside.get("/case/").text


def test_a_declined_case_says_why_and_where_else(inside, services, case: Case, now: datetime) -> None:
    with services.database.transaction() as tx:
        lifecycle.decline_case(tx, services, case.id, "no_specialist", "Ask the clinic <b>there</b>.", "test", now)
    assert "Ask the clinic" not in inside.get("/case/").text
    _type(inside, ADDRESS)
    page = inside.get("/case/").text
    assert "Ask the clinic &lt;b&gt;there&lt;/b&gt;." in page and "We found no specialist" in page


def test_withdrawing_needs_the_address_and_a_second_look(inside, services, case: Case) -> None:
    page = inside.get("/case/withdraw")
    assert inside.answer(page, form="/case/withdraw").location == "/case/"
    assert _stage(services, case) is Stage.OPENED
    _type(inside, ADDRESS)
    inside.answer(inside.get("/case/withdraw"), form="/case/withdraw")
    assert _stage(services, case) is Stage.WITHDRAWN


def test_leaving_signs_out_and_clears_the_browser(inside) -> None:
    answer = inside.answer(inside.get("/case/"), form="/case/leave")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert inside.get("/case/").status_code == 401


def test_without_a_session_the_page_says_how_to_come_back(client) -> None:
    page = client.get("/case/")
    assert page.status_code == 401 and "Open the link in our e-mail" in page.text


def _stage(services, case: Case) -> Stage:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).stage


def test_no_address_at_all_is_asked_for_and_costs_no_try(inside) -> None:
    for _ in range(12):
        answer = _type(inside, "")
    assert answer.status_code == 422 and "Type the e-mail address that you used for the request" in answer.text
    assert _type(inside, ADDRESS).status_code == 303
