"""Agreement by purpose: asked only where it is wanted, proved by the words that were read, never ticked for anybody."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from intake.forms import journey
from intake.forms.consent_texts import CONSENTS
from intake.forms.context import Answers, FormContext, form_context
from intake.forms.draft_answers import typed_on, with_typed
from intake.forms.pages import CHECK, open_page
from intake.forms.steps.consent import Consent
from intake.forms.whole import whole_request
from intake.knowledge.reader import read_knowledge
from intake.languages import Languages
from intake.operator import read_operator
from tests.components import ROOT
from tests.forms.conftest import TODAY, sent
from tests.forms.test_journey import COMPLETE, take

DOCTOR = {"doctor_name": "Dr Leyla Invented", "doctor_reach": "+962 6 500 0000"}
EVERYTHING = COMPLETE["consent"] | {"interpreter": "yes", "doctor": "yes", "statistics": "yes"}


def filled(context: FormContext, **changed: dict[str, Any]) -> dict[str, Any]:
    """A whole request; pages named in `changed` are filled in differently."""
    answers: dict[str, Any] = {}
    while (step := journey.next_unanswered(answers, context)) != CHECK:
        answers = take(answers, context, step, **changed.get(step.replace("-", "_"), {}))
    return answers


def page(context: FormContext, answers: Answers, typed: dict[str, Any] | None = None) -> Consent:
    """The page of agreements."""
    form = open_page("consent", context, answers, None if typed is None else sent(typed))
    assert isinstance(form, Consent)
    return form


def asked(form: Consent) -> list[str]:
    """The ids of what is asked."""
    return [field.name for field in form.questions if field.asked]


def wordings(form: Consent) -> dict[str, str]:
    return {field.name: field.wording for field in form.questions}


def record(answers: Answers) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in answers["consent"]["record"]}


def test_no_box_is_ticked_beforehand(context: FormContext) -> None:
    assert not any(field.data for field in page(context, {}).questions)


def test_the_countries_named_are_those_that_were_ticked_and_no_other(context: FormContext) -> None:
    text = wordings(page(context, filled(context)))["abroad"]
    assert "Germany and United States" in text and "United Kingdom" not in text


def test_consent_is_proved_by_the_very_words_shown(context: FormContext) -> None:
    answers = filled(context)
    shown = wordings(page(context, answers))
    lines = record(answers)
    assert list(lines) == ["review", "abroad", "contact", "statement", "statistics"]
    for purpose, line in lines.items():
        assert line["text"] == shown[purpose]
        assert line["sha256"] == hashlib.sha256(line["text"].encode()).hexdigest()
    assert lines["abroad"]["countries"] == ["DE", "US"] and lines["review"]["countries"] == []
    assert lines["abroad"]["given"] is True and lines["statistics"]["given"] is False


def test_words_read_in_one_language_stay_those_words_when_the_case_is_sent_in_another(context: FormContext) -> None:
    operator = read_operator(ROOT / "operator.toml")
    spanish = form_context(Languages(("en", "es")), operator, read_knowledge(), "es", TODAY)
    answers = filled(context)
    assert journey.answered("consent", answers, spanish)
    agreed = {each.purpose: each for each in whole_request(answers, spanish).agreements}
    assert agreed["review"].language == "en" and agreed["review"].text.startswith("I agree that")
    assert agreed["abroad"].countries == ("DE", "US")


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("preferences", {"countries": ["DE", "GB", "US"]}),
    ("preferences", {"countries": ["DE"]}),
    ("preferences", DOCTOR),
    ("preferences", {"translation": "yes"}),
    ("reach-you", {"interpreter": "yes"}),
    ("who", {"who": "myself"}),
]


@pytest.mark.parametrize(("step", "typed"), CHANGES, ids=str)
def test_agreement_is_asked_again_when_its_words_would_be_others(
    context: FormContext, step: str, typed: dict[str, Any]
) -> None:
    changed = take(filled(context), context, step, **typed)
    assert not journey.answered("consent", changed, context)


def test_a_country_that_our_specialists_have_left_must_be_looked_at_again(context: FormContext) -> None:
    answers, fewer = filled(context), replace(context, abroad=("DE", "GB"))
    assert journey.next_unanswered(answers, fewer) == "preferences"
    assert journey.answered("preferences", answers, replace(context, abroad=("DE", "GB", "US", "IN")))
    assert journey.answered("consent", answers, replace(context, abroad=("DE", "GB", "US", "IN")))


def test_only_a_box_whose_words_have_changed_is_empty_again(context: FormContext) -> None:
    changed = take(filled(context), context, "preferences", countries=["GB"])
    ticked = {field.name: field.data for field in page(context, changed).questions}
    assert ticked["abroad"] is False and ticked["review"] is True


def test_a_translator_and_a_doctor_are_purposes_of_their_own_only_where_they_are_wanted(context: FormContext) -> None:
    assert not {"interpreter", "doctor"} & set(asked(page(context, filled(context))))
    answers = filled(context, preferences=DOCTOR | {"translation": "yes"}, consent=EVERYTHING)
    form = page(context, answers)
    assert {"interpreter", "doctor"} <= set(asked(form))
    assert "Dr Leyla Invented" in form["doctor"].wording
    assert not form["doctor"].required and not form["interpreter"].required
    assert {each.purpose for each in whole_request(answers, context).agreements} == {each.id for each in CONSENTS}


def test_a_no_from_the_time_when_it_was_asked_before_still_holds(context: FormContext) -> None:
    answers = filled(context, preferences=DOCTOR)
    answers["preferences"]["write_doctor"] = "no"
    assert "doctor" not in asked(page(context, answers))


@pytest.mark.parametrize("without", [{"doctor_reach": ""}, {"doctor_name": "", "doctor_reach": ""}])
def test_nobody_writes_to_a_doctor_without_being_allowed_to(context: FormContext, without: dict[str, str]) -> None:
    answers = filled(context, preferences=DOCTOR | without, consent=EVERYTHING)
    assert "doctor" not in asked(page(context, answers))
    assert "doctor" not in record(answers) and "doctor" not in answers["consent"]
    assert "doctor" not in {each.purpose for each in whole_request(answers, context).agreements}


def test_a_page_that_still_shows_other_words_agrees_to_nothing(context: FormContext) -> None:
    """Two windows: the countries are changed in one, while the other shows the sentences of before."""
    before = page(context, filled(context)).shown
    changed = take(filled(context), context, "preferences", countries=["GB"])
    late = page(context, changed, COMPLETE["consent"] | {"shown": before})
    assert not late.validate()
    assert "have changed since you opened this page" in late.mistakes[0][1]
    assert not any(field.data for field in late.questions)
    now = page(context, changed, COMPLETE["consent"] | {"shown": page(context, changed).shown})
    assert now.validate()


def test_ticks_of_a_page_that_was_not_finished_do_not_come_back_under_other_words(context: FormContext) -> None:
    answers = {step: given for step, given in filled(context).items() if step != "consent"}
    half = page(context, answers, {"abroad": "yes"})
    assert not half.validate()
    kept = with_typed(answers, half)
    assert page(context, answers, typed_on(kept, "consent").to_dict(flat=False))["abroad"].data is True  # type: ignore[union-attr]
    changed = take(kept, context, "preferences", countries=["GB"])
    again = open_page("consent", context, changed, typed_on(changed, "consent"))
    assert again["abroad"].data is False and again.mistakes == []


def test_on_paper_the_sentences_name_what_was_ticked_there(context: FormContext) -> None:
    shown = wordings(page(context, {}))
    assert "the countries that I ticked" in shown["abroad"] and "the doctor whom I named" in shown["doctor"]
