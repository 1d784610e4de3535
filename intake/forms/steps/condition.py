"""The illness: field of medicine, what the person has been told in their own words, and since when."""

from typing import Any

from intake.forms.base import StepForm
from intake.forms.fields.choices import Option, Radios, Tick
from intake.forms.fields.dates import DateBoxes
from intake.forms.fields.text import LongText
from intake.languages import N_

TOLD_MOST = 2000


def specialties(form: Any) -> tuple[Option, ...]:
    """The fields of medicine that we know; the last of them is "something else, or not sure"."""
    known = form.context.knowledge.specialties
    return tuple(Option(each.id, each.title, hint=each.examples) for each in known)


class Condition(StepForm):
    step = "condition"
    title = N_("The illness or problem")
    short_title = N_("The illness")

    specialty = Radios(
        N_("What is it about?"),
        hint=N_("Choose what comes nearest. A coordinator checks it."),
        missing=N_("Choose what it is about. If you are not sure, choose the last answer"),
        options=specialties,
        why=N_("It decides which specialist fits and which records are needed"),
    )
    told = LongText(
        N_("What have you been told, in your own words?"),
        other=N_("What have you or the patient been told, in your own words?"),
        hint=N_(
            "The name of the illness if you know it, the part of the body, how far it has gone. No need "
            "to be exact."
        ),
        missing=N_("Write what you have been told, or tick the box below the text"),
        most=TOLD_MOST,
        unless="told_unknown",
        why=N_("The specialist starts from what you understand"),
    )
    told_unknown = Tick(
        N_("I have not been told, or I do not know"),
        other=N_("Nobody has told us, or I do not know"),
        required=False,
        why=N_("“I do not know” is an answer too"),
    )
    told_when = DateBoxes(
        N_("When were you first told?"),
        other=N_("When was the patient first told?"),
        hint=N_("If you know it. A year is enough, or a month and a year, for example 3 2026"),
        partial=True,
        when="past",
        required=False,
        why=N_("Time since the first diagnosis matters for what can be done"),
    )
