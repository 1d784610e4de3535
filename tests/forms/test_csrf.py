"""The token: of this form, this visitor and these 24 hours, or none at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.context import FormContext
from intake.forms.csrf import STALE_PAGE, Guard
from intake.forms.pages import open_page
from intake.forms.returning import Button
from tests.forms.conftest import sent

GUARD_TIME = datetime(2026, 11, 22, tzinfo=UTC)


def token(form_id: str, guard: Guard) -> str:
    return str(Button(form_id, gettext=str, guard=guard)["csrf_token"].current_token)


def passes(form_id: str, guard: Guard, text: str) -> bool:
    return Button(form_id, sent({"csrf_token": text}), gettext=str, guard=guard).validate()


def test_a_token_of_our_own_page_passes_for_a_day(guard: Guard) -> None:
    made = token("request:send", guard)
    assert passes("request:send", guard, made)
    assert passes("request:send", replace(guard, now=guard.now + timedelta(hours=23, minutes=59)), made)
    assert not passes("request:send", replace(guard, now=guard.now + timedelta(hours=24, seconds=1)), made)


def test_a_guard_may_let_a_page_stay_open_for_longer(guard: Guard) -> None:
    patient = replace(guard, lives=timedelta(days=28))
    made = token("request:who", patient)
    assert passes("request:who", replace(patient, now=guard.now + timedelta(days=27, hours=23)), made)
    assert not passes("request:who", replace(patient, now=guard.now + timedelta(days=28, seconds=1)), made)
    assert not passes("request:who", replace(guard, now=guard.now + timedelta(days=2)), made)


@pytest.mark.parametrize(
    "change",
    [{"session": "somebody else"}, {"key": b"x" * 32}, {"now": timedelta(minutes=-6)}],
    ids=lambda c: next(iter(c)),
)
def test_a_token_of_another_visitor_key_or_time_to_come_is_refused(
    guard: Guard, change: dict[str, object]
) -> None:
    made = token("request:send", guard)
    if "now" in change:
        change = {"now": guard.now + change["now"]}  # type: ignore[operator]
    assert not passes("request:send", replace(guard, **change), made)


def test_a_token_of_another_form_is_refused(guard: Guard) -> None:
    assert not passes("request:send", guard, token("request:start", guard))


def test_session_and_form_cannot_be_cut_in_another_way(guard: Guard) -> None:
    made = token("bc", replace(guard, session="a"))
    assert not passes("c", replace(guard, session="ab"), made)


@given(st.text())
def test_no_text_passes_as_a_token_or_breaks_the_check(text: str) -> None:
    from_nowhere = Guard(b"k" * 32, "visit", GUARD_TIME)
    assert not passes("request:send", from_nowhere, text)


def test_a_stale_page_says_so_kindly_and_keeps_what_was_typed(context: FormContext, guard: Guard) -> None:
    form = open_page("who", context, {}, sent({"who": "child"}), guard=guard)
    assert not form.validate()
    assert form.stale
    assert form.mistakes == [("", STALE_PAGE)]
    assert [option.id for option in form["who"].shown() if option.chosen] == ["child"]


def test_a_form_without_a_guard_signs_nothing(context: FormContext) -> None:
    form = open_page("who", context, {}, sent({"who": "child"}))
    assert form.validate() and not form.stale and "csrf_token" not in form
