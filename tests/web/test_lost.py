"""Addresses that were never there: the site's own page for the lost, in the language of the address."""

import pytest
from flask import Flask

from intake.config import Settings
from intake.web.security import SITE_POLICY
from tests.visitor import Visitor

WEB = {"Accept": "text/html"}


@pytest.fixture
def lost(app: Flask, settings: Settings, client: Visitor) -> Visitor:
    """A visitor of a service whose site is built, in English and Arabic."""
    for folder, words in (("", "English help"), ("ar", "Arabic help")):
        (settings.site / folder).mkdir(parents=True, exist_ok=True)
        (settings.site / folder / "404.html").write_text(f"<p>{words}</p>", encoding="utf-8")
    return client


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/no/such/page", "English help"), ("/steps/typo/", "English help"), ("/ar/steps/typo/", "Arabic help"),
        ("/es/steps/", "English help"), ("/../../etc/passwd", "English help"),
    ],
)  # fmt: skip
def test_a_lost_visitor_gets_the_page_of_the_site(lost: Visitor, path: str, words: str) -> None:
    answer = lost.get(path, headers=WEB)
    assert (answer.status_code, answer.text) == (404, f"<p>{words}</p>")
    assert answer.headers["Content-Security-Policy"] == SITE_POLICY
    assert answer.headers["X-Robots-Tag"].startswith("noindex") and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/request/en/no-such-page", "/case/nothing", "/l/forged", "/desk/cases/none/no"])
def test_an_address_of_the_service_is_answered_by_the_service(lost: Visitor, path: str) -> None:
    answer = lost.get(path, headers=WEB)
    assert answer.status_code in (303, 404) and "English help" not in answer.text


def test_a_program_is_told_shortly(lost: Visitor) -> None:
    assert lost.get("/no/such/page", headers={"Accept": "application/json"}).json["code"] == "http_404"


def test_nothing_is_changed_by_asking_with_another_method(lost: Visitor) -> None:
    assert "English help" not in lost.post("/no/such/page", headers=WEB).text


def test_without_a_site_the_service_answers_itself(client: Visitor) -> None:
    answer = client.get("/no/such/page", headers=WEB)
    assert answer.status_code == 404 and "emergency" in answer.text
