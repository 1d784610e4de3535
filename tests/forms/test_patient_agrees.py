"""An adult who can decide agrees herself: who must, when the page is asked, and what a new case then waits for."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from intake.cases.agreement import Way
from intake.forms.agreement import agreement_wanted, patient_knows, who_must_agree
from intake.forms.context import FormContext
from intake.forms.journey import answered, path
from intake.forms.pages import open_page
from intake.forms.patient_agreement import AgreementTicks, patient_agreements, what_is_asked
from tests.forms.conftest import TODAY, Fill, sent

COUNTRIES = {"preferences": {"countries": ["DE"]}}


def request(
    who: str = "carer", permission: str = "permission", knows: str = "yes", adult: bool = True
) -> dict[str, Any]:
    return {
        "who": {"who": who},
        "asking": {},
        "permission": {"permission": permission, "knows": knows, "knows_diagnosis": "yes", "whom": who},
        "patient": {"adult": adult},
    }


@pytest.mark.parametrize(
    ("who", "permission", "knows", "adult"),
    list(product(("myself", "child", "carer", "professional"), ("authority", "permission", "not-yet"),
                 ("yes", "no", "cannot"), (True, False))),
)  # fmt: skip
def test_who_must_agree(who: str, permission: str, knows: str, adult: bool) -> None:
    expected = "patient"
    if who == "myself" or permission == "authority" or not adult:
        expected = ""
    elif knows == "cannot":
        expected = "authority"
    answers = request(who, permission, knows, adult)
    assert who_must_agree(answers) == expected
    assert ("patient-agrees" in path(answers)) is (expected == "patient")


@pytest.mark.parametrize(
    ("born", "adult"), [("2008-11-22", True), ("2008-11-23", False), ("1951-03-27", True), ("2026-11-22", False)]
)
def test_whether_a_patient_is_of_age_is_kept_with_the_birth_date(fill: Fill, born: str, adult: bool) -> None:
    year, month, day = born.split("-")
    typed = {"full_name": "Lea Sol", "born-day": day, "born-month": month, "born-year": year, "country": "PT"}
    form = fill("patient", typed, request(permission="authority"))
    assert not form.mistakes and form.stored()["adult"] is adult


def test_a_birthday_while_the_request_is_being_written_brings_the_question(context: FormContext) -> None:
    young = request(permission="authority") | {"patient": {"born": "2008-11-23", "adult": False}}
    assert answered("patient", young, context)
    next_day = replace(context, today=date(2026, 11, 23))
    assert context.today == TODAY and not answered("patient", young, next_day)


def test_the_operators_age_decides(context: FormContext) -> None:
    twenty = request() | {"patient": {"born": "2006-11-22", "adult": True}}
    assert answered("patient", twenty, context)
    assert not answered("patient", twenty, replace(context, adult_age=21))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"how": "link", "patient_email": "yusuf@example.org"}, (Way.LINK, "yusuf@example.org", True)),
        ({"how": "paper", "patient_email": ""}, (Way.PAPER, "", False)),
        ({"how": "later"}, (Way.LATER, "", False)),
        ({}, (Way.LATER, "", False)),
    ],
)
def test_what_a_new_case_waits_for(given: dict[str, str], wanted: tuple[Any, ...]) -> None:
    found = agreement_wanted(request() | {"patient-agrees": given})
    assert found is not None and (found.way, found.address, found.may_write) == wanted


def test_for_somebody_who_cannot_decide_another_signs_by_law() -> None:
    found = agreement_wanted(request(knows="cannot"))
    assert found is not None and (found.way, found.address) == (Way.AUTHORITY, "")


def test_a_case_for_oneself_or_with_legal_authority_waits_for_nobody() -> None:
    assert agreement_wanted(request("myself")) is None
    assert agreement_wanted(request(permission="authority")) is None


@pytest.mark.parametrize(("knows", "diagnosis"), [("no", "yes"), ("yes", "no"), ("yes", "partly"), ("yes", "unknown")])
def test_we_do_not_write_first_to_a_patient_who_may_not_know(
    context: FormContext, knows: str, diagnosis: str
) -> None:
    answers = request(knows=knows)
    answers["permission"]["knows_diagnosis"] = diagnosis
    answers["patient-agrees"] = {"how": "link", "patient_email": "yusuf@example.org"}
    found = agreement_wanted(answers)
    assert not patient_knows(answers)
    assert found is not None and found.way is Way.LINK and not found.may_write
    assert "We will speak with you first" in open_page("patient-agrees", context, answers).opening


def test_both_cannot_have_one_address(context: FormContext, fill: Fill) -> None:
    own = {"reach-you": {"email": "amira@example.org"}}
    form = fill("patient-agrees", {"how": "link", "patient_email": " Amira@Example.org"}, request() | own)
    assert form["patient_email"].errors == ["Type an address that only the patient opens. This one is yours"]
    theirs = {"patient-agrees": {"how": "link", "patient_email": "yusuf@example.org"}}
    form = fill("reach-you", {"email": "Yusuf@example.org"}, request() | theirs)
    assert form["email"].errors == ["Type your own e-mail address. You gave this one as the patient’s"]
    same = request() | theirs | {"reach-you": {"email": "yusuf@example.org"}}
    assert not answered("patient-agrees", same, context)
    assert answered("patient-agrees", same | {"reach-you": {"email": "amira@example.org"}}, context)
    assert answered("patient-agrees", same | {"patient-agrees": {"how": "paper"}}, context)


def test_the_patients_texts_are_hers_and_name_every_country(context: FormContext) -> None:
    answers = request() | {"preferences": {"countries": ["DE", "US"]}}
    review, abroad = patient_agreements(answers, context)
    assert review.text.startswith("I am the patient.") and "my records" in review.text
    assert "Germany and United States" in abroad.text and abroad.countries == ("DE", "US")
    by_law = patient_agreements(answers, context, by_law=True)
    assert by_law[0].text.startswith("I may decide for the patient by law.")
    assert len({each.text_hash for each in (review, abroad, *by_law)}) == 4


def test_no_box_of_hers_is_ticked_beforehand_and_both_are_needed(context: FormContext) -> None:
    answers = request() | COUNTRIES
    empty = AgreementTicks(context, answers, guard=None)
    assert not any(field.data for field in empty.questions)
    for typed in ({}, {"review": "yes"}, {"abroad": "yes"}):
        assert not AgreementTicks(context, answers, sent(typed), guard=None).validate()
    assert AgreementTicks(context, answers, sent({"review": "yes", "abroad": "yes"}), guard=None).validate()


def test_she_reads_that_the_doctor_at_home_gets_the_report_if_we_may_write_there(context: FormContext) -> None:
    named = {"doctor_name": "Dr Leyla Invented", "doctor_reach": "+962 6 500 0000"}
    answers = request() | {"preferences": {"countries": ["DE"]} | named}
    for agreed, told in ((True, ["Dr Leyla Invented"]), (False, [])):
        rows = what_is_asked(answers, context, doctor=agreed).report
        assert [row.value for row in rows if row.step == "preferences"] == told


def test_she_reads_who_asks_what_and_for_whom_and_no_other_answer(context: FormContext) -> None:
    answers = request() | COUNTRIES
    answers["asking"] |= {"your_name": "Amira Haddad", "relation": "son-daughter"}
    answers["patient"] |= {"full_name": "Yusuf Haddad", "born": "1951-03-27"}
    answers["condition"] = {"told": "A slipped disc."}
    answers["questions"] = {"first": "Does an operation help?"}
    facts = what_is_asked(answers, context)
    assert [row.value for row in facts.by] == ["Amira Haddad", "Son or daughter"]
    assert [row.value for row in facts.patient] == ["Yusuf Haddad"]
    assert facts.questions == ("Does an operation help?",) and facts.countries == ("Germany",)
    assert "slipped" not in str(facts)
