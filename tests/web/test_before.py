"""Before the first question: scope and price, whether it can wait, and the emergency page. Nothing of it is kept."""

import logging
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from intake.app import create_app
from intake.cases.draft import drafts, read_draft
from intake.db import metadata
from intake.keys import wrapped_keys
from intake.languages import Languages
from intake.mail.message import Letters
from intake.partners import store as partners
from tests.visitor import Visitor, forms

EN = "/request/en/"
WAIT, EMERGENCY = EN + "can-it-wait", EN + "emergency"


@pytest.fixture
def in_three_languages(services: Any) -> Visitor:
    """A visitor of a service that offers Spanish and Arabic too."""
    app: Flask = create_app(replace(services, languages=Languages(("en", "es", "ar"))))
    app.test_client_class = Visitor
    visitor = app.test_client()
    visitor.base_url = services.settings.base_url
    return visitor


def everything(services: Any) -> dict[str, list[str]]:
    """Every row of both databases."""
    with services.database.read() as tx:
        state = {table.name: sorted(map(repr, tx.all(select(table)))) for table in metadata.sorted_tables}
    with services.keys.database.read() as tx:
        return state | {"keys": sorted(map(repr, tx.all(select(wrapped_keys))))}


def main_of(page: Any) -> str:
    """The words and tags of the main part of a page."""
    return unescape(page.text[page.text.index("<main") : page.text.index("</main>")])


# -- The start page ------------------------------------------------------------------------------------------


def test_scope_price_and_the_other_ways_stand_before_any_question(client: Visitor, services: Any) -> None:
    page, operator = main_of(client.get(EN)), services.operator
    said = [*operator.scope.conditions_not_served, "Antarctica", operator.scope.age_rule]
    said += [operator.prices.who_pays, operator.prices.nothing_before, operator.prices.refund_rule]
    for price in (*operator.prices.fees, *operator.prices.extras):
        said += [price.what, price.amount, price.paid_by, price.paid_to]
    for words in said:
        assert words in page[: page.index("Start now")], words
    other = page[page.index("Other ways to ask") :]
    for way in (operator.contact.telephone, operator.contact.messenger, operator.contact.postal_address,
                f'href="{EN}paper"', f'href="{EN}call-me"'):  # fmt: skip
        assert way in other, way


def test_the_emergency_help_comes_first(client: Visitor) -> None:
    page = main_of(client.get(EN))
    assert page.index('class="emergency"') < page.index(f'href="{EMERGENCY}"') < page.index("<h1")


def test_looking_and_answering_yes_store_nothing_at_all(client: Visitor, services: Any, caplog: Any) -> None:
    before = everything(services)
    with caplog.at_level(logging.DEBUG):
        for address in (EN, WAIT, EMERGENCY, EMERGENCY + "?country=JO", EN + "paper", EN + "call-me"):
            assert client.get(address).status_code == 200
    assert everything(services) == before
    assert "country" not in caplog.text and "JO" not in caplog.text
    assert "Set-Cookie" not in client.get(EMERGENCY + "?country=JO").headers


def test_nobody_can_tell_afterwards_who_had_looked_at_the_emergency_page(new_client: Any, services: Any) -> None:
    calm, worried = new_client(), new_client()
    worried.get(EMERGENCY + "?country=JO")
    made = []
    for visitor in (calm, worried):
        assert visitor.answer(visitor.get(WAIT)).status_code == 303
        with services.database.read() as tx:
            known = {draft_id for draft_id, _ in made}
            row = next(row for row in tx.all(select(drafts)) if row.id not in known)
            draft = read_draft(tx, services.keys, row.id, services.clock())
        assert draft.answers == {}
        own = ("id", "case_id", "answers", "address")  # random, or sealed and looked into above
        made.append((row.id, {name: value for name, value in row._mapping.items() if name not in own}))
    assert made[0][1] == made[1][1]


# -- Can this wait? ------------------------------------------------------------------------------------------


def test_every_sign_stands_under_what_it_asks_for(client: Visitor, services: Any) -> None:
    page, emergency = main_of(client.get(WAIT)), services.knowledge.emergency
    parts = re.split(r"<h2>", page)[1:]
    assert [part.split("</h2>")[0] for part in parts] == list(emergency.instructions.values())
    for part, urgency in zip(parts, emergency.instructions, strict=True):
        for sign in emergency.signs:
            assert (sign.text in part) is (sign.urgency == urgency), sign.id
    assert emergency.not_complete in page


def test_yes_leads_to_help_and_no_begins_the_request(client: Visitor) -> None:
    page = client.get(WAIT)
    assert f'href="{EMERGENCY}"' in main_of(page)
    assert client.answer(page).location == EN + "continue"
    assert client.get(EN + "continue").location == EN + "who"


def test_a_page_open_too_long_asks_again_and_begins_nothing(client: Visitor, services: Any, still_clock: Any) -> None:
    page = client.get(WAIT)
    still_clock.advance(days=services.settings.draft_days, hours=1)
    again = client.answer(page)
    assert again.status_code == 422 and "Is any of these happening now?" in again.text
    with services.database.read() as tx:
        assert tx.all(select(drafts.c.id)) == []
    assert client.answer(again).status_code == 303


def test_the_partner_survives_the_way_through_the_emergency_page_and_another_language(
    in_three_languages: Visitor, services: Any
) -> None:
    visitor = in_three_languages
    wait = visitor.answer(visitor.get(EN, query_string={"via": "helping-hands"}))
    help_now = re.search(r'href="([^"]*/emergency[^"]*)"', main_of(wait))
    number = visitor.answer(visitor.get(help_now[1]), country="GB")
    back = re.search(r'href="([^"]*can-it-wait[^"]*)"', main_of(number))
    spanish = re.search(r'href="(/request/es/can-it-wait[^"]*)"', visitor.get(back[1]).text)
    assert visitor.answer(visitor.get(spanish[1])).status_code == 303
    with services.database.read() as tx:
        assert tx.scalar(select(drafts.c.partner)) == "helping-hands"


def test_a_start_is_counted_for_a_partner_that_is_registered_and_for_nobody_else(
    new_client: Any, services: Any
) -> None:
    with services.database.transaction() as tx:
        partners.add(tx, "helping-hands", "Helping Hands", services.clock())
    for via in ("helping-hands", "helping-hands", "somebody-else", ""):
        visitor = new_client()
        wait = visitor.get(WAIT, query_string={"via": via} if via else {})
        assert visitor.answer(wait).status_code == 303
    with services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(drafts)) == 4
        assert partners.starts_of(tx, "helping-hands") == {"2026-03": 2}
        assert partners.starts_of(tx, "somebody-else") == {}


def test_a_language_that_we_do_not_offer_keeps_the_partner(client: Visitor) -> None:
    assert client.get("/request/xx/?via=helping-hands").location == EN + "?via=helping-hands"
    assert client.get("/request/?via=helping-hands").location == EN + "?via=helping-hands"


def test_who_has_begun_already_goes_on(client: Visitor) -> None:
    client.answer(client.get(WAIT))
    client.answer(client.get(EN + "who"), who="myself")
    assert client.answer(client.get(WAIT)).location == EN + "continue"
    assert f'href="{EN}continue"' in main_of(client.get(EN))


# -- The emergency page --------------------------------------------------------------------------------------


def test_the_number_of_a_country_can_be_called_by_a_touch(client: Visitor) -> None:
    page = main_of(client.answer(client.get(EMERGENCY), country="GB"))
    assert 'href="tel:999"' in page and "United Kingdom" in page
    assert "not verified" not in page


def test_a_number_that_nobody_has_checked_says_so(client: Visitor, services: Any) -> None:
    page = main_of(client.get(EMERGENCY + "?country=PT"))
    assert 'href="tel:112"' in page and services.knowledge.emergency_number("PT").note in page


def test_a_country_whose_number_we_do_not_know_says_how_to_find_it(client: Visitor, services: Any) -> None:
    page = main_of(client.get(EMERGENCY + "?country=JO"))
    assert "We have not verified the number for this country" in page
    assert services.knowledge.emergency.find_number in page
    assert "tel:" not in page


@pytest.mark.parametrize("country", ["", "XX", "gb", "<b>", "GB,US"])
def test_what_is_no_country_shows_no_number(client: Visitor, country: str) -> None:
    page = client.get(EMERGENCY, query_string={"country": country})
    assert page.status_code == 200
    assert "tel:" not in main_of(page) and "not verified" not in main_of(page)


def test_countries_are_named_in_the_readers_language(in_three_languages: Visitor) -> None:
    page = main_of(in_three_languages.get("/request/ar/emergency?country=JO"))
    assert ">الأردن</option>" in page and ">Jordan<" not in page
    assert '<h2 class="panel__title" id="number-title">الأردن</h2>' in page


def test_who_pressed_by_mistake_finds_the_way_back(client: Visitor) -> None:
    page = main_of(client.get(EMERGENCY))
    assert f'href="{WAIT}"' in page[page.index("by mistake") :]


# -- Words of the operator -----------------------------------------------------------------------------------


def test_the_operator_speaks_the_language_of_the_reader(in_three_languages: Visitor, services: Any) -> None:
    said, first = services.operator.in_language("es"), services.operator
    page = main_of(in_three_languages.get("/request/es/"))
    for table, entry in (("prices", "who_pays"), ("times", "opinion"), ("scope", "age_rule"), ("contact", "hours")):
        assert getattr(getattr(said, table), entry) in page
        assert getattr(getattr(first, table), entry) not in page
    assert said.prices.refund_rule in main_of(in_three_languages.get("/request/es/paper"))


def test_a_letter_says_the_operators_words_in_its_own_language(services: Any) -> None:
    languages = Languages(("en", "es"))
    letters = Letters(services.settings.templates / "letters", languages, services.operator)
    told = {"reference": "K7Q2-M4XD-9T", "link": "https://opinion.example.org/l/x"}
    letter = letters.compose("case_declined", "es", "reader@example.org", **told)
    assert services.operator.in_language("es").legal.complaints_route in " ".join(letter.text.split())


# -- Each form on these pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["", "can-it-wait", "emergency", "emergency?country=GB", "paper", "call-me", "called"])
def test_every_page_has_one_heading_a_label_for_each_box_and_is_light(client: Visitor, step: str) -> None:
    page = client.get(EN + step)
    assert page.text.count("<h1") == 1
    for tag in re.findall(r"<(?:input|select|textarea) [^>]*>", page.text):
        if 'type="hidden"' not in tag:
            name = tag.split(' id="')[1].split('"')[0]
            assert f'for="{name}"' in page.text, tag
    assert len(page.data) < (100_000 if step == "paper" else 50_000)
    assert all(form.method == "get" or "csrf_token" in form.fields for form in forms(page))
