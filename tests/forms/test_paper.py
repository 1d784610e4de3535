"""The form on paper asks what the form on the screen asks, word for word, and nothing is ticked beforehand."""

from html import unescape
from typing import Any

import pytest

from intake.forms.consent_texts import CONSENTS
from intake.forms.context import FormContext
from intake.forms.pages import PAGES, open_page
from intake.forms.paper import FOR_ONESELF, FOR_OTHERS, PaperQuestion, paper_form
from tests.builders import a_context


def words(question: PaperQuestion) -> str:
    """Everything that a question says."""
    boxes = (f"{box.label} {box.hint}" for box in (*question.boxes, *question.items))
    return "\n".join([question.label, question.hint, *question.parts, *boxes, *question.states])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.step)
def test_every_question_of_every_page_is_on_paper_with_its_answers(context: FormContext, page: type) -> None:
    (section,) = [each for each in paper_form(context) if each.step == page.step]
    form = open_page(page.step, context, FOR_OTHERS)
    assert section.title == form.heading
    for field in form.questions:
        said = "\n".join(words(each) for each in section.questions if each.name == field.name)
        if field.kind == "trap":
            assert not said
            continue
        assert field.wording in said and field.hint in said, field.name
        for option in field.shown() if hasattr(field, "shown") else ():
            assert option.label in said and option.hint in said, (field.name, option.id)


def test_every_question_has_room_for_its_answer(context: FormContext) -> None:
    for section in paper_form(context):
        for each in section.questions:
            rooms = [each.lines > 0, each.date, bool(each.parts), bool(each.boxes), bool(each.items and each.states)]
            assert rooms.count(True) == 1, (section.step, each.name)


def test_a_question_that_depends_on_another_says_so(context: FormContext) -> None:
    (timing,) = [each for each in paper_form(context) if each.step == "timing"]
    asked = {each.name: each.only_if for each in timing.questions}
    assert asked["plan"] == "Only if your answer to “Is a treatment or operation planned?” is: Yes"
    assert asked["in_hospital"] == ""


def test_what_only_somebody_who_asks_for_another_person_answers_says_so(context: FormContext) -> None:
    told = {each.step: each.only_if for each in paper_form(context)}
    assert told["asking"] == "Only if you ask for somebody else"
    assert told["who"] == told["consent"] == ""


def test_the_records_of_every_specialty_are_on_the_list(context: FormContext) -> None:
    (records,) = [each for each in paper_form(context) if each.step == "records"]
    said = "\n".join(words(each) for each in records.questions)
    for specialty in context.knowledge.specialties:
        for item in context.knowledge.checklist(specialty.id):
            assert context.say(item.title) in said, item.id


def test_agreements_are_there_in_both_wordings_and_none_is_ticked(context: FormContext, client: Any) -> None:
    page = unescape(client.get("/request/en/paper").text)
    assert "checked" not in page and "<input" not in page
    for consent in CONSENTS:
        for answers in (FOR_OTHERS, FOR_ONESELF):
            assert open_page("consent", context, answers)[consent.id].wording in page, consent.id


def test_the_page_says_where_to_send_it_and_whom_to_call(services: Any, client: Any) -> None:
    page = unescape(client.get("/request/en/paper").text)
    for words_ in (services.operator.contact.postal_address, services.operator.contact.telephone,
                   "call your local emergency number now", services.operator.prices.nothing_before):  # fmt: skip
        assert words_ in page
    for section in paper_form(a_context(services)):
        assert section.title in page
        for each in section.questions:
            assert each.label in page and each.only_if in page and each.hint in page
