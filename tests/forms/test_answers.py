"""Answers as people read them, on the check page, in the case and on the specialist's page."""

from dataclasses import replace
from datetime import date
from typing import Any

from intake.forms import journey
from intake.forms.answers import rows, section
from intake.forms.context import FormContext
from intake.forms.draft_answers import typed_on, with_address, with_page, with_typed
from intake.forms.pages import CHECK, open_page
from intake.forms.specialist_page import specialist_page
from intake.forms.whole import whole_request
from tests.forms.conftest import sent
from tests.forms.test_journey import COMPLETE, take


def filled(context: FormContext, **changed: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    while (step := journey.next_unanswered(answers, context)) != CHECK:
        answers = take(answers, context, step, **changed.get(step.replace("-", "_"), {}))
    return answers


def value(sections: list[Any], step: str, field: str) -> str:
    return next(
        row.value for section in sections for row in section.rows if (row.step, row.field) == (step, field)
    )


def test_sections_come_in_the_order_of_the_journey_with_words_not_ids(context: FormContext) -> None:
    sections = rows(filled(context), context)
    assert [section.step for section in sections] == list(COMPLETE)
    assert value(sections, "patient", "country") == "Jordan"
    assert value(sections, "patient", "born") == "27 March 1951"
    assert value(sections, "condition", "specialty") == "Bones, joints and spine"
    assert value(sections, "treatment", "so_far") == "No treatment so far, or I do not know"


def test_a_date_of_day_and_month_survives_in_words(context: FormContext) -> None:
    plan = {"plan_date-day": "3", "plan_date-month": "12", "plan_date-year": "2026"}
    assert (
        value(rows(filled(context, timing=plan), context), "timing", "plan_date") == "3 December 2026"
    )


def test_what_was_not_asked_is_not_shown(context: FormContext) -> None:
    shown = {
        row.field for row in section("timing", filled(context, timing={"planned": "no"}), context).rows
    }
    assert "plan" not in shown and "plan_date" not in shown


def test_details_of_what_nobody_named_are_no_rows(context: FormContext) -> None:
    nobody = section("readers", {"readers": {"may_read": ["nobody"]}}, context)
    assert [row.field for row in nobody.rows] == ["may_read", "contact_name"]
    half = section("readers", {"readers": {"may_read": ["nobody"], "contact_name": "Rui Secondcontact"}}, context)
    assert len(half.rows) == 5


def test_every_row_leads_back_to_its_field(context: FormContext) -> None:
    for each in rows(filled(context), context):
        for row in each.rows:
            assert row.step == each.step and row.anchor and row.label


def test_the_specialist_reads_questions_in_their_order_and_what_is_missing(context: FormContext) -> None:
    answers = filled(
        context,
        questions={"third": "And the risks?"},
        records={"items_held-scan-files": "have-not", "items_held-medicines": "have"},
    )
    page = specialist_page(answers, context)
    assert page.questions == ("Does an operation help more than waiting?", "And the risks?")
    assert page.records.have == ("Medicines taken now",)
    assert page.records.missing == ("The scan files themselves",)
    assert ("The scan files themselves" in dict(page.records.cannot_say)) is True
    assert [row.value for row in page.patient][-1] == "75"
    assert [row.value for row in page.asked_by][:3] == ["Amira Haddad", "Somebody else", "Daughter"]


def test_a_half_answered_request_has_a_page_too(context: FormContext) -> None:
    page = specialist_page({"who": {"who": "myself"}}, context)
    assert page.questions == () and page.patient == () and page.records.have == ()


def test_only_what_the_journey_reaches_is_on_the_specialists_page(context: FormContext) -> None:
    answers = filled(context) | {"who": {"who": "myself"}}
    assert specialist_page(answers, context).asked_by == ()


def test_a_complete_request_is_read_out_of_the_answers(context: FormContext) -> None:
    request = whole_request(filled(context), context)
    assert request.address == "amira@example.org"
    assert request.country == "JO"
    assert {agreement.purpose for agreement in request.agreements} == {
        "review",
        "abroad",
        "contact",
        "statement",
    }
    assert "_typed" not in request.answers


def test_what_was_typed_on_an_invalid_page_is_kept_beside_the_last_valid_answer(context: FormContext) -> None:
    answers = filled(context)
    wrong = open_page("patient", context, answers, sent({"full_name": "", "born-day": "99"}))
    assert not wrong.validate()
    kept = with_typed(answers, wrong)
    assert kept["patient"] == answers["patient"]
    typed = typed_on(kept, "patient")
    assert typed is not None and typed.get("born-day") == "99"
    assert "_typed" not in with_page(kept, open_page("patient", context, answers))
    assert journey.pruned(kept) == journey.pruned(answers)


def test_another_address_replaces_the_one_given_and_is_never_made_up(context: FormContext) -> None:
    answers = filled(context)
    assert with_address(answers, "new@example.org")["reach-you"]["email"] == "new@example.org"
    assert with_address({}, "new@example.org") == {}


def test_the_day_decides_whether_a_stored_answer_stands(context: FormContext) -> None:
    young = {"who": {"who": "myself"}, "patient": {"born": "2008-11-23", "adult": True}}
    assert not journey.answered("patient", young, context)
    assert journey.answered("patient", young, replace(context, today=date(2026, 11, 23)))
