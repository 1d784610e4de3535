"""The development mailbox shows what was sent, lets its links be followed, and exists nowhere else."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from intake.app import create_app
from intake.mail.message import Message
from intake.services import Services

BOX = "/dev/mailbox"


@pytest.fixture
def names(services: Services, message: Message) -> list[str]:
    """Two letters, oldest first."""
    return [services.sender.send(message, f"letter-{number}") for number in range(2)]


def test_an_empty_mailbox_says_so(client: Any) -> None:
    answer = client.get(BOX)
    assert answer.status_code == 200
    assert "No letters yet" in answer.text


def test_letters_are_listed_newest_first(client: Any, names: list[str], message: Message) -> None:
    page = client.get(BOX).text
    assert page.index(names[1]) < page.index(names[0])
    assert message.subject in page
    assert message.to in page


def test_a_letter_shows_its_text_and_its_links(client: Any, names: list[str]) -> None:
    page = client.get(f"{BOX}/{names[0]}").text
    assert 'href="https://opinion.example.org/l/eyJhIjoxfQ.abc-DEF_ghi"' in page
    assert "In an emergency, call your local emergency number now." in page


def test_the_html_of_a_letter_can_do_nothing_but_open_its_links(client: Any, names: list[str]) -> None:
    page, letter = client.get(f"{BOX}/{names[0]}"), client.get(f"{BOX}/{names[0]}/html")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    policy = letter.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script" not in policy
    assert '<base target="_blank">' in letter.text


@pytest.mark.parametrize("name", ["..%2Fintake.db", "nothing.eml", "20260310T093000000000Z-gone.eml"])
@pytest.mark.parametrize("part", ["", "/html"])
def test_a_letter_that_is_not_there_is_not_found(client: Any, name: str, part: str) -> None:
    assert client.get(f"{BOX}/{name}{part}").status_code == 404


def test_there_is_no_such_mailbox_in_production(services: Services) -> None:
    away = replace(services, settings=replace(services.settings, env="production"))
    app: Flask = create_app(away)
    assert "dev" not in app.blueprints
    answer = app.test_client().get(BOX, base_url=services.settings.base_url)
    assert answer.status_code == 404
