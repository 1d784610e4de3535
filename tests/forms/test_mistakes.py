"""Bad input of each field, with the sentence that says what to do. What was typed stays in the box."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.forms.context import FormContext
from intake.forms.pages import PAGES, open_page
from tests.forms.conftest import Fill, Typed, sent

OTHER = {"who": {"who": "carer"}}
SELF = {"who": {"who": "myself"}}
BORN = {"born-day": "27", "born-month": "3", "born-year": "1968"}
DAY_NEEDED = "There is no such day. Check the day and the month"
OFFERED = "Choose one of the answers on this page"
PHONE = "Type a telephone number that can be called, with the country code, like +44 20 7946 0958"
EMAIL = "Type a whole e-mail address, like name@example.com"
CALENDAR = "Use the calendar in which this year is 2026 (the Gregorian calendar)"


def long(most: int) -> tuple[str, str]:
    return "x" * (most + 1), f"Use {most} characters or fewer. You have used {most + 1}."


CASES: list[tuple[str, Typed, str, str]] = [
    ("who", {}, "who", "Choose who needs the second opinion"),
    ("who", {"who": "nobody"}, "who", OFFERED),
    ("asking", {}, "your_name", "Type your full name"),
    ("asking", {"your_name": "12 34"}, "your_name", "Type the name with letters, in any script"),
    ("asking", {"your_name": long(200)[0]}, "your_name", long(200)[1]),
    ("asking", {"role": " \t "}, "role", "Tell us how you are related to the patient, or what your role is"),
    ("asking", {"role": long(200)[0]}, "role", long(200)[1]),
    ("asking", {}, "permission", "Choose whether you have permission or legal authority"),
    ("asking", {"permission": "perhaps"}, "permission", OFFERED),
    ("asking", {}, "knows", "Choose whether the patient knows about this request"),
    ("patient", {"full_name": ""}, "full_name", "Type the patient’s full name"),
    ("patient", {}, "born", "Type the patient’s date of birth"),
    ("patient", BORN | {"born-day": "31", "born-month": "2"}, "born", DAY_NEEDED),
    ("patient", BORN | {"born-day": ""}, "born", "Add the day, from 1 to 31"),
    ("patient", BORN | {"born-month": ""}, "born", "Add the month, from 1 to 12"),
    ("patient", BORN | {"born-month": "13"}, "born", "The month must be a number from 1 to 12"),
    ("patient", BORN | {"born-month": "March"}, "born", "Use numbers only, for example 27 3 2026"),
    ("patient", BORN | {"born-year": ""}, "born", "Add the year, with four numbers, for example 2026"),
    ("patient", BORN | {"born-year": "68"}, "born", "Write the year with four numbers, for example 2026"),
    ("patient", BORN | {"born-year": "1387"}, "born", CALENDAR),
    ("patient", BORN | {"born-year": "2569"}, "born", CALENDAR),
    ("patient", BORN | {"born-year": "2027"}, "born", "The date must be today or earlier"),
    ("patient", BORN | {"born-year": "1868"}, "born", "Check the year: it is too long ago"),
    ("patient", {}, "country", "Choose the country the patient lives in"),
    ("patient", {"country": "Atlantis"}, "country", OFFERED),
    ("reach-you", {}, "email", "Type your e-mail address"),
    ("reach-you", {"email": "amira at example.org"}, "email", EMAIL),
    ("reach-you", {"email": "amira@localhost"}, "email", EMAIL),
    ("reach-you", {"email": "a@example.org\r\nBcc: b@example.org"}, "email", EMAIL),
    ("reach-you", {"phone": "12"}, "phone", PHONE),
    ("reach-you", {"phone": "call me"}, "phone", PHONE),
    ("reach-you", {}, "best_way", "Choose how you like us to reach you"),
    (
        "reach-you",
        {"best_way": "telephone"},
        "best_way",
        "Type your telephone number above, or choose e-mail",
    ),
    ("reach-you", {}, "tongues", "Tick at least one language, or type it in the box below"),
    ("reach-you", {"tongues": ["en", "tlh"]}, "tongues", OFFERED),
    ("reach-you", {"other_tongue": long(200)[0]}, "other_tongue", long(200)[1]),
    ("reach-you", {}, "interpreter", "Choose whether you need an interpreter"),
    (
        "reach-you",
        {"remark2": "buy now"},
        "remark2",
        "Leave this box empty. It is there to stop programs that fill in forms.",
    ),
    ("condition", {}, "specialty", "Choose what it is about. If you are not sure, choose the last answer"),
    ("condition", {}, "told", "Write what you have been told, or tick the box below the text"),
    ("condition", {"told": long(2000)[0]}, "told", long(2000)[1]),
    ("condition", {"told_when-month": "3"}, "told_when", "Add the year, with four numbers, for example 2026"),
    (
        "condition",
        {"told_when-day": "3", "told_when-year": "2026"},
        "told_when",
        "Add the month, from 1 to 12",
    ),
    (
        "condition",
        {"told_when-month": "12", "told_when-year": "2026"},
        "told_when",
        "The date must be today or earlier",
    ),
    ("reason", {}, "reason", "Choose the main reason, or “I do not know”"),
    ("reason", {"reason": "boredom"}, "reason", OFFERED),
    ("reason", {"more": long(1000)[0]}, "more", long(1000)[1]),
    ("treatment", {}, "so_far", "Write what treatment there has been, or tick the box below the text"),
    ("treatment", {"so_far": long(3000)[0]}, "so_far", long(3000)[1]),
    ("treatment", {}, "planned", "Choose whether a treatment is planned, or “I do not know”"),
    ("treatment", {"planned": "yes"}, "plan", "Write what is planned, in your own words"),
    ("treatment", {"planned": "yes", "plan": long(1000)[0]}, "plan", long(1000)[1]),
    (
        "treatment",
        {"planned": "yes", "plan_date-month": "10", "plan_date-year": "2026"},
        "plan_date",
        "The date must be today or later. If it has passed, leave it empty and tell us in your own words",
    ),
    ("treatment", {}, "in_hospital", "Choose whether the patient is in hospital now"),
    (
        "questions",
        {"second": "And then?"},
        "first",
        "Write at least one question. It does not need to be perfect: a coordinator can help you with it",
    ),
    ("questions", {"first": long(1000)[0]}, "first", long(1000)[1]),
    ("questions", {"third": long(1000)[0]}, "third", long(1000)[1]),
    ("what-matters", {"matters": long(1500)[0]}, "matters", long(1500)[1]),
    ("what-matters", {"worries": long(1500)[0]}, "worries", long(1500)[1]),
    ("what-matters", {}, "risk", "Choose how much risk would be acceptable, or “I do not know”"),
    ("records", {"items_held-scan-files": "somewhere"}, "items_held", OFFERED),
    ("records", {}, "tongues", "Tick at least one language, or “I do not know”"),
    (
        "consent",
        {},
        "review",
        "Tick the box about the review, or stop here. No specialist can give an opinion without reading the "
        "case",
    ),
    (
        "consent",
        {},
        "abroad",
        "Tick the box about sending the case abroad, or stop here. Our specialists work in the countries "
        "named",
    ),
    (
        "consent",
        {},
        "contact",
        "Tick the box about contact, or stop here. We cannot send you the opinion without contacting you",
    ),
    (
        "consent",
        {},
        "statement",
        "Tick the box about your age and your right to decide, or ask somebody who may decide to send the "
        "request",
    ),
]


@pytest.mark.parametrize(("step", "typed", "field", "sentence"), CASES, ids=lambda value: None)
def test_bad_input_gets_a_sentence_that_says_what_to_do(
    fill: Fill, step: str, typed: Typed, field: str, sentence: str
) -> None:
    form = fill(step, typed, OTHER)
    assert list(form[field].errors) == [sentence]
    anchor = form[field].anchor
    assert (anchor, sentence) in form.mistakes


def test_every_question_that_can_be_wrong_is_in_the_table() -> None:
    # Optional answers that cannot be wrong, and one that is only wrong when a program sends nonsense.
    cannot = {"told_unknown", "none_so_far", "statistics"}
    optional_line = {
        "other_tongue",
        "second",
    }  # the same field class, with the same limit, is in the table elsewhere
    named = {(step, field) for step, _, field, _ in CASES}
    declared = {(page.step, name) for page in PAGES for name, _ in _declared(page)}
    assert {pair for pair in declared - named if pair[1] not in cannot | optional_line} == set()


def _declared(page: Any) -> list[tuple[str, Any]]:
    return [(name, field) for name, field in vars(page).items() if hasattr(field, "_formfield")]


def test_mistakes_are_listed_in_the_order_of_the_page(fill: Fill) -> None:
    form = fill("patient", {}, SELF)
    assert [anchor for anchor, _ in form.mistakes] == ["full_name", "born-day", "country"]


def test_a_question_that_is_not_asked_is_never_wrong_and_keeps_what_was_typed(fill: Fill) -> None:
    typed = {
        "none_so_far": "yes",
        "planned": "no",
        "plan": "x" * 5000,
        "plan_date-day": "99",
        "in_hospital": "no",
    }
    form = fill("treatment", typed, SELF)
    assert form.mistakes == []
    assert form.stored()["plan"] == "x" * 5000


def test_i_do_not_know_lets_a_text_be_empty(fill: Fill) -> None:
    form = fill("condition", {"specialty": "other", "told_unknown": "yes"}, SELF)
    assert form.mistakes == []


@pytest.mark.parametrize("step", [page.step for page in PAGES])
def test_nothing_sent_at_all_breaks_no_page(fill: Fill, step: str) -> None:
    assert fill(step, {}, SELF).mistakes or step == "asking"


@pytest.mark.parametrize("stored", [None, 7, "x", [], {}, [None], {"a": 1}, True])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.step)
def test_strange_stored_answers_break_no_page(context: FormContext, page: Any, stored: Any) -> None:
    answers = {page.step: {name: stored for name, _ in _declared(page)}}
    form = open_page(page.step, context, answers)
    for field in form.questions:
        assert isinstance(field.said(), str)
        assert isinstance(field.wording, str) and field.wording


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_no_input_breaks_a_page_and_no_text_is_lost(context: FormContext, data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(PAGES))
    answers = data.draw(st.sampled_from([OTHER, SELF]))
    names = sorted(input_names(open_page(page.step, context, answers)))
    texts = st.text(max_size=60) | st.sampled_from(
        ["yes", "no", "en", "unknown", "2026", "3", "+44 20 7946 0958"]
    )
    typed = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, texts)))
    form = open_page(page.step, context, answers, sent(typed))
    form.validate()
    again = open_page(page.step, context, answers, sent(form.typed))
    again.validate()
    assert again.mistakes == form.mistakes
    assert again.stored() == form.stored()


def input_names(form: Any) -> set[str]:
    """Every input name that a page draws."""
    names: set[str] = set()
    for field in form.questions:
        if field.kind == "date":
            names |= {field.box_name(box) for box in ("day", "month", "year")}
        elif field.kind == "checklist":
            names |= {field.box_name(item.id) for item in field.items}
        elif field.kind != "trap":
            names.add(field.name)
    return names
