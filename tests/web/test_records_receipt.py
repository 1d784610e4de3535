"""The receipt of the records: what it says of each, to whom, and that it outlives a file that was not kept."""

import hashlib
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from intake import journal
from intake.cases import consent, retention
from intake.cases.case import Case
from intake.cases.record_receipt import FORMAT
from intake.records import store as record_store
from intake.records.upload import State, Verdict
from tests.builders import a_case
from tests.components import ROOT
from tests.visitor import Visitor
from tests.web.desk_shelf import CLEAN, HELD, PDF, Says, a_record
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.sending import let_in_to_look, let_in_to_send, send

ADDRESS = "demonstration@example.org"
PAGE, FILE = "/case/records/receipt", "/case/records/receipt.json"
DOCUMENTED = ROOT / "docs" / "maintainers" / "records-receipt.md"
REJECTED = Says(Verdict.REJECTED, "kind_not_allowed")


@pytest.fixture
def case(services, now) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


@pytest.fixture
def inside(client, services, case, now) -> Visitor:
    """A visitor who typed the right address."""
    let_in_to_look(client, services, case, now, ADDRESS)
    return client


def told(visitor: Visitor) -> list[dict[str, Any]]:
    """The records on the file of the receipt."""
    return visitor.get(FILE).get_json()["records"]


@pytest.mark.parametrize("path", [PAGE, FILE])
def test_it_is_shown_only_to_who_typed_the_address(client, new_client, services, case, now, path: str) -> None:
    assert new_client().get(path).status_code == 401
    sender = new_client()
    let_in_to_send(sender, services, case, now)
    send(sender)
    assert sender.get(path).status_code == 401, "whoever may only send learns nothing of receipts"
    let_in_to_look(client, services, case, now)
    assert client.get(path).location == "/case/"
    assert client.answer(client.get("/case/"), form="address", email=ADDRESS).status_code == 303
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"


def test_each_verdict_is_told_with_who_can_open_it_and_when_it_goes(inside, services, case, still_clock) -> None:
    for name, scanner in (("clean", CLEAN), ("held", HELD), ("rejected", REJECTED), ("waiting", None)):
        a_record(services, case.id, name=f"{name}.pdf", scanner=scanner)
        still_clock.advance(seconds=1)
    checksum = hashlib.sha256(PDF).hexdigest()
    lines = told(inside)
    assert [(line["number"], line["name"], line["verdict"], line["can_open"], line["kept"]) for line in lines] == [
        (1, "clean.pdf", "clean", "coordinators", True),
        (2, "held.pdf", "held", "coordinators-deliberately", True),
        (3, "rejected.pdf", "rejected", "nobody", False),
        (4, "waiting.pdf", "waiting", "nobody-before-the-check", True),
    ]
    assert {line["size"] for line in lines} == {len(PDF)}
    assert [line["sha256"] for line in lines] == [checksum, checksum, checksum, None]
    assert all(line["received_at"].startswith("2026-03-10T09:30") for line in lines)
    today, end = "2026-03-10", case.purge_at.date().isoformat()
    assert [line["deleted_on"] for line in lines] == [end, end, today, end]
    page = unescape(inside.get(PAGE).text)
    assert page.count(checksum) == 3 and "Counted by the check." in page and f"({len(PDF):d} bytes)" in page
    for words in ("Our coordinators, by a second step", "Nobody before it is checked.", "Deleted on 10 March 2026",
                  "Arrived, not scanned for viruses", "Not accepted", "4 files have arrived"):  # fmt: skip
        assert words in page, words


def test_it_names_the_countries_that_were_agreed_to_until_they_are_taken_back(inside, services, case, now) -> None:
    a_record(services, case.id)
    assert "Later a specialist, only in: Germany and United Kingdom." in inside.get(PAGE).text
    assert inside.get(FILE).get_json()["specialist_countries"] == ["DE", "GB"]
    with services.database.transaction() as tx:
        consent.take_back(tx, case.id, consent.REQUESTER, now, purpose=consent.ABROAD, country="DE")
    assert inside.get(FILE).get_json()["specialist_countries"] == ["GB"]
    with services.database.transaction() as tx:
        consent.take_back(tx, case.id, consent.REQUESTER, now, purpose=consent.REVIEW)
    assert inside.get(FILE).get_json()["specialist_countries"] == []
    assert "Later a specialist" not in inside.get(PAGE).text


def test_a_file_that_was_taken_away_after_it_arrived_stays_on_it(inside, services, case, now) -> None:
    gone = a_record(services, case.id, name="taken away.pdf")
    with services.database.transaction() as tx:
        store_change = {"state": State.CANCELLED.value, "touched_at": now + timedelta(days=3)}
        record_store.change(tx, gone.id, **store_change)
    (line,) = told(inside)
    assert (line["name"], line["kept"], line["can_open"], line["deleted_on"]) == (
        "taken away.pdf", False, "nobody", "2026-03-13",
    )  # fmt: skip
    assert "Taken away" in inside.get(PAGE).text


def test_what_never_arrived_whole_is_not_on_it(inside, services, case, now) -> None:
    let_in_to_send(inside, services, case, now)
    inside.post("/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "1000"})
    assert told(inside) == [] and "No file has arrived yet." in inside.get(PAGE).text


def test_it_goes_with_the_case_when_the_case_is_erased(inside, services, case, still_clock) -> None:
    a_record(services, case.id)
    still_clock.advance(to=case.purge_at + timedelta(days=1))
    retention.purge(services.database, services.keys, services.vault, still_clock.now())
    assert inside.get(FILE).status_code in (401, 410)


def test_it_is_kept_as_a_file_with_its_form_named(inside, services, case) -> None:
    a_record(services, case.id)
    answer = inside.get(FILE)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="records-receipt.json"'
    whole = answer.get_json()
    assert (whole["format"], whole["reference"], whole["records_count"]) == (FORMAT, case.reference, 1)
    assert whole["records_size"] == len(PDF) and whole["said_to_be_all_at"] is None


def test_every_entry_of_the_file_is_explained_for_maintainers(inside, services, case) -> None:
    a_record(services, case.id)
    whole, text = inside.get(FILE).get_json(), DOCUMENTED.read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    inner = {f"holder.{key}" for key in whole["holder"]} | {f"records[].{key}" for key in whole["records"][0]}
    assert explained == (set(whole) - {"holder", "records"}) | inner
    assert whole["format"] in text


def test_the_page_prints_on_paper_and_names_are_kept_apart_from_our_words(inside, services, case) -> None:
    a_record(services, case.id, name='<b>"تقرير".pdf')
    page = inside.get(PAGE).text
    assert "paper.css" in page and 'data-print hidden' in page
    assert "<bdi>&lt;b&gt;&#34;تقرير&#34;.pdf</bdi>" in page


def test_the_desk_sees_the_same_table_and_its_look_is_journalled(inside, new_client, services, case) -> None:
    a_record(services, case.id, name="held.pdf", scanner=HELD)
    desk = new_client()
    at = f"/desk/cases/{case.id}/receipt"
    assert desk.get(at).status_code in (302, 303, 401)
    a_signed_in_coordinator(services, desk)
    table = re.compile(r'<ol class="rows rows--receipt">.*?</ol>', re.DOTALL)
    theirs, ours = (table.search(each.get(path).text)[0] for each, path in ((inside, PAGE), (desk, at)))
    assert theirs == ours and "held.pdf" in ours
    with services.database.read() as tx:
        assert [line.event for line in journal.lines(tx, case.id)].count("case.read") == 1
    assert f'href="{at}"' in desk.get(f"/desk/cases/{case.id}").text
    assert desk.get("/desk/cases/nobody/receipt").status_code == 404
