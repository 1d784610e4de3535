"""What leaves the desk: a case as a ZIP, the list as a table; and a warning where a request came twice."""

import csv
import io
import zipfile

import pytest

from intake import journal
from intake.cases import at_desk, worklist
from intake.cases.case import Stage
from intake.journal import Event
from intake.web.desk_export import COLUMNS, plain
from tests.builders import a_case, filled_answers
from tests.web.desk_shelf import CLEAN, HELD, a_record
from tests.web.desk_visits import a_signed_in_coordinator


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def test_a_case_is_exported_whole_with_an_index_and_without_contacts(services, ines, case, now) -> None:
    a_record(services, case.id, scanner=CLEAN)
    a_record(services, case.id, scanner=HELD)
    with services.database.transaction() as tx:
        at_desk.go_on_without(tx, services, case.id, [], "Nothing can be measured anew.", "coordinator:x", now)
    answer = ines.browser.get(f"/desk/cases/{case.id}/export.zip")
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as folder:
        assert folder.testzip() is None
        names = folder.namelist()
        index, answers = (folder.read(name).decode("utf-8-sig") for name in ("index.txt", "answers.txt"))
    assert names[:2] == ["index.txt", "answers.txt"] and len(names) == 3, "what is held stays where it is"
    assert names[2].startswith(("undated/", "20")) and names[2] in index
    assert "how likely is the operation" in answers and "Nothing can be measured anew." in answers
    assert "demonstration@example.org" not in answers + index
    with services.database.read() as tx:
        told = [line for line in journal.lines(tx, case.id) if line.event == Event.CASE_EXPORTED]
    assert [line.facts["count"] for line in told] == [1]


def test_an_export_that_broke_off_goes_on(ines, case) -> None:
    address = f"/desk/cases/{case.id}/export.zip"
    whole = ines.browser.get(address)
    rest = ines.browser.get(address, headers={"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206 and whole.data[100:] == rest.data


def test_the_list_is_saved_as_its_filters_stand(services, ines, case, now) -> None:
    with services.database.transaction() as tx:
        other = a_case(tx, services, now, stage=Stage.RECORDS_IN)
        at_desk.assign_case(tx, services, other.id, ines.who.id, None, "coordinator:x", now)
    page = ines.browser.get("/desk/?turn=coordinator")
    answer = ines.browser.answer(page, form="cases.csv")
    assert answer.status_code == 200 and answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert tuple(lines[0]) == COLUMNS and len(lines) == 2
    assert lines[1][0] == other.reference and "Ines Probefall" in lines[1]
    assert "slipped disc" not in answer.text and "example.org" not in answer.text
    assert len(ines.browser.answer(ines.browser.get("/desk/"), form="cases.csv").text.splitlines()) == 3


def test_a_list_longer_than_a_page_is_saved_whole(services, ines, now, monkeypatch) -> None:
    monkeypatch.setattr(worklist.read_page, "__kwdefaults__", worklist.read_page.__kwdefaults__ | {"per_page": 2})
    with services.database.transaction() as tx:
        made = {a_case(tx, services, now).reference for _ in range(5)}
    answer = ines.browser.answer(ines.browser.get("/desk/"), form="cases.csv")
    assert {line.split('"')[1] for line in answer.text.splitlines()[1:]} == made


FORMULAS = ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "\u00a0=cmd|' /C calc'!A0", "|x", "%x"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell) -> None:
    assert plain(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "K7Q2-M4WX-9CDF", "2026-03-10", "Ines Probefall", "a=b"])
def test_plain_words_stay_as_they_are(cell) -> None:
    assert plain(cell) == cell


def test_nobody_takes_a_list_or_a_case_without_a_session_or_our_page(ines, case, new_client) -> None:
    assert ines.browser.post("/desk/cases.csv").status_code == 403
    assert new_client().get(f"/desk/cases/{case.id}/export.zip").status_code == 303
    assert ines.browser.get("/desk/cases/no-such-case/export.zip").status_code == 404


def test_a_request_that_came_twice_is_pointed_out_with_why(database, services, ines, now) -> None:
    told = [("specialty", "bones-spine"), ("told", "Words that nobody else would write so, at some length."),
            ("told_when-month", "5"), ("told_when-year", "2025")]  # fmt: skip
    with services.database.transaction() as tx:
        first, other = a_case(tx, services, now), a_case(tx, services, now)
        assert "same request twice" not in str(worklist.alike(tx, "no-such-case"))
        third = a_case(tx, services, now, answers=filled_answers(services, condition=told))
    with services.database.read() as tx:
        found = {each.id: why for each, why in worklist.alike(tx, first.id)}
    assert found == {other.id: "words", third.id: "address"}
    shown = ines.browser.get(f"/desk/cases/{first.id}").text
    assert "This may be the same request twice" in shown and other.reference in shown


def test_a_request_that_is_alone_is_not_doubted(ines, case) -> None:
    assert "same request twice" not in ines.browser.get(f"/desk/cases/{case.id}").text
