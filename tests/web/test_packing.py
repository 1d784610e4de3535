"""How heavy a page of the form is: long ones are packed, and every page stays light with all that it fetches."""

import gzip
import re

import pytest
from flask import Flask

from intake.forms.pages import PAGES
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import Services
from intake.web.drawing import STATIC
from intake.web.packing import LONG
from tests.builders import a_draft, answers_for_another
from tests.visitor import Visitor

COLD, WARM, SCRIPT = 50_000, 15_000, 6_000
FETCHED = re.compile(r'(?:href|src)="/static/([\w./-]+)\?')


@pytest.fixture
def filled(client: Visitor, services: Services) -> Visitor:
    """A visitor with a request for somebody else, which has every page there is, filled in to the end."""
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, services.clock(), answers=answers_for_another(services))
        secret = sessions.start(tx, Role.DRAFT, draft.id, services.clock(), expires_at=draft.expires_at)
    client.set_cookie("__Host-draft", secret, domain="localhost", secure=True)
    return client


@pytest.mark.parametrize("step", ["", *(page.step for page in PAGES), "check", "preview", "records-list"])
def test_a_page_is_light_on_a_slow_line(filled: Visitor, step: str) -> None:
    answer = filled.get(f"/request/en/{step}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    packed = answer.headers.get("Content-Encoding") == "gzip"
    text = gzip.decompress(answer.data).decode() if packed else answer.text
    assert packed == (len(text) > LONG) or abs(len(text) - LONG) < 300
    scripts_and_styles = [STATIC / name for name in FETCHED.findall(text)]
    assert len(answer.data) <= WARM
    assert len(answer.data) + sum(path.stat().st_size for path in scripts_and_styles) <= COLD
    heavy = [path.name for path in scripts_and_styles if path.suffix == ".js" and _packed(path.read_bytes()) > SCRIPT]
    assert scripts_and_styles and heavy == []


def _packed(content: bytes) -> int:
    return len(gzip.compress(content))


def test_who_reads_no_gzip_gets_the_page_as_it_is_and_caches_know(filled: Visitor) -> None:
    plain = filled.get("/request/en/records", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
    assert "<h1" in plain.text


def test_the_length_of_a_packed_page_tells_nothing(filled: Visitor) -> None:
    lengths = {
        len(filled.get("/request/en/records", headers={"Accept-Encoding": "gzip"}).data) for _ in range(8)
    }
    assert len(lengths) > 1


def test_a_short_page_is_let_be(app: Flask, client: Visitor) -> None:
    assert "Content-Encoding" not in client.get("/request/en/can-it-wait", headers={"Accept-Encoding": "gzip"}).headers
