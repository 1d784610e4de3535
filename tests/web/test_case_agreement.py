"""What the requester sees and does about the patient's own agreement, on the page of the case and on paper."""

from datetime import datetime
from typing import Any

import pytest

from intake.cases import agreeing, agreement, store
from intake.cases.agreement import Way
from intake.cases.case import Case, Stage
from intake.forms.patient_agreement import patient_agreements
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another
from tests.visitor import Visitor
from tests.web.sending import let_in_to_look

ADDRESS = "demonstration@example.org"
HEALTH = ("slipped disc", "leg pain", "operation", "bones")
AGAIN = "Send the patient the link again"


def told(**changed: str) -> list[tuple[str, str]]:
    said = {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"}
    return list((said | changed).items())


@pytest.fixture
def make(services, client: Visitor, now: datetime):
    """Call it for a case of another kind, with the requester let in and the address typed."""

    def made(stage: Stage = Stage.OPENED, **changed: list[tuple[str, str]]) -> Case:
        with services.database.transaction() as tx:
            answers = answers_for_another(services, **changed)
            case = a_case(tx, services, now, stage=stage, answers=answers)
        let_in_to_look(client, services, case, now, ADDRESS)
        return case

    return made


def standing(services: Any, case: Case) -> Any:
    with services.database.read() as tx:
        return agreement.read(tx, services.keys, store.case_by_id(tx, case.id))


def test_the_page_of_the_case_says_that_we_wait_and_for_what(client: Visitor, make) -> None:
    make()
    page = client.get("/case/").text
    assert "We sent the patient a link on 10 March 2026. There is no answer yet." in page
    assert PATIENT_ADDRESS in page and AGAIN in page and 'href="/case/agreement"' in page


def test_a_case_for_oneself_speaks_of_no_agreement_of_anybody_else(client, services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
    let_in_to_look(client, services, case, now, ADDRESS)
    assert "The patient’s agreement" not in client.get("/case/").text
    assert client.get("/case/agreement").status_code == 404
    assert client.get("/case/agreement/address").status_code == 404


def test_without_the_address_typed_nothing_of_it_is_shown(client, services, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services))
    let_in_to_look(client, services, case, now)
    assert "The patient’s agreement" not in client.get("/case/").text
    for address in ("/case/agreement", "/case/agreement/address"):
        answer = client.get(address)
        assert answer.status_code == 401 and PATIENT_ADDRESS not in answer.text


def test_the_link_is_sent_again_on_request(client: Visitor, make, outbox_letters) -> None:
    make()
    assert client.answer(client.get("/case/"), form="/case/agreement/again").location == "/case/#agreement"
    assert [letter.to for letter in outbox_letters("agree")] == [PATIENT_ADDRESS] * 2


def test_another_address_is_taken_and_gets_the_link(client: Visitor, make, services, outbox_letters) -> None:
    case = make()
    page = client.get("/case/agreement/address")
    assert client.answer(page, patient_email="new@example.org").status_code == 303
    assert standing(services, case).address == "new@example.org"
    assert outbox_letters("agree")[-1].to == "new@example.org"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "Type the patient’s e-mail address"),
        ("dad at home", "Type a whole e-mail address, like name@example.com"),
        (" Demonstration@Example.org", "Type an address that only the patient opens. This one is yours"),
    ],
)
def test_a_wrong_address_is_answered_kindly_and_kept(
    client: Visitor, make, services, outbox_letters, address: str, said: str
) -> None:
    case = make()
    answer = client.answer(client.get("/case/agreement/address"), patient_email=address)
    assert answer.status_code == 422 and said in answer.text and "<title>Error:" in answer.text
    assert f'value="{address.strip()}"' in answer.text or address.strip().lower() in answer.text.lower()
    assert standing(services, case).address == PATIENT_ADDRESS and len(outbox_letters("agree")) == 1


@pytest.mark.parametrize("doubt", [{"knows": "no"}, {"knows_diagnosis": "partly"}])
def test_where_the_patient_may_not_know_we_speak_with_the_requester_first(
    client: Visitor, make, services, outbox_letters, doubt: dict[str, str]
) -> None:
    case = make(permission=told(**doubt))
    page = client.get("/case/")
    assert "We will speak with you first" in page.text and AGAIN not in page.text
    client.answer(client.get("/case/agreement/address"), patient_email="new@example.org")
    assert standing(services, case).address == "new@example.org"
    assert outbox_letters("agree") == []


def test_once_we_wrote_to_the_patient_the_requester_may_have_it_sent_again(
    client: Visitor, make, services, now: datetime, outbox_letters
) -> None:
    case = make(permission=told(knows="no"))
    with services.database.transaction() as tx:
        agreeing.ask_again(tx, services, case.id, "coordinator:x", now)
    client.answer(client.get("/case/"), form="/case/agreement/again")
    assert len(outbox_letters("agree")) == 2


def test_a_signed_page_of_before_does_not_get_round_that(client: Visitor, make, services, now, outbox_letters) -> None:
    make()
    page = client.get("/case/")
    make(permission=told(knows="no"))  # the same browser, now with a case in which nobody may write yet
    before = len(outbox_letters("agree"))
    assert client.answer(page, form="/case/agreement/again").status_code == 303
    assert len(outbox_letters("agree")) == before


@pytest.mark.parametrize("how", ["later", "paper"])
def test_whoever_did_not_know_how_can_still_choose_the_link(client, make, services, outbox_letters, how: str) -> None:
    case = make(patient_agrees=[("how", how)])
    assert "Give us the patient’s e-mail address" in client.get("/case/").text
    client.answer(client.get("/case/agreement/address"), patient_email="new@example.org")
    assert standing(services, case).way is Way.LINK and len(outbox_letters("agree")) == 1


def test_the_requester_reads_her_yes_and_her_no(client: Visitor, make, services, now: datetime) -> None:
    case = make()
    with services.database.transaction() as tx:
        agreeing.refuse(tx, services, case.id, now)
    page = client.get("/case/").text
    assert "The patient does not agree (10 March 2026)." in page and AGAIN not in page
    assert client.post("/case/agreement/again").status_code == 403
    with services.database.transaction() as tx:
        answers = store.read_answers(tx, services.keys, case)
        agreed = patient_agreements(answers, a_context(services))
        agreeing.agree(tx, services, case.id, agreed, "en", now)
    assert "The patient has agreed (10 March 2026)." in client.get("/case/").text


def test_the_paper_has_the_names_and_the_sentences_and_nothing_about_health(client: Visitor, make, services) -> None:
    case = make(asking=[("your_name", "Olga Fürsorge-Ñandú"), ("relation", "son-daughter")])
    page = client.get("/case/agreement")
    assert page.status_code == 200
    main = page.text.split("<main", 1)[1].split("</main>")[0]
    for words in ("Olga Fürsorge-Ñandú", "DEMONSTRATION – no real person", case.reference, "Signature"):
        assert words in main, words
    with services.database.read() as tx:
        answers = store.read_answers(tx, services.keys, case)
    for each in patient_agreements(answers, a_context(services)):
        assert each.text in main
    without_ours = main.replace("second opinion", "")
    assert not [word for word in HEALTH if word in without_ours.lower()]


def test_on_the_paper_for_who_cannot_decide_somebody_signs_by_law(client: Visitor, make) -> None:
    make(permission=told(knows="cannot"))
    page = client.get("/case/").text
    assert "may decide for them by law" in page and "e-mail address: we send" not in page
    paper = client.get("/case/agreement").text
    assert "I may decide for the patient by law." in paper and "I am the patient." not in paper


def test_when_the_request_is_over_nothing_is_asked_any_more(client: Visitor, make) -> None:
    make(Stage.WITHDRAWN)
    page = client.get("/case/").text
    assert "It is not needed any more." in page and AGAIN not in page
    answer = client.answer(client.get("/case/agreement/address"), patient_email="new@example.org")
    assert answer.status_code == 409


def test_after_sending_the_page_says_that_the_patient_has_to_agree(client: Visitor, make, services, now) -> None:
    make()
    assert "An adult patient" in client.get("/case/sent").text
    with services.database.transaction() as tx:
        own = a_case(tx, services, now)
    let_in_to_look(client, services, own, now)
    assert "An adult patient" not in client.get("/case/sent").text
