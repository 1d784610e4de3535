"""Files served past Flask: the site and our static files leave with the headers of every page, whatever the status."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from intake.app import create_app
from intake.web.security import HEADERS, HSTS
from tests.visitor import Visitor


@pytest.fixture
def behind_https(services, tmp_path) -> Iterator[Flask]:
    """The application as in production: files are looked up once, and the address is https."""
    site = tmp_path / "built"
    (site / "steps").mkdir(parents=True)
    (site / "index.html").write_text("<h1>Guidance</h1>")
    (site / "steps" / "index.html").write_text("<h1>Steps</h1>")
    said = {"env": "production", "site": site, "base_url": "https://opinion.example.org"}
    app = create_app(replace(services, settings=replace(services.settings, **said)))
    app.test_client_class = Visitor
    yield app


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200), ("HEAD", "/steps/", 200), ("GET", "/steps", 302), ("GET", "/index.html", 302),
        ("POST", "/", 405), ("OPTIONS", "/steps/", 405), ("DELETE", "/static/intake.css", 405),
        ("GET", "/static/intake.css", 200), ("GET", "/not/there", 404),
    ],
)  # fmt: skip
def test_every_answer_past_flask_carries_the_headers(behind_https, method: str, address: str, status: int) -> None:
    visitor = behind_https.test_client()
    visitor.base_url = "https://opinion.example.org"
    answer = visitor.open(address, method=method)
    answer.close()
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value], name
    assert answer.headers["Strict-Transport-Security"] == HSTS
    assert len(answer.headers.getlist("Content-Security-Policy")) == 1


def test_a_part_that_is_not_there_and_a_page_that_did_not_change_carry_them_too(behind_https: Flask) -> None:
    visitor = behind_https.test_client()
    visitor.base_url = "https://opinion.example.org"
    known = visitor.get("/")
    known.close()
    unchanged = known.headers["Last-Modified"]
    cases = (("If-Modified-Since", unchanged, 304), ("Range", "bytes=900-", 416), ("Range", "bytes=1-2", 206))
    for name, value, status in cases:
        answer = visitor.get("/", headers={name: value})
        answer.close()
        assert answer.status_code == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
