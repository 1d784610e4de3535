"""Which page comes next: derived from the answers, whatever order they came in."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from intake.forms import journey
from intake.forms.context import Answers, FormContext
from intake.forms.draft_answers import with_page
from intake.forms.pages import CHECK, PAGES, open_page
from tests.forms.conftest import sent

STEPS = [page.step for page in PAGES]
COMPLETE: dict[str, dict[str, str | list[str]]] = {
    "who": {"who": "carer"},
    "asking": {
        "your_name": "Amira Haddad", "relation": "other", "relation_other": "Daughter",
    },
    "permission": {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"},
    "readers": {"may_read": ["nobody"]},
    "patient": {"full_name": "Yusuf Haddad", "born-day": "27", "born-month": "3", "born-year": "1951", "country": "JO"},
    "patient-agrees": {"how": "link", "patient_email": "yusuf@example.org"},
    "reach-you": {"email": "amira@example.org", "best_way": "email", "tongues": ["ar"], "interpreter": "no"},
    "timing": {"in_hospital": "no", "planned": "yes", "plan": "An operation"},
    "condition": {"specialty": "bones-spine", "told": "A slipped disc."},
    "treatment": {"none_so_far": "yes"},
    "reason": {"reason": "major-treatment"},
    "frame": {"decision": "Whether to have the operation."},
    "questions": {"first": "Does an operation help more than waiting?"},
    "what-matters": {"risk": "some"},
    "preferences": {"countries": ["DE", "US"]},
    "records": {"tongues": ["ar"], "items_held-scan-files": "have"},
    "consent": {"review": "yes", "abroad": "yes", "contact": "yes", "statement": "yes"},
}  # fmt: skip


def take(answers: Answers, context: FormContext, step: str, **typed: Any) -> dict[str, Any]:
    """The answers after a page was filled in, with `typed` over the usual."""
    form = open_page(step, context, answers, sent(COMPLETE[step] | typed))
    assert form.validate(), form.mistakes
    return with_page(answers, form)


@pytest.fixture(scope="session")
def complete(context: FormContext) -> dict[str, Any]:
    """A request with nothing left to answer."""
    answers: dict[str, Any] = {}
    while (step := journey.next_unanswered(answers, context)) != CHECK:
        answers = take(answers, context, step)
    return answers


def test_an_empty_draft_begins_with_the_first_page(context: FormContext) -> None:
    assert journey.next_unanswered({}, context) == "who"
    assert journey.may_visit("who", {}, context)
    assert not any(journey.may_visit(step, {}, context) for step in [*STEPS[1:], CHECK])


def test_every_page_in_order_leads_to_the_check(complete: dict[str, Any]) -> None:
    assert list(complete) == STEPS
    assert journey.path(complete) == [*STEPS, CHECK]


def test_only_those_who_ask_for_somebody_are_asked_about_themselves(context: FormContext) -> None:
    own = take({}, context, "who", who="myself")
    assert "asking" not in journey.path(own)
    assert journey.next_unanswered(own, context) == "readers"
    assert not journey.may_visit("asking", own, context)


def test_changing_who_back_and_forth_loses_nothing(complete: dict[str, Any], context: FormContext) -> None:
    for_myself = take(complete, context, "who", who="myself")
    assert "asking" not in journey.pruned(for_myself)
    back = take(for_myself, context, "who", who="carer")
    assert journey.pruned(back)["asking"] == journey.pruned(complete)["asking"]
    assert {step: back[step] for step in STEPS} == {step: complete[step] for step in STEPS}


def test_agreement_is_asked_again_when_it_would_be_given_for_another_person(
    complete: dict[str, Any], context: FormContext
) -> None:
    for_myself = take(complete, context, "who", who="myself")
    assert journey.next_unanswered(for_myself, context) == "consent"


def test_another_specialty_brings_back_its_own_list_of_records(
    complete: dict[str, Any], context: FormContext
) -> None:
    changed = take(complete, context, "condition", specialty="heart")
    assert journey.next_unanswered(changed, context) == "records"


def test_what_is_no_longer_asked_is_not_sent(complete: dict[str, Any], context: FormContext) -> None:
    changed = take(complete, context, "timing", planned="no")
    assert changed["timing"]["plan"] == "An operation"
    assert "plan" not in journey.pruned(changed)["timing"]


def test_records_of_another_list_are_not_sent(complete: dict[str, Any], context: FormContext) -> None:
    heart = take(complete, context, "condition", specialty="heart")
    heart = take(heart, context, "records", **{"items_held-ecg": "have"})
    spine = take(take(heart, context, "condition"), context, "records")
    assert spine["records"]["items_held"]["ecg"] == "have"
    assert "ecg" not in journey.pruned(spine)["records"]["items_held"]


def test_the_way_back_leads_to_the_page_before(complete: dict[str, Any]) -> None:
    assert journey.before("who", complete) == ""
    assert journey.before("readers", complete) == "permission"
    assert journey.before("readers", {"who": {"who": "myself"}}) == "who"
    assert journey.before(CHECK, complete) == "consent"


@given(
    given=st.dictionaries(st.sampled_from([*STEPS, "_typed", "nonsense"]), st.just({})),
    who=st.sampled_from(["myself", "child", None]),
)
@settings(deadline=None)
def test_whatever_is_stored_nobody_gets_past_the_first_unanswered_page(
    context: FormContext, given: dict[str, Any], who: str | None
) -> None:
    answers = given | ({"who": {"who": who}} if who else {})
    steps, first = journey.path(answers), journey.next_unanswered(answers, context)
    reached = [step for step in steps if journey.may_visit(step, answers, context)]
    assert reached == steps[: steps.index(first) + 1]
    assert set(journey.pruned(answers)) <= set(steps)
    assert journey.pruned(journey.pruned(answers)) == journey.pruned(answers)
    for step in steps:
        assert journey.place(step, answers)[1] == len(steps)


class Walk(RuleBasedStateMachine):
    """Somebody fills in pages, goes back and changes their mind."""

    context: FormContext

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Any] = {}
        self.given: dict[str, dict[str, Any]] = {}

    @rule(
        change=st.sampled_from(
            [{}, {"who": "myself"}, {"who": "child"}, {"planned": "no"}, {"specialty": "heart"}]
        )
    )
    def answer_the_next_page(self, change: dict[str, str]) -> None:
        self._answer(journey.next_unanswered(self.answers, self.context), change)

    @precondition(lambda self: self.answers)
    @rule(
        data=st.data(),
        change=st.sampled_from([{"who": "myself"}, {"who": "carer"}, {"specialty": "cancer"}, {}]),
    )
    def change_an_earlier_page(self, data: st.DataObject, change: dict[str, str]) -> None:
        steps = [
            step for step in journey.path(self.answers) if journey.may_visit(step, self.answers, self.context)
        ]
        self._answer(data.draw(st.sampled_from(steps)), change)

    def _answer(self, step: str, change: dict[str, str]) -> None:
        if step == CHECK:
            return
        typed = {name: value for name, value in change.items() if name in COMPLETE[step]}
        self.answers = take(self.answers, self.context, step, **typed)
        self.given[step] = self.answers[step]

    @invariant()
    def nothing_given_is_lost(self) -> None:
        assert {step: self.answers[step] for step in self.given} == self.given

    @invariant()
    def what_would_be_sent_is_on_the_path(self) -> None:
        assert list(journey.pruned(self.answers)) == [
            step for step in journey.path(self.answers) if step in self.given
        ]

    @invariant()
    def order_is_kept(self) -> None:
        steps = journey.path(self.answers)
        first = steps.index(journey.next_unanswered(self.answers, self.context))
        assert not any(journey.may_visit(step, self.answers, self.context) for step in steps[first + 1 :])


def test_a_long_walk_through_the_form_keeps_its_promises(context: FormContext) -> None:
    walk = type("WalkHere", (Walk,), {"context": context})
    run_state_machine_as_test(walk, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
