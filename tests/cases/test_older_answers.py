"""What an older form kept is read in the shape of today: no answer is lost, and no page asked again for it."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from intake.cases import draft as drafts
from intake.cases import store
from intake.cases.older_answers import MOVED_TO_PERMISSION, TYPED, as_today
from intake.forms.draft_answers import TYPED as DRAFT_TYPED
from intake.forms.journey import next_unanswered
from intake.forms.pages import CHECK
from tests.builders import a_case, a_context, a_draft, answers_for_another

TOLD = {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"}


def as_before(answers: dict[str, Any]) -> dict[str, Any]:
    """The same request as form 2026-11 kept it: on one page."""
    older = deepcopy(answers)
    moved = older.pop("permission")
    older["asking"] |= {name: moved[name] for name in MOVED_TO_PERMISSION}
    return older


def test_answers_of_today_come_back_as_they_are(services: Any) -> None:
    for answers in ({}, {"who": {"who": "myself"}}, answers_for_another(services)):
        assert as_today(answers) is answers


def test_older_answers_are_those_of_today_and_stay_so(services: Any) -> None:
    today = answers_for_another(services)
    assert as_today(as_before(today)) == today == as_today(as_today(as_before(today)))


def test_what_was_typed_and_is_not_valid_yet_goes_to_its_page_too() -> None:
    typed = {"asking": {"your_name": ["Olga"], "permission": ["authority"]}, "reason": {"more": ["Words"]}}
    today = as_today({"who": {"who": "carer"}, TYPED: typed})
    assert today[TYPED] == {
        "asking": {"your_name": ["Olga"]}, "permission": {"permission": ["authority"]}, "reason": {"more": ["Words"]},
    }  # fmt: skip
    assert as_today(today) is today and TYPED == DRAFT_TYPED
    assert as_today({TYPED: {"asking": {"knows": ["yes"]}}}) == {TYPED: {"permission": {"knows": ["yes"]}}}


@pytest.mark.usefixtures("database")
def test_a_draft_that_was_begun_before_goes_on_where_it_was(services: Any, now: datetime) -> None:
    today = answers_for_another(services)
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=as_before(today))
        read = drafts.read_draft(tx, services.keys, draft.id, now)
    assert read.answers == today
    assert next_unanswered(read.answers, a_context(services)) == CHECK


@pytest.mark.usefixtures("database")
def test_a_case_that_was_sent_before_still_says_with_what_right(services: Any, now: datetime) -> None:
    with services.database.transaction() as tx:
        case = a_case(tx, services, now, answers=answers_for_another(services))
        before = as_before(store.read_answers(tx, services.keys, case))
        store.write_answers(tx, services.keys, case, before)
        assert store.read_answers(tx, services.keys, case)["permission"] == TOLD | {"whom": "carer"}
