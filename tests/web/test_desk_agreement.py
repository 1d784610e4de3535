"""The desk and the patient's own agreement: what is missing is said, a link is sent, a signed form is noted."""

from datetime import datetime
from html import unescape
from typing import Any

import pytest

from intake import journal
from intake.cases import agreeing, agreement, consent, store
from intake.cases.case import Case, Stage
from intake.forms.patient_agreement import patient_agreements
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another
from tests.web.desk_visits import AtTheDesk, a_signed_in_coordinator

SENTENCES = ("review", "abroad")


def told(**changed: str) -> list[tuple[str, str]]:
    said = {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"}
    return list((said | changed).items())


@pytest.fixture
def ines(services, client) -> AtTheDesk:
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def make(services, now: datetime):
    def made(stage: Stage = Stage.RECORDS_IN, **changed: list[tuple[str, str]]) -> Case:
        with services.database.transaction() as tx:
            return a_case(tx, services, now, stage=stage, answers=answers_for_another(services, **changed))

    return made


def standing(services: Any, case: Case) -> Any:
    with services.database.read() as tx:
        return agreement.read(tx, services.keys, store.case_by_id(tx, case.id))


def read(ines: AtTheDesk, case: Case) -> str:
    return unescape(ines.browser.get(f"/desk/cases/{case.id}").text)


def test_the_case_shows_that_the_agreement_is_missing_and_whom_we_asked(ines, make) -> None:
    page = read(ines, make())
    for words in ("The patient’s own agreement", "Missing", "Without it the case cannot go to a specialist.",
                  PATIENT_ADDRESS, "Send the patient the link", "The signed form is here …"):  # fmt: skip
        assert words in page, words


def test_a_case_for_oneself_shows_nothing_of_it(ines, services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    assert "The patient’s own agreement" not in read(ines, case)


def test_moving_it_to_a_specialist_is_refused_kindly_and_says_what_is_missing(ines, services, make) -> None:
    case = make()
    answer = ines.browser.answer(ines.browser.get(f"/desk/cases/{case.id}"), form="move", stage="with_specialist")
    assert answer.status_code == 409
    assert "The patient has not agreed yet" in answer.text and "Below is what you can do" in answer.text
    with services.database.read() as tx:
        assert store.case_by_id(tx, case.id).stage is Stage.RECORDS_IN


def test_after_her_yes_the_same_move_goes_through(ines, services, make, now: datetime) -> None:
    case = make()
    with services.database.transaction() as tx:
        agreed = patient_agreements(store.read_answers(tx, services.keys, case), a_context(services))
        agreeing.agree(tx, services, case.id, agreed, "en", now)
    page = read(ines, case)
    assert "Given" in page and "By the patient" in page and "said yes" in page
    assert "Send the patient the link" not in page and "The signed form is here" not in page
    answer = ines.browser.answer(ines.browser.get(f"/desk/cases/{case.id}"), form="move", stage="with_specialist")
    assert answer.status_code == 303


def test_her_no_is_shown_and_a_coordinator_may_ask_once_more(ines, services, make, now, outbox_letters) -> None:
    case = make()
    with services.database.transaction() as tx:
        agreeing.refuse(tx, services, case.id, now)
    page = ines.browser.get(f"/desk/cases/{case.id}")
    assert "The patient said no" in page.text and "said no" in page.text
    assert ines.browser.answer(page, form="agreement/ask").status_code == 303
    assert len(outbox_letters("agree")) == 2


def test_whoever_may_not_know_gets_the_link_only_from_the_desk(ines, services, make, outbox_letters) -> None:
    case = make(permission=told(knows_diagnosis="no"))
    page = ines.browser.get(f"/desk/cases/{case.id}")
    assert "Speak with the requester first" in page.text and outbox_letters("agree") == []
    answer = ines.browser.answer(page, form="agreement/ask")
    assert "The link for the patient is on its way" in ines.browser.get(answer.location).text
    assert [letter.to for letter in outbox_letters("agree")] == [PATIENT_ADDRESS]
    with services.database.read() as tx:
        asked = next(line for line in journal.lines(tx, case.id) if line.event == "agreement.asked")
    assert asked.actor == f"coordinator:{ines.who.id}"


def test_without_an_address_there_is_no_link_to_send(ines, make) -> None:
    page = ines.browser.get(f"/desk/cases/{make(patient_agrees=[('how', 'paper')]).id}").text
    assert "Send the patient the link" not in page and "It comes on paper." in page


def test_when_an_address_had_enough_letters_the_desk_is_told_so(ines, make, outbox_letters) -> None:
    case = make()
    for _ in range(8):
        answer = ines.browser.answer(ines.browser.get(f"/desk/cases/{case.id}"), form="agreement/ask")
    assert "No letter was sent" in ines.browser.get(answer.location).text
    assert len(outbox_letters("agree")) == 8


def test_a_signed_form_is_noted_with_how_it_came(ines, services, make) -> None:
    case = make(patient_agrees=[("how", "paper")])
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement")
    assert "checked" not in page.text.split("<main", 1)[1]
    answer = ines.browser.answer(page, form="/agreement", ticked=SENTENCES, came_by="post")
    assert answer.status_code == 303
    shown = ines.browser.get(answer.location).text
    assert "The signed form is noted" in shown and "noted that a signed form is here" in shown
    assert standing(services, case).given
    with services.database.read() as tx:
        hers = [each for each in consent.given(tx, case.id) if each.given_by == consent.PATIENT]
        signed = next(line for line in journal.lines(tx, case.id) if line.event == "agreement.signed")
    assert {each.how for each in hers} == {"paper"}
    assert (signed.actor, signed.facts) == (f"coordinator:{ines.who.id}", {"came_by": "post"})


@pytest.mark.parametrize(
    ("ticked", "came_by", "said"),
    [
        ((), "post", "Tick each sentence that is ticked on the signed form."),
        (("review",), "post", "Tick each sentence that is ticked on the signed form."),
        (SENTENCES, None, "Choose how the signed form came to us."),
        (SENTENCES, "dove", "Choose how the signed form came to us."),
    ],
)
def test_what_is_missing_is_said_and_what_was_chosen_stays(ines, services, make, ticked, came_by, said: str) -> None:
    case = make()
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement")
    answer = ines.browser.answer(page, form="/agreement", ticked=ticked, came_by=came_by)
    assert answer.status_code == 422 and said in answer.text and "<title>Error:" in answer.text
    for one in ticked:
        assert f'id="ticked-{one}" name="ticked" value="{one}" checked' in answer.text
    assert not standing(services, case).given


def test_a_page_that_was_open_too_long_loses_nothing(ines, services, make, still_clock) -> None:
    case = make()
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement")
    still_clock.advance(hours=25)
    ines.sign_in()
    answer = ines.browser.answer(page, form="/agreement", ticked=SENTENCES, came_by="post")
    assert answer.status_code == 422 and 'value="post" checked' in answer.text
    assert not standing(services, case).given


def test_a_form_that_is_not_wanted_any_more_changes_nothing(ines, services, make, now: datetime) -> None:
    case = make()
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement")
    with services.database.transaction() as tx:
        agreed = patient_agreements(store.read_answers(tx, services.keys, case), a_context(services))
        agreeing.agree(tx, services, case.id, agreed, "en", now)
    answer = ines.browser.answer(page, form="/agreement", ticked=SENTENCES, came_by="post")
    assert answer.status_code == 409 and "The case has moved on meanwhile" in answer.text
    assert ines.browser.get(f"/desk/cases/{case.id}/agreement").status_code == 303


def test_after_her_no_the_page_of_the_form_warns(ines, services, make, now: datetime) -> None:
    case = make()
    with services.database.transaction() as tx:
        agreeing.refuse(tx, services, case.id, now)
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement").text
    assert "The patient said no before" in page and "in person" in page


@pytest.mark.parametrize("verb", ["agreement", "agreement/ask"])
def test_what_is_not_signed_by_our_page_changes_nothing(ines, services, make, verb: str, outbox_letters) -> None:
    case = make()
    answer = ines.browser.post(f"/desk/cases/{case.id}/{verb}", data={"ticked": list(SENTENCES), "came_by": "post"})
    assert answer.status_code in (403, 422)
    assert not standing(services, case).given and len(outbox_letters("agree")) == 1


@pytest.mark.parametrize("verb", ["agreement", "agreement/ask"])
def test_nobody_without_a_session_changes_anything(ines, services, make, new_client, verb: str) -> None:
    case = make()
    page = ines.browser.get(f"/desk/cases/{case.id}" + ("/agreement" if verb == "agreement" else ""))
    stranger = new_client()
    visit = ines.browser.get_cookie("__Host-visit", domain="localhost").value
    stranger.set_cookie("__Host-visit", visit, domain="localhost", secure=True)
    answer = stranger.answer(page, form=f"/{verb}", ticked=SENTENCES, came_by="post")
    assert answer.status_code in (303, 401)
    assert not standing(services, case).given
    assert stranger.get(f"/desk/cases/{case.id}/agreement").status_code in (303, 401)


def test_no_name_and_no_address_stands_in_the_journal(ines, services, make) -> None:
    case = make(patient_agrees=[("how", "paper")])
    page = ines.browser.get(f"/desk/cases/{case.id}/agreement")
    ines.browser.answer(page, form="/agreement", ticked=SENTENCES, came_by="other")
    with services.database.read() as tx:
        told = str([(line.event, line.actor, line.facts) for line in journal.lines(tx, case.id)])
    assert not [word for word in ("Olga", "Ines", "@", "disc", "DEMONSTRATION") if word in told]


def test_readers_second_contact_and_how_to_speak_to_people_are_at_the_desk_and_not_before_the_specialist(
    ines, services, make
) -> None:
    case = make(
        readers=[("may_read", "person"), ("contact_name", "Rosa Zweitkontakt"),
                 ("contact_relation", "sibling"), ("contact_phone", "+351 912 345 678")],
    )  # fmt: skip
    page = read(ines, case)
    specialist, contact = page.split('id="contact"')[0], page.split('id="contact"')[1]
    for words in ("Rosa Zweitkontakt", "Brother or sister", "+351 912 345 678", "The person I name below"):
        assert words in contact and words not in specialist, words
