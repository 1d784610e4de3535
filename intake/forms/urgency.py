"""What puts a case before the others: a treatment planned within days, or a patient in hospital.

A mark says what the requester answered, and no more: nobody's health is judged here.
"""

from calendar import monthrange
from datetime import date, timedelta

from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import YES
from intake.forms.fields.dates import whole_parts
from intake.forms.pages import open_page
from intake.languages import N_

SOON = timedelta(days=14)


def is_urgent(answers: Answers, today: date) -> bool:
    """Whether a case with these answers is marked on this day."""
    return _in_hospital(answers) or _planned_soon(answers, today)


def marks(answers: Answers, context: FormContext) -> tuple[str, ...]:
    """What the mark says on this day, in the context's language; empty for a case that has none."""
    said = []
    if _planned_soon(answers, context.today):
        day = open_page("timing", context, answers)["plan_date"].said()
        said.append(context.say(N_("Treatment planned for %(day)s"), day=day))
    if _in_hospital(answers):
        said.append(context.say(N_("In hospital")))
    return tuple(said)


def _in_hospital(answers: Answers) -> bool:
    return bool(answers.get("timing", {}).get("in_hospital") == YES)


def _planned_soon(answers: Answers, today: date) -> bool:
    given = answers.get("timing", {})
    parts = whole_parts(str(given.get("plan_date") or "")) if given.get("planned") == YES else ()
    if not parts:
        return False
    first, last = _span(parts)
    # A month may begin within these days. Of a year alone, only its end says anything.
    soonest = first if len(parts) > 1 else last
    return soonest <= today + SOON and last >= today


def _span(parts: tuple[int, ...]) -> tuple[date, date]:
    """The first and the last day of a date that may be a month or a year."""
    year, month, day = (*parts, None, None)[:3]
    last_month = month or 12
    return date(year, month or 1, day or 1), date(year, last_month, day or monthrange(year, last_month)[1])
