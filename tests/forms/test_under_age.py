"""A person under age cannot ask alone; an adult with legal authority can."""

import pytest

from intake.forms.context import FormContext
from intake.forms.journey import answered
from tests.forms.conftest import Fill

CHILD_BORN = {
    "full_name": "Lea Sol",
    "born-day": "1",
    "born-month": "6",
    "born-year": "2015",
    "country": "PT",
}


@pytest.mark.parametrize(
    ("who", "permission", "allowed"),
    [
        ("myself", None, False),
        ("child", "authority", True),
        ("child", "permission", False),
        ("child", "not-yet", False),
        ("carer", "not-yet", False),
        ("professional", "authority", True),
        ("carer", "authority", True),
        ("carer", "permission", False),
        ("professional", "permission", True),
        ("professional", "not-yet", False),
    ],
)
def test_who_may_ask_for_a_child(fill: Fill, who: str, permission: str | None, allowed: bool) -> None:
    form = fill("patient", CHILD_BORN, {"who": {"who": who}, "permission": {"permission": permission}})
    assert bool(form["born"].errors) is not allowed
    if not allowed:
        assert "under 18" in form["born"].errors[0]
        assert "telephone us" in form["born"].errors[0]


def test_a_change_of_mind_about_who_asks_brings_the_page_back(context: FormContext) -> None:
    born = {"patient": {"born": "2015-06-01", "adult": False}, "permission": {"permission": "authority"}}
    assert answered("patient", {"who": {"who": "child"}} | born, context)
    assert not answered("patient", {"who": {"who": "myself"}} | born, context)


def test_an_adult_asks_alone(fill: Fill) -> None:
    grown = CHILD_BORN | {"born-year": "2008", "born-month": "11", "born-day": "22"}
    assert not fill("patient", grown, {"who": {"who": "myself"}}).mistakes
