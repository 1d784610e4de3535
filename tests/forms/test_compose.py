"""A draft of the question: the person's own words in the frame's order, and not one word of ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.forms.compose import FRAME_FIELDS, can_compose, compose, told_already
from intake.forms.context import FormContext
from intake.forms.steps.condition import Condition
from intake.forms.steps.timing import Timing

FRAME = {"about_me": "I drive a tram.", "decision": "Operate or not?", "compared_with": "", "what_matters": "To walk."}
TOLD = {"condition": {"told": "A slipped disc."}, "timing": {"planned": "yes", "plan": "Surgery in March."}}
words = st.text(max_size=40).map(str.strip)


def test_the_parts_come_in_the_order_of_the_frame_in_the_persons_own_words() -> None:
    assert compose({"frame": FRAME}, "", 2000) == "I drive a tram.\nOperate or not?\nTo walk."


def test_what_is_typed_stays_as_it_is_and_comes_first() -> None:
    assert compose({"frame": FRAME}, "My question. Operate or not?", 2000) == (
        "My question. Operate or not?\nI drive a tram.\nTo walk."
    )


def test_pressed_twice_it_adds_nothing_more() -> None:
    once = compose({"frame": FRAME} | TOLD, "", 2000)
    assert compose({"frame": FRAME} | TOLD, once, 2000) == once


def test_what_was_told_before_stands_in_for_an_empty_part() -> None:
    frame = {"what_matters": "To walk."}
    assert compose({"frame": frame} | TOLD, "", 2000) == "A slipped disc.\nSurgery in March.\nTo walk."


def test_a_plan_that_is_no_longer_one_is_left_out() -> None:
    answers = {"frame": {"what_matters": "To walk."}, "timing": {"planned": "no", "plan": "Surgery in March."}}
    assert compose(answers, "", 2000) == "To walk."


def test_earlier_words_never_push_the_draft_over_the_limit() -> None:
    answers = {"frame": {"what_matters": "To walk."}, "condition": {"told": "x" * 100}}
    assert compose(answers, "", 50) == "To walk."


@given(parts=st.fixed_dictionaries(dict.fromkeys(FRAME_FIELDS, words)), typed=words)
def test_nothing_typed_is_lost_and_no_word_is_ours(parts: dict[str, str], typed: str) -> None:
    made = compose({"frame": parts}, typed, 10_000)
    assert made.startswith(typed)
    assert all(text in made for text in parts.values())
    assert len(made) <= len(typed) + sum(map(len, parts.values())) + len(parts)


@pytest.mark.parametrize("answers", [{}, {"frame": {}}, {"frame": {"help": True, "about_me": ""}}])
def test_without_words_of_theirs_there_is_nothing_to_put_together(answers: dict[str, Any]) -> None:
    assert not can_compose(answers)
    assert compose(answers, "", 2000) == ""


def test_only_what_was_asked_and_answered_is_told(context: FormContext) -> None:
    asked = ((Condition, ("told", "told_when")), (Timing, ("plan", "plan_date")))
    told = told_already(asked, context, TOLD)
    assert [(each.value, each.theirs, each.step) for each in told] == [
        ("A slipped disc.", True, "condition"), ("Surgery in March.", True, "timing"),
    ]  # fmt: skip
    assert told_already(asked, context, {"timing": {"planned": "no", "plan": "Surgery"}}) == []
