"""In hospital now, and what is planned for when. It judges nothing: whether waiting is safe is for the treating
team."""

from intake.forms.base import StepForm
from intake.forms.fields.choices import YES, YES_NO_UNKNOWN, YES_OR_NO, Radios
from intake.forms.fields.dates import DateBoxes
from intake.forms.fields.text import LongText
from intake.languages import N_

PLAN_MOST = 1000


class Timing(StepForm):
    step = "timing"
    title = N_("What is planned, and when")
    short_title = N_("What is planned, and when")
    intro = N_(
        "Do not stop or delay any treatment because of this request. Only your own doctors can tell you "
        "whether "
        "it is safe to wait."
    )
    intro_other = N_(
        "Do not stop or delay any treatment because of this request. Only the patient’s own doctors can "
        "tell you whether "
        "it is safe to wait."
    )

    in_hospital = Radios(
        N_("Are you in hospital now?"),
        other=N_("Is the patient in hospital now?"),
        missing=N_("Choose whether you are in hospital now"),
        missing_other=N_("Choose whether the patient is in hospital now"),
        options=YES_OR_NO,
        why=N_("For people in hospital, time and the way to get records differ"),
    )
    planned = Radios(
        N_("Is a treatment or operation planned?"),
        missing=N_("Choose whether a treatment is planned, or “I do not know”"),
        options=YES_NO_UNKNOWN,
        why=N_("It is often the decision that the opinion is about"),
    )
    plan = LongText(
        N_("What is planned?"),
        missing=N_("Write what is planned, in your own words"),
        most=PLAN_MOST,
        tall=3,
        only_if=("planned", YES),
        why=N_("The specialist is asked about this plan"),
    )
    plan_date = DateBoxes(
        N_("When is it planned?"),
        hint=N_("If you know it. A month and a year is enough."),
        partial=True,
        when="future",
        required=False,
        only_if=("planned", YES),
        why=N_("An opinion that comes after the decision does not help"),
    )
