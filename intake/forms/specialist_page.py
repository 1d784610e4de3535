"""The page a specialist reads: the patient, the decision and its date, the questions, what there is to read.

The words are the patient's; nothing is judged, shortened or ranked by us.
"""

from dataclasses import dataclass

from intake.forms.answers import Row
from intake.forms.context import Answers, FormContext
from intake.forms.draft_answers import TYPED, typed_on
from intake.forms.fields.checklist import CAN_GET, HAVE, HAVE_NOT, RecordsChecklist
from intake.forms.fields.choices import UNKNOWN
from intake.forms.fields.dates import age_on
from intake.forms.fields.text import LongText
from intake.forms.gaps import Gaps
from intake.forms.journey import pruned
from intake.forms.pages import BY_STEP, fields_of, open_page
from intake.forms.read_as import read_rows
from intake.forms.steps.questions import asked_for_help
from intake.languages import N_

SPECIALIST = "specialist"


@dataclass(frozen=True, slots=True)
class RecordsHeld:
    """Titles of the records on the list, by whether the patient has them; `not_said` holds open and unknown
    ones."""

    have: tuple[str, ...]
    can_get: tuple[str, ...]
    missing: tuple[str, ...]
    not_said: tuple[str, ...]
    tongues: tuple[Row, ...]
    cannot_say: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SpecialistPage:
    """Everything, in reading order. Each part is empty when its page is not answered yet."""

    asks_for_help: bool
    frame: tuple[Row, ...]
    patient: tuple[Row, ...]
    asked_by: tuple[Row, ...]
    illness: tuple[Row, ...]
    reason: tuple[Row, ...]
    decision: tuple[Row, ...]
    decision_date: str
    questions: tuple[str, ...]
    matters: tuple[Row, ...]
    treatment: tuple[Row, ...]
    report: tuple[Row, ...]
    records: RecordsHeld
    gaps: Gaps | None = None


def specialist_page(answers: Answers, context: FormContext, gaps: Gaps | None = None) -> SpecialistPage:
    """The page for these answers, in the context's language, with what the case goes on without. Works for
    half-answered drafts too (a preview)."""
    given = pruned(answers)
    timing = _rows("timing", given, context)
    questions = given.get("questions", {})
    asked = [questions.get(rank, "") for rank in ("first", "second", "third")]
    return SpecialistPage(
        asks_for_help=asked_for_help(given),
        frame=tuple(row for row in _rows("frame", given, context) if row.theirs and row.value),
        patient=(*_rows("patient", given, context), *_age(given, context)),
        asked_by=(*_rows("asking", given, context), *_rows("permission", given, context)),
        illness=_rows("condition", given, context),
        reason=_rows("reason", given, context),
        decision=timing,
        decision_date=next((row.value for row in timing if row.field == "plan_date"), ""),
        questions=tuple(question for question in asked if question),
        matters=_rows("what-matters", given, context),
        treatment=_rows("treatment", given, context),
        report=tuple(row for row in _rows("preferences", given, context) if row.value),
        records=_records(given, context),
        gaps=gaps,
    )


def preview(answers: Answers, context: FormContext) -> SpecialistPage:
    """The page as it would be now, with what was typed but could not be taken yet, as far as it can be read."""
    shown = dict(answers)
    for step in answers.get(TYPED, {}):
        if step in BY_STEP:
            form = open_page(step, context, answers, typed_on(answers, step))
            form.validate()
            wrong = {field.name for field in form.questions if field.errors and not isinstance(field, LongText)}
            shown[step] = form.stored() | {name: answers.get(step, {}).get(name) for name in wrong}
    return specialist_page(shown, context)


def _rows(step: str, given: Answers, context: FormContext) -> tuple[Row, ...]:
    """The answers of a page that specialists may see: no address, no telephone, nobody to call instead."""
    fields = fields_of(BY_STEP[step]) if step in BY_STEP else ()
    seen = {name for name, declared in fields if declared.get("seen_by", SPECIALIST) == SPECIALIST}
    return tuple(row for row in read_rows(step, given, context) if row.field in seen)


def _age(given: Answers, context: FormContext) -> tuple[Row, ...]:
    age = age_on(str(given.get("patient", {}).get("born", "")), context.today)
    if age is None:
        return ()
    return (Row(context.say(N_("Age today")), str(age), "patient", "age", "", False),)


def _records(given: Answers, context: FormContext) -> RecordsHeld:
    if "records" not in given:
        return RecordsHeld((), (), (), (), (), ())
    form = open_page("records", context, given)
    held: RecordsChecklist = form["items_held"]
    absent = [item for item in held.items if held.state_of(item.id) != HAVE]
    return RecordsHeld(
        have=tuple(held.by_state(HAVE)),
        can_get=tuple(held.by_state(CAN_GET)),
        missing=tuple(held.by_state(HAVE_NOT)),
        not_said=(*held.by_state(UNKNOWN), *held.by_state("")),
        tongues=tuple(row for row in _rows("records", given, context) if row.field != "items_held"),
        cannot_say=tuple(
            (context.say(item.title), context.say(item.cannot_say_without.text))
            for item in absent
            if item.cannot_say_without
        ),
    )
