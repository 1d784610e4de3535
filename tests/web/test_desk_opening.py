"""A case for somebody who telephones: the same pages, no address to confirm, and the desk's own way at the end."""

import pytest
from werkzeug.datastructures import MultiDict

from intake import demo, journal
from intake.cases import draft as drafts
from intake.cases import store, worklist
from intake.cases.case import Stage
from intake.cases.worklist import Wanted
from intake.forms.context import Answers
from intake.journal import Event
from tests.web.desk_visits import a_signed_in_coordinator


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


def begin(desk, came="telephone", reads="es"):
    page = desk.browser.get("/desk/open")
    assert "Read each agreement aloud" in page.text
    answer = desk.browser.answer(page, form="open", came=came, reads=reads)
    assert answer.status_code == 303 and answer.location == "/request/en/continue"
    return answer


def fill(desk, **changed):
    """Every page, as the browser meets them, until everything is shown once more."""
    typed = demo.TYPED | changed
    for _ in range(40):
        step = desk.browser.get("/request/en/continue").location.rsplit("/", 1)[1]
        page = desk.browser.get(f"/request/en/{step}")
        if step == "check":
            return page
        said = MultiDict(typed[step])
        answer = desk.browser.answer(page, form=f"/{step}", **{name: said.getlist(name) for name in said})
        if answer.status_code != 303:
            raise AssertionError(answer.text)
    raise AssertionError("the form has no end")


def only_case(services):
    with services.database.read() as tx:
        (case,) = worklist.read_page(tx, Wanted(), services.clock()).cases
        answers: Answers = store.read_answers(tx, services.keys, case)
        return case, answers, store.read_address(tx, services.keys, case), journal.lines(tx, case.id)


def without_address():
    given = [pair for pair in demo.TYPED["reach-you"] if pair[0] not in ("email", "best_way")]
    return [("email", ""), ("phone", "+351 21 123 4567"), ("best_way", "telephone"), *given]


@pytest.mark.parametrize("came", ["telephone", "paper"])
def test_somebody_who_telephones_has_a_case_at_once(database, services, ines, outbox_letters, came) -> None:
    begin(ines, came)
    sent = ines.browser.answer(fill(ines), form="/send")
    case, answers, address, lines = only_case(services)
    assert sent.status_code == 303 and sent.location == f"/desk/cases/{case.id}?said=opened_here"
    assert "The case is open, and it is yours" in ines.browser.get(sent.location).text
    assert (case.stage, case.language, case.coordinator_id) == (Stage.OPENED, "es", ines.who.id)
    assert not case.held_as_suspect and address == "demonstration@example.org" and "_desk" not in answers
    assert outbox_letters("confirm_address") == [] and len(outbox_letters("case_opened")) == 1
    assert outbox_letters("case_opened")[0].language == "es"
    for event in (Event.CASE_OPENED, Event.CONSENT_GIVEN):
        told = [line for line in lines if line.event == event]
        assert told and all(line.actor == f"coordinator:{ines.who.id}" and line.facts["came"] == came for line in told)


def test_without_a_mailbox_a_number_is_enough_and_no_letter_is_written(services, ines, outbox_letters) -> None:
    begin(ines)
    ines.browser.answer(fill(ines, **{"reach-you": without_address()}), form="/send")
    case, _, address, _ = only_case(services)
    assert address == "" and {each.letter for each in outbox_letters()} <= {"desk_case_opened"}
    shown = ines.browser.get(f"/desk/cases/{case.id}").text
    assert "+351 21 123 4567" in shown
    found = ines.browser.answer(ines.browser.get("/desk/"), form="find", looked_for="@")
    assert found.status_code == 404


def test_somebody_must_be_reachable_and_everybody_else_needs_an_address(services, ines, new_client) -> None:
    begin(ines)
    neither = [pair for pair in without_address() if pair[0] not in ("phone", "best_way")] + [("best_way", "either")]
    with pytest.raises(AssertionError, match="we must be able to reach them"):
        fill(ines, **{"reach-you": neither})
    stranger = new_client()
    stranger.answer(stranger.get("/request/en/can-it-wait"), form="/request/en/")
    with pytest.raises(AssertionError, match="Type your e-mail address"):
        fill(type(ines)(services, stranger, ines.who), **{"reach-you": without_address()})


def test_no_page_of_the_form_can_make_a_request_the_desks(services, new_client) -> None:
    visitor = new_client()
    visitor.answer(visitor.get("/request/en/can-it-wait"), form="/request/en/")
    page = visitor.get("/request/en/who")
    visitor.answer(page, form="/who", who="myself", _desk="telephone", came="telephone")
    with services.database.read() as tx:
        (row,) = tx.all(drafts.drafts.select())
        assert "_desk" not in drafts.read_draft(tx, services.keys, row.id, services.clock()).answers


def test_who_finishes_it_without_being_at_the_desk_confirms_the_address(services, ines, outbox_letters) -> None:
    begin(ines)
    page = fill(ines)
    ines.browser.delete_cookie("__Host-desk", domain="localhost")
    sent = ines.browser.answer(page, form="/send")
    assert sent.location == "/request/en/sent" and len(outbox_letters("confirm_address")) == 1
    with services.database.read() as tx:
        assert not store.any_case(tx)


def test_pressed_twice_it_is_one_case_and_this_browser_keeps_no_way_in(services, ines) -> None:
    begin(ines)
    page = fill(ines)
    ines.browser.answer(page, form="/send")
    ines.browser.answer(page, form="/send")
    case, *_ = only_case(services)
    assert ines.browser.get("/request/en/continue").location == "/request/en/"
    assert ines.browser.get("/case/").status_code in (303, 401) and case.reference


def test_only_the_desk_opens_cases_so(new_client) -> None:
    assert new_client().get("/desk/open").location.startswith("/desk/sign-in")
    assert new_client().post("/desk/open").status_code in (303, 403)
