"""What the form's tests share: a context on a fixed day, a guard, and a way to fill in a page."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from intake.forms.base import StepForm
from intake.forms.context import FormContext, form_context
from intake.forms.csrf import Guard
from intake.forms.pages import open_page
from intake.knowledge.reader import read_knowledge
from intake.languages import Languages
from intake.operator import read_operator
from tests.components import ROOT

TODAY = date(2026, 11, 22)

Typed = Mapping[str, str | list[str]]
Fill = Callable[..., StepForm]


@pytest.fixture(scope="session")
def context() -> FormContext:
    """English, on 22 November 2026, with the real knowledge and the example operator."""
    operator = read_operator(ROOT / "operator.toml")
    return form_context(Languages(), operator, read_knowledge(), "en", TODAY)


@pytest.fixture(scope="session")
def guard() -> Guard:
    """A key, a visitor and a moment."""
    return Guard(b"k" * 32, "visit", datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.fixture(scope="session")
def fill(context: FormContext) -> Fill:
    """Call it for a page that was filled in and checked: `fill("who", {"who": "myself"}, answers)`."""

    def filled(step: str, typed: Typed, answers: Mapping[str, Any] | None = None) -> StepForm:
        form = open_page(step, context, answers or {}, sent(typed))
        form.validate()
        return form

    return filled


def sent(typed: Typed) -> MultiDict[str, str]:
    """Form data as a browser sends it."""
    data: MultiDict[str, str] = MultiDict()
    for name, value in typed.items():
        data.setlist(name, [value] if isinstance(value, str) else value)
    return data
