"""The stage clock: at every stage and with everything that may wait, one next step that fits the turn."""

from dataclasses import replace
from datetime import datetime

import pytest

from intake.cases import at_desk, lifecycle
from intake.cases.case import TURN_OF, Case, Stage, Turn, due_after
from intake.cases.conversation import Waiting
from intake.cases.next_step import Step, next_step
from tests.builders import WAY, a_case

WHOSE = {
    Step.ANSWER: Turn.PATIENT, Step.SEND: Turn.PATIENT, Step.READ: Turn.PATIENT, Step.REPLY: Turn.COORDINATOR,
    Step.LOOK: Turn.COORDINATOR, Step.OPINION: Turn.SPECIALIST, Step.NONE: Turn.NOBODY,
}  # fmt: skip


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.mark.parametrize("stage", Stage)
def test_the_next_step_is_for_whom_the_turn_says(case, stage: Stage) -> None:
    at_stage = replace(case, stage=stage, turn=TURN_OF[stage][0])
    assert WHOSE[next_step(at_stage, Waiting())] is at_stage.turn
    if at_stage.turn is not Turn.NOBODY:
        assert next_step(at_stage, Waiting(for_them=case.opened_at)) is Step.ANSWER
        assert next_step(at_stage, Waiting(case.opened_at, case.opened_at)) is Step.REPLY
    else:
        assert next_step(at_stage, Waiting(case.opened_at, case.opened_at)) is Step.NONE


@pytest.mark.parametrize("stage", [Stage.OPENED, Stage.REPORTED])
def test_where_contact_was_stopped_nobody_there_is_asked_for_anything(services, case, now, stage: Stage) -> None:
    with services.database.transaction() as tx:
        for step in WAY[stage]:
            lifecycle.move_case(tx, services, case.id, step, "test", now)
        stopped = at_desk.stop_contact(tx, case.id, "coordinator:x", now)
    assert (next_step(stopped, Waiting()), stopped.turn) == (Step.LOOK, Turn.COORDINATOR)
    assert stopped.due_at == due_after(Stage.RECORDS_IN, now)


def test_while_our_checks_run_the_requester_need_do_nothing(case, now) -> None:
    assert next_step(case, Waiting()) is Step.SEND
    assert next_step(replace(case, records_declared_at=now), Waiting()) is Step.CHECK
