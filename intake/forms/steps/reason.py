"""The main reason for a second opinion: one from the list, so that the question can be framed, and words of
their own."""

from typing import Any

from intake.forms.base import StepForm
from intake.forms.fields.choices import I_DO_NOT_KNOW, Option, Radios
from intake.forms.fields.text import LongText
from intake.languages import N_

MORE_MOST = 1000

# Where a reason speaks of "you", the words for somebody who asks for another patient.
FOR_ANOTHER: dict[str, dict[str, str]] = {
    "choose-treatment": {"hint_other": N_("There is a choice to make, or you want to know if there are others.")},
    "little-experience": {"hint_other": N_("Doctors where the patient lives have seldom seen this illness.")},
    "travel": {"hint_other": N_("You wonder whether the patient should be treated somewhere else.")},
    "not-heard": {
        "label_other": N_("The patient does not feel heard"),
        "hint_other": N_("The patient’s worries or wishes have not been taken up."),
    },
}


def reasons(form: Any) -> tuple[Option, ...]:
    """The reasons that we know, and "I do not know"."""
    known = form.context.knowledge.reasons
    options = (Option(each.id, each.title, hint=each.hint, **FOR_ANOTHER.get(each.id, {})) for each in known)
    return (*options, I_DO_NOT_KNOW)


class Reason(StepForm):
    step = "reason"
    title = N_("Why do you want a second opinion?")
    short_title = N_("The reason")

    reason = Radios(
        N_("What is the main reason?"),
        missing=N_("Choose the main reason, or “I do not know”"),
        options=reasons,
        why=N_("It tells the specialist what kind of answer helps you"),
    )
    more = LongText(
        N_("Is there anything else that made you ask?"),
        required=False,
        most=MORE_MOST,
        tall=4,
        why=N_("Reasons do not always fit a list"),
    )
