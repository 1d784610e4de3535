"""A limit that is reached is told kindly: what happened, when to try again, whom to call; and nothing typed is lost."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from intake.app import create_app
from intake.cases.ways_in import ADDRESS_TRIES
from intake.web.errors import PAUSE_SECONDS
from intake.web.security import LIMITS
from tests.visitor import Visitor, forms
from tests.web.test_request import EN, begin, fill, link_in, press

ADDRESS = "demonstration@example.org"
Letters = Callable[..., list[Any]]


@pytest.fixture
def limited(services: Any) -> Visitor:
    """A visitor of a house that counts."""
    object.__setattr__(services.settings, "rate_limits", True)
    app = create_app(services)
    app.test_client_class = Visitor
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.base_url = services.settings.base_url
    return visitor


def most(name: str) -> int:
    """How often the table allows it."""
    return int(LIMITS[name].split()[0])


def need_kind_refusal(answer: Any, telephone: str) -> None:
    """What every refusal says."""
    text = unescape(answer.text)
    assert answer.status_code == 429
    minutes = re.search(r"You can try again in (\d+) minutes?\.", text)
    assert minutes and 0 < int(answer.headers["Retry-After"]) <= 60 * int(minutes[1])
    assert "Please wait a little" in text and "very often from your network" in text
    assert telephone in text and "Nothing you typed is lost" in text and text.count("<h1") == 1


def pressed_too_often(press_once: Callable[[], Any], name: str) -> Any:
    """Press as often as is allowed, and once more."""
    answers = [press_once() for _ in range(most(name) + 1)]
    assert {answer.status_code for answer in answers[:-1]} <= {200, 303, 422}
    return answers[-1]


def again(visitor: Visitor, refused: Any) -> dict[str, list[str]]:
    """What the button of the refusal would send, and where."""
    form = next(each for each in forms(refused) if each.method == "post")
    return {"action": [form.action]} | form.fields.to_dict(flat=False)


def test_starting_too_often(limited: Visitor, services: Any) -> None:
    page = limited.get(EN + "can-it-wait")
    refused = pressed_too_often(lambda: limited.answer(page, anew="yes"), "start")
    need_kind_refusal(refused, services.operator.contact.telephone)
    assert again(limited, refused)["action"] == [EN]
    assert limited.get(EN).status_code == 200


def test_saving_too_often_keeps_the_address_that_was_typed(limited: Visitor, services: Any) -> None:
    begin(limited)
    where = fill(limited, until="questions")
    limited.answer(limited.get(where), first="", second="Half a thought")
    page = limited.get(EN + "save")
    refused = pressed_too_often(lambda: limited.answer(page, email=ADDRESS), "save")
    need_kind_refusal(refused, services.operator.contact.telephone)
    sent = again(limited, refused)
    assert sent["email"] == [ADDRESS] and sent["action"] == [EN + "save"] and sent["csrf_token"]
    assert "Half a thought" in limited.get(where).text


def test_sending_too_often_leaves_the_answers_as_they_are(limited: Visitor, services: Any) -> None:
    begin(limited)
    page = limited.get(fill(limited))
    refused = pressed_too_often(lambda: limited.answer(page), "send")
    need_kind_refusal(refused, services.operator.contact.telephone)
    assert "DEMONSTRATION" in limited.get(EN + "check").text


def test_asking_to_be_called_too_often_keeps_name_and_number(limited: Visitor, services: Any) -> None:
    page = limited.get(EN + "call-me")
    said = {"called": "Zoë", "number": "+44 20 7946 0958", "suits": "After six"}
    refused = pressed_too_often(lambda: limited.answer(page, **said), "call_me")
    need_kind_refusal(refused, services.operator.contact.telephone)
    assert {name: again(limited, refused)[name] for name in said} == {name: [text] for name, text in said.items()}


def test_asking_for_the_letter_again_too_often(limited: Visitor, services: Any) -> None:
    begin(limited)
    parked = limited.get(limited.answer(limited.get(fill(limited))).location)
    refused = pressed_too_often(lambda: limited.answer(parked), "new_link")
    need_kind_refusal(refused, services.operator.contact.telephone)


def test_asking_for_a_new_link_too_often(limited: Visitor, services: Any, outbox_letters: Letters) -> None:
    begin(limited)
    fill(limited, until="questions")
    limited.answer(limited.get(EN + "save"))
    limited.answer(limited.get(EN + "save"))
    over = limited.get(link_in(outbox_letters("resume_draft")[0]))
    assert over.status_code == 410
    refused = pressed_too_often(lambda: limited.answer(over), "new_link")
    need_kind_refusal(refused, services.operator.contact.telephone)
    assert "DEMONSTRATION" not in refused.text


def test_the_button_of_a_refusal_does_what_was_refused_once_it_counts_anew(
    limited: Visitor, services: Any, outbox_letters: Letters
) -> None:
    begin(limited)
    fill(limited, until="questions")
    page = limited.get(EN + "save")
    refused = pressed_too_often(lambda: limited.answer(page, email="wrong@"), "save")
    object.__setattr__(services.settings, "rate_limits", False)
    later = create_app(services).test_client()
    later._cookies = limited._cookies
    sent = next(each for each in forms(refused) if each.method == "post")
    answer = later.post(
        sent.action,
        data=sent.fields.to_dict() | {"email": ADDRESS},
        base_url=services.settings.base_url,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.location == EN + "saved"
    assert len(outbox_letters("resume_draft")) == 1


def test_typing_wrong_addresses_too_often_says_how_long_to_wait(
    client: Visitor, new_client: Callable[[], Visitor], outbox_letters: Letters
) -> None:
    begin(client)
    fill(client, until="questions")
    client.answer(client.get(EN + "save"))
    stranger = new_client()
    press(stranger, outbox_letters("resume_draft")[0])
    page = stranger.get(EN + "resume")
    answers = [stranger.answer(page, email="somebody@example.org") for _ in range(ADDRESS_TRIES + 1)]
    answer = answers[-1]
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) == next(iter(PAUSE_SECONDS.values())) and "Wait an hour" in answer.text


def test_every_purpose_has_a_limit_of_its_own(limited: Visitor) -> None:
    assert {"start", "call_me", "save", "send", "new_link", "exchange", "address"} <= set(LIMITS)
    page = limited.get(EN + "can-it-wait")
    pressed_too_often(lambda: limited.answer(page), "start")
    fill(limited, until="questions")
    assert limited.answer(limited.get(EN + "save"), email=ADDRESS).status_code == 303


def test_a_program_is_told_in_its_own_words(limited: Visitor) -> None:
    page = limited.get(EN + "can-it-wait")
    pressed_too_often(lambda: limited.answer(page), "start")
    told = limited.post(EN, headers={"Accept": "application/json"})
    assert told.status_code == 429 and told.json["code"] == "http_429" and int(told.headers["Retry-After"]) > 0
