"""A country that we do not serve stops the form kindly: nothing is lost, and nobody gets past while it stands."""

from dataclasses import replace
from typing import Any

from intake.forms.context import FormContext
from intake.forms.journey import answered
from intake.forms.pages import open_page
from tests.forms.conftest import sent
from tests.forms.test_journey import COMPLETE

SELF = {"who": {"who": "myself"}}


def test_the_page_names_the_country_and_says_what_to_do(context: FormContext) -> None:
    elsewhere = replace(context, not_served=("JO",))
    form = open_page("patient", elsewhere, SELF, sent(COMPLETE["patient"]))
    assert not form.validate()
    (sentence,) = form["country"].errors
    assert "Jordan" in sentence and "change it" in sentence
    assert form.typed["full_name"] == ["Yusuf Haddad"]
    assert form.not_served == "Jordan"


def test_a_country_that_we_serve_passes(context: FormContext) -> None:
    form = open_page("patient", context, SELF, sent(COMPLETE["patient"]))
    assert form.validate(), form.mistakes
    assert form.not_served == ""


def test_an_answer_falls_when_we_no_longer_serve_the_country(context: FormContext) -> None:
    answers: dict[str, Any] = SELF | {"patient": stored(context)}
    assert answered("patient", answers, context)
    assert not answered("patient", answers, replace(context, not_served=("AQ", "JO")))


def stored(context: FormContext) -> dict[str, Any]:
    form = open_page("patient", context, SELF, sent(COMPLETE["patient"]))
    assert form.validate(), form.mistakes
    return form.stored()


def test_the_operator_says_which_countries_those_are(context: FormContext) -> None:
    assert context.not_served == ("AQ",)
