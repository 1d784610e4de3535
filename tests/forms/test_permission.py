"""With what right somebody asks, and what the patient knows: a page of its own, asked again when it is for another."""

import pytest

from intake.forms.context import FormContext
from intake.forms.journey import answered, next_unanswered, path
from intake.forms.pages import open_page
from tests.forms.conftest import Fill

WHOLE = {"permission": "permission", "knows": "yes", "knows_diagnosis": "yes"}
CARER = {"who": {"who": "carer"}}


def test_it_follows_the_page_about_who_asks_and_only_for_others(context: FormContext) -> None:
    assert path(CARER)[:4] == ["who", "asking", "permission", "readers"]
    assert "permission" not in path({"who": {"who": "myself"}})
    asking = CARER | {"asking": {"your_name": "Amira Haddad", "relation": "other"}}
    assert next_unanswered(asking, context) == "permission"


@pytest.mark.parametrize("other", ["child", "professional"])
def test_a_right_over_one_person_is_none_over_another(context: FormContext, fill: Fill, other: str) -> None:
    form = fill("permission", WHOLE | {"permission": "authority"}, CARER)
    assert not form.mistakes
    answers = CARER | {"permission": form.stored()}
    assert answered("permission", answers, context)
    assert not answered("permission", answers | {"who": {"who": other}}, context)


def test_whether_the_illness_is_known_is_not_asked_of_who_cannot_understand_it(fill: Fill) -> None:
    child = {"who": {"who": "child"}}
    form = fill("permission", {"permission": "authority", "knows": "cannot"}, child)
    assert not form.mistakes and not form["knows_diagnosis"].asked


@pytest.mark.parametrize("answer", ["no", "partly", "unknown"])
def test_whoever_is_not_sure_that_the_patient_knows_is_told_that_we_speak_first(
    context: FormContext, answer: str
) -> None:
    shown = open_page("permission", context, {"who": {"who": "carer"}})["knows_diagnosis"].shown()
    assert next(option.hint for option in shown if option.id == answer) == "We will speak with you first"
