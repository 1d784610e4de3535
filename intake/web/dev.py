"""The development mailbox: what the folder sender wrote, as a mail program shows it. Only in development."""

from typing import Any

from flask import Blueprint, Response, abort

from intake.mail.folder_sender import FoundLetter, found_letter, found_letters
from intake.web.cookies import services
from intake.web.pages import page
from intake.web.security import POLICY

blueprint = Blueprint("dev", __name__, url_prefix="/dev/mailbox")

# A letter brings its own styles, as mail must, and may open its links in a new tab: nothing else.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@blueprint.before_request
def need_development() -> None:
    """Stand in the way even if someone registers this in production."""
    if not services().settings.in_development:
        abort(404)


@blueprint.get("")
def mailbox() -> Response:
    """Every letter, newest first."""
    return page("dev/mailbox.html", letters=found_letters(services().settings.mail_folder))


@blueprint.get("/<name>")
def letter(name: str) -> Response:
    """One letter: its text, its links, and its HTML in a frame."""
    answer = page("dev/letter.html", letter=_found(name))
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


@blueprint.get("/<name>/html")
def letter_html(name: str) -> Response:
    """The HTML of a letter by itself, for the frame."""
    html = _found(name).html.replace("<head>", '<head><base target="_blank">', 1)
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


def _found(name: str) -> FoundLetter | Any:
    return found_letter(services().settings.mail_folder, name) or abort(404)
