"""The verbs of the conversation: ask, answer, write, take back, say that nothing needs an answer any more.

Each is one step of one transaction: the message, the turn, the letters and the journal line. Letters say that something
waits, never what.
"""

from datetime import datetime, timedelta

from intake import journal, queue
from intake.cases import conversation, letters, lifecycle, store
from intake.cases.case import TURN_OF, Case, Turn
from intake.cases.conversation import Message, Voice
from intake.cases.house import House
from intake.db import Tx
from intake.errors import ConversationFull, MoveNotAllowed
from intake.journal import Event

REQUESTER = "requester"
# How long somebody may take to answer us, as a coordinator chooses it, and which is chosen beforehand.
ANSWER_DAYS = (3, 7, 14)
USUAL_DAYS = 7
# How soon we mean to answer what a requester writes. Our own aim, shown as such.
OUR_ANSWER_DAYS = 3
LONGEST = 4000
# Nobody comes near these by talking; a program would.
MOST_OF_REQUESTER = 200
MOST_OF_DESK = 400
REMIND_QUESTION = "remind_question"
REMIND_BEFORE = timedelta(days=1)


def may_talk(case: Case) -> bool:
    """Whether either side may still write: until the work on the case has ended."""
    return TURN_OF[case.stage][0] is not Turn.NOBODY


def may_write(case: Case) -> bool:
    """Whether a coordinator may write to the requester: not while a case is held, nor once contact was stopped."""
    return may_talk(case) and not case.held_as_suspect and case.contact_stopped_at is None


def ask_requester(tx: Tx, house: House, case_id: str, text: str, days: int, actor: str, now: datetime) -> Message:
    """A coordinator asks, with so many days to answer (one of ANSWER_DAYS): the turn goes to the patient's side.

    What the requester wrote before counts as answered by it. Raises MoveNotAllowed for a case that is over or held, or
    whose contact was stopped; ConversationFull.
    """
    if days not in ANSWER_DAYS:
        raise ValueError(days)
    case = _open_case(tx, case_id, at_desk=True)
    due = now + timedelta(days=days)
    message = _from_desk(tx, house, case, text, actor, now, due_at=due)
    journal.write(tx, Event.QUESTION_ASKED, now, actor=actor, subject=case_id, number=message.number)
    _plan(tx, message, now)
    letters.tell_question(tx, house, lifecycle.settle_turn(tx, case_id, now), message.id, due, now)
    return message


def write_to_requester(tx: Tx, house: House, case_id: str, text: str, actor: str, now: datetime) -> Message:
    """A coordinator writes what needs no answer; it answers what the requester wrote before. Raises as asking does."""
    case = _open_case(tx, case_id, at_desk=True)
    message = _from_desk(tx, house, case, text, actor, now)
    journal.write(tx, Event.MESSAGE_WRITTEN, now, actor=actor, subject=case_id, number=message.number)
    letters.tell_message(tx, house, lifecycle.settle_turn(tx, case_id, now), message.id, now)
    return message


def settle_message(tx: Tx, house: House, case_id: str, message_id: str, actor: str, now: datetime) -> Message:
    """A coordinator takes a question back, or says that a message needs no answer; the turn goes on from there.

    Raises NotYours, or MoveNotAllowed for what does not wait any more.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    message = conversation.message_of(tx, house.keys, case, message_id)
    if not conversation.settle(tx, message_id, now):
        raise MoveNotAllowed
    event = Event.QUESTION_TAKEN_BACK if message.ours else Event.MESSAGE_SETTLED
    journal.write(tx, event, now, actor=actor, subject=case_id, number=message.number)
    lifecycle.settle_turn(tx, case_id, now)
    return message


def answer_question(tx: Tx, house: House, case_id: str, question_id: str, text: str, now: datetime) -> Message:
    """The requester answers a question of ours. Raises NotYours, MoveNotAllowed for one that waits no more."""
    case = _open_case(tx, case_id)
    question = conversation.message_of(tx, house.keys, case, question_id)
    if not question.ours or not conversation.settle(tx, question_id, now):
        raise MoveNotAllowed
    _need_room(tx, case, Voice.REQUESTER, MOST_OF_REQUESTER)
    answer = conversation.add(tx, house.keys, case, Voice.REQUESTER, REQUESTER, text, now, answers=question_id)
    journal.write(tx, Event.QUESTION_ANSWERED, now, actor=REQUESTER, subject=case_id, number=answer.number)
    letters.tell_desk_answer(tx, house, lifecycle.settle_turn(tx, case_id, now), now)
    return answer


def write_to_desk(tx: Tx, house: House, case_id: str, text: str, now: datetime) -> Message:
    """The requester writes by themselves: it is our turn to answer. The desk gets a letter for the first that waits.

    Raises MoveNotAllowed once the case is over, ConversationFull.
    """
    case = _open_case(tx, case_id)
    _need_room(tx, case, Voice.REQUESTER, MOST_OF_REQUESTER)
    first = conversation.waiting(tx, case_id).for_us is None
    due = now + timedelta(days=OUR_ANSWER_DAYS)
    message = conversation.add(tx, house.keys, case, Voice.REQUESTER, REQUESTER, text, now, due_at=due)
    journal.write(tx, Event.MESSAGE_WRITTEN, now, actor=REQUESTER, subject=case_id, number=message.number)
    case = lifecycle.settle_turn(tx, case_id, now)
    if first:
        letters.tell_desk_message(tx, house, case, now)
    return message


def remind(tx: Tx, house: House, case: Case, message: Message, now: datetime) -> None:
    """A question that still waits: a day before its date the requester is reminded, after it the desk is told; each
    once. What does not wait any more is left alone.
    """
    if not message.waits or message.due_at is None or not may_talk(case):
        return
    if now >= message.due_at:
        letters.tell_desk_no_answer(tx, house, case, message.id, now)
        return
    if now >= message.due_at - REMIND_BEFORE:
        letters.remind_of_question(tx, house, case, message.id, message.due_at, now)
    _plan(tx, message, now)


def _plan(tx: Tx, message: Message, now: datetime) -> None:
    """Put in the job that looks at the question next: a day before its date, then when it is past."""
    due = message.due_at
    if due is not None:
        moment = due - REMIND_BEFORE if now < due - REMIND_BEFORE else due
        this_one = f"{REMIND_QUESTION}:{message.id}:{moment:%Y%m%d%H%M%S}"
        queue.put(tx, REMIND_QUESTION, message.id, moment, now, dedupe=this_one)


def _from_desk(
    tx: Tx, house: House, case: Case, text: str, actor: str, now: datetime, *, due_at: datetime | None = None
) -> Message:
    _need_room(tx, case, Voice.COORDINATOR, MOST_OF_DESK)
    conversation.settle_all(tx, case.id, now, Voice.REQUESTER)
    return conversation.add(tx, house.keys, case, Voice.COORDINATOR, actor, text, now, due_at=due_at)


def _open_case(tx: Tx, case_id: str, *, at_desk: bool = False) -> Case:
    case = store.case_by_id(tx, case_id, to_change=True)
    if not may_talk(case) or (at_desk and not may_write(case)):
        raise MoveNotAllowed
    return case


def _need_room(tx: Tx, case: Case, voice: Voice, most: int) -> None:
    if conversation.count(tx, case.id, voice) >= most:
        raise ConversationFull
