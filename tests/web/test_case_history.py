"""The stage clock on the page of the case, who opened it, and which letters went out."""

from datetime import datetime, timedelta

import pytest

from intake import journal
from intake.cases import lifecycle, stays, talking
from intake.cases.case import Case, Stage
from intake.cases.stays import PastTime
from intake.journal import Event
from intake.mail import outbox
from tests.builders import a_case
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.helping_hands import let_in_with_address
from tests.web.sending import let_in_to_look

HISTORY = "/case/history"
DESK = "coordinator:x"


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def owner(client, services, case, now):
    let_in_with_address(client, services, case, now)
    return client


def _move(services, case: Case, stage: Stage, now: datetime) -> None:
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, case.id, stage, DESK, now)


def test_at_each_stage_the_page_says_whose_turn_by_when_and_what_comes_then(owner, services, case, now) -> None:
    said = {
        None: ("It is your turn: please send us your records.", "There is time until 24 March 2026."),
        Stage.RECORDS_IN: ("It is our turn: a coordinator reads your request.", "We aim for 13 March 2026."),
        Stage.WITH_SPECIALIST: ("It is the specialist’s turn.", "We aim for 20 March 2026."),
        Stage.REPORTED: ("It is your turn: please read the opinion", "There is time until 9 April 2026."),
    }
    for stage, sentences in said.items():
        if stage is not None:
            _move(services, case, stage, now)
        page = owner.get("/case/").text
        for sentence in (*sentences, "After that "):
            assert sentence in page, (stage, sentence)
    assert page.count("10 March 2026)") >= 4, "each stage that was reached has its day"
    _move(services, case, Stage.CLOSED, now)
    assert "Our work on this request has ended." in owner.get("/case/").text


def test_late_is_said_as_late_and_kindly(client, owner, services, case, now, still_clock) -> None:
    still_clock.advance(days=15)
    let_in_with_address(client, services, case, still_clock.now())
    assert "The date was 24 March 2026. It is not too late." in client.get("/case/").text
    _move(services, case, Stage.RECORDS_IN, still_clock.now() - timedelta(days=5))
    assert "and we are late. We are sorry." in client.get("/case/").text


def test_the_turn_of_the_conversation_is_on_the_clock(owner, services, case, now) -> None:
    with services.database.transaction() as tx:
        question = talking.ask_requester(tx, services, case.id, "Which day?", 3, DESK, now)
    page = owner.get("/case/").text
    assert "It is your turn: please answer our question." in page and "There is time until 13 March 2026." in page
    with services.database.transaction() as tx:
        talking.answer_question(tx, services, case.id, question.id, "That day.", now)
        talking.write_to_desk(tx, services, case.id, "May I ask?", now)
    assert "It is our turn: a coordinator answers what you wrote." in owner.get("/case/").text


def test_past_times_stand_there_only_with_enough_cases(owner, services, case, monkeypatch) -> None:
    assert "Of past cases" not in owner.get("/case/").text
    monkeypatch.setattr(stays, "past_time", lambda *_: PastTime(4, 57))
    page = owner.get("/case/").text
    assert "Of past cases, half went on from here within 4 days." in page and "counted from 57 cases" in page


def test_who_opened_the_case_is_named_with_time_and_in_full(owner, new_client, services, case, now) -> None:
    desk = new_client()
    a_signed_in_coordinator(services, desk)
    for _ in range(3):
        desk.get(f"/desk/cases/{case.id}")
    with services.database.transaction() as tx:
        journal.write(tx, Event.RECORDS_READ, now, actor="coordinator:gone", subject=case.id, count=12)
    page = " ".join(owner.get(HISTORY).text.split())
    assert page.count("read your answers") == 1
    assert "<bdi>Ines Probefall</bdi> read your answers" in page and "a coordinator opened 12 records" in page
    assert "your link was used, with the right e-mail address" in page
    home = owner.get("/case/").text
    assert "Ines Probefall" in home and "your link was used" not in home


def test_letters_are_listed_with_what_became_of_them_and_none_of_the_desk(owner, services, case, now) -> None:
    with services.database.transaction() as tx:
        _first = tx.all(outbox.letters.select().where(outbox.letters.c.letter == "case_opened"))[0]
        outbox.mark_dead(tx, _first.id, "550", now)
    page = owner.get(HISTORY).text
    assert "Your request is open" in page and "Could not be delivered" in page
    assert "Please telephone us, so that we can put your e-mail address right." in page
    assert page.count("On its way") == 0 and "new case" not in page


def test_without_the_address_nothing_of_it_is_shown(new_client, services, case, now) -> None:
    looker = new_client()
    let_in_to_look(looker, services, case, now)
    assert looker.get(HISTORY).location == "/case/#email"
    page = looker.get("/case/").text
    assert "It is your turn: please send us your records." in page and "Who opened your case" not in page
    assert new_client().get(HISTORY).status_code == 401
