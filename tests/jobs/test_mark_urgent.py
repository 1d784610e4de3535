"""The mark of an open case follows the days: it comes when a date comes near, and goes when the date has passed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from intake.cases import lifecycle, store, worklist
from intake.cases.case import Stage
from intake.cases.worklist import Wanted
from intake.jobs.mark_urgent import mark_urgent
from intake.jobs.sweep import sweep
from intake.queue import Job
from tests.builders import a_draft, a_request, filled_answers

pytestmark = pytest.mark.usefixtures("database")


def a_case_planned_for(services: Any, now: datetime, day: datetime | None, in_hospital: str = "no") -> Any:
    """A case whose requester named this day, or none."""
    typed = [("in_hospital", in_hospital), ("planned", "yes" if day else "no"), ("plan", "An operation")]
    if day:
        typed += [(f"plan_date-{part}", str(getattr(day, part))) for part in ("day", "month", "year")]
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=filled_answers(services, timing=typed))
        return lifecycle.confirm_draft(tx, services, draft, a_request(services, draft), now)


def marked(services: Any, case: Any) -> bool:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).urgent


def test_a_case_is_marked_when_it_is_opened(services, now) -> None:
    assert marked(services, a_case_planned_for(services, now, now + timedelta(days=14)))
    assert marked(services, a_case_planned_for(services, now, None, in_hospital="yes"))
    assert not marked(services, a_case_planned_for(services, now, now + timedelta(days=15)))
    assert not marked(services, a_case_planned_for(services, now, None))


def test_the_mark_comes_when_the_date_comes_near_and_goes_when_it_has_passed(services, still_clock) -> None:
    now = still_clock.advance(to=still_clock.now().replace(minute=0))
    case = a_case_planned_for(services, now, now + timedelta(days=30))
    seen = []
    for _ in range(35):
        mark_urgent(services)
        seen.append(marked(services, case))
        still_clock.advance(days=1)
    assert seen == [False] * 16 + [True] * 15 + [False] * 4


def test_it_looks_once_an_hour_and_the_sweep_does_it(services, still_clock) -> None:
    now = still_clock.advance(to=still_clock.now().replace(minute=0))
    case = a_case_planned_for(services, now, now + timedelta(days=20))
    still_clock.advance(days=10, minutes=1)
    sweep(services, Job("id", "sweep", "sweep", 1, "test"))
    assert not marked(services, case)
    still_clock.advance(minutes=59)
    sweep(services, Job("id", "sweep", "sweep", 1, "test"))
    assert marked(services, case)


def test_a_case_that_cannot_be_read_any_more_stops_no_other(services, still_clock) -> None:
    now = still_clock.advance(to=still_clock.now().replace(minute=0))
    lost, case = (a_case_planned_for(services, now, now + timedelta(days=20)) for _ in range(2))
    services.keys.destroy(lost.key_owner)
    still_clock.advance(days=10)
    mark_urgent(services)
    assert marked(services, case) and not marked(services, lost)


def test_urgent_cases_come_first_while_they_are_at_work(services, now) -> None:
    later = a_case_planned_for(services, now, None)
    urgent = a_case_planned_for(services, now + timedelta(hours=1), None, in_hospital="yes")
    over = a_case_planned_for(services, now, None, in_hospital="yes")
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, over.id, Stage.WITHDRAWN, "test", now)
    with services.database.read() as tx:
        found = worklist.read_page(tx, Wanted(), now).cases
    assert [case.id for case in found] == [urgent.id, later.id, over.id]
