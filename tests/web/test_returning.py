"""Leaving and coming back: a link proves the address that it was sent to, and nobody loses their place."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from intake.cases.draft import drafts
from intake.cases.store import cases
from tests.visitor import Visitor
from tests.web.test_request import EN, begin, count, fill, link_in, press

ADDRESS = "demonstration@example.org"
OTHER = "somebody.else@example.org"
Letters = Callable[..., list[Any]]


def come_back(visitor: Visitor, letter: Any, address: str = ADDRESS) -> None:
    """Press the link of a letter and type the address."""
    assert press(visitor, letter).location == EN + "resume"
    assert visitor.answer(visitor.get(EN + "resume"), email=address).location == EN + "continue"


@pytest.fixture
def saved(client: Visitor, outbox_letters: Letters) -> Any:
    """Somebody who left in the middle; the letter that leads back."""
    begin(client)
    fill(client, until="questions")
    client.answer(client.get(EN + "save"))
    return outbox_letters("resume_draft")[-1]


def test_saving_again_after_coming_back_keeps_the_place(new_client, saved, outbox_letters: Letters) -> None:
    phone = new_client()
    come_back(phone, saved)
    answered = phone.answer(phone.get(EN + "save"))
    assert "Your answers are saved" in phone.get(answered.location).text
    assert phone.get(EN + "continue").location == EN + "questions"
    come_back(new_client(), outbox_letters("resume_draft")[-1])


def test_a_corrected_address_keeps_the_place_of_whoever_came_back(new_client, saved) -> None:
    phone = new_client()
    come_back(phone, saved)
    assert phone.answer(phone.get(EN + "reach-you"), email=OTHER).status_code == 303
    assert phone.get(EN + "continue").location == EN + "questions"


def test_coming_back_to_a_request_that_was_sent_leads_to_its_case(client, new_client, saved, outbox_letters) -> None:
    fill(client)
    client.answer(client.get(EN + "check"))
    press(client, outbox_letters("confirm_address")[0])
    late = new_client()
    assert press(late, saved).location == "/case/"
    page = late.get("/case/")
    assert page.status_code == 200 and "slipped disc" not in page.text


def test_a_request_that_was_sent_while_somebody_was_asked_for_the_address_is_not_asked_for_it(
    client, new_client, saved, outbox_letters: Letters
) -> None:
    late = new_client()
    press(late, saved)
    asked = late.get(EN + "resume")
    fill(client)
    client.answer(client.get(EN + "check"))
    press(client, outbox_letters("confirm_address")[0])
    assert late.answer(asked, email=ADDRESS).location == "/case/sent"


def test_a_link_back_to_one_address_proves_no_other(client, new_client, services, saved) -> None:
    client.answer(client.get(EN + "reach-you"), email=OTHER)
    page = new_client().get(link_in(saved))
    assert page.status_code == 410 and "Send me a new link" in page.text


def test_a_confirm_link_to_one_address_proves_no_other(client, new_client, services, outbox_letters) -> None:
    begin(client)
    client.answer(client.get(fill(client)))
    first, late = outbox_letters("confirm_address")[0], new_client()
    landing = late.get(link_in(first))
    client.answer(client.get(EN + "reach-you"), email=OTHER)
    assert late.answer(landing).status_code == 410
    assert count(services, cases) == 0
    with services.database.read() as tx:
        assert tx.scalar(select(drafts.c.confirmed_hash)) is None


def test_confirming_a_request_that_was_opened_again_and_is_not_whole_leads_back_to_it(
    client, new_client, services, outbox_letters: Letters
) -> None:
    begin(client)
    client.answer(client.get(fill(client)))
    client.answer(client.get(EN + "who"), who="child")  # now the page about the asking person is missing
    phone = new_client()
    assert press(phone, outbox_letters("confirm_address")[0]).location == EN + "resume"
    assert phone.answer(phone.get(EN + "resume"), email=ADDRESS).location == EN + "continue"
    assert phone.get(EN + "continue").location == EN + "asking"
    assert count(services, cases) == 0
