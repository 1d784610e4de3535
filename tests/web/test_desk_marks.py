"""At the desk a case with a near date, or with a patient in hospital, is marked and first. The mark judges nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from intake.cases import lifecycle
from intake.cases.case import Stage
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
