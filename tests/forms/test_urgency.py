"""What puts a case first: a plan within fourteen days, or a patient in hospital. The mark says that and no more."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.forms.context import FormContext
from intake.forms.urgency import is_urgent, marks
from tests.forms.conftest import TODAY


def timing(plan_date: str | None = None, *, planned: str = "yes", in_hospital: str = "no") -> dict[str, Any]:
    """Answers with nothing but what is planned."""
    return {"timing": {"planned": planned, "plan_date": plan_date, "in_hospital": in_hospital}}


@pytest.mark.parametrize(
    ("days", "urgent"), [(0, True), (1, True), (14, True), (15, False), (90, False), (-1, False)]
)
def test_a_day_within_fourteen_days_counts(days: int, urgent: bool) -> None:
    assert is_urgent(timing((TODAY + timedelta(days=days)).isoformat()), TODAY) is urgent


@pytest.mark.parametrize(
    ("plan_date", "urgent"),
    [("2026-11", True), ("2026-12", True), ("2027-01", False), ("2026-10", False), ("2026", False), ("2027", False)],
)
def test_a_month_counts_when_it_may_begin_within_these_days_and_a_year_does_not(plan_date: str, urgent: bool) -> None:
    assert is_urgent(timing(plan_date), TODAY) is urgent


def test_a_year_counts_only_when_it_ends_within_these_days() -> None:
    assert is_urgent(timing("2026"), TODAY.replace(month=12, day=20))


def test_a_date_of_a_plan_that_was_taken_back_does_not_count() -> None:
    assert not is_urgent(timing(TODAY.isoformat(), planned="no"), TODAY)


def test_somebody_in_hospital_counts_without_any_date() -> None:
    assert is_urgent(timing(planned="unknown", in_hospital="yes"), TODAY)


@pytest.mark.parametrize("answers", [{}, {"timing": {}}, timing("nonsense"), timing("2026-02-31"), timing("")])
def test_answers_that_say_nothing_make_no_case_urgent(answers: dict[str, Any], context: FormContext) -> None:
    assert not is_urgent(answers, TODAY)
    assert marks(answers, context) == ()


def test_the_mark_says_what_was_answered_and_nothing_more(context: FormContext) -> None:
    assert marks(timing("2026-12-03"), context) == ("Treatment planned for 3 December 2026",)
    assert marks(timing(planned="no", in_hospital="yes"), context) == ("In hospital",)
    both = timing("2026-12", in_hospital="yes")
    assert marks(both, context) == ("Treatment planned for December 2026", "In hospital")


def test_the_mark_is_read_on_the_day_it_is_looked_at(context: FormContext) -> None:
    answers = timing("2026-12-20")
    assert marks(answers, context) == ()
    assert marks(answers, replace(context, today=TODAY + timedelta(days=20))) != ()
    assert marks(answers, replace(context, today=TODAY + timedelta(days=60))) == ()
