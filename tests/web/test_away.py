"""Who is away is seen to be: in the list, on the case, and where a case is handed over; and who stands in is told."""

import re
from datetime import timedelta
from html import unescape

import pytest

from intake.cases import lifecycle, store, talking
from intake.cases.case import Stage, Turn
from intake.desk import coordinators
from tests.builders import a_case
from tests.web.desk_visits import a_signed_in_coordinator


@pytest.fixture
def omar(services, client):
    return a_signed_in_coordinator(services, client, "Omar Probefall")


@pytest.fixture
def ines(services, new_client):
    return a_signed_in_coordinator(services, new_client())


@pytest.fixture
def case(services, ines, now):
    with services.database.transaction() as tx:
        made = a_case(tx, services, now)
        store.claim(tx, made.id, ines.who.id)
        return store.case_by_id(tx, made.id)


def leave(services, who, now, *, stand_in=None, days: int | None = 10, begins: int = 0) -> None:
    since, until = now + timedelta(days=begins), None if days is None else now + timedelta(days=days)
    with services.database.transaction() as tx:
        coordinators.set_away(tx, who.who.id, since, until, stand_in.who.id if stand_in else None, now)


def row_of(browser, case) -> str:
    page = browser.get("/desk/").text
    return re.search(rf"<tr>(?:(?!</tr>).)*{case.reference}.*?</tr>", page, re.DOTALL)[0]


def option_of(browser, case, name: str) -> str:
    page = browser.get(f"/desk/cases/{case.id}").text
    return unescape(re.search(rf"<option[^>]*>({name}[^<]*)</option>", page)[1])


def test_who_is_away_is_marked_in_the_list_on_the_case_and_in_the_hand_over(services, omar, ines, case, now) -> None:
    assert "Away" not in row_of(omar.browser, case)
    leave(services, ines, now, stand_in=omar)
    assert re.search(r"Ines Probefall</bdi>.*Away.*back on 20 March 2026", row_of(omar.browser, case), re.DOTALL)
    page = omar.browser.get(f"/desk/cases/{case.id}").text
    assert re.search(r"Claimed by:.*Ines Probefall.*Away.*Omar Probefall stands in\.", page, re.DOTALL)
    assert option_of(omar.browser, case, "Ines Probefall") == "Ines Probefall – away, back on 20 March 2026"
    assert "away" not in option_of(omar.browser, case, "Omar Probefall")


def test_without_an_end_or_a_stand_in_the_page_says_so(services, omar, ines, case, now) -> None:
    leave(services, ines, now, days=None)
    page = omar.browser.get(f"/desk/cases/{case.id}").text
    assert "The leads read letters about this case meanwhile." in page and "back on 2" not in page
    assert option_of(omar.browser, case, "Ines Probefall") == "Ines Probefall – away"


@pytest.mark.parametrize(("begins", "days"), [(3, 10), (-10, -1)])
def test_before_and_after_nobody_is_marked(services, omar, ines, case, now, begins, days) -> None:
    leave(services, ines, now, stand_in=omar, begins=begins, days=days)
    assert "Away" not in row_of(omar.browser, case)
    assert "stands in" not in omar.browser.get(f"/desk/cases/{case.id}").text
    assert option_of(omar.browser, case, "Ines Probefall") == "Ines Probefall"


def records_come(tx, services, case, now):
    lifecycle.declare_records_complete(tx, services, case.id, now)


def requester_writes(tx, services, case, now):
    talking.write_to_desk(tx, services, case.id, "When will you answer?", now)


@pytest.mark.parametrize("what", [records_come, requester_writes])
def test_whatever_makes_it_the_turn_of_somebody_away_is_told_to_who_stands_in_and_the_date_does_not_wait(
    services, omar, ines, case, now, outbox_letters, what
) -> None:
    leave(services, ines, now, stand_in=omar)
    with services.database.transaction() as tx:
        what(tx, services, case, now)
    with services.database.read() as tx:
        went = store.case_by_id(tx, case.id)
    assert went.turn is Turn.COORDINATOR and went.due_at <= now + timedelta(days=14)
    since = [letter for letter in outbox_letters() if letter.letter != "desk_case_opened"]
    told = [letter for letter in since if letter.letter.startswith("desk_")]
    assert told and {letter.to for letter in told} == {"omar@clinic.example"}


def test_the_date_of_a_case_is_the_same_whoever_is_there(services, omar, ines, now) -> None:
    def due() -> object:
        with services.database.transaction() as tx:
            return a_case(tx, services, now, stage=Stage.RECORDS_IN).due_at

    before = due()
    leave(services, ines, now, stand_in=omar)
    leave(services, omar, now)
    assert due() == before
