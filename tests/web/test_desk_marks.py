"""At the desk a case with a near date, or with a patient in hospital, is marked and first. The mark judges nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from intake.cases import lifecycle
from intake.cases.case import Stage
from tests.builders import a_case, filled_answers
from tests.jobs.test_mark_urgent import a_case_planned_for
from tests.web.desk_visits import a_signed_in_coordinator


@pytest.fixture
def ines(services: Any, client: Any) -> Any:
    return a_signed_in_coordinator(services, client)


def test_the_list_shows_marked_cases_first_with_what_the_mark_says(services, ines, now) -> None:
    plain = a_case_planned_for(services, now, now + timedelta(days=40))
    planned = a_case_planned_for(services, now + timedelta(hours=1), now + timedelta(days=9), in_hospital="yes")
    page = ines.browser.get("/desk/").text
    assert page.index(planned.reference) < page.index("Treatment planned for 19 March 2026")
    assert page.index("Treatment planned for 19 March 2026") < page.index("In hospital") < page.index(plain.reference)
    assert page.count("Treatment planned for") == 1


def test_the_list_says_who_asks_for_help_with_the_question(services, ines, now) -> None:
    helped = {"frame": [("help", "yes")], "questions": [("help", "yes")]}
    with services.database.transaction() as tx:
        plain = a_case(tx, services, now)
        help_wanted = a_case(tx, services, now + timedelta(hours=1), answers=filled_answers(services, **helped))
    page = ines.browser.get("/desk/").text
    assert page.count("Asks for help with the question") == 1
    rows = {row.split("<bdi", 1)[1].split(">")[1][:14]: row for row in page.split("<tr>")[2:]}
    assert "Asks for help" in rows[help_wanted.reference] and "Asks for help" not in rows[plain.reference]
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, help_wanted.id, Stage.WITHDRAWN, "test", now)
    assert "Asks for help" not in ines.browser.get("/desk/").text


def test_a_case_that_cannot_be_read_does_not_close_the_list(services, ines, now) -> None:
    with services.database.transaction() as tx:
        gone, there = a_case(tx, services, now), a_case(tx, services, now)
    services.keys.destroy(gone.key_owner)
    page = ines.browser.get("/desk/")
    assert page.status_code == 200 and gone.reference in page.text and there.reference in page.text


def test_the_page_of_the_case_shows_the_mark_and_its_decision(services, ines, now) -> None:
    case = a_case_planned_for(services, now, now + timedelta(days=9))
    page = ines.browser.get(f"/desk/cases/{case.id}").text
    assert re.search(r'class="tag tag--warn[^"]*">Treatment planned for 19 March 2026<', page)
    decision = page[page.index("The decision") :]
    assert "An operation" in decision and "19 March 2026" in decision


def test_no_mark_calls_a_case_urgent_or_safe(services, ines, now) -> None:
    case = a_case_planned_for(services, now, now + timedelta(days=9), in_hospital="yes")
    for address in ("/desk/", f"/desk/cases/{case.id}"):
        said = " ".join(re.findall(r'class="tag[^"]*">([^<]+)<', ines.browser.get(address).text)).lower()
        assert "in hospital" in said
        assert not any(word in said for word in ("urgent", "safe", "in time", "emergency"))


def test_a_case_that_is_over_has_no_mark(services, ines, now) -> None:
    case = a_case_planned_for(services, now, now + timedelta(days=9))
    with services.database.transaction() as tx:
        lifecycle.move_case(tx, services, case.id, Stage.WITHDRAWN, "test", now)
    assert "Treatment planned for" not in ines.browser.get("/desk/").text
    assert "tag--long" not in ines.browser.get(f"/desk/cases/{case.id}").text
