"""A question that waits: the requester is reminded a day before its date, and the desk is told when it is past."""

import pytest
from sqlalchemy import select

from intake import queue
from intake.cases import store, talking
from intake.cases.case import Case, Stage, Turn
from intake.cases.conversation import Message
from intake.jobs.worker import Worker
from tests.builders import a_case

DESK = "coordinator:x"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now, stage=Stage.RECORDS_IN)


@pytest.fixture
def question(services, case, now) -> Message:
    with services.database.transaction() as tx:
        return talking.ask_requester(tx, services, case.id, "Which day?", 7, DESK, now)


def _days_pass(services, still_clock, days: int) -> None:
    for _ in range(days):
        still_clock.advance(days=1)
        for _ in range(2):
            Worker(services).run_until_idle()


def test_one_reminder_the_day_before_and_one_letter_to_the_desk_when_it_is_late(
    services, case, question, still_clock, outbox_letters
) -> None:
    _days_pass(services, still_clock, 5)
    assert outbox_letters("question_reminder") == outbox_letters("desk_no_answer") == []
    _days_pass(services, still_clock, 1)
    (reminder,) = outbox_letters("question_reminder")
    assert "17 March 2026" in reminder.text and "Which day" not in reminder.text
    _days_pass(services, still_clock, 10)
    assert len(outbox_letters("question_reminder")) == len(outbox_letters("desk_no_answer")) == 1
    with services.database.read() as tx:
        late = store.case_by_id(tx, case.id)
    assert late.turn is Turn.PATIENT and late.is_late(still_clock.now())


@pytest.mark.parametrize("how", ["answered", "taken back", "withdrawn"])
def test_nobody_is_reminded_of_what_waits_no_more(services, case, question, still_clock, outbox_letters, how) -> None:
    with services.database.transaction() as tx:
        if how == "answered":
            talking.answer_question(tx, services, case.id, question.id, "That day.", still_clock.now())
        elif how == "taken back":
            talking.settle_message(tx, services, case.id, question.id, DESK, still_clock.now())
        else:
            talking.lifecycle.withdraw_case(tx, services, case.id, still_clock.now())
    _days_pass(services, still_clock, 10)
    assert outbox_letters("question_reminder") == outbox_letters("desk_no_answer") == []


def test_a_case_whose_key_is_gone_stops_no_worker(services, case, question, still_clock) -> None:
    services.keys.destroy(case.key_owner)
    _days_pass(services, still_clock, 8)
    with services.database.read() as tx:
        mine = queue.jobs.c.kind == talking.REMIND_QUESTION
        assert tx.all(select(queue.jobs.c.id).where(mine)) == []
