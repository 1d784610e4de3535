"""Where records are held: up to three places, all optional, and nothing typed is ever lost."""

from typing import Any

import pytest

from intake.forms.context import FormContext
from intake.forms.draft_answers import typed_on, with_typed
from intake.forms.fields.places import Places
from intake.forms.pages import open_page
from intake.forms.steps.records import ADD_PLACE
from tests.forms.conftest import sent

FULL = {"places-1-name": "  St  Mary ", "places-1-city": "Amman", "places-1-country": "JO", "tongues": "en"}


def places(context: FormContext, typed: dict[str, str] | None = None, stored: Any = None) -> Places:
    answers = {} if stored is None else {"records": {"places": stored}}
    field = open_page("records", context, answers, None if typed is None else sent(typed))["places"]
    assert isinstance(field, Places)
    return field


def test_one_place_is_drawn_to_begin_with_and_none_is_needed(context: FormContext) -> None:
    assert len(places(context).rows_drawn()) == 1
    form = open_page("records", context, {}, sent({"tongues": "en"}))
    assert form.validate() and form.stored()["places"] == []


def test_a_place_is_kept_as_it_was_typed_with_its_country_by_id(context: FormContext) -> None:
    form = open_page("records", context, {}, sent(FULL))
    assert form.validate()
    assert form.stored()["places"] == [{"name": "St Mary", "city": "Amman", "country": "JO"}]
    said = places(context, stored=form.stored()["places"]).said()
    assert said.replace("\u2068", "").replace("\u2069", "") == "St Mary · Amman · Jordan"


def test_another_place_is_drawn_on_request_and_never_a_fourth(context: FormContext) -> None:
    typed = dict(FULL)
    for expected in (2, 3, 3):
        form = open_page("records", context, {}, sent(typed))
        assert form.press(ADD_PLACE)
        assert len(form["places"].rows_drawn()) == expected
        kept = typed_on(with_typed({}, form), "records")
        assert kept is not None
        typed = kept.to_dict()
        again = open_page("records", context, {}, kept)["places"]
        assert len(again.rows_drawn()) == expected and again.rows[0]["name"] == "St Mary"
    assert again.full and again.newest == 3


def test_only_the_button_adds_a_place(context: FormContext) -> None:
    form = open_page("records", context, {}, sent(FULL))
    assert not form.press("save") and not form.press("")
    assert len(form["places"].rows_drawn()) == 1


@pytest.mark.parametrize(("said", "drawn"), [("2", 2), ("9", 3), ("0", 1), ("-1", 1), ("²", 1), ("many", 1), ("33", 1)])
def test_a_strange_number_of_places_harms_nobody(context: FormContext, said: str, drawn: int) -> None:
    assert len(places(context, {"places-drawn": said}).rows_drawn()) == drawn


def test_a_filled_place_is_drawn_whatever_number_was_said(context: FormContext) -> None:
    field = places(context, {"places-3-city": "Lisbon", "places-drawn": "1"})
    assert len(field.rows_drawn()) == 3 and field.data == [{"name": "", "city": "Lisbon", "country": ""}]


def test_a_wrong_place_leads_to_its_own_box(context: FormContext) -> None:
    form = open_page("records", context, {}, sent(FULL | {"places-2-country": "Atlantis"}))
    assert not form.validate()
    assert form.mistakes == [("places-2-country", "Choose one of the answers on this page")]


@pytest.mark.parametrize("stored", [7, "x", [None], [{"name": None}], [{"country": "XX"}], [{}] * 9])
def test_strange_stored_places_break_nothing(context: FormContext, stored: Any) -> None:
    field = places(context, stored=stored)
    assert isinstance(field.said(), str) and 1 <= len(field.rows_drawn()) <= 3


@pytest.mark.parametrize(("who", "word"), [("myself", "you live in"), ("carer", "the patient lives in")])
def test_the_country_speaks_of_whoever_is_the_patient(context: FormContext, who: str, word: str) -> None:
    field = open_page("records", context, {"who": {"who": who}})["places"]
    assert word in field.box_label("country")
