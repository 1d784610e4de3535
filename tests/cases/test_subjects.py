"""What a requester's mailbox shows of a case at work: its reference, whose turn it is and by when, in their words."""

import pytest

from intake.cases import lifecycle, talking
from intake.cases.case import Stage
from intake.mail.envelope import Letterhead, thread_headers
from tests.builders import a_case

LETTERHEAD = Letterhead("intake@example.org", "Our Service", "desk@example.org")
QUESTION = "Which tablets do you take?"


def last(outbox_letters, kind):
    return outbox_letters(kind)[-1]


@pytest.mark.parametrize(
    ("code", "opened", "records"),
    [("en", "your turn, by 24 Mar", "our turn, by 13 Mar"), ("es", "24 mar", "13 mar"), ("ar", "24", "13")],
)
def test_the_turn_and_its_date_are_those_of_the_case(services, outbox_letters, now, code, opened, records) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, language=code)
        lifecycle.declare_records_complete(tx, services, case.id, now)
    for kind, says in (("case_opened", opened), ("records_in", records)):
        subject = last(outbox_letters, kind).subject
        assert case.reference in subject and says in subject.partition(case.reference)[2]


def test_a_question_says_until_when_and_a_case_that_is_over_says_nothing(services, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.RECORDS_IN)
        talking.ask_requester(tx, services, case.id, QUESTION, talking.ANSWER_DAYS[0], "coordinator:x", now)
        lifecycle.withdraw_case(tx, services, case.id, now)
    asked = last(outbox_letters, "question_asked")
    assert asked.subject.startswith(f"A question waits for you: {case.reference}: your turn, by ")
    assert last(outbox_letters, "case_withdrawn").subject.endswith(case.reference)
    assert QUESTION not in asked.subject + asked.text


def test_letters_of_one_case_keep_one_thread_whatever_their_subjects(services, outbox_letters, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        lifecycle.declare_records_complete(tx, services, case.id, now)
    theirs = [letter for letter in outbox_letters() if letter.letter in ("case_opened", "records_in")]
    assert len({letter.subject for letter in theirs}) == 2
    assert len({tuple(thread_headers(letter, LETTERHEAD).items()) for letter in theirs}) == 1
