"""One to three questions: help for who cannot find the words, words put together, suggestions that wait once."""

from typing import Any

import pytest

from intake.forms.answers import section
from intake.forms.compose import FRAME_FIELDS
from intake.forms.context import FormContext
from intake.forms.draft_answers import with_page
from intake.forms.pages import open_page
from intake.forms.steps.frame import PART_MOST
from intake.forms.steps.questions import QUESTION_MOST, asked_for_help
from tests.forms.conftest import Fill, sent

SELF: dict[str, Any] = {"who": {"who": "myself"}}
GOOD = "Compared with three more months of exercises, how likely is the operation to help me walk?"
HELP = "I cannot put it into words. Please help me."


def test_who_asks_for_help_needs_no_question(fill: Fill, context: FormContext) -> None:
    form = fill("questions", {"help": "yes"}, SELF)
    assert form.mistakes == [] and form.stored()["help"] is True
    rows = section("questions", SELF | {"questions": form.stored()}, context).rows
    assert (rows[0].field, rows[0].value, rows[0].theirs) == ("first", HELP, False)
    beside = section("questions", SELF | {"questions": {"first": GOOD, "help": True}}, context).rows
    assert (HELP, "Yes") in [(row.label, row.value) for row in beside]


def test_help_asked_for_on_the_page_before_is_not_asked_for_again(context: FormContext) -> None:
    answers = SELF | {"frame": {"help": True}}
    assert open_page("questions", context, answers).help.data is True
    assert open_page("questions", context, answers, sent({"first": GOOD})).help.data is False
    answered = answers | {"questions": {"first": GOOD, "help": False}}
    assert open_page("questions", context, answered).help.data is False
    assert asked_for_help(answers) and not asked_for_help(answered) and not asked_for_help({})


def test_a_button_puts_their_words_together_and_every_other_does_nothing(context: FormContext) -> None:
    answers = SELF | {"frame": {"about_me": "I drive a tram.", "what_matters": "To walk."}}
    form = open_page("questions", context, answers, sent({"first": "Is it safe?"}))
    assert form.press("compose")
    assert form.typed["first"] == ["Is it safe?\nI drive a tram.\nTo walk."] and form.validate()
    again = open_page("questions", context, answers, sent({"first": "Is it safe?"}))
    assert not again.press("save") and not again.press("") and again.typed["first"] == ["Is it safe?"]


def test_four_full_parts_fit_into_one_question(context: FormContext) -> None:
    frame = {name: letter * PART_MOST for name, letter in zip(FRAME_FIELDS, "abcd", strict=True)}
    form = open_page("questions", context, SELF | {"frame": frame}, sent({}))
    form.press("compose")
    assert form.validate() and 4 * PART_MOST < len(form.first.data) <= QUESTION_MOST


def test_suggestions_wait_once_and_never_again(fill: Fill, context: FormContext) -> None:
    first = fill("questions", {"first": "Please check my case."}, SELF)
    assert first.mistakes == [] and first.waits and not first.advised
    answers = with_page(SELF, first)
    kept = {"first": "Please check my case.", "help": False, "second": "", "third": ""}
    assert answers["questions"] == kept | {"advised": True}
    second = fill("questions", {"first": "Is this right?"}, answers)
    assert second.advice and not second.waits and second.stored()["advised"] is True


def test_a_clear_question_waits_for_nothing_and_stores_nothing_more(fill: Fill) -> None:
    form = fill("questions", {"first": GOOD, "second": "And its risks?"}, SELF)
    assert form.advice == [] and not form.waits and "advised" not in form.stored()


def test_who_asked_for_help_gets_no_advice(fill: Fill) -> None:
    assert fill("questions", {"first": "Is this right?", "help": "yes"}, SELF).advice == []


def test_a_suggestion_leads_to_its_box_and_is_made_once(fill: Fill) -> None:
    form = fill("questions", {"first": GOOD, "second": "Is this right?", "third": "Is this right?"}, SELF)
    assert [anchor for anchor, _ in form.advice] == ["second"]


@pytest.mark.parametrize(
    ("specialty", "reason", "reasons"),
    [
        ("heart", "major-treatment", ["major-treatment", "other-tests"]),
        ("cancer", "check-diagnosis", ["check-diagnosis", "choose-treatment", "nothing-more"]),
        ("brain-nerves", "unknown", ["other"]),
        ("no-such-field", "unknown", []),
    ],
)
def test_examples_fit_the_reason_and_the_field(
    context: FormContext, specialty: str, reason: str, reasons: list[str]
) -> None:
    answers = SELF | {"condition": {"specialty": specialty}, "reason": {"reason": reason}}
    assert [each.reason for each in open_page("questions", context, answers).examples] == reasons


def test_every_field_of_medicine_has_an_example(context: FormContext) -> None:
    known = context.knowledge
    assert {each.id for each in known.specialties} == {each.specialty for each in known.questions.examples}
