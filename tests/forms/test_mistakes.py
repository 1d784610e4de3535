"""Bad input of each field, with the sentence that says what to do. What was typed stays in the box."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.forms.context import FormContext
from intake.forms.fields.contact import EXAMPLE_APART
from intake.forms.pages import PAGES, open_page
from tests.forms.conftest import Fill, Typed, sent

OTHER = {"who": {"who": "carer"}}
SELF = {"who": {"who": "myself"}}
BORN = {"born-day": "27", "born-month": "3", "born-year": "1968"}
DAY_NEEDED = "There is no such day. Check the day and the month"
OFFERED = "Choose one of the answers on this page"
PHONE = f"Type a telephone number that can be called, with the country code, like {EXAMPLE_APART}"
EMAIL = "Type a whole e-mail address, like name@example.com"
IN_OWN_WORDS = "Write who you are to the patient, or choose one of the answers above"
KNOWS_ILLNESS = "Choose whether the patient knows what the illness is, or “I do not know”"
NOT_BOTH = "Choose either “Nobody else” or the people who may read it, not both"
WHO_IS_IT = "Type the name of the person who may also read the report, or take the tick away"
WHOSE_IS_IT = "Type the name of the person whom we reach in this way"
REACH_THEM = "Type a telephone number or an e-mail address of this person"
ONE_COUNTRY = "Tick at least one country. Our specialists work in these countries and in no other"
WHICH_DOCTOR = "Type the name of the doctor whom we reach in this way, or empty this box"
LATIN = "Type the name with Latin letters only, such as A, b, é or ñ, or leave the box empty"
CALENDAR = "Use the calendar in which this year is 2026 (the Gregorian calendar)"


def long(most: int) -> tuple[str, str]:
    return "x" * (most + 1), f"Use {most} characters or fewer. You have used {most + 1}."


CASES: list[tuple[str, Typed, str, str]] = [
    ("who", {}, "who", "Choose who needs the second opinion"),
    ("who", {"who": "nobody"}, "who", OFFERED),
    ("asking", {}, "your_name", "Type your full name"),
    ("asking", {"your_name": "12 34"}, "your_name", "Type the name with letters, in any script"),
    ("asking", {"your_name": long(200)[0]}, "your_name", long(200)[1]),
    ("asking", {}, "relation", "Choose who you are to the patient"),
    ("asking", {"relation": "treating-doctor"}, "relation", OFFERED),
    ("asking", {"relation": "other", "relation_other": " \t "}, "relation_other", IN_OWN_WORDS),
    ("asking", {"relation": "other", "relation_other": long(200)[0]}, "relation_other", long(200)[1]),
    ("asking", {"your_country": "Atlantis"}, "your_country", OFFERED),
    ("permission", {}, "permission", "Choose whether you have permission or legal authority"),
    ("permission", {"permission": "perhaps"}, "permission", OFFERED),
    ("permission", {}, "knows", "Choose whether the patient knows about this request"),
    ("permission", {"knows": "yes"}, "knows_diagnosis", KNOWS_ILLNESS),
    ("readers", {}, "may_read", "Tick who else may read the report, or “Nobody else”"),
    ("readers", {"may_read": ["person", "nobody"]}, "may_read", NOT_BOTH),
    ("readers", {"may_read": ["neighbour"]}, "may_read", OFFERED),
    ("readers", {"may_read": "person"}, "contact_name", WHO_IS_IT),
    ("readers", {"contact_phone": "+44 20 7946 0958"}, "contact_name", WHOSE_IS_IT),
    ("readers", {"contact_name": "12 34"}, "contact_name", "Type the name with letters, in any script"),
    ("readers", {"contact_name": "Ana Lima"}, "contact_phone", REACH_THEM),
    ("readers", {"contact_name": "Ana Lima", "contact_phone": "12"}, "contact_phone", PHONE),
    ("readers", {"contact_name": "Ana Lima", "contact_email": "ana at home"}, "contact_email", EMAIL),
    ("readers", {"contact_relation": "enemy"}, "contact_relation", OFFERED),
    ("patient", {"full_name": ""}, "full_name", "Type the patient’s full name"),
    ("patient", {"latin_name": "Юсуф"}, "latin_name", LATIN),
    ("patient", {"latin_name": "Yusuf Хаддад"}, "latin_name", LATIN),
    ("patient", {"latin_name": "12"}, "latin_name", "Type the name with letters, in any script"),
    ("patient", {"call_me": long(100)[0]}, "call_me", long(100)[1]),
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
    ("patient-agrees", {}, "how", "Choose how the patient can agree. If you are not sure, choose the last answer"),
    ("patient-agrees", {"how": "by-dove"}, "how", OFFERED),
    ("patient-agrees", {"how": "link"}, "patient_email", "Type the patient’s e-mail address, or choose another way"),
    ("patient-agrees", {"how": "link", "patient_email": "dad"}, "patient_email", EMAIL),
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
    ("reach-you", {"when": "at night"}, "when", OFFERED),
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
    ("timing", {}, "planned", "Choose whether a treatment is planned, or “I do not know”"),
    ("timing", {"planned": "yes"}, "plan", "Write what is planned, in your own words"),
    ("timing", {"planned": "yes", "plan": long(1000)[0]}, "plan", long(1000)[1]),
    (
        "timing",
        {"planned": "yes", "plan_date-month": "10", "plan_date-year": "2026"},
        "plan_date",
        "The date must be today or later. If it has passed, leave it empty and tell us in your own words",
    ),
    ("timing", {}, "in_hospital", "Choose whether the patient is in hospital now"),
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
    ("frame", {}, "about_me", "Write something for at least one of the four parts, or tick the box below them"),
    ("frame", {"about_me": long(600)[0]}, "about_me", long(600)[1]),
    ("frame", {"decision": long(600)[0]}, "decision", long(600)[1]),
    ("frame", {"compared_with": long(600)[0]}, "compared_with", long(600)[1]),
    ("frame", {"what_matters": long(600)[0]}, "what_matters", long(600)[1]),
    (
        "questions",
        {"second": "And then?"},
        "first",
        "Write at least one question, or tick the box below it: then a coordinator helps you",
    ),
    ("questions", {"first": long(2600)[0]}, "first", long(2600)[1]),
    ("questions", {"third": long(2600)[0]}, "third", long(2600)[1]),
    ("what-matters", {"worries": long(1500)[0]}, "worries", long(1500)[1]),
    ("what-matters", {}, "risk", "Choose how much risk would be acceptable, or “I do not know”"),
    ("preferences", {}, "countries", ONE_COUNTRY),
    ("preferences", {"countries": ["DE", "AQ"]}, "countries", OFFERED),
    ("preferences", {"report_tongue": "tlh"}, "report_tongue", OFFERED),
    ("preferences", {"translation": "perhaps"}, "translation", OFFERED),
    ("preferences", {"centre": long(500)[0]}, "centre", long(500)[1]),
    ("preferences", {"doctor_name": long(200)[0]}, "doctor_name", long(200)[1]),
    ("preferences", {"doctor_reach": "+351 1"}, "doctor_reach", WHICH_DOCTOR),
    ("preferences", {"doctor_name": "Dr X", "doctor_reach": long(300)[0]}, "doctor_reach", long(300)[1]),
    ("records", {"items_held-scan-files": "somewhere"}, "items_held", OFFERED),
    ("records", {"places-1-name": long(200)[0]}, "places", long(200)[1]),
    ("records", {"places-1-country": "Atlantis"}, "places", OFFERED),
    ("records", {"places-drawn": "3", "places-3-city": long(200)[0]}, "places", long(200)[1]),
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
        "Tick the box about sending the case abroad, or go back and choose other countries. Our specialists work in "
        "the countries named there",
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
    cannot |= {"help", "interpreter", "doctor"}  # only ticked, or not
    cannot |= {"zone"}  # asked only where the country has zones that we know; see test_zones
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
        "planned": "no",
        "plan": "x" * 5000,
        "plan_date-day": "99",
        "in_hospital": "no",
    }
    form = fill("timing", typed, SELF)
    assert form.mistakes == []
    assert form.stored()["plan"] == "x" * 5000


def test_i_do_not_know_lets_a_text_be_empty(fill: Fill) -> None:
    form = fill("condition", {"specialty": "other", "told_unknown": "yes"}, SELF)
    assert form.mistakes == []


@pytest.mark.parametrize("step", [page.step for page in PAGES])
def test_nothing_sent_at_all_breaks_no_page(fill: Fill, step: str) -> None:
    assert fill(step, {}, SELF).mistakes or step in ("asking", "permission")


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
        elif field.kind == "places":
            names |= {field.box_name(number, box) for number in (1, 2, 3) for box in ("name", "city", "country")}
            names.add(field.count_name)
        elif field.kind != "trap":
            names.add(field.name)
    return names
