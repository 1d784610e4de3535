"""The desk's acts through its pages: hand over, note, go on, stop, find; and what happens to whoever comes second."""

import re

import pytest

from intake.cases import notes, store
from intake.cases.case import Stage
from tests.builders import WAY, a_case
from tests.web.desk_visits import a_signed_in_coordinator


@pytest.fixture
def ines(services, client):
    return a_signed_in_coordinator(services, client)


@pytest.fixture
def omar(services, new_client):
    return a_signed_in_coordinator(services, new_client(), "Omar Probefall")


@pytest.fixture
def case(services, now):
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def read(services, case):
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id)


def test_a_case_is_handed_over_and_who_was_later_is_told_who_has_it(services, ines, omar, case) -> None:
    ines_sees, omar_sees = (one.browser.get(f"/desk/cases/{case.id}") for one in (ines, omar))
    assert ines.browser.answer(ines_sees, form="assign", to=ines.who.id).status_code == 303
    late = omar.browser.answer(omar_sees, form="assign", to=omar.who.id)
    shown = omar.browser.get(late.location).text
    assert "Somebody else was quicker with this case" in shown and "Ines Probefall" in shown
    assert read(services, case).coordinator_id == ines.who.id
    page = ines.browser.get(f"/desk/cases/{case.id}")
    done = ines.browser.answer(page, form="assign", to=omar.who.id)
    assert "The case has another coordinator now" in ines.browser.get(done.location).text
    assert case.reference in omar.browser.get("/desk/?whose=mine").text
    assert case.reference not in ines.browser.get("/desk/?whose=mine").text
    assert case.reference not in ines.browser.get("/desk/?whose=nobody").text


def test_a_note_is_read_by_colleagues_and_by_no_requester(services, ines, omar, case, now) -> None:
    words = "She asks for <b>calls</b> in the evening."
    page = ines.browser.get(f"/desk/cases/{case.id}")
    for _ in range(2):
        assert ines.browser.answer(page, form="notes", kind="called", words=words).status_code == 303
    shown = omar.browser.get(f"/desk/cases/{case.id}").text
    assert shown.count("She asks for &lt;b&gt;calls&lt;/b&gt;") == 1 and "We spoke by telephone" in shown
    assert "noted a call" in shown


@pytest.mark.parametrize(("kind", "words"), [("note", "  "), ("note", "x" * 4001), ("rumour", "She called.")])
def test_what_is_wrong_with_a_note_is_said_and_the_words_stay(services, ines, case, kind, words) -> None:
    page = ines.browser.get(f"/desk/cases/{case.id}")
    answer = ines.browser.answer(page, form="notes", kind=kind, words=words)
    assert answer.status_code == 422 and "<title>Error:" in answer.text and words.strip() in answer.text
    mended = ines.browser.answer(answer, form="notes", kind="note", words="She called.")
    assert mended.status_code == 303
    with services.database.read() as tx:
        assert [note.text for note in notes.notes_of(tx, services.keys, case)] == ["She called."]


def test_a_note_survives_the_end_of_the_session(services, ines, case, still_clock) -> None:
    page = ines.browser.get(f"/desk/cases/{case.id}")
    still_clock.advance(minutes=16)
    ended = ines.browser.answer(page, form="notes", words="She called.")
    assert ended.status_code == 401 and "She called." in ended.text
    ines.sign_in()
    assert ines.browser.answer(ended, form="notes").status_code == 303
    with services.database.read() as tx:
        assert len(notes.notes_of(tx, services.keys, case)) == 1


def test_a_case_goes_on_without_records_with_words_that_the_list_suggests(services, ines, case) -> None:
    page = ines.browser.get(f"/desk/cases/{case.id}/go-on")
    suggested = re.search(r"<textarea[^>]*>\s*([^<]+)</textarea>", page.text)
    assert suggested and len(suggested[1]) > 40 and 'name="missing"' in page.text
    empty = ines.browser.answer(page, form="go-on", words=" ")
    assert empty.status_code == 422 and read(services, case).stage is Stage.OPENED
    done = ines.browser.answer(page, form="go-on", words="No scan: nothing can be measured anew.")
    shown = ines.browser.get(done.location).text
    assert "What this opinion cannot say" in shown and "No scan: nothing can be measured anew." in shown
    assert read(services, case).stage is Stage.RECORDS_IN


@pytest.mark.parametrize("stage", [stage for stage in WAY if stage not in (Stage.OPENED, Stage.RECORDS_IN)])
def test_only_a_case_that_nobody_reads_yet_can_go_on_without(services, ines, now, case, stage) -> None:
    page = ines.browser.get(f"/desk/cases/{case.id}/go-on")
    with services.database.transaction() as tx:
        other = a_case(tx, services, now, stage=stage)
    assert ines.browser.get(f"/desk/cases/{other.id}/go-on").location.endswith("said=moved_on")
    token = re.search(r'go-on" novalidate>\s*<input type="hidden" name="csrf_token" value="([^"]+)"', page.text)
    values = {"csrf_token": token[1], "words": "Nothing."}
    answer = ines.browser.post(f"/desk/cases/{other.id}/go-on", data=values)
    assert answer.location.endswith("said=moved_on") and read(services, other).stage is stage


def test_contact_is_stopped_and_allowed_again(services, ines, case) -> None:
    page = ines.browser.get(f"/desk/cases/{case.id}/stop")
    done = ines.browser.answer(page, form="stop")
    assert "Do not call or write either." in ines.browser.get(done.location).text
    assert read(services, case).contact_stopped_at is not None
    again = ines.browser.answer(ines.browser.get(f"/desk/cases/{case.id}/stop"), form="stop")
    assert "Contact is allowed again" in ines.browser.get(again.location).text
    assert read(services, case).contact_stopped_at is None


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}"])
def test_a_reference_is_found_however_it_is_typed(services, ines, case, typed) -> None:
    said = typed.format(case.reference, case.reference.lower(), case.reference.replace("-", " "))
    answer = ines.browser.answer(ines.browser.get("/desk/"), form="find", looked_for=said)
    assert answer.status_code == 303 and answer.location == f"/desk/cases/{case.id}"


def test_an_exact_address_finds_its_cases_and_stands_in_no_address_bar(services, ines, case, now) -> None:
    page = ines.browser.get("/desk/")
    one = ines.browser.answer(page, form="find", looked_for=" Demonstration@Example.org ")
    assert one.status_code == 303 and one.location == f"/desk/cases/{case.id}"
    with services.database.transaction() as tx:
        second = a_case(tx, services, now)
    both = ines.browser.answer(page, form="find", looked_for="demonstration@example.org")
    assert both.status_code == 200 and case.reference in both.text and second.reference in both.text
    assert "example.org" not in both.request.url


PARTS = ["demonstration@example", "ration@example.org", "2222-2222-2222", "Probefall", "%", "@"]


@pytest.mark.parametrize("typed", PARTS)
def test_a_part_of_something_finds_nothing(ines, case, typed) -> None:
    answer = ines.browser.answer(ines.browser.get("/desk/"), form="find", looked_for=typed)
    assert answer.status_code == 404 and "Nothing was found." in answer.text and case.reference not in answer.text


@pytest.mark.parametrize("verb", ["assign", "notes", "go-on", "stop"])
def test_what_is_not_signed_by_our_page_changes_nothing(services, ines, case, verb) -> None:
    values = {"to": ines.who.id, "kind": "note", "words": "A.", "note_id": "0" * 32}
    assert ines.browser.post(f"/desk/cases/{case.id}/{verb}", data=values).status_code == 403
    assert read(services, case) == case


@pytest.mark.parametrize("verb", ["assign", "notes", "go-on", "stop"])
def test_a_case_that_is_not_there_is_not_there(ines, case, verb) -> None:
    where = {"assign": "", "notes": ""}.get(verb, f"/{verb}")
    page = ines.browser.get(f"/desk/cases/{case.id}{where}")
    signed = r'"[^>]*>\s*<input type="hidden" name="csrf_token" value="([^"]+)"'
    form = re.search(rf'action="[^"]+/{verb}{signed}', page.text)
    values = {"csrf_token": form[1], "to": ines.who.id, "kind": "note", "words": "A.", "note_id": "0" * 32}
    assert ines.browser.post(f"/desk/cases/no-such-case/{verb}", data=values).status_code == 404
