"""A page: its language, and the facts that every template may use."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request

from intake.services import Services
from intake.web.cookies import services
from intake.web.drawing import Drawer


def prepare(app: Flask, services: Services) -> None:
    """Give the application what draws its pages."""
    app.extensions["intake_drawer"] = Drawer(app, services.languages)


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """A page in the reader's language."""
    drawer: Drawer = current_app.extensions["intake_drawer"]
    text = drawer.draw(template, language(), _facts() | values)
    return Response(text, status, mimetype="text/html")


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


def _facts() -> dict[str, Any]:
    house, code = services(), language()
    zone = house.operator.contact.time_zone
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
        "format_date": lambda day: house.languages.format_date(code, _day(day, zone)),
        "format_day": lambda day, now: _format_day(code, _day(day, zone), _day(now, zone)),
        "format_datetime": _format_datetime(code),
    }


def _day(day: date | datetime, zone: str) -> date:
    """The operator's day, as in letters: a page and a letter never name two dates for one moment."""
    return day.astimezone(ZoneInfo(zone)).date() if isinstance(day, datetime) else day


def _format_day(code: str, day: date, today: date) -> str:
    """A day for a table: without its year while that is this one."""
    words = services().languages
    return words.format_short_date(code, day) if day.year == today.year else words.format_date(code, day)


def _format_datetime(code: str) -> Callable[[datetime], str]:
    zone = services().operator.contact.time_zone
    return lambda moment: services().languages.format_datetime(code, moment.astimezone(UTC), zone)
