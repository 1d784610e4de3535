"""The gallery: every letter in every language with made-up values, to be looked at. Only in development."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort

from intake.mail.kinds import KINDS
from intake.mail.message import Message
from intake.web.cookies import services
from intake.web.dev import LETTER_POLICY, need_development
from intake.web.pages import page
from intake.web.security import POLICY

blueprint = Blueprint("dev_letters", __name__, url_prefix="/dev/letters")
blueprint.before_request(need_development)

READER = "reader@example.org"
# A value for whatever a letter may say. Nobody's: the links lead nowhere.
SAMPLE: dict[str, object] = {
    "reference": "2387-FY9W-6T8K",
    "link_days": 28,
    "link_hours": 24,
    "count": 3,
    "late_count": 2,
    "away_count": 3,
    "turn_date": date(2026, 9, 17),
    "lost_count": 1,
    "due_date": date(2026, 9, 17),
    "stage": "with_specialist",
    "turn": "coordinator",
}


@blueprint.get("")
def gallery() -> Response:
    """Which letters there are, with their subject in each language."""
    codes = services().languages.offered
    shown = {letter: {code: composed(letter, code).subject for code in codes} for letter in sorted(KINDS)}
    return page("dev/letters.html", shown=shown)


@blueprint.get("/<letter>/<code>")
def sample(letter: str, code: str) -> Response:
    """One letter in one language: its text, and its HTML in a frame."""
    made = _found(letter, code)
    answer = page("dev/letter_sample.html", letter=made, direction_of_letter=services().languages.direction(code))
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


@blueprint.get("/<letter>/<code>/html")
def sample_html(letter: str, code: str) -> Response:
    """The HTML of a letter by itself, for the frame."""
    answer = Response(_found(letter, code).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


def composed(letter: str, code: str) -> Message:
    """The letter with every value that it may have."""
    kind, base = KINDS[letter], services().settings.base_url
    links = {"link": f"{base}/l/a-sample", "records_link": f"{base}/l/another-sample"}
    values = {name: value for name, value in (SAMPLE | links).items() if name in kind.needs | kind.may}
    return services().letters.compose(letter, code, READER, **values)


def _found(letter: str, code: str) -> Message | Any:
    known = letter in KINDS and code in services().languages.offered
    return composed(letter, code) if known else abort(404)
