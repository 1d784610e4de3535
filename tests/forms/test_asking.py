"""About the person who asks: who they can be to the patient, in words that fit."""

import pytest

from intake.forms.context import FormContext
from intake.forms.journey import answered
from intake.forms.pages import open_page
from intake.forms.steps.asking import OFFERED, RELATIONS
from tests.forms.conftest import Fill

WHOLE = {"your_name": "Amira Haddad"}


@pytest.mark.parametrize("who", sorted(OFFERED))
def test_everybody_is_offered_what_fits_and_somebody_else(context: FormContext, fill: Fill, who: str) -> None:
    asked = open_page("asking", context, {"who": {"who": who}})["relation"]
    offered = [option.id for option in asked.shown()]
    assert offered == list(OFFERED[who]) and offered[-1] == "other"
    for relation in set(RELATIONS) - set(offered):
        assert fill("asking", WHOLE | {"relation": relation}, {"who": {"who": who}})["relation"].errors


@pytest.mark.parametrize(
    ("who", "label"),
    [
        ("child", "Who are you to the patient?"),
        ("carer", "Who are you to the patient?"),
        ("professional", "What is your role?"),
    ],
)
def test_a_professional_is_asked_for_a_role_and_not_for_a_relationship(
    context: FormContext, fill: Fill, who: str, label: str
) -> None:
    assert open_page("asking", context, {"who": {"who": who}})["relation"].wording == label
    missing = fill("asking", {}, {"who": {"who": who}})["relation"].errors[0]
    assert ("role" in missing) is (who == "professional")


def test_a_relationship_is_kept_by_id_and_said_in_words(fill: Fill) -> None:
    form = fill("asking", WHOLE | {"relation": "son-daughter"}, {"who": {"who": "carer"}})
    assert not form.mistakes
    assert (form["relation"].stored(), form["relation"].said()) == ("son-daughter", "Son or daughter")


def test_another_relationship_is_said_in_their_own_words(fill: Fill) -> None:
    carer = {"who": {"who": "carer"}}
    assert fill("asking", WHOLE | {"relation": "other"}, carer)["relation_other"].errors
    form = fill("asking", WHOLE | {"relation": "other", "relation_other": "Neighbour"}, carer)
    assert not form.mistakes and form.stored()["relation_other"] == "Neighbour"


def test_a_relationship_that_does_not_fit_any_more_is_asked_again(context: FormContext) -> None:
    doctor = {"who": {"who": "professional"}, "asking": WHOLE | {"relation": "treating-doctor"}}
    assert answered("asking", doctor, context)
    assert not answered("asking", doctor | {"who": {"who": "carer"}}, context)
    assert answered("asking", doctor | {"who": {"who": "carer"}, "asking": {"relation": "other"}}, context)
