"""The patient's own pages: nothing before her address is typed, then who asks what; yes, no, a receipt, and back."""

from datetime import datetime
from typing import Any

import pytest

from intake import demo
from intake.cases import adding_countries, agreement, consent, store, taking_back
from intake.cases.agreement import State
from intake.cases.case import Case, Stage
from intake.forms.further_country import further_agreement
from intake.languages import Languages
from intake.mail.message import Message
from tests.builders import PATIENT_ADDRESS, a_case, a_context, answers_for_another
from tests.visitor import Visitor

ASKER, QUESTION, NAME = "Olga Fürsorge", "how likely is the operation", "DEMONSTRATION – no real person"
BOTH = {"review": "yes", "abroad": "yes"}


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now, answers=answers_for_another(services))


@pytest.fixture
def link(case: Case, outbox_letters) -> str:
    """The path of the link in the letter to the patient."""
    return path_in(outbox_letters("agree")[0])


@pytest.fixture
def landed(client: Visitor, link: str) -> Visitor:
    """The patient, who pressed the button of the link and has not typed her address."""
    assert client.answer(client.get(link)).location == "/agree/"
    return client


@pytest.fixture
def inside(landed: Visitor) -> Visitor:
    """The patient, with her address typed."""
    assert typed(landed, PATIENT_ADDRESS).status_code == 303
    return landed


def path_in(letter: Message) -> str:
    return "/l/" + letter.text.split("/l/", 1)[1].split()[0]


def typed(visitor: Visitor, address: str) -> Any:
    return visitor.answer(visitor.get("/agree/"), form="/agree/address", email=address)


def state(services: Any, case: Case) -> State:
    with services.database.read() as tx:
        return agreement.read(tx, services.keys, store.case_by_id(tx, case.id)).state


def hers(services: Any, case: Case) -> list[consent.Consent]:
    with services.database.read() as tx:
        return [each for each in consent.given(tx, case.id) if each.given_by == consent.PATIENT]


def test_the_link_shows_one_button_and_no_name_and_no_health_word(client: Visitor, case: Case, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200 and page.text.count("<button") == 1
    for word in (ASKER, QUESTION, NAME, PATIENT_ADDRESS, case.reference):
        assert word not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_scanners_that_look_fifty_times_agree_to_nothing(new_client, services, case: Case, link: str) -> None:
    for _ in range(25):
        scanner = new_client()
        assert scanner.get(link).status_code == scanner.head(link).status_code == 200
    assert state(services, case) is State.WAITING
    person = new_client()
    assert person.answer(person.get(link)).status_code == 303


def test_without_the_address_nothing_of_it_is_shown_or_done(landed: Visitor, services, case: Case) -> None:
    page = landed.get("/agree/")
    for word in (ASKER, QUESTION, NAME, PATIENT_ADDRESS, case.reference):
        assert word not in page.text
    token = {"csrf_token": page.text.split('name="csrf_token" value="')[1].split('"')[0]}
    assert landed.post("/agree/", data=BOTH | token).status_code == 401
    assert landed.get("/agree/receipt.json").status_code == 401
    assert state(services, case) is State.WAITING


@pytest.mark.parametrize("address", ["demonstration@example.org", "somebody@example.org"])
def test_the_requesters_address_does_not_open_it(landed: Visitor, address: str) -> None:
    answer = typed(landed, address)
    assert answer.status_code == 422 and "That is not the e-mail address we have" in answer.text
    assert "<title>Error:" in answer.text and address in answer.text
    assert ASKER not in landed.get("/agree/").text


def test_after_ten_wrong_addresses_even_the_right_one_waits(landed: Visitor) -> None:
    for _ in range(10):
        answer = typed(landed, "somebody@example.org")
    assert answer.status_code == 429
    assert typed(landed, PATIENT_ADDRESS).status_code == 429


def test_she_reads_who_asks_for_whom_what_and_who_will_read_it(inside: Visitor) -> None:
    page = inside.get("/agree/").text
    for words in (ASKER, "Son or daughter", NAME, QUESTION, "Our coordinators read it", "Nobody may press you",
                  "The person who asks for you"):  # fmt: skip
        assert words in page, words
    assert "slipped disc" not in page.split("<main", 1)[1].split("Your decision")[0].replace(QUESTION, "")
    assert "checked" not in page


def test_her_yes_needs_both_boxes_and_loses_nothing(inside: Visitor, services, case: Case) -> None:
    page = inside.get("/agree/")
    half = inside.answer(page, form=form_of(page), review="yes")
    assert half.status_code == 422 and "<title>Error:" in half.text and 'name="review" value="yes" checked' in half.text
    assert state(services, case) is State.WAITING
    assert inside.answer(half, form=form_of(half), abroad="yes").status_code == 303
    assert state(services, case) is State.GIVEN


def form_of(page: Any) -> int:
    """The number of the form with the boxes on the page."""
    return page.text.split('method="post" action="/agree/" ')[0].count("<form") - 1


def agree(visitor: Visitor) -> Any:
    page = visitor.get("/agree/")
    return visitor.answer(page, form=form_of(page), **BOTH)


def test_she_gets_a_receipt_to_print_and_one_to_keep(inside: Visitor, services, case: Case) -> None:
    assert agree(inside).location == "/agree/"
    page = inside.get("/agree/").text
    receipt = inside.get("/agree/receipt.json")
    assert "attachment" in receipt.headers["Content-Disposition"]
    kept = receipt.get_json()
    assert (kept["reference"], kept["given_by"], kept["state"]) == (case.reference, "patient", "given")
    assert {line["purpose"] for line in kept["agreements"]} == {"review", "abroad"}
    assert {line["sha256"] for line in kept["agreements"]} == {each.text_hash for each in hers(services, case)}
    for line in kept["agreements"]:
        assert line["text"] in page and line["sha256"] in page and line["version"] in page
    abroad = next(line for line in kept["agreements"] if line["purpose"] == "abroad")
    assert abroad["countries"] and all(len(code) == 2 for code in abroad["countries"])
    for word in (ASKER, NAME, QUESTION, PATIENT_ADDRESS):
        assert word not in receipt.text


def test_she_says_no_without_a_reason_and_may_change_her_mind(inside: Visitor, services, case: Case) -> None:
    assert inside.answer(inside.get("/agree/"), form="/agree/no").status_code == 303
    assert state(services, case) is State.REFUSED and not hers(services, case)
    page = inside.get("/agree/").text
    assert "You do not agree" in page and "not why" in page and "I do not agree</button>" not in page
    agree(inside)
    assert state(services, case) is State.GIVEN


def test_taking_back_is_one_button_too(inside: Visitor, services, case: Case) -> None:
    agree(inside)
    assert inside.answer(inside.get("/agree/"), form="/agree/no").status_code == 303
    assert state(services, case) is State.REFUSED
    assert all(each.withdrawn_at is not None for each in hers(services, case))
    assert inside.get("/agree/receipt.json").get_json()["agreements"] == []


def test_she_reads_that_her_doctor_gets_the_report_as_long_as_the_requester_agrees_to_it(
    client: Visitor, services, now, outbox_letters
) -> None:
    doctor = [*demo.TYPED["preferences"], ("doctor_name", "Dr Leyla Invented"), ("doctor_reach", "1 Invented Street")]
    ticks = [*demo.TYPED["consent"], ("doctor", "yes")]
    with services.database.transaction() as tx:
        answers = answers_for_another(services, preferences=doctor, consent=ticks)
        case = a_case(tx, services, now, answers=answers)
    client.answer(client.get(path_in(outbox_letters("agree")[0])))
    typed(client, PATIENT_ADDRESS)
    assert "Dr Leyla Invented" in client.get("/agree/").text
    with services.database.transaction() as tx:
        taking_back.take_back(tx, services, case.id, "doctor", "", now)
    assert "Dr Leyla Invented" not in client.get("/agree/").text


def add_a_country(services, now, case: Case, code: str = "US") -> None:
    """The requester adds a country on the page of the case."""
    with services.database.transaction() as tx:
        agreed = further_agreement(code, answers_for_another(services), a_context(services))
        adding_countries.add_country(tx, services, case.id, agreed, now)


def test_she_agrees_to_a_country_that_was_added_later_by_a_button_of_its_own(
    inside: Visitor, services, now, case: Case, outbox_letters
) -> None:
    agree(inside)
    assert "One more country" not in inside.get("/agree/").text
    add_a_country(services, now, case)
    letters = outbox_letters("agree")
    assert [letter.to for letter in letters] == [PATIENT_ADDRESS] * 2
    inside.answer(inside.get(path_in(letters[1])))  # the new link ended the session of the one before
    assert typed(inside, PATIENT_ADDRESS).status_code == 303
    page = inside.get("/agree/")
    assert "may also be sent to a specialist in: United States." in page.text
    assert "Germany and United Kingdom. To no other country." in page.text, "what she agreed to before is still shown"
    assert not may_send(services, case)
    for _ in range(2):
        assert inside.answer(page, form="/agree/further").status_code == 303
    assert may_send(services, case) and "One more country" not in inside.get("/agree/").text
    kept = inside.get("/agree/receipt.json").get_json()["agreements"]
    assert [line["countries"] for line in kept] == [[], ["DE", "GB"], ["US"]] and all(line["text"] for line in kept)
    assert inside.answer(inside.get("/agree/"), form="/agree/no").status_code == 303
    assert not may_send(services, case)


def may_send(services, case: Case) -> bool:
    with services.database.read() as tx:
        return consent.may_send_to(tx, case.id, "US")


def test_a_page_that_names_fewer_countries_than_are_asked_for_now_agrees_to_nothing(
    inside: Visitor, services, now, case: Case
) -> None:
    page = inside.get("/agree/")
    add_a_country(services, now, case)
    answer = inside.answer(page, form=form_of(page), **BOTH)
    assert answer.status_code == 422 and "The sentences below have changed" in answer.text
    assert "Germany, United Kingdom and United States" in answer.text and state(services, case) is State.WAITING
    assert inside.answer(answer, form=form_of(answer), **BOTH).status_code == 303
    assert may_send(services, case)


@pytest.mark.parametrize(
    "address", ["/agree/", "/agree/further", "/agree/no", "/agree/language", "/agree/leave", "/agree/address"]
)
def test_what_no_page_of_ours_has_signed_changes_nothing(
    inside: Visitor, services, case: Case, address: str
) -> None:
    assert inside.post(address, data=BOTH | {"language": "en"}).status_code in (403, 422)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert inside.post(address, data=BOTH, headers=foreign).status_code == 403
    assert state(services, case) is State.WAITING


def test_looking_at_her_pages_changes_nothing(inside: Visitor, services, case: Case) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        for address in ("/agree/", "/agree/receipt.json"):
            assert inside.open(address, method=method).status_code == 200
    assert state(services, case) is State.WAITING


def test_a_link_that_is_over_brings_a_new_one_to_her_own_address(
    client: Visitor, link: str, still_clock, outbox_letters
) -> None:
    still_clock.advance(days=29)
    page = client.get(link)
    assert page.status_code == 410 and "Send me a new link" in page.text
    assert client.answer(page).status_code == 200
    new = outbox_letters("agree")
    assert [letter.to for letter in new] == [PATIENT_ADDRESS] * 2
    assert client.answer(client.get(path_in(new[1]))).location == "/agree/"


def test_when_the_request_has_ended_she_need_not_do_anything(client: Visitor, services, now, outbox_letters) -> None:
    with services.database.transaction() as tx:
        over = a_case(tx, services, now, stage=Stage.WITHDRAWN, answers=answers_for_another(services))
    client.answer(client.get(path_in(outbox_letters("agree")[0])))
    typed(client, PATIENT_ADDRESS)
    page = client.get("/agree/").text
    assert "This request has ended" in page and "I agree</button>" not in page
    assert state(services, over) is State.WAITING


def test_her_link_opens_no_other_page(inside: Visitor) -> None:
    for address in ("/case/", "/case/records", "/case/agreement", "/desk/"):
        assert inside.get(address).status_code in (303, 401), address


def test_leaving_signs_out_and_clears_the_browser(inside: Visitor) -> None:
    answer = inside.answer(inside.get("/agree/"), form="/agree/leave")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert inside.get("/agree/").status_code == 401


def test_her_session_ends_after_half_an_hour_of_silence(inside: Visitor, still_clock) -> None:
    still_clock.advance(minutes=31)
    assert inside.get("/agree/").status_code == 401


def test_a_case_that_was_forgotten_is_gone_for_her_too(inside: Visitor, services, case: Case) -> None:
    services.keys.destroy(case.key_owner)
    assert inside.get("/agree/").status_code == 410


def test_she_reads_it_in_her_own_language_and_agrees_in_it(inside: Visitor, services, case: Case) -> None:
    object.__setattr__(services, "languages", Languages(("en", "es", "ar")))
    page = inside.get("/agree/")
    assert 'lang="en"' in page.text
    assert inside.answer(page, form="/agree/language", language="ar").status_code == 303
    arabic = inside.get("/agree/").text
    assert '<html lang="ar" dir="rtl">' in arabic and ASKER in arabic
    agree(inside)
    assert {each.language for each in hers(services, case)} == {"ar"}
    assert all(line["text"] for line in inside.get("/agree/receipt.json").get_json()["agreements"])
    assert inside.answer(inside.get("/agree/"), form="/agree/language", language="xx").status_code == 303
    assert '<html lang="en"' in inside.get("/agree/").text
