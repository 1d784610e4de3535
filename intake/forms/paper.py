"""The whole request on paper, made from the pages themselves: what is asked there is asked here, in the same words.

It speaks of "the patient", who may be the reader. Nothing is ticked beforehand.
"""

from dataclasses import dataclass
from typing import Any

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.fields.places import BOXES, MOST_PLACES
from intake.forms.fields.question import Question, is_one_of
from intake.forms.journey import ONLY_FOR_OTHERS
from intake.forms.pages import PAGES, open_page
from intake.forms.steps.who import CARER
from intake.languages import N_

FOR_OTHERS: Answers = {"who": {"who": CARER}}
FOR_ONESELF: Answers = {}


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick, with its words and a line of help that may be empty."""

    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question with room for its answer: `lines` to write on, a line for each of `parts`, a `date`, `boxes` to
    tick, or a table of `items` with a box for each of `states`. `only_if` says in words when it is asked at all, `how`
    how many boxes to tick."""

    name: str
    label: str
    hint: str
    only_if: str
    optional: bool
    how: str = ""
    lines: int = 0
    parts: tuple[str, ...] = ()
    date: bool = False
    boxes: tuple[Box, ...] = ()
    items: tuple[Box, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperSection:
    """One page of the request; `only_if` says in words for whom it is, if not for everybody."""

    step: str
    title: str
    opening: str
    only_if: str
    questions: tuple[PaperQuestion, ...]


def paper_form(context: FormContext) -> tuple[PaperSection, ...]:
    """Every page of the request, in order, in the context's language."""
    return tuple(_section(page, context) for page in PAGES)


def _section(page: type[StepForm], context: FormContext) -> PaperSection:
    form, own = open_page(page.step, context, FOR_OTHERS), open_page(page.step, context, FOR_ONESELF)
    others = page.step in ONLY_FOR_OTHERS
    return PaperSection(
        page.step,
        form.heading,
        form.opening,
        context.say(N_("Only if you ask for somebody else")) if others else "",
        tuple(each for field in form.questions for each in _questions(field, own[field.name], context)),
    )


def _questions(field: Any, own: Question, context: FormContext) -> tuple[PaperQuestion, ...]:
    if field.kind == "trap":
        return ()
    if field.kind == "tick":
        return (_question(field, "", boxes=_ticks(field, own)),)
    if field.kind == "date":
        return (_question(field, date=True),)
    if field.kind == "checklist":
        return _checklists(field, context)
    if field.kind == "places":
        return (_question(field, parts=tuple(field.box_label(box) for box in BOXES) * MOST_PLACES),)
    if hasattr(field, "shown"):
        how = N_("Tick all that fit") if field.kind == "checkboxes" else N_("Tick one")
        boxes = tuple(Box(each.label, each.hint) for each in field.shown())
        return (_question(field, how=field.say(how), boxes=boxes),)
    return (_question(field, lines=getattr(field, "tall", 1)),)


def _question(field: Question, label: str | None = None, **room: Any) -> PaperQuestion:
    label = field.wording if label is None else label
    return PaperQuestion(field.name, label, field.hint, _only_if(field), not field.required, **room)


def _ticks(field: Question, own: Question) -> tuple[Box, ...]:
    """One box; or two, where it says something else to the patient than to whoever asks for the patient."""
    if field.wording == own.wording:
        return (Box(field.wording),)
    return (
        Box(field.say(N_("If you are the patient: %(sentence)s"), sentence=own.wording)),
        Box(field.say(N_("If you ask for somebody else: %(sentence)s"), sentence=field.wording)),
    )


def _only_if(field: Question) -> str:
    if field.only_if is None:
        return ""
    name, wanted = field.only_if
    asked = field._form[name]
    answer = " / ".join(each.label for each in asked.shown() if is_one_of(each.id, wanted))
    return field.say(N_("Only if your answer to “%(question)s” is: %(answer)s"), question=asked.wording, answer=answer)


def _checklists(field: Any, context: FormContext) -> tuple[PaperQuestion, ...]:
    """What every case needs; then, for each field of medicine, what only it needs."""
    states = tuple(label for _, label in field.states())
    how = context.say(N_("Tick one box in each line"))
    for_all = _question(field, how=how, items=_items(field.items, context), states=states)
    own = tuple(
        PaperQuestion(
            field.name, context.say(N_("Only for: %(field)s"), field=context.say(each.title)), "", "", True, how,
            items=_items(each.items, context), states=states,
        )
        for each in context.knowledge.specialties
        if each.items
    )  # fmt: skip
    return (for_all, *own)


def _items(items: Any, context: FormContext) -> tuple[Box, ...]:
    return tuple(Box(context.say(each.title), context.say(each.hint)) for each in items)
