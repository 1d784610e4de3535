"""What matters to the person, what worries them, and how much risk they would accept. There is no wrong
answer."""

from intake.forms.base import StepForm
from intake.forms.fields.choices import I_DO_NOT_KNOW, Option, Radios
from intake.forms.fields.text import LongText
from intake.languages import N_

MATTERS_MOST = 1500


class WhatMatters(StepForm):
    step = "what-matters"
    title = N_("What matters to you")
    title_other = N_("What matters to the patient")
    short_title = N_("What matters")
    intro = N_(
        "Two people with the same illness can want different things. This helps the specialist to answer you."
    )

    matters = LongText(
        N_("What matters most to you?"),
        other=N_("What matters most to the patient?"),
        hint=N_(
            "For example: to walk without pain, to live longer, to stay at home, to see a grandchild’s "
            "wedding"
        ),
        required=False,
        most=MATTERS_MOST,
        tall=4,
        why=N_("The best treatment depends on what a person wants from it"),
    )
    worries = LongText(
        N_("What worries you?"),
        other=N_("What worries the patient, or you?"),
        required=False,
        most=MATTERS_MOST,
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
