"""What is here and what is missing: the page, the desk, and the mark of a case that is silent."""

import re
from html import unescape

import pytest

from intake.cases import store
from intake.cases.case import Case, Stage
from intake.records import store as record_store
from intake.records.described import Described, describe
from intake.records.upload import State, Verdict, key_owner
from tests.builders import a_case
from tests.visitor import Visitor, forms
from tests.web.desk_shelf import Says, a_record
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look, let_in_to_send

ADDRESS = "demonstration@example.org"
PAGE = "/case/records/complete"
SLIDES = "The report says what one pathologist concluded."


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def inside(client, services, case, now) -> Visitor:
    """A visitor who typed the right address."""
    let_in_to_look(client, services, case, now, ADDRESS)
    return client


def say(services, upload, *items: str, **more: str) -> None:
    """The sender says what a file is."""
    with services.database.transaction() as tx:
        key = services.keys.get(key_owner(upload.case_id))
        describe(tx, key, upload.id, Described(items, **more), services.clock())


def part(visitor: Visitor, heading: str) -> str:
    """What stands under one heading of the page."""
    page = unescape(visitor.get(PAGE).text)
    found = re.search(rf"<h2[^>]*>{re.escape(heading)} .*?</h2>(.*?)(<h2|</main>)", page, re.DOTALL)
    return found[1] if found else ""


def test_nothing_is_shown_before_the_address_is_typed(client, new_client, services, case, now) -> None:
    assert new_client().get(PAGE).status_code == 401
    sender = new_client()
    let_in_to_send(sender, services, case, now)
    assert sender.get(PAGE).location == "/case/"
    let_in_to_look(client, services, case, now)
    assert client.get(PAGE).location == "/case/"


def test_each_item_stands_where_it_belongs(inside, services, case) -> None:
    old = a_record(services, case.id, name="old letter.pdf")
    scans = a_record(services, case.id, name="RM columna.zip")
    say(services, old, "clinic-letters", dated="2019-05")
    say(services, scans, "scan-files", "bone-scans", dated="2026-01-15")
    page = unescape(inside.get(PAGE).text)
    assert "3 of the 18 kinds of records on your list are here." in page
    assert "Letters from clinics" in part(inside, "May be too old") and "May 2019" in part(inside, "May be too old")
    assert "our own suggestion" in part(inside, "May be too old") and "old letter.pdf" in page
    here = part(inside, "Here")
    assert here.count("RM columna.zip") == 2 and "15 January 2026" in here
    missing = part(inside, "Missing")
    assert "written reports of the scans" in missing and "You said that you have it." in missing
    assert SLIDES in missing, "what an opinion without it could not say"
    assert "Operation notes" in part(inside, "You said that you do not have these") and "Operation notes" not in missing
    assert "timeline" in part(inside, "What you write yourself")
    assert 'href="/case/records-list"' in page and "data-print" in page


@pytest.mark.parametrize("how", ["rejected", "password", "unfinished", "not described", "something else"])
def test_what_does_not_count_is_not_here(inside, services, case, how: str) -> None:
    verdict = {"rejected": Says(Verdict.REJECTED, "kind_not_allowed"), "password": Says(Verdict.HELD, "password")}
    one = a_record(services, case.id, **({"scanner": verdict[how]} if how in verdict else {}))
    if how == "unfinished":
        with services.database.transaction() as tx:
            record_store.change(tx, one.id, state=State.RECEIVING.value, received_at=None, verdict=None)
    if how != "not described":
        say(services, one, "something-else" if how == "something else" else "lab-results")
    page = inside.get(PAGE).text
    assert "0 of the 18 kinds of records on your list are here." in page
    assert ("so it does not count here" in page) == (how == "not described")


def test_once_all_is_said_to_be_sent_it_says_so_and_still_tells_what_is_open(inside, services, case, now) -> None:
    with services.database.transaction() as tx:
        store.change(tx, case.id, records_declared_at=now)
    page = inside.get(PAGE).text
    assert "You told us that everything is here." in page and "Nothing here stops your case" in page


def test_it_can_still_be_read_when_the_case_takes_no_more(inside, services, case) -> None:
    one = a_record(services, case.id)
    with services.database.transaction() as tx:
        store.change(tx, case.id, stage=Stage.REPORTED.value)
    page = inside.get(PAGE)
    assert page.status_code == 200 and "/case/records/describe" not in page.text and one.id not in page.text


def test_the_desk_sees_the_list_the_files_and_a_translation_beside_its_original(
    client, services, case, now
) -> None:
    original = a_record(services, case.id, name="informe.pdf")
    services.clock.__self__.advance(seconds=1)
    other = a_record(services, case.id, name="informe EN.pdf")
    services.clock.__self__.advance(seconds=1)
    a_record(services, case.id, name="IMG_1.jpg")
    say(services, original, "clinic-letters", language="es", translation="needed", by="service", dated="2025-11")
    say(services, other, "clinic-letters", language="en", translation="is-one", by="translator", certified="yes",
        beside=original.id)  # fmt: skip
    a_signed_in_coordinator(services, client)
    page = re.sub(r"\s+", " ", unescape(client.get(f"/desk/cases/{case.id}").text))
    assert "1 of the 18 kinds of records on the list are here." in page
    assert "The sender has not said of 1 file what it is." in page
    assert "Its original is number 1." in page and "Its translation is number 2." in page
    assert "We are asked to make it." in page and "A translation by a translator. Certified." in page
    assert "November 2025" in page and "Spanish" in page and SLIDES in page


def test_a_silent_case_is_marked_at_the_desk_and_listed(client, services, case, still_clock) -> None:
    a_signed_in_coordinator(services, client)
    assert "No case is silent." in client.get("/desk/silent").text
    assert "Silent for" not in client.get("/desk/").text
    still_clock.advance(days=22)
    at_the_desk = a_signed_in_coordinator(services, client, "Omar Testperson")
    assert at_the_desk.who
    for address in ("/desk/", f"/desk/cases/{case.id}", "/desk/silent"):
        assert "Silent for 22 days" in client.get(address).text, address
    shown = client.get("/desk/silent").text
    assert case.reference in shown and "0 files are here." in shown and "Last sign: 10 March 2026." in shown
    with services.database.transaction() as tx:
        store.change(tx, case.id, records_declared_at=still_clock.now())
    assert "Silent for" not in client.get("/desk/").text and "No case is silent." in client.get("/desk/silent").text


def test_the_list_of_silent_cases_is_for_the_desk_alone(client) -> None:
    assert client.get("/desk/silent").status_code in (302, 303, 401)


def test_a_missing_record_is_said_not_to_be_had_and_taken_back(inside, services, case) -> None:
    page = inside.get(PAGE)
    assert "written reports of the scans" in part(inside, "Missing")
    said = inside.answer(page, form=number_of(page, "scan-reports"), said="have-not")
    assert (said.status_code, said.location) == (303, "/case/records/complete#scan-reports")
    assert "scan-reports" not in said.location.split("#")[0], "an address tells nothing of the illness"
    assert "written reports of the scans" in part(inside, "You said that you do not have these")
    assert "written reports of the scans" not in part(inside, "Missing")
    page = inside.get(PAGE)
    inside.answer(page, form=number_of(page, "scan-reports"), said="can-get")
    assert "written reports of the scans" in part(inside, "Missing") and "can be had" in part(inside, "Missing")


def test_the_desk_sees_at_once_what_cannot_be_had(inside, services, case, new_client) -> None:
    page = inside.get(PAGE)
    inside.answer(page, form=number_of(page, "scan-reports"), said="have-not")
    ines = a_signed_in_coordinator(services, new_client())
    shown = unescape(ines.browser.get(f"/desk/cases/{case.id}").text)
    row = re.search(r'<th scope="row">[^<]*written reports of the scans.*?</tr>', shown, re.DOTALL)[0]
    assert "said not to be there" in row and "said whether a missing record can be had" in shown


@pytest.mark.parametrize("typed", [{"item": "nothing-like-this"}, {"item": "timeline"}, {"said": "have"}, {"said": ""}])
def test_only_a_missing_record_of_the_list_and_two_answers_count(inside, services, case, typed) -> None:
    page = inside.get(PAGE)
    given = {"said": "have-not"} | typed
    assert inside.answer(page, form=number_of(page, "scan-reports"), **given).status_code in (404, 409)
    with services.database.read() as tx:
        held = store.read_answers(tx, services.keys, case)["records"]["items_held"]
    assert held["scan-reports"] == "have"


def test_with_the_sending_link_alone_nothing_is_said_of_a_record(new_client, inside, services, case, now) -> None:
    token = forms(inside.get(PAGE))[0].fields["csrf_token"]
    sender = new_client()
    let_in_to_send(sender, services, case, now)
    data = {"item": "scan-reports", "said": "have-not", "csrf_token": token}
    assert sender.post(PAGE, data=data).status_code in (303, 403)
    assert "written reports of the scans" in part(inside, "Missing")


def test_a_case_that_takes_no_records_asks_nothing(client, services, now) -> None:
    with services.database.transaction() as tx:
        over = a_case(tx, services, now, stage=Stage.REPORTED)
    let_in_to_look(client, services, over, now, ADDRESS)
    page = client.get(PAGE)
    assert page.status_code == 200 and "item" not in {name for form in forms(page) for name in form.fields}


def number_of(page, item: str) -> int:
    """Which form of the page speaks of an item."""
    return next(number for number, form in enumerate(forms(page)) if form.fields.get("item") == item)
