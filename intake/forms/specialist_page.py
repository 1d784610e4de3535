"""The page a specialist reads: the patient, the decision and its date, the questions, what there is to read.

The words are the patient's; nothing is judged, shortened or ranked by us.
"""

from dataclasses import dataclass

from intake.forms.answers import Row
from intake.forms.base import is_about_other
from intake.forms.context import Answers, FormContext
from intake.forms.fields.checklist import CAN_GET, HAVE, HAVE_NOT, RecordsChecklist
from intake.forms.fields.choices import UNKNOWN
from intake.forms.fields.dates import age_on
from intake.forms.journey import pruned
from intake.forms.pages import open_page
from intake.forms.read_as import read_rows
from intake.languages import N_


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

    patient: tuple[Row, ...]
    asked_by: tuple[Row, ...]
    illness: tuple[Row, ...]
    reason: tuple[Row, ...]
    decision: tuple[Row, ...]
    decision_date: str
    questions: tuple[str, ...]
    matters: tuple[Row, ...]
    treatment: tuple[Row, ...]
    records: RecordsHeld


DECISION = ("planned", "plan", "plan_date", "in_hospital")


def specialist_page(answers: Answers, context: FormContext) -> SpecialistPage:
    """The page for these answers, in the context's language. Works for half-answered drafts too (a
    preview)."""
    given = pruned(answers)
    treatment = read_rows("treatment", given, context)
    questions = given.get("questions", {})
    asked = [questions.get(rank, "") for rank in ("first", "second", "third")]
    return SpecialistPage(
        patient=(*read_rows("patient", given, context), *_age(given, context)),
        asked_by=read_rows("asking", given, context) if is_about_other(given) else (),
        illness=read_rows("condition", given, context),
        reason=read_rows("reason", given, context),
        decision=tuple(row for row in treatment if row.field in DECISION),
        decision_date=next((row.value for row in treatment if row.field == "plan_date"), ""),
        questions=tuple(question for question in asked if question),
        matters=read_rows("what-matters", given, context),
        treatment=tuple(row for row in treatment if row.field not in DECISION),
        records=_records(given, context),
    )


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
        tongues=tuple(row for row in read_rows("records", given, context) if row.field != "items_held"),
        cannot_say=tuple(
            (context.say(item.title), context.say(item.cannot_say_without.text))
            for item in absent
            if item.cannot_say_without
        ),
    )
