"""The conversation on the pages of both sides: asked at the desk, answered by the requester, read by whom and when."""

from datetime import datetime, timedelta

import pytest

from intake.cases import conversation, lifecycle, talking
from intake.cases.case import Case, Stage
from intake.cases.conversation import Message
from tests.builders import a_case
from tests.visitor import forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import let_in_with_address
from tests.web.sending import let_in_to_look, let_in_to_send

HOME = "/case/messages"
SECRET = "When was the <b>operation</b>?\nAnd where?"
both = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now, stage=Stage.RECORDS_IN)


@pytest.fixture
def owner(client, services, case, now):
    let_in_with_address(client, services, case, now)
    return client


@pytest.fixture
def desk(new_client, services):
    visitor = new_client()
    a_signed_in_coordinator(services, visitor)
    return visitor


def _talk(services, case: Case) -> list[Message]:
    with services.database.read() as tx:
        return conversation.messages_of(tx, services.keys, case)


def _asked(desk, case: Case, text: str = SECRET, wants: str = "7"):
    at = f"/desk/cases/{case.id}/messages/new"
    return desk.answer(desk.get(at), form="/new", text=text, wants=wants)


def _end(services, case: Case, now: datetime) -> None:
    with services.database.transaction() as tx:
        lifecycle.withdraw_case(tx, services, case.id, now)


@both
def test_a_question_goes_there_and_its_answer_comes_back(owner, desk, services, case, still_clock) -> None:
    at = f"/desk/cases/{case.id}"
    assert _asked(desk, case).location == f"{at}?said=asked_them"
    (question,) = _talk(services, case)
    listed = desk.get(f"{at}?said=asked_them").text
    assert "It is the patient’s turn now." in listed and "not read yet" in listed
    assert "Waits for an answer until 17 March 2026" in listed and "Due: <strong>17 March 2026" in listed
    assert "It is your turn: please answer our question." in owner.get("/case/").text
    shown = owner.get(HOME).text
    assert "When was the &lt;b&gt;operation&lt;/b&gt;?" in shown and "Ines Probefall" in shown
    assert "Please answer by 17 March 2026" in shown
    assert "read on 10 March 2026" in desk.get(at).text
    still_clock.advance(minutes=10)
    page = owner.get(f"{HOME}/{question.id}/answer")
    answered = owner.answer(page, form="/answer", text="في شهر مارس")
    assert answered.location == f"{HOME}#message-2"
    page = owner.get(HOME).text
    assert "Answer to message 1" in page and "Answered" in page and f"{question.id}/answer" not in page
    listed = desk.get(at).text
    assert "في شهر مارس" in listed and "Turn: <strong>Coordinator" in " ".join(listed.split())
    assert "read on" in owner.get(HOME).text


@both
def test_the_requester_writes_and_the_desk_answers_or_says_that_no_answer_is_needed(
    owner, desk, services, case
) -> None:
    sent = owner.answer(owner.get(HOME), form=HOME, text="May I send one more letter?")
    assert sent.location == f"{HOME}#message-1"
    assert "We answer by 13 March 2026" in owner.get(HOME).text
    at = f"/desk/cases/{case.id}"
    assert "May I send one more letter?" in desk.get(f"{at}/messages/new").text
    assert _asked(desk, case, "Yes, please do.", "none").location == f"{at}?said=wrote_them"
    page = owner.get(HOME).text
    assert "Yes, please do." in page and "Seen by us" in page
    assert "Please answer by" not in page
    owner.answer(owner.get(HOME), form=HOME, text="Thank you")
    assert desk.answer(desk.get(at), form="/settle").location == f"{at}?said=settled"
    assert not any(each.waits for each in _talk(services, case))


def test_a_question_can_be_taken_back(owner, desk, services, case) -> None:
    _asked(desk, case)
    at = f"/desk/cases/{case.id}"
    (question,) = _talk(services, case)
    page = owner.get(f"{HOME}/{question.id}/answer")
    assert desk.answer(desk.get(at), form="/settle").location == f"{at}?said=settled"
    late = owner.answer(page, form="/answer", text="long words of mine")
    assert late.status_code == 409 and "long words of mine" in late.text
    assert owner.get(f"{HOME}/{question.id}/answer").location == f"{HOME}#message-1"
    assert "No answer is needed any more" in owner.get(HOME).text


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "Write your answer"), ("x" * 4001, "Use 4000 characters or fewer")]
)
def test_an_answer_that_is_missing_or_too_long_is_said_kindly_and_kept(
    owner, desk, services, case, text, sentence
) -> None:
    _asked(desk, case)
    (question,) = _talk(services, case)
    page = owner.get(f"{HOME}/{question.id}/answer")
    told = owner.answer(page, form="/answer", text=text)
    assert told.status_code == 422 and sentence in told.text and text in told.text
    assert len(_talk(services, case)) == 1


def test_at_the_desk_nothing_empty_and_no_other_date_is_sent(desk, services, case) -> None:
    assert "Write your question or your message" in _asked(desk, case, "").text
    for wants in ("30", "", "-1"):
        assert _asked(desk, case, "words to keep", wants).status_code == 422
    assert _talk(services, case) == []


def test_without_the_address_typed_nothing_of_it_is_shown_but_that_it_waits(
    new_client, desk, services, case, now
) -> None:
    _asked(desk, case)
    (question,) = _talk(services, case)
    looker, sender = new_client(), new_client()
    let_in_to_look(looker, services, case, now)
    page = looker.get("/case/").text
    assert "It is your turn: please answer our question." in page and "operation" not in page
    for address in (HOME, f"{HOME}/{question.id}/answer"):
        assert looker.get(address).location == "/case/#email"
        assert looker.post(address, data={"text": "x"}).location == "/case/#email"
    let_in_to_send(sender, services, case, now)
    assert sender.get(HOME).status_code == 401
    assert [each.read_at for each in _talk(services, case)] == [None]


@both
def test_another_case_s_question_is_answered_by_nobody_else(owner, desk, services, now) -> None:
    with services.database.transaction() as tx:
        other = a_case(tx, services, now, stage=Stage.RECORDS_IN)
        asked = talking.ask_requester(tx, services, other.id, "secret words", 7, "coordinator:x", now)
    theirs = owner.get(f"{HOME}/{asked.id}/answer")
    nobodys = owner.get(f"{HOME}/{'0' * 32}/answer")
    assert theirs.status_code == nobodys.status_code == 404 and theirs.data == nobodys.data
    own = owner.get(HOME)
    token = next(form for form in forms(own) if form.action.startswith(HOME)).fields["csrf_token"]
    posted = owner.post(f"{HOME}/{asked.id}/answer", data={"text": "x", "csrf_token": token})
    assert posted.status_code in (404, 422) and "secret words" not in posted.text
    assert len(_talk(services, other)) == 1


def test_presses_that_are_not_signed_change_nothing(owner, desk, new_client, services, case) -> None:
    _asked(desk, case)
    (question,) = _talk(services, case)
    at = f"/desk/cases/{case.id}/messages"
    assert owner.post(HOME, data={"text": "x"}).status_code == 422
    assert owner.post(f"{HOME}/{question.id}/answer", data={"text": "x"}).status_code == 422
    assert desk.post(f"{at}/new", data={"text": "x", "wants": "7"}).status_code == 422
    assert desk.post(f"{at}/{question.id}/settle").status_code == 403
    for address in (f"{at}/new", f"{at}/{question.id}/settle"):
        assert new_client().post(address, data={"text": "x"}).status_code in (303, 403)
    assert [each.waits for each in _talk(services, case)] == [True]


def test_when_the_case_is_over_what_was_written_can_still_be_read(owner, desk, services, case, now) -> None:
    _asked(desk, case)
    page, at = owner.get(HOME), f"/desk/cases/{case.id}/messages/new"
    asking = desk.get(at)
    _end(services, case, now)
    refused = owner.answer(page, form=HOME, text="words to keep")
    assert refused.status_code == 409
    refused = desk.answer(asking, form="/new", text="words to keep", wants="7")
    assert refused.status_code == 409 and "words to keep" in refused.text
    shown = owner.get(HOME).text
    assert "operation" in shown and "Our work on this request has ended" in shown
    assert desk.get(at).location.endswith("said=moved_on")
    assert "Ask the patient" not in desk.get(f"/desk/cases/{case.id}").text


def test_a_late_question_is_late_on_both_sides(owner, desk, case, still_clock, services, now) -> None:
    _asked(desk, case, wants="3")
    still_clock.advance(to=now + timedelta(minutes=1))
    owner.get(HOME)
    with services.database.read() as tx:
        (question,) = conversation.messages_of(tx, services.keys, case)
    assert not question.is_late(now + timedelta(days=3)) and question.is_late(now + timedelta(days=3, seconds=1))


def test_the_pages_speak_the_language_of_the_case(client, services, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.RECORDS_IN, language="ar")
    let_in_with_address(client, services, case, now)
    page = client.get(HOME).text
    assert 'lang="ar" dir="rtl"' in page
