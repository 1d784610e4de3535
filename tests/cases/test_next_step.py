"""The stage clock: at every stage and with everything that may wait, one next step that fits the turn."""

from dataclasses import replace
from datetime import datetime

import pytest

from intake.cases.case import TURN_OF, Case, Stage, Turn
from intake.cases.conversation import Waiting
from intake.cases.next_step import Step, next_step
from tests.builders import a_case

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


def test_while_our_checks_run_the_requester_need_do_nothing(case, now) -> None:
    assert next_step(case, Waiting()) is Step.SEND
    assert next_step(replace(case, records_declared_at=now), Waiting()) is Step.CHECK
