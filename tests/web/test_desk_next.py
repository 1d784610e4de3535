"""The one next thing on the page of a case: whoever waits for us first, a word for every state, and a way to do it."""

from datetime import timedelta
from typing import Any

import pytest

from intake.cases import at_desk, lifecycle, talking
from intake.cases.case import Case, Stage
from intake.web.desk_next import Next
from tests.builders import a_case, answers_for_another
from tests.components import ROOT
from tests.web.desk_visits import AtTheDesk, a_signed_in_coordinator

pytestmark = pytest.mark.usefixtures("database")
BLOCK = '<section class="next'


@pytest.fixture
def ines(services: Any, client: Any) -> AtTheDesk:
    return a_signed_in_coordinator(services, client)


def next_on(ines: AtTheDesk, case: Case) -> str:
    """The block of the page that says what comes next."""
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    assert page.count(BLOCK) == 1 and page.index(BLOCK) < page.index('id="reads"')
    return page.split(BLOCK, 1)[1].split("</section>", 1)[0]


def a_claimed(services: Any, ines: AtTheDesk, stage: Stage, at: Any, **more: Any) -> Case:
    with services.database.transaction() as tx:
        case = a_case(tx, services, at, stage=stage, **more)
        return at_desk.assign_case(tx, services, case.id, ines.who.id, None, "system", at)


def test_each_stage_has_its_next_thing(services, ines, now) -> None:
    long_ago = now - timedelta(days=40)
    for stage, at, sentence in (
        (Stage.OPENED, now, "Wait for their records"),
        (Stage.OPENED, long_ago, "Telephone the requester"),
        (Stage.RECORDS_IN, now, "Find a specialist"),
        (Stage.WITH_SPECIALIST, now, "Wait for the opinion"),
        (Stage.WITH_SPECIALIST, long_ago, "Ask the specialist for the opinion"),
        (Stage.REPORTED, now, "Help the requester with the opinion"),
        (Stage.CLOSED, now, "Nothing is left to do"),
        (Stage.DECLINED, now, "Nothing is left to do"),
    ):
        assert sentence in next_on(ines, a_claimed(services, ines, stage, at)), (stage, sentence)


def test_an_unclaimed_case_is_claimed_first_and_by_that_button(services, ines, now) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, stage=Stage.RECORDS_IN)
    block = next_on(ines, case)
    assert "Nobody has it yet." in block and f'action="/desk/cases/{case.id}/claim"' in block


def test_whoever_waits_for_us_comes_before_whom_we_wait_for(services, ines, now) -> None:
    case = a_claimed(services, ines, Stage.OPENED, now)
    with services.database.transaction() as tx:
        talking.ask_requester(tx, services, case.id, "Which day?", 7, "coordinator:x", now)
    assert "Wait for their answer" in next_on(ines, case)
    with services.database.transaction() as tx:
        talking.write_to_desk(tx, services, case.id, "May I bring my son?", now)
    assert "Answer the requester" in next_on(ines, case)
    page = ines.browser.get(f"/desk/cases/{case.id}/messages/new").text
    assert "Answer the requester" in page and 'value="none" checked' in page, "an answer asks nothing back"


def test_an_unanswered_question_is_followed_by_a_call(services, ines, now, still_clock) -> None:
    case = a_claimed(services, ines, Stage.RECORDS_IN, now)
    with services.database.transaction() as tx:
        talking.ask_requester(tx, services, case.id, "Which day?", 3, "coordinator:x", now)
    still_clock.advance(days=4)
    ines.sign_in()
    block = next_on(ines, case)
    assert "Our question was not answered in time." in block and 'href="#contact"' in block


def test_records_said_to_be_all_are_looked_through(services, ines, now) -> None:
    case = a_claimed(services, ines, Stage.OPENED, now)
    with services.database.transaction() as tx:
        lifecycle.declare_records_complete(tx, services, case.id, now)
    assert "Look through the records" in next_on(ines, case)


def test_a_patient_who_has_not_agreed_comes_before_a_specialist(services, ines, now) -> None:
    case = a_claimed(services, ines, Stage.RECORDS_IN, now, answers=answers_for_another(services))
    assert 'href="#agreement"' in next_on(ines, case)


def test_nobody_is_told_to_call_after_contact_was_stopped(services, ines, now) -> None:
    case = a_claimed(services, ines, Stage.OPENED, now - timedelta(days=40))
    with services.database.transaction() as tx:
        at_desk.stop_contact(tx, case.id, "system", now)
    block = next_on(ines, case)
    assert "Contact is stopped: do not write or call." in block and "Telephone" not in block and "/new" not in block


def test_every_next_thing_has_words() -> None:
    words = (ROOT / "templates" / "desk" / "_next.html").read_text()
    assert [each for each in Next if f'  "{each.value}": (_("' not in words] == []
