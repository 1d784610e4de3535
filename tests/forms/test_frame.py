"""The four parts of the question: prompts that follow the reason, one part is enough, and help for who has none."""

from typing import Any

import pytest

from intake.forms.answers import section
from intake.forms.context import FormContext
from intake.forms.pages import open_page
from intake.knowledge.facts import Knowledge
from tests.forms.conftest import Fill

PARTS = ["about_me", "decision", "compared_with", "what_matters"]
SELF = {"who": {"who": "myself"}}
OTHER = {"who": {"who": "child"}}


def hints(context: FormContext, reason: str) -> list[str]:
    form = open_page("frame", context, SELF | {"reason": {"reason": reason}})
    return [form[name].hint for name in PARTS]


def test_every_reason_has_prompts_of_its_own(context: FormContext) -> None:
    reasons = [reason.id for reason in context.knowledge.reasons]
    assert len({tuple(hints(context, reason)) for reason in reasons}) == len(reasons) == 13


@pytest.mark.parametrize("reason", ["unknown", "a-reason-of-yesterday", ""])
def test_without_a_reason_the_frame_speaks_for_itself(context: FormContext, reason: str) -> None:
    assert hints(context, reason) == [part.hint for part in context.knowledge.questions.frame]


def test_prompts_fit_a_patient_who_reads_them_and_one_who_does_not(context: FormContext) -> None:
    knowledge: Knowledge = context.knowledge
    for prompts in knowledge.questions.prompts:
        for hint in prompts.hints:
            assert not {"you", "your", "me", "my", "i", "he", "she"} & set(hint.lower().split()), hint


def test_the_page_speaks_of_the_patient_for_somebody_else(context: FormContext) -> None:
    own, other = ([open_page("frame", context, who)[name].wording for name in PARTS] for who in (SELF, OTHER))
    assert own == ["About me", "The decision", "Compared with", "What matters most to me"]
    assert other == ["About the patient", "The decision", "Compared with", "What matters most to the patient"]


@pytest.mark.parametrize("part", PARTS)
def test_any_one_part_is_enough(fill: Fill, part: str) -> None:
    assert fill("frame", {part: "A few words"}, SELF).mistakes == []


def test_nothing_at_all_is_a_mistake_unless_help_is_asked_for(fill: Fill) -> None:
    assert [anchor for anchor, _ in fill("frame", {part: "  " for part in PARTS}, SELF).mistakes] == ["about_me"]
    assert fill("frame", {"help": "yes"}, SELF).mistakes == []


def test_asking_for_help_stands_where_the_words_would(context: FormContext) -> None:
    rows = section("frame", SELF | {"frame": {"help": True}}, context).rows
    assert {row.value for row in rows} == {"I do not know. Please help me ask."}
    full = section("frame", SELF | {"frame": dict.fromkeys(PARTS, "Words") | {"help": True}}, context).rows
    assert [row.field for row in full] == [*PARTS, "help"]
    assert [row.field for row in section("frame", SELF | {"frame": {"decision": "Now?"}}, context).rows] == PARTS


def test_what_was_told_before_is_shown_and_not_asked_again(context: FormContext) -> None:
    answers: dict[str, Any] = SELF | {
        "patient": {"born": "1968-03-27"}, "condition": {"told": "A slipped disc.", "told_when": "2025-05"},
        "treatment": {"so_far": "Exercises."}, "timing": {"planned": "yes", "plan": "Surgery", "plan_date": "2027-03"},
    }  # fmt: skip
    told = [each.value for each in open_page("frame", context, answers).known]
    assert told == ["27 March 1968", "A slipped disc.", "May 2025", "Exercises.", "Surgery", "March 2027"]
    assert open_page("frame", context, SELF).known == []


def test_what_matters_most_is_asked_once_and_shown_with_the_worries(context: FormContext) -> None:
    answers = SELF | {"frame": {"what_matters": "To walk to work."}}
    page = open_page("what-matters", context, answers)
    assert [each.value for each in page.known] == ["To walk to work."]
    assert "matters" not in [field.name for field in page.questions]
