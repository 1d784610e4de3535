"""How long cases stay at a stage: written with each move, counted honestly, and silent when there are too few."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from intake.cases import lifecycle, stays, store
from intake.cases.case import TURN_OF, Case, Stage
from intake.cases.stays import ENOUGH, PastTime, median
from tests.builders import a_case

DAY = timedelta(days=1)
needs_database = pytest.mark.usefixtures("database")


def _cases(services, now: datetime, days: list[int | None], *, to: Stage = Stage.RECORDS_IN) -> None:
    """Past cases that were opened long ago and left after so many days; None for those that still wait."""
    began = now - 100 * DAY
    with services.database.transaction() as tx:
        one = a_case(tx, services, began - 300 * DAY)
        row = dict(tx.one_or_none(store.cases.select().where(store.cases.c.id == one.id))._mapping)
        for number, left in enumerate(days):
            case_id = f"past-{number}"
            tx.execute(insert(store.cases), row | {"id": case_id, "reference": case_id, "draft_id": case_id})
            stays.enter(tx, case_id, Stage.OPENED, began)
            if left is not None:
                stays.move_on(tx, case_id, Stage.OPENED, to, began + left * DAY)


@needs_database
def test_each_move_is_written_with_its_day(services, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        lifecycle.move_case(tx, services, case.id, Stage.RECORDS_IN, "test", now + DAY)
        lifecycle.move_case(tx, services, case.id, Stage.WITH_SPECIALIST, "test", now + 3 * DAY)
        reached = stays.reached(tx, case.id)
    assert reached == {
        Stage.OPENED: now, Stage.RECORDS_IN: now + DAY, Stage.WITH_SPECIALIST: now + 3 * DAY,
    }  # fmt: skip


@needs_database
def test_the_median_is_that_of_past_cases(services, now) -> None:
    _cases(services, now, [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 30])
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now) == PastTime(5, 11)
        assert stays.past_time(tx, Stage.RECORDS_IN, now) is None
        assert stays.past_time(tx, Stage.REPORTED, now) is None


@needs_database
def test_too_few_cases_say_nothing(services, now) -> None:
    _cases(services, now, [3] * (ENOUGH - 1))
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now) is None


@needs_database
def test_cases_that_wait_or_ended_otherwise_make_the_past_slower_not_quicker(services, now) -> None:
    _cases(services, now, [2] * 10 + [None] * 9)
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now) == PastTime(2, 10)
    _more_waiting(services, now, 2)
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now) is None, "less than half have gone on"


def _more_waiting(services, now: datetime, count: int) -> None:
    with services.database.transaction() as tx:
        row = dict(tx.one_or_none(store.cases.select().where(store.cases.c.id == "past-0"))._mapping)
        for number in range(count):
            case_id = f"waits-{number}"
            tx.execute(insert(store.cases), row | {"id": case_id, "reference": case_id, "draft_id": case_id})
            stays.enter(tx, case_id, Stage.OPENED, now - 90 * DAY)


@needs_database
def test_declined_cases_count_only_for_as_long_as_they_were_there(services, now) -> None:
    _cases(services, now, [1] * 12, to=Stage.DECLINED)
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now) is None


@needs_database
def test_what_began_lately_or_very_long_ago_does_not_count(services, now) -> None:
    _cases(services, now, [2] * 12)
    aim = TURN_OF[Stage.OPENED][1] or 0
    with services.database.read() as tx:
        assert stays.past_time(tx, Stage.OPENED, now + 260 * DAY) == PastTime(2, 12)
        assert stays.past_time(tx, Stage.OPENED, now + 266 * DAY) is None
        assert stays.past_time(tx, Stage.OPENED, now - 100 * DAY + 2 * aim * DAY - DAY) is None


times = st.lists(st.tuples(st.floats(0.01, 400), st.booleans()), max_size=60)


@given(times)
def test_the_median_is_a_time_at_which_somebody_went_on_and_never_before_half_had(given_times) -> None:
    found = median(given_times)
    went_on = [days for days, went in given_times if went]
    if len(went_on) < ENOUGH:
        assert found is None
    elif found is not None:
        assert found.cases == len(went_on) and found.days >= 1
        gone = sum(1 for days in went_on if days <= found.days)
        still_there = sum(1 for days, _ in given_times if days > found.days)
        assert gone >= 1 and still_there <= len(given_times) - gone
    if went_on and len(went_on) == len(given_times) >= ENOUGH:  # nobody waits: the plain median, rounded up
        plain = sorted(went_on)[(len(went_on) + 1) // 2 - 1]
        assert found is not None and found.days - 1 < plain <= found.days or (found and found.days == 1)


def test_the_figures_of_a_worked_example_of_kaplan_and_meier() -> None:
    """Remission times of 21 patients on 6-MP (Freireich 1963), as every textbook has it: the median is 23 weeks."""
    went = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    found = [(float(week), True) for week in went] + [(float(week), False) for week in censored]
    assert median(found) is None, "nine are too few for us"
    doubled = median(found * 2)
    assert doubled == PastTime(23, 18)


@needs_database
def test_a_case_that_is_sent_twice_is_entered_once(services, now) -> None:
    with services.database.transaction() as tx:
        case: Case = a_case(tx, services, now)
        assert list(stays.reached(tx, case.id)) == [Stage.OPENED]
