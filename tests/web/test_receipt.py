"""The receipt that people keep, and taking back what they agreed to, as easily as it was given."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from intake import demo
from intake.cases import consent, store
from intake.cases.case import Case, Stage
from tests.builders import a_case, filled_answers
from tests.components import ROOT
from tests.visitor import Visitor
from tests.web.sending import let_in_to_look

ADDRESS = "demonstration@example.org"
TICKS = [(tick, "yes") for tick in consent.PURPOSES]
WISHES = [
    *demo.TYPED["preferences"], ("translation", "yes"), ("doctor_name", "Dr Leyla <b>Invented</b>"),
    ("doctor_reach", "1 Invented Street"),
]  # fmt: skip
DOCUMENTED = ROOT / "docs" / "maintainers" / "receipt.md"


@pytest.fixture
def case(services: Any, now: datetime) -> Case:
    with services.database.transaction() as tx:
        answers = filled_answers(services, preferences=WISHES, consent=TICKS)
        return a_case(tx, services, now, answers=answers)


@pytest.fixture
def inside(client: Visitor, services: Any, case: Case, now: datetime) -> Visitor:
    """A visitor who typed the right address."""
    let_in_to_look(client, services, case, now, ADDRESS)
    return client


def stage(services: Any, case: Case) -> Stage:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).stage


def standing(services: Any, case: Case) -> set[str]:
    with services.database.read() as tx:
        return {each.purpose + each.country for each in consent.standing(tx, case.id, consent.REQUESTER)}


NEEDS_ADDRESS = ("/case/receipt", "/case/receipt.json", "/case/take-back/review", "/case/records-list")


@pytest.mark.parametrize("path", NEEDS_ADDRESS)
def test_nothing_is_shown_before_the_address_is_typed_or_without_a_session(
    client: Visitor, new_client: Callable[[], Visitor], services: Any, case: Case, now: datetime, path: str
) -> None:
    assert new_client().get(path).status_code == 401
    let_in_to_look(client, services, case, now)
    assert client.get(path).location == "/case/"


def test_the_receipt_shows_the_very_words_their_proof_and_how_to_take_them_back(
    inside: Visitor, services: Any, case: Case
) -> None:
    page = inside.get("/case/receipt").text
    with services.database.read() as tx:
        record = store.read_answers(tx, services.keys, case)["consent"]["record"]
        given = consent.given(tx, case.id)
    assert len(record) == len(consent.PURPOSES)
    for line in record:
        assert line["sha256"] in page and line["version"] in page
    assert "may be sent to a specialist in: Germany and United Kingdom." in page
    assert "Dr Leyla &lt;b&gt;Invented&lt;/b&gt;" in page
    assert case.reference in page and services.operator.privacy.controller in page
    assert services.operator.privacy.data_protection_contact in page
    assert page.count("10 March 2026, 09:30") >= len(record) and len(given) == len(record) + 1
    assert "How to take it back" in page and 'data-print hidden' in page


def test_the_file_says_the_same_and_every_hash_is_that_of_its_words(inside: Visitor, case: Case) -> None:
    answer = inside.get("/case/receipt.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.json"'
    told = answer.get_json()
    assert told["reference"] == case.reference and told["format"] == "consent-receipt-1"
    assert [(each["purpose"], each["country"]) for each in told["agreements"]] == [
        ("review", None), ("abroad", "DE"), ("abroad", "GB"), ("contact", None), ("statement", None),
        ("interpreter", None), ("doctor", None), ("statistics", None),
    ]  # fmt: skip
    for each in told["agreements"]:
        assert hashlib.sha256(each["words"].encode()).hexdigest() == each["sha256"]
        assert each["given_at"].startswith("2026-03-10T09:30") and each["taken_back_at"] is None
    assert told["take_back"]["address"].endswith("/case/")


def test_neither_is_kept_by_the_browser(inside: Visitor) -> None:
    for path in NEEDS_ADDRESS:
        assert inside.get(path).headers["Cache-Control"] == "no-store", path


def test_every_entry_of_the_file_is_explained_for_maintainers(inside: Visitor) -> None:
    told, text = inside.get("/case/receipt.json").get_json(), DOCUMENTED.read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    inner = {f"{name}.{key}" for name in ("holder", "take_back") for key in told[name]}
    inner |= {f"agreements[].{key}" for key in told["agreements"][0]}
    assert explained == (set(told) - {"holder", "take_back", "agreements"}) | inner
    assert told["format"] in text


def test_the_pages_after_sending_and_of_the_case_lead_to_it(inside: Visitor) -> None:
    for path in ("/case/", "/case/sent"):
        assert 'href="/case/receipt"' in inside.get(path).text


def test_every_agreement_has_its_own_way_back_on_the_page_of_the_case(inside: Visitor) -> None:
    found = re.findall(r'href="/case/take-back/([^"]+)"', inside.get("/case/").text)
    assert found == [
        "review", "abroad-DE", "abroad-GB", "contact", "statement", "interpreter", "doctor", "statistics",
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["abroad-DE", "interpreter", "doctor", "statistics"])
def test_an_optional_one_is_taken_back_alone_after_one_question(
    inside: Visitor, services: Any, case: Case, what: str
) -> None:
    before = standing(services, case)
    page = inside.get(f"/case/take-back/{what}")
    assert "your case stops" not in page.text and "button--danger" not in page.text
    assert inside.answer(page, form="take-back").location == "/case/#agreed"
    assert standing(services, case) == before - {what.replace("-", "")} and stage(services, case) is Stage.OPENED
    shown = inside.get("/case/").text
    assert "Taken back on 10 March 2026" in shown and f'href="/case/take-back/{what}"' not in shown
    assert "Taken back on 10 March 2026" in inside.get("/case/receipt").text
    taken = [each for each in inside.get("/case/receipt.json").get_json()["agreements"] if each["taken_back_at"]]
    assert [each["purpose"] for each in taken] == [what.split("-")[0]]
    assert inside.get(f"/case/take-back/{what}").location == "/case/#agreed"


@pytest.mark.parametrize("what", ["review", "contact", "statement"])
def test_a_needed_one_says_that_the_case_stops_and_then_it_does(
    inside: Visitor, services: Any, case: Case, what: str
) -> None:
    page = inside.get(f"/case/take-back/{what}")
    assert "Without this we cannot go on: your case stops" in page.text
    inside.answer(page, form="take-back")
    assert stage(services, case) is Stage.WITHDRAWN and what not in standing(services, case)


def test_the_last_country_says_that_the_case_stops(inside: Visitor, services: Any, case: Case) -> None:
    inside.answer(inside.get("/case/take-back/abroad-DE"), form="take-back")
    page = inside.get("/case/take-back/abroad-GB")
    assert "your case stops" in page.text
    inside.answer(page, form="take-back")
    assert stage(services, case) is Stage.WITHDRAWN


def test_looking_at_the_question_takes_nothing_back(inside: Visitor, services: Any, case: Case) -> None:
    before = standing(services, case)
    for _ in range(2):
        inside.get("/case/take-back/review")
    assert standing(services, case) == before


@pytest.mark.parametrize("what", ["abroad-US", "abroad", "nonsense", "review-DE", "-DE", "abroad-DE-GB"])
def test_what_was_never_agreed_to_is_no_page_and_taking_it_back_changes_nothing(
    inside: Visitor, services: Any, case: Case, what: str
) -> None:
    before, page = standing(services, case), inside.get("/case/take-back/review")
    assert inside.get(f"/case/take-back/{what}").status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    if what != "abroad":
        inside.post(f"/case/take-back/{what}", data={"csrf_token": token[1]})
        assert standing(services, case) == before


def test_a_forged_or_leaked_way_takes_nothing_back(
    client: Visitor, services: Any, case: Case, now: datetime
) -> None:
    let_in_to_look(client, services, case, now)
    assert client.post("/case/take-back/review", data={"csrf_token": "forged"}).status_code == 403
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/case/withdraw").text)
    assert token is not None
    assert client.post("/case/take-back/review", data={"csrf_token": token[1]}).status_code == 403
    assert "review" in standing(services, case)


def test_the_desk_sees_what_was_taken_back(inside: Visitor, services: Any, case: Case, outbox_letters: Any) -> None:
    inside.answer(inside.get("/case/take-back/abroad-DE"), form="take-back")
    (letter,) = outbox_letters("desk_consent_changed")
    assert case.reference in letter.subject and "Germany" not in letter.text
