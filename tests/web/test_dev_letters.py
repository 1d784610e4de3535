"""The gallery shows each letter in each language, as it would be read, and exists in development only."""

from dataclasses import replace

import pytest

from intake.app import create_app
from intake.languages import OFFERED
from intake.mail.kinds import KINDS
from intake.services import Services
from intake.web.dev_letters import SAMPLE
from tests.visitor import Visitor


def test_every_letter_stands_in_the_gallery_in_every_language(client: Visitor) -> None:
    page = client.get("/dev/letters").text
    missing = [(letter, code) for letter in KINDS for code in OFFERED if f"/dev/letters/{letter}/{code}" not in page]
    assert missing == []


@pytest.mark.parametrize("code", OFFERED)
def test_a_letter_is_shown_as_text_and_in_a_frame_that_can_do_nothing(client: Visitor, code: str) -> None:
    page, letter = (client.get(f"/dev/letters/case_opened/{code}{part}") for part in ("", "/html"))
    assert str(SAMPLE["reference"]) in page.text and 'sandbox=""' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert f'lang="{code}"' in letter.text and "sandbox" in letter.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ["nothing/en", "case_opened/tlh", "nothing/en/html", "_base/en"])
def test_what_is_no_letter_is_not_found(client: Visitor, address: str) -> None:
    assert client.get(f"/dev/letters/{address}").status_code == 404


def test_there_is_no_gallery_in_production(services: Services) -> None:
    away = replace(services, settings=replace(services.settings, env="production"))
    answer = create_app(away).test_client().get("/dev/letters", base_url=services.settings.base_url)
    assert answer.status_code == 404


def test_there_is_a_sample_for_whatever_a_letter_may_say() -> None:
    said = {name for kind in KINDS.values() for name in kind.needs | kind.may}
    assert said == set(SAMPLE) | {"link", "records_link"}
