"""What worries the person, and how much risk they would accept. There is no wrong answer. What matters most to them
stands in the frame of the question; it is shown here and not asked again."""

from intake.forms.base import StepForm
from intake.forms.compose import Told, told_already
from intake.forms.fields.choices import I_DO_NOT_KNOW, Option, Radios
from intake.forms.fields.text import LongText
from intake.forms.steps.frame import Frame
from intake.languages import N_

WORRIES_MOST = 1500


class WhatMatters(StepForm):
    step = "what-matters"
    title = N_("What worries you, and how much risk you would accept")
    title_other = N_("What worries the patient, and how much risk would be acceptable")
    short_title = N_("Worries and risk")
    intro = N_(
        "Two people with the same illness can want different things. This helps the specialist to answer you."
    )

    template = "request/what_matters.html"

    worries = LongText(
        N_("What worries you?"),
        other=N_("What worries the patient, or you?"),
        required=False,
        most=WORRIES_MOST,
        tall=4,
        why=N_("A worry that is known can be answered"),
    )
    risk = Radios(
        N_("How much risk would you accept for a chance to get better?"),
        other=N_("How much risk would the patient accept for a chance to get better?"),
        missing=N_("Choose how much risk would be acceptable, or “I do not know”"),
        options=(
            Option("little", N_("As little as possible, even if the treatment may work less well")),
            Option("some", N_("Some risk, if the chance to get better is good")),
            Option("high", N_("A high risk, even for a small chance to get better")),
            I_DO_NOT_KNOW,
        ),
        why=N_("Treatments differ in risk; this tells which ones to talk about"),
    )

    @property
    def known(self) -> list[Told]:
        """What matters most, as it was written in the frame."""
        return told_already(((Frame, ("what_matters",)),), self.context, self.answers)
