"""Asking to be called, from the form to the desk: the number arrives, and the button forgets it."""

from html import unescape
from typing import Any

import pytest

from intake.app import create_app
from intake.cases import call_backs
from intake.web.security import LIMITS
from tests.visitor import Visitor
from tests.web.desk_visits import a_signed_in_coordinator

CALL_ME, CALLS = "/request/en/call-me", "/desk/calls"
TYPED = {"called": "Amira <Probefall>", "number": "+962 6 500 1234", "suits": "after 18:00"}


@pytest.fixture
def ines(services: Any, new_client: Any) -> Any:
    return a_signed_in_coordinator(services, new_client())


def ask(visitor: Visitor, **typed: str) -> Any:
    """Fill in the three questions and send them."""
    return visitor.answer(visitor.get(CALL_ME), **(TYPED | typed))


def how_many(services: Any) -> int:
    with services.database.read() as tx:
        return call_backs.count(tx)


def test_somebody_asks_and_a_coordinator_finds_the_number(client: Visitor, ines: Any) -> None:
    assert "waits for a call" not in ines.browser.get("/desk/").text
    asked = ask(client)
    assert asked.location == "/request/en/called"
    assert "We will call you" in client.get(asked.location).text
    first = ines.browser.get("/desk/").text
    assert f'<a href="{CALLS}">1 person waits for a call</a>' in first
    page = ines.browser.get(CALLS).text
    assert "Amira &lt;Probefall&gt;" in page
    for words in ('href="tel:+96265001234"', "+962 6 500 1234", "after 18:00", "Language: English", "10 March 2026"):
        assert words in page, words


def test_the_button_takes_the_call_off_the_list_for_good(client: Visitor, ines: Any, services: Any) -> None:
    ask(client)
    page = ines.browser.get(CALLS)
    for _ in range(2):  # twice is harmless
        answer = ines.browser.answer(page, form="/called")
        assert answer.location == f"{CALLS}?called=1"
    after = ines.browser.get(answer.location).text
    assert "The call is off the list" in after and "Nobody waits for a call." in after and "Amira" not in after
    assert how_many(services) == 0


def test_nobody_but_a_coordinator_sees_or_closes_a_call(client: Visitor, ines: Any, services: Any) -> None:
    ask(client)
    page = ines.browser.get(CALLS)
    assert client.get(CALLS).status_code == 303
    assert client.answer(page, form="/called").status_code in (303, 403)
    assert ines.browser.post(f"{CALLS}/no-such-call/called", data={"csrf_token": "forged"}).status_code == 403
    assert how_many(services) == 1


def test_a_mistake_keeps_what_was_typed_and_the_page_says_what_to_mend(client: Visitor, services: Any) -> None:
    wrong = ask(client, number="06 500 1234")
    page = unescape(wrong.text)
    assert wrong.status_code == 422 and "<title>Error:" in page
    assert 'value="Amira <Probefall>"' in page and 'value="06 500 1234"' in page and 'value="after 18:00"' in page
    assert how_many(services) == 0


def test_a_program_that_fills_the_hidden_box_leaves_no_number(client: Visitor, services: Any) -> None:
    trapped = ask(client, remark2="buy")
    assert trapped.status_code == 422 and "Leave this box empty" in trapped.text
    assert how_many(services) == 0


def test_a_double_press_is_one_call(client: Visitor, services: Any) -> None:
    page = client.get(CALL_ME)
    assert {client.answer(page, **TYPED).status_code for _ in range(3)} == {303}
    assert how_many(services) == 1


def test_asking_to_be_called_leaves_nothing_in_the_browser(client: Visitor) -> None:
    asked = ask(client)
    assert "Amira" not in client.get(asked.location).text
    assert "6 500 1234" not in client.get(asked.location).text
    assert "Amira" not in client.get(CALL_ME).text


def test_one_press_too_many_is_told_to_wait(services: Any) -> None:
    object.__setattr__(services.settings, "rate_limits", True)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    page, most = visitor.get(CALL_ME), int(LIMITS["call_me"].split()[0])
    answers = [visitor.answer(page, **TYPED).status_code for _ in range(most + 1)]
    assert answers == [303] * most + [429]
