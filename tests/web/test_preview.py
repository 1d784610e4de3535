"""The page that the specialist will read, before anything is sent: their words as they stand, and nothing private."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from intake.cases import lifecycle
from intake.demo import TYPED
from tests.builders import a_draft, a_request, filled_answers
from tests.visitor import Visitor, forms
from tests.web.desk_visits import a_signed_in_coordinator
from tests.web.test_request import EN, begin, fill

NOTHING_SENT = "This is what the specialist will read. Nothing has been sent."
CONTACTS = ("demonstration@example.org", "+351 912 345 678", "Rui Secondcontact", "rui.second@example.org")


def article(page: TestResponse) -> str:
    """What the specialist would get of the page."""
    return unescape(page.text.split("<article", 1)[1].split("</article>", 1)[0])


def test_what_is_typed_appears_there_in_their_words_and_direction(client: Visitor) -> None:
    begin(client)
    fill(client)
    page = client.get(EN + "preview")
    read = article(page)
    assert NOTHING_SENT in page.text
    for step in ("condition", "treatment", "timing", "frame", "questions", "what-matters"):
        for name, value in TYPED[step]:
            if name in ("told", "so_far", "plan", "first", "second", "worries", "about_me", "decision", "what_matters"):
                assert re.search(rf'(<bdi>|dir="auto">){re.escape(value)}</', read), name


def test_the_four_parts_come_in_the_order_of_the_frame(client: Visitor) -> None:
    begin(client)
    fill(client)
    read = article(client.get(EN + "preview"))
    places = [read.index(value) for _, value in TYPED["frame"]]
    assert places == sorted(places) and len(places) == 4


def test_nobody_who_reads_it_learns_how_to_reach_them(client: Visitor) -> None:
    begin(client)
    more = {"phone": CONTACTS[1]}
    second = {"contact_name": CONTACTS[2], "contact_relation": "friend", "contact_email": CONTACTS[3]}
    check = client.get(fill(client, reach_you=more, readers=second))
    page = client.get(EN + "preview")
    assert all(each in unescape(check.text) for each in CONTACTS)
    assert not [each for each in CONTACTS if each in unescape(page.text)]


@pytest.mark.parametrize("until", ["who", "patient", "condition", "frame", "questions", "records"])
def test_a_half_filled_request_has_a_page_too(client: Visitor, until: str) -> None:
    begin(client)
    fill(client, until=until)
    page = client.get(EN + "preview")
    assert page.status_code == 200 and NOTHING_SENT in page.text and "<article" in page.text


def test_without_a_request_there_is_nothing_to_look_at(client: Visitor) -> None:
    assert client.get(EN + "preview").location == EN


@pytest.mark.parametrize("step", ["frame", "questions", "what-matters"])
def test_looking_keeps_what_is_typed_and_leads_back(client: Visitor, step: str) -> None:
    begin(client)
    where = fill(client, until=step)
    name = {"frame": "decision", "questions": "second", "what-matters": "worries"}[step]
    looked = client.answer(client.get(where), **{name: "Half a <thought>", "then": "preview"})
    assert looked.location == f"{EN}preview?back={step}"
    page = client.get(looked.location)
    assert "Half a &lt;thought&gt;" in page.text
    assert f'class="back" href="{EN}{step}"' in page.text
    assert "Half a &lt;thought&gt;" in client.get(where).text


def test_the_check_page_leads_there_too(client: Visitor) -> None:
    begin(client)
    assert f'href="{EN}preview?back=check"' in client.get(fill(client)).text
    assert f'class="back" href="{EN}check"' in client.get(EN + "preview?back=check").text


@pytest.mark.parametrize("back", ["", "//elsewhere.example", "no-such-page", "consent"])
def test_the_way_back_leads_only_where_the_visitor_may_be(client: Visitor, back: str) -> None:
    begin(client)
    fill(client, until="frame")
    page = client.get(EN + "preview", query_string={"back": back})
    assert f'class="back" href="{EN}continue"' in page.text


def test_who_asks_for_help_is_seen_to_ask_for_it(client: Visitor) -> None:
    begin(client)
    fill(client, questions={"first": "", "second": "", "help": "yes"})
    assert "Asks for help with the question." in article(client.get(EN + "preview"))


def test_vague_words_are_spoken_of_once_and_go_through(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="questions")
    vague: dict[str, Any] = {"first": "Please check my case.", "second": ""}
    again = client.answer(client.get(where), **vague)
    assert again.location == where
    page = client.get(where)
    assert "You can send it like this." in page.text and "Continue anyway" in page.text
    assert "Nobody can check everything." in page.text and "Error:" not in page.text
    assert forms(page)[0].fields["first"].strip() == vague["first"]
    assert client.answer(page).location == EN + "what-matters"
    assert client.answer(client.get(where), first="Is this right?").location == EN + "what-matters"


def test_leaving_in_between_is_not_held_up_by_suggestions(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="questions")
    client.answer(client.get(where), first="Please check my case.")
    assert client.get(EN + "continue").location == EN + "what-matters"


def test_their_words_are_put_together_on_the_same_page_and_stay_theirs_to_change(client: Visitor) -> None:
    begin(client)
    where = fill(client, until="questions")
    put = client.answer(client.get(where), first="Is it safe?", then="compose")
    assert put.location == where
    page = client.get(where)
    together = forms(page)[0].fields["first"].strip().splitlines()
    assert together == ["Is it safe?", *(value for _, value in TYPED["frame"])]
    assert client.get(EN + "continue").location == where, "nothing is answered before they say so"
    assert client.answer(page).status_code == 303


def test_the_enter_key_goes_on_and_puts_nothing_together(client: Visitor) -> None:
    begin(client)
    text = client.get(fill(client, until="questions")).text
    first_button = text.split("<form", 1)[1].split("<button", 1)[1].split(">", 1)[0]
    assert "name=" not in first_button


def test_the_desk_reads_the_same_page_and_who_asks_for_help(client: Visitor, services: Any, now: datetime) -> None:
    answers = filled_answers(services, questions=[("help", "yes")])
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=answers)
        case = lifecycle.confirm_draft(tx, services, draft, a_request(services, draft), now)
    a_signed_in_coordinator(services, client)
    read = article(client.get(f"/desk/cases/{case.id}"))
    assert "Asks for help with the question." in read
    assert all(value in read for _, value in TYPED["frame"])
