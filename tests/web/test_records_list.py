"""The list of missing records and its letters: shown after the page about records, from the check and from the case."""

from datetime import datetime
from typing import Any

import pytest

from tests.builders import a_case, filled_answers
from tests.visitor import Visitor
from tests.web.sending import let_in_to_look
from tests.web.test_request import EN, begin, fill

LIST = EN + "records-list"
PLACES = {"places-1-name": "St <i>Mary</i>", "places-1-city": "Town", "places-1-country": "US"}


def test_it_follows_the_page_about_records_and_leads_on(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="records-list")
    assert where == LIST
    page = client.get(where)
    assert page.status_code == 200 and "Operation notes" in page.text
    assert client.answer(page).location == EN + "consent"
    back = client.answer(client.get(EN + "consent"), then="back").location
    assert back == EN + "records-list", "the way back leads through it"


def test_before_the_records_are_answered_it_leads_to_what_comes_first(client: Visitor) -> None:
    assert client.get(LIST).location == EN
    begin(client)
    assert client.get(LIST).location == EN + "who"


def test_it_is_found_again_from_the_check(client: Visitor) -> None:
    begin(client)
    assert f'href="{LIST}"' in client.get(fill(client)).text


def test_the_letter_names_the_place_its_rule_and_the_day(client: Visitor) -> None:
    begin(client)
    page = client.get(fill(client, until="records-list", records=PLACES)).text
    assert "Dear records office of <bdi>St &lt;i&gt;Mary&lt;/i&gt;</bdi>," in page
    assert "HIPAA, 45 CFR 164.524" in page and "by 9 April 2026" in page
    assert "This is general information, not legal advice." in page
    assert "DEMONSTRATION" not in page, "no name is on a sheet that lies about"


def test_a_rule_known_only_from_others_says_so(client: Visitor) -> None:
    begin(client)
    told = "We know this rule only from others who quote it."
    assert told not in client.get(fill(client, until="records-list", records=PLACES)).text
    client.answer(client.get(EN + "records"), **{"places-1-country": "IN"})
    assert told in client.get(LIST).text


def test_where_we_know_no_rule_the_page_says_so(client: Visitor) -> None:
    begin(client)
    page = client.get(fill(client, until="records-list", records=PLACES | {"places-1-country": "JO"})).text
    assert "We have not checked the rule for this country." in page


def test_it_works_and_prints_without_script_and_carries_none_of_its_own(client: Visitor) -> None:
    begin(client)
    page = client.get(fill(client, until="records-list", records=PLACES)).text
    assert page.count("<h1") == 1 and "<script>" not in page and "style=" not in page
    assert "data-print hidden" in page and "data-copy hidden" in page, "buttons for scripts wait for them"


def test_another_place_is_asked_for_and_what_was_typed_stays(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="records")
    again = client.answer(client.get(where), **PLACES, tongues=["en"], then="place")
    assert again.location == where
    page = client.get(where).text
    assert 'id="places-2-name"' in page and "autofocus" in page and "St &lt;i&gt;Mary" in page
    assert "Error" not in page.split("</title>")[0]
    assert client.get(EN + "continue").location == where, "the page is not answered by that"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_page_about_records_stays_light(client: Visitor, number: int) -> None:
    begin(client)
    where = fill(client, until="records")
    assert len(client.get(where).text) < 50_000
    for _ in range(number - 1):
        client.answer(client.get(where), then="place")
    assert f'id="places-{number}-name"' in client.get(where).text


def test_the_case_keeps_the_list_dated_on_the_day_it_is_opened(
    client: Visitor, services: Any, now: datetime, still_clock: Any
) -> None:
    with services.database.transaction() as tx:
        records = [*PLACES.items(), ("items_held-scan-files", "have-not"), ("tongues", "en")]
        case = a_case(tx, services, now, answers=filled_answers(services, records=records))
    still_clock.advance(days=20)
    let_in_to_look(client, services, case, still_clock.now(), "demonstration@example.org")
    assert 'href="/case/records-list"' in client.get("/case/").text
    page = client.get("/case/records-list").text
    assert "The scan files themselves" in page and "30 March 2026" in page and "by 29 April 2026" in page
    assert 'action="/request/' not in page
