"""Countries ticked one by one, wishes that may stay open, and a doctor who is written to only when allowed."""

from dataclasses import replace
from typing import Any

import pytest

from intake.forms.context import FormContext
from intake.forms.pages import BY_STEP, fields_of, open_page
from intake.forms.read_as import read_rows
from intake.forms.specialist_page import specialist_page
from intake.forms.steps.preferences import chosen_countries, doctor_to_write_to, wants_translation
from tests.forms.conftest import Fill, sent
from tests.forms.test_consent import DOCTOR, filled
from tests.forms.test_journey import take


def test_every_country_of_the_operator_has_a_box_of_its_own_and_none_is_ticked(context: FormContext) -> None:
    shown = open_page("preferences", context, {})["countries"].shown()
    assert [(each.id, each.label, each.chosen) for each in shown] == [
        ("DE", "Germany", False), ("GB", "United Kingdom", False), ("US", "United States", False),
    ]  # fmt: skip


def test_no_box_stands_for_all_countries(context: FormContext) -> None:
    many = open_page("preferences", replace(context, abroad=("FR", "DE")), {})["countries"].shown()
    assert {each.id for each in many} == {"FR", "DE"}


def test_nothing_but_a_country_is_needed(fill: Fill) -> None:
    form = fill("preferences", {"countries": "GB"})
    assert form.mistakes == [] and form.stored()["countries"] == ["GB"]


def test_whether_we_may_write_is_asked_once_on_the_page_of_agreements(context: FormContext) -> None:
    names = [name for name, _ in fields_of(BY_STEP["preferences"])]
    assert [name for name in names if "doctor" in name] == ["doctor_name", "doctor_reach"]
    consent = open_page("consent", context, {"preferences": DOCTOR | {"countries": ["DE"]}})
    assert consent["doctor"].asked and not consent["doctor"].data


def test_a_treating_doctor_who_asks_is_not_asked_for_a_doctor(context: FormContext) -> None:
    asking = {"who": {"who": "professional"}, "asking": {"relation": "treating-doctor"}}
    assert open_page("preferences", context, asking).asked_by_doctor
    assert not open_page("preferences", context, asking | {"asking": {"relation": "nurse-coordinator"}}).asked_by_doctor


def test_a_doctor_may_be_named_and_not_written_to(fill: Fill) -> None:
    form = fill("preferences", {"countries": "GB", "doctor_name": "Dr X"})
    assert form.mistakes == []
    assert doctor_to_write_to({"preferences": form.stored()}) == ""


@pytest.mark.parametrize("stored", [None, 7, "DE", ["XX"], {"DE": True}])
def test_strange_or_foreign_countries_are_no_countries(context: FormContext, stored: Any) -> None:
    assert chosen_countries({"preferences": {"countries": stored}}, context) == ()


def test_countries_come_in_the_operators_order(context: FormContext) -> None:
    assert chosen_countries({"preferences": {"countries": ["US", "DE"]}}, context) == ("DE", "US")


@pytest.mark.parametrize(
    ("interpreter", "translation", "wanted"),
    [("no", "", False), ("yes", "", True), ("no", "yes", True), ("no", "unknown", False), ("", "no", False)],
)
def test_a_translation_is_wanted_by_whoever_needs_an_interpreter_or_says_so(
    interpreter: str, translation: str, wanted: bool
) -> None:
    answers = {"reach-you": {"interpreter": interpreter}, "preferences": {"translation": translation}}
    assert wants_translation(answers) is wanted


def test_the_specialist_reads_the_language_of_the_report_and_nothing_about_doctors_or_centres(
    context: FormContext,
) -> None:
    wishes = DOCTOR | {"report_tongue": "ar", "centre": "The centre in Inventedtown"}
    answers = filled(context, preferences=wishes)
    page = specialist_page(answers, context)
    assert [(row.label, row.value) for row in page.report] == [("Language wanted for the report", "Arabic")]
    assert not any(word in repr(page) for word in ("Leyla", "Inventedtown"))


def test_the_desk_reads_all_of_it(context: FormContext) -> None:
    rows = {row.label: row.value for row in read_rows("preferences", filled(context, preferences=DOCTOR), context)}
    assert rows["Countries agreed to"] == "Germany\nUnited States"
    assert rows["Doctor at home"] == DOCTOR["doctor_name"]
    assert rows["How to reach the doctor at home"] == DOCTOR["doctor_reach"]


def test_a_doctor_whose_name_is_taken_away_is_written_to_no_more(context: FormContext) -> None:
    answers = take(filled(context, preferences=DOCTOR), context, "preferences", doctor_name="", doctor_reach="")
    assert doctor_to_write_to(answers) == ""
    assert open_page("preferences", context, answers, sent({"countries": "DE"})).validate()
