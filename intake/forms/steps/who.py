"""The first page: who needs the second opinion. Every later page takes its words from this answer."""

from intake.forms.base import MYSELF, StepForm
from intake.forms.fields.choices import Option, Radios
from intake.languages import N_

CHILD, CARER, PROFESSIONAL = "child", "carer", "professional"


class Who(StepForm):
    step = "who"
    title = N_("Who needs the second opinion?")
    short_title = N_("Who is asking")

    who = Radios(
        N_("Who needs the second opinion?"),
        missing=N_("Choose who needs the second opinion"),
        why=N_("The questions and the rules about permission depend on it"),
        options=(
            Option(MYSELF, N_("I do")),
            Option(CHILD, N_("My child")),
            Option(CARER, N_("Someone I care for"), hint=N_("For example a parent, a partner or a friend")),
            Option(PROFESSIONAL, N_("My patient"), hint=N_("I am a doctor or another health professional")),
        ),
    )
