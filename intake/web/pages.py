"""Drawing a page: the language, the words and the facts that every template may use."""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from jinja2 import StrictUndefined

from intake.web.cookies import services

STATIC = Path(__file__).parent / "static"


def prepare(app: Flask) -> None:
    """Set the templates' rules and globals on the application."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.context_processor(_facts)
    app.url_defaults(_version)


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """A page in the reader's language."""
    return make_response(render_template(template, **values), status)


def language() -> str:
    """The language of this page: from the address, else what a view has set, else the first that is offered."""
    if "intake_spoken" not in g:
        asked = (request.view_args or {}).get("language") or g.get("intake_language")
        g.intake_spoken = services().languages.choose(asked)
    return g.intake_spoken


def speak(code: str | None) -> None:
    """Speak this language from here on in this request, if it is offered."""
    g.intake_language = code
    g.pop("intake_spoken", None)


def say(message: str, **values: object) -> str:
    """A message in the reader's language, its placeholders filled."""
    text = services().languages.gettext(language())(message)
    return text % values if values else text


def _version(endpoint: str, values: dict[str, Any]) -> None:
    """Change the address of a static file when its bytes change, so that browsers may keep it."""
    if endpoint == "static":
        values["v"] = _digest(values["filename"])


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def _gettext(message: str) -> str:
    return services().languages.gettext(language())(message)


def _ngettext(one: str, many: str, count: int) -> str:
    return services().languages.ngettext(language())(one, many, count)


def _facts() -> dict[str, Any]:
    house, code = services(), language()
    return {
        "language": code,
        "direction": house.languages.direction(code),
        "languages": house.languages,
        "operator": house.operator.in_language(code),
        "knowledge": house.knowledge,
        "settings_env": house.settings.env,
        "wrong": (),
        "language_links": (),
        "language_action": "",
        "page_form": "",
        "format_date": lambda day: house.languages.format_date(code, _day(day)),
        "format_datetime": _format_datetime(code),
    }


def _day(day: date | datetime) -> date:
    return day.date() if isinstance(day, datetime) else day


def _format_datetime(code: str) -> Callable[[datetime], str]:
    zone = services().operator.contact.time_zone
    return lambda moment: services().languages.format_datetime(code, moment.astimezone(UTC), zone)
