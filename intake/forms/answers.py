"""Answers as people read them: sections of label and text, for check-your-answers, the case and the desk."""

from dataclasses import dataclass

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import Tick
from intake.forms.fields.question import Question
from intake.forms.journey import path
from intake.forms.pages import BY_STEP, open_page


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `value` may have several lines and is empty when nothing was answered; `theirs` marks text
    that people typed themselves, whose direction is unknown. `anchor` leads to the field on its page."""

    label: str
    value: str
    step: str
    field: str
    anchor: str
    theirs: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one page."""

    step: str
    title: str
    rows: tuple[Row, ...]


def rows(answers: Answers, context: FormContext) -> list[Section]:
    """Every reachable and answered page, in order, in the context's language. Choices come by label."""
    return [section(step, answers, context) for step in path(answers) if step in BY_STEP and step in answers]


def section(step: str, answers: Answers, context: FormContext) -> Section:
    """One page's answers. Raises KeyError for a step that does not exist."""
    form = open_page(step, context, answers)
    stand_ins = {field.unless for field in form.questions if field.unless}
    asked = [
        field for field in form.questions if field.keeps and field.asked and _worth_a_row(form, field, stand_ins)
    ]
    return Section(
        step, context.say(form.short_title or form.title), tuple(_row(form, field) for field in asked)
    )


def _worth_a_row(form: StepForm, field: Question, stand_ins: set[str]) -> bool:
    """A box such as "I do not know" speaks through the question it stands in for, if that is empty; "another
    language" only if used; the details of a second contact only if there is one."""
    if field.name in form.details and field.empty and form[form.details[field.name]].empty:
        return False
    if field.name not in stand_ins:
        return True
    speaks = any(each.unless == field.name and each.empty for each in form.questions)
    return not (field.empty or (isinstance(field, Tick) and speaks))


def _row(form: StepForm, field: Question) -> Row:
    value, theirs = field.said(), field.theirs
    if not value and field.unless and isinstance(form[field.unless], Tick) and form[field.unless].data:
        value, theirs = form[field.unless].wording, False
    return Row(field.summary, value, form.step, field.name, field.anchor, theirs)
