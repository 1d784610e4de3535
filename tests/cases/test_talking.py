"""The conversation: the turn and its date go where something waits, letters say nothing of it, all of it is sealed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intake import journal
from intake.cases import at_desk, conversation, lifecycle, retention, silence, store, talking
from intake.cases.case import AFTER_TALK, TURN_OF, Case, Stage, Turn, due_after
from intake.cases.conversation import Message
from intake.errors import ConversationFull, KeyGone, MoveNotAllowed, NotYours, SealBroken
from tests.builders import WAY, a_case

DESK = "coordinator:x"
SECRET = "Does the tumour in the lung still hurt?"
REPLY = "Since the operation my lung feels better."
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now, stage=Stage.RECORDS_IN)


def ask(services, case: Case, now: datetime, text: str = SECRET, days: int = 7) -> Message:
    with services.database.transaction() as tx:
        return talking.ask_requester(tx, services, case.id, text, days, DESK, now)


def answer(services, case: Case, question: Message, now: datetime, text: str = REPLY) -> Message:
    with services.database.transaction() as tx:
        return talking.answer_question(tx, services, case.id, question.id, text, now)


def write(services, case: Case, now: datetime, text: str = REPLY) -> Message:
    with services.database.transaction() as tx:
        return talking.write_to_desk(tx, services, case.id, text, now)


def reply(services, case: Case, now: datetime, text: str = SECRET) -> Message:
    with services.database.transaction() as tx:
        return talking.write_to_requester(tx, services, case.id, text, DESK, now)


def settle(services, case: Case, message: Message, now: datetime) -> None:
    with services.database.transaction() as tx:
        talking.settle_message(tx, services, case.id, message.id, DESK, now)


def stands(services, case: Case) -> Case:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id)


def talk(services, case: Case) -> list[Message]:
    with services.database.read() as tx:
        return conversation.messages_of(tx, services.keys, case)


def turn(services, case: Case) -> tuple[Turn, datetime | None]:
    found = stands(services, case)
    return found.turn, found.due_at


def test_a_question_gives_the_turn_to_the_patient_and_the_answer_gives_it_back(services, case, now) -> None:
    assert turn(services, case) == (Turn.COORDINATOR, now + 3 * DAY)
    question = ask(services, case, now)
    assert turn(services, case) == (Turn.PATIENT, now + 7 * DAY)
    later = now + 5 * DAY
    answered = answer(services, case, question, later)
    assert turn(services, case) == (Turn.COORDINATOR, later + AFTER_TALK)
    assert [(each.number, each.text) for each in talk(services, case)] == [(1, SECRET), (2, REPLY)]
    assert answered.answers == question.id and not talk(services, case)[0].waits


def test_the_date_of_a_stage_is_not_stretched_by_talk(services, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.WITH_SPECIALIST)
    due = due_after(Stage.WITH_SPECIALIST, now)
    answer(services, case, ask(services, case, now), now + DAY)
    assert turn(services, case) == (Turn.SPECIALIST, due)
    write(services, case, now + 2 * DAY)
    assert turn(services, case) == (Turn.COORDINATOR, now + 5 * DAY)
    reply(services, case, now + 4 * DAY)
    assert turn(services, case) == (Turn.SPECIALIST, due)
    answer(services, case, ask(services, case, now + 9 * DAY), now + 12 * DAY)
    assert turn(services, case) == (Turn.SPECIALIST, now + 12 * DAY + AFTER_TALK)


def test_of_several_questions_the_soonest_date_counts_and_each_waits_for_itself(services, case, now) -> None:
    slow, quick = ask(services, case, now, days=14), ask(services, case, now, days=3)
    assert turn(services, case) == (Turn.PATIENT, now + 3 * DAY)
    answer(services, case, quick, now + DAY)
    assert turn(services, case) == (Turn.PATIENT, now + 14 * DAY)
    settle(services, case, slow, now + DAY)
    assert turn(services, case)[0] is Turn.COORDINATOR


def test_what_the_requester_writes_makes_it_our_turn_even_while_a_question_waits(services, case, now) -> None:
    question = ask(services, case, now)
    asked_back = write(services, case, now + DAY, "Which date do you mean?")
    assert turn(services, case) == (Turn.COORDINATOR, now + DAY + talking.OUR_ANSWER_DAYS * DAY)
    reply(services, case, now + 2 * DAY, "That of the last letter.")
    assert turn(services, case) == (Turn.PATIENT, question.due_at)
    assert not next(each for each in talk(services, case) if each.id == asked_back.id).waits


def test_a_message_that_needs_no_answer_is_settled_by_hand(services, case, now) -> None:
    thanks = write(services, case, now, "Thank you")
    settle(services, case, thanks, now + DAY)
    assert turn(services, case) == (Turn.COORDINATOR, now + DAY + AFTER_TALK)
    with pytest.raises(MoveNotAllowed):
        settle(services, case, thanks, now + DAY)


@pytest.mark.parametrize("stage", WAY)
def test_both_sides_can_write_at_every_stage_until_the_work_has_ended(services, now, stage: Stage) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=stage)
    if TURN_OF[stage][0] is Turn.NOBODY:
        before = turn(services, case)
        for attempt in (ask, write, reply):
            with pytest.raises(MoveNotAllowed):
                attempt(services, case, now)
        assert (turn(services, case), talk(services, case)) == (before, [])
    else:
        answer(services, case, ask(services, case, now), now)
        write(services, case, now)
        assert turn(services, case)[0] is Turn.COORDINATOR


@pytest.mark.parametrize("end", [Stage.WITHDRAWN, Stage.DECLINED])
def test_when_the_case_ends_nothing_waits_any_more(services, case, now, end: Stage) -> None:
    question = ask(services, case, now)
    write(services, case, now)
    with services.database.transaction() as tx:
        if end is Stage.DECLINED:
            lifecycle.decline_case(tx, services, case.id, "other", "Ask your hospital.", DESK, now)
        else:
            lifecycle.withdraw_case(tx, services, case.id, now)
    assert turn(services, case) == (Turn.NOBODY, None)
    assert not any(each.waits for each in talk(services, case))
    with pytest.raises(MoveNotAllowed):
        answer(services, case, question, now)


def test_a_question_outlives_a_change_of_stage(services, case, now) -> None:
    question = ask(services, case, now)
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, case.id, Stage.WITH_SPECIALIST, DESK, now + DAY)
    assert turn(services, case) == (Turn.PATIENT, question.due_at)
    answer(services, case, question, now + 2 * DAY)
    assert turn(services, case) == (Turn.SPECIALIST, due_after(Stage.WITH_SPECIALIST, now + DAY))


def test_of_two_answers_at_once_one_is_kept_and_the_other_is_told(services, case, now) -> None:
    question = ask(services, case, now)

    def attempt(text: str) -> str:
        try:
            return answer(services, case, question, now, text).text
        except MoveNotAllowed:
            return ""

    with ThreadPoolExecutor(4) as pool:
        kept = sorted(pool.map(attempt, ["one", "two", "three", "four"]))
    assert kept[:3] == ["", "", ""] and [each.text for each in talk(services, case)] == [SECRET, kept[3]]


def test_many_who_write_at_once_get_numbers_of_their_own(services, case, now) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(services, case, now, f"message {number}"), range(24)))
    assert [each.number for each in talk(services, case)] == list(range(1, 25))
    assert len({each.text for each in talk(services, case)}) == 24


def test_a_message_of_another_case_is_not_there(services, case, now) -> None:
    question = ask(services, case, now)
    with services.database.transaction() as tx:
        other = a_case(tx, services, now, stage=Stage.RECORDS_IN)
    for attempt in (lambda: answer(services, other, question, now), lambda: settle(services, other, question, now)):
        with pytest.raises(NotYours):
            attempt()
    assert talk(services, case)[0].waits and talk(services, other) == []


def test_the_requester_cannot_answer_themselves(services, case, now) -> None:
    own = write(services, case, now)
    with pytest.raises(MoveNotAllowed):
        answer(services, case, own, now)


def test_letters_say_that_something_waits_and_by_when_and_never_what(services, case, now, outbox_letters) -> None:
    question = ask(services, case, now)
    reply(services, case, now)
    answer(services, case, question, now)
    write(services, case, now)
    write(services, case, now)
    (asked,), (told,) = outbox_letters("question_asked"), outbox_letters("message_waits")
    (answered,), (written,) = outbox_letters("desk_answer"), outbox_letters("desk_message")
    assert "17 March 2026" in asked.text and {asked.to, told.to} == {"demonstration@example.org"}
    for letter in (asked, told, answered, written):
        assert case.reference in letter.subject and case.reference in letter.text
        for word in ("tumour", "lung", "hurt", "operation", "better"):
            assert word not in letter.subject + letter.text + letter.html


def test_the_desk_gets_one_letter_for_several_messages_until_they_are_answered(
    services, case, now, outbox_letters
) -> None:
    for _ in range(3):
        write(services, case, now)
    assert len(outbox_letters("desk_message")) == 1
    reply(services, case, now)
    write(services, case, now)
    assert len(outbox_letters("desk_message")) == 2


def test_a_held_request_can_write_but_nobody_at_the_desk_is_bothered_or_writes(
    services, case, now, outbox_letters
) -> None:
    with services.database.transaction() as tx:
        store.change(tx, case.id, held_as_suspect=True)
    write(services, case, now)
    assert outbox_letters("desk_message") == []
    for attempt in (ask, reply):
        with pytest.raises(MoveNotAllowed):
            attempt(services, case, now)


def test_a_program_that_writes_without_end_is_stopped_kindly(services, case, now, monkeypatch) -> None:
    monkeypatch.setattr(talking, "MOST_OF_REQUESTER", 3)
    for _ in range(3):
        write(services, case, now)
    with pytest.raises(ConversationFull):
        write(services, case, now)
    assert len(talk(services, case)) == 3


def test_nothing_that_was_written_can_be_read_in_the_database_the_journal_or_a_trace(services, case, now) -> None:
    question = ask(services, case, now)
    answer(services, case, question, now)
    with services.database.read() as tx:
        kept = b"".join(row.text for row in tx.all(select(conversation.messages)))
        told = repr(journal.lines(tx, case.id)) + repr(talk(services, case))
        assert journal.first_broken(tx) is None
    for word in ("tumour", "lung", "operation"):
        assert word.encode() not in kept and word not in told
    events = [line.event for line in _lines(services, case)]
    assert events.index("question.asked") < events.index("question.answered")


def _lines(services, case: Case):
    with services.database.read() as tx:
        return journal.lines(tx, case.id)


def test_a_message_cannot_be_moved_to_another_row(services, case, now) -> None:
    one, two = write(services, case, now, "one"), write(services, case, now, "two")
    table = conversation.messages
    with services.database.transaction() as tx:
        text = tx.scalar(select(table.c.text).where(table.c.id == one.id))
        tx.execute(table.update().where(table.c.id == two.id).values(text=text))
    with pytest.raises(SealBroken):
        talk(services, case)


def test_the_conversation_goes_with_its_case(services, case, now) -> None:
    ask(services, case, now)
    retention.purge(services.database, services.keys, services.vault, stands(services, case).purge_at)
    with services.database.read() as tx:
        assert tx.all(select(conversation.messages)) == []
    with pytest.raises(KeyGone):
        services.keys.get(case.key_owner)


def test_whoever_writes_to_us_is_not_silent(services, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    later = now + 22 * DAY
    write(services, case, now + 10 * DAY)
    with services.database.read() as tx:
        assert silence.last_sign(tx, case) == now + 10 * DAY
        assert silence.silent_since(tx, [case], later) == {}
        assert silence.silent_since(tx, [case], now + 31 * DAY) == {case.id: now + 10 * DAY}


def test_what_the_other_side_opened_is_read_from_then_on(services, case, now) -> None:
    ask(services, case, now)
    write(services, case, now)
    with services.database.transaction() as tx:
        assert conversation.unread_by_requester(tx, case.id) == 1
        assert conversation.mark_read(tx, case.id, by_requester=True, now=now + DAY) == 1
        assert conversation.mark_read(tx, case.id, by_requester=True, now=now + 2 * DAY) == 0
        assert conversation.unread_by_requester(tx, case.id) == 0
    assert [each.read_at for each in talk(services, case)] == [now + DAY, None]


KINDS = st.sampled_from(["ask", "answer", "write", "reply", "settle"])
ACTS = st.lists(st.tuples(KINDS, st.integers(0, 5)), max_size=8)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, stage=st.sampled_from([stage for stage in WAY if TURN_OF[stage][0] is not Turn.NOBODY]))
def test_whatever_is_said_in_whatever_order_somebody_has_the_turn_and_a_date(services, now, acts, stage) -> None:
    """A case at work always has a turn and a date; the turn is the patient's or ours exactly while something waits."""
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=stage)
    moment = now
    for act, which in acts:
        moment += timedelta(hours=7)
        there = talk(services, case)
        aimed = there[which % len(there)] if there else None
        before = turn(services, case)
        try:
            do(services, case, act, aimed, moment)
        except MoveNotAllowed:
            assert (turn(services, case), talk(services, case)) == (before, there)
        holds(services, case, stage)


def do(services, case: Case, act: str, aimed: Message | None, moment: datetime) -> None:
    """One act; one that needs a message to aim at does nothing without."""
    if act in ("answer", "settle"):
        if aimed is not None:
            {"answer": answer, "settle": settle}[act](services, case, aimed, moment)
    else:
        {"ask": ask, "write": write, "reply": reply}[act](services, case, moment)


def holds(services, case: Case, stage: Stage) -> None:
    """The rule of the turn, said once more in other words."""
    found, there = stands(services, case), talk(services, case)
    for_us = [each.due_at for each in there if each.waits and not each.ours]
    for_them = [each.due_at for each in there if each.waits and each.ours]
    assert found.due_at is not None and found.stage is stage
    if for_us:
        assert (found.turn, found.due_at) == (Turn.COORDINATOR, min(for_us))
    elif for_them:
        assert (found.turn, found.due_at) == (Turn.PATIENT, min(for_them))
    else:
        assert found.turn is TURN_OF[stage][0]


def test_once_contact_is_stopped_the_desk_asks_nothing_and_hears_what_is_written(services, case, now) -> None:
    question = ask(services, case, now)
    with services.database.transaction() as tx:
        stopped = at_desk.stop_contact(tx, case.id, DESK, now)
    assert talking.may_talk(stopped) and not talking.may_write(stopped)
    assert (stopped.turn, stopped.due_at) == (Turn.COORDINATOR, due_after(Stage.RECORDS_IN, now))
    for verb in (ask, reply):
        with pytest.raises(MoveNotAllowed):
            verb(services, case, now)
    with pytest.raises(MoveNotAllowed):
        answer(services, case, question, now)
    message = write(services, case, now + DAY)
    assert (stands(services, case).turn, stands(services, case).due_at) == (Turn.COORDINATOR, message.due_at)
    settle(services, case, message, now + DAY)
    assert stands(services, case).turn is Turn.COORDINATOR and stands(services, case).due_at is not None
    with services.database.transaction() as tx:
        assert talking.may_write(at_desk.resume_contact(tx, case.id, DESK, now + DAY))
    ask(services, case, now + DAY)
    assert stands(services, case).turn is Turn.PATIENT
