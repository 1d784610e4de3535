"""All pages of the request, in the order in which they are asked. An id is an address: it is never used for
another page."""

from collections.abc import Iterator
from typing import Any

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.csrf import Guard
from intake.forms.steps.asking import Asking
from intake.forms.steps.condition import Condition
from intake.forms.steps.consent import Consent
from intake.forms.steps.frame import Frame
from intake.forms.steps.patient import Patient
from intake.forms.steps.patient_agrees import PatientAgrees
from intake.forms.steps.permission import Permission
from intake.forms.steps.preferences import Preferences
from intake.forms.steps.questions import Questions
from intake.forms.steps.reach_you import ReachYou
from intake.forms.steps.readers import Readers
from intake.forms.steps.reason import Reason
from intake.forms.steps.records import Records
from intake.forms.steps.timing import Timing
from intake.forms.steps.treatment import Treatment
from intake.forms.steps.what_matters import WhatMatters
from intake.forms.steps.who import Who

PAGES: tuple[type[StepForm], ...] = (
    Who, Asking, Permission, Readers, Patient, PatientAgrees, ReachYou, Timing, Condition, Treatment, Reason, Frame,
    Questions, WhatMatters, Preferences, Records, Consent,
)  # fmt: skip
BY_STEP = {page.step: page for page in PAGES}
CHECK = "check"


def open_page(
    step: str, context: FormContext, answers: Answers, formdata: Any = None, *, guard: Guard | None = None
) -> StepForm:
    """The page with what is stored, or with what was typed. Raises KeyError for a step that does not
    exist."""
    return BY_STEP[step](context, answers, formdata, guard=guard)


def fields_of(page: type[StepForm]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, the keywords it was declared with) of every field of a page, in page order."""
    unbound = [(name, each) for name, each in vars(page).items() if hasattr(each, "_formfield")]
    for name, each in sorted(unbound, key=lambda pair: pair[1].creation_counter):
        yield name, each.kwargs
