"""Who may read the report, and a second person to reach: kept by id, whole or not at all."""

import pytest

from intake.forms.context import FormContext
from intake.forms.journey import answered, path
from intake.forms.pages import PAGES, open_page
from tests.forms.conftest import Fill

SELF, OTHER = {"who": {"who": "myself"}}, {"who": {"who": "carer"}}
ANA = {"contact_name": "Ana Lima", "contact_phone": "+351 912 345 678", "contact_relation": "friend"}


@pytest.mark.parametrize("answers", [SELF, OTHER])
def test_everybody_is_asked_who_else_may_read(fill: Fill, answers: dict[str, dict[str, str]]) -> None:
    assert "readers" in path(answers)
    form = fill("readers", {"may_read": ["person"]} | ANA, answers)
    assert not form.mistakes
    assert form.stored()["may_read"] == ["person"]
    assert form.stored()["contact_relation"] == "friend"
    assert form.stored()["contact_phone"] == "+351912345678"


def test_nobody_else_is_an_answer(fill: Fill) -> None:
    form = fill("readers", {"may_read": "nobody"}, SELF)
    assert not form.mistakes and form.stored()["may_read"] == ["nobody"]


def test_the_page_for_oneself_is_shorter(context: FormContext) -> None:
    own, other = open_page("readers", context, SELF), open_page("readers", context, OTHER)
    assert len(own.opening) < len(other.opening) and "the patient may always read it" in other.opening


def test_the_treating_doctor_is_asked_about_on_one_page_alone(context: FormContext) -> None:
    of_a_doctor = ("treating doctor", "doctor at home", "this doctor")
    asked = {
        page.step
        for page in PAGES
        for field in open_page(page.step, context, OTHER).questions
        for words in [field.wording, *(each.label for each in getattr(field, "shown", list)())]
        if any(words_for in words.lower() for words_for in of_a_doctor)
    }
    assert asked == {"preferences"}


def test_who_ticked_the_treating_doctor_before_is_still_taken_at_their_word(context: FormContext, fill: Fill) -> None:
    """It was an answer of this page once: cases hold it, and drafts that were begun then."""
    before = OTHER | {"readers": {"may_read": ["person", "doctor"], "contact_name": "Ana Lima"}}
    form = open_page("readers", context, before)
    assert form["may_read"].said() == "The person I name below\nThe patient’s treating doctor"
    assert answered("readers", before, context)
    assert [each.id for each in form["may_read"].shown()] == ["person", "nobody"]
    assert [anchor for anchor, _ in fill("readers", {"may_read": ["doctor"]}, OTHER).mistakes] == ["may_read-person"]


def test_a_second_contact_may_be_reached_by_telephone_or_by_mail(fill: Fill) -> None:
    by_mail = {"may_read": "nobody", "contact_name": "Ana Lima", "contact_email": "ana@example.org"}
    assert not fill("readers", by_mail, SELF).mistakes
    assert fill("readers", {"may_read": "nobody", "contact_name": "Ana Lima"}, SELF).mistakes


def test_the_browser_does_not_fill_in_the_reader_as_the_second_contact(context: FormContext) -> None:
    form = open_page("readers", context, SELF)
    for name in ("contact_name", "contact_phone", "contact_email"):
        assert form[name].autofill == "off"


def test_what_is_wrong_about_the_second_contact_is_listed_in_the_order_of_the_page(fill: Fill) -> None:
    form = fill("readers", {"may_read": "person", "contact_email": "nowhere"}, SELF)
    assert [anchor for anchor, _ in form.mistakes] == ["contact_name", "contact_email"]
