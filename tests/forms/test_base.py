"""The words of a page: "you" for oneself, "the patient" for somebody else; why we ask is said of every
field."""

import pytest

from intake.forms.context import FormContext
from intake.forms.pages import CHECK, PAGES, fields_of, open_page
from tests.forms.conftest import sent


def test_a_page_speaks_of_you_or_of_the_patient(context: FormContext) -> None:
    own = open_page("patient", context, {"who": {"who": "myself"}})
    other = open_page("patient", context, {"who": {"who": "child"}})
    assert (own.heading, own["full_name"].wording) == ("About you", "Your full name")
    assert (other.heading, other["full_name"].wording) == ("About the patient", "The patient’s full name")


def test_no_page_about_another_patient_calls_the_reader_the_patient(context: FormContext) -> None:
    about_reader = {"asking", "permission", "reach-you", "consent", "records", "who", "reason", "questions"}
    for page in PAGES:
        if page.step in about_reader:
            continue
        form = open_page(page.step, context, {"who": {"who": "carer"}})
        for field in form.questions:
            said = f" {field.wording.lower()} "
            assert " have you had " not in said and " are you " not in said, field.wording


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.step)
def test_every_field_says_why_we_ask_and_who_reads_it(context: FormContext, page: type) -> None:
    for field in open_page(page.step, context, {}).questions:
        assert field.why, field.name
        assert field.seen_by in ("specialist", "coordinator", "nobody")
        if field.kind in ("line", "name", "long", "email", "phone"):
            assert field.most > 0


def test_steps_are_addresses_and_none_is_a_word_of_the_form() -> None:
    steps = [page.step for page in PAGES]
    assert len(set(steps)) == len(steps)
    assert not {CHECK, "preview", "send", "sent", "save", "saved", "resume", "continue", "again"} & set(steps)
    assert not {"can-it-wait", "emergency", "time", "paper", "call-me", "called"} & set(steps)


def test_fields_of_a_page_come_in_page_order(context: FormContext) -> None:
    for page in PAGES:
        drawn = [field.name for field in open_page(page.step, context, {}).questions]
        assert [name for name, _ in fields_of(page)] == drawn


def test_what_was_typed_is_kept_by_input_name(context: FormContext) -> None:
    typed = {"full_name": "  Ana ", "born-day": "٣١", "country": "PT"}
    assert open_page("patient", context, {}, sent(typed)).typed == {
        "full_name": ["  Ana "],
        "born-day": ["٣١"],
        "country": ["PT"],
    }


def test_the_browser_fills_in_the_reader_only_where_the_reader_is_meant(context: FormContext) -> None:
    own = open_page("patient", context, {"who": {"who": "myself"}})
    other = open_page("patient", context, {"who": {"who": "child"}})
    assert (own["full_name"].autofill, own["born"].autofill) == ("name", "bday")
    assert (other["full_name"].autofill, other["born"].autofill) == ("off", "off")
    assert open_page("asking", context, {"who": {"who": "child"}})["your_name"].autofill == "name"
