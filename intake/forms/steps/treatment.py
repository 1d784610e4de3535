"""Treatment so far, and what is planned and when. It judges nothing: whether waiting is safe is for the
treating team."""

from intake.forms.base import StepForm
from intake.forms.fields.choices import YES, YES_NO_UNKNOWN, YES_OR_NO, Radios, Tick
from intake.forms.fields.dates import DateBoxes
from intake.forms.fields.text import LongText
from intake.languages import N_

SO_FAR_MOST = 3000
PLAN_MOST = 1000


class Treatment(StepForm):
    step = "treatment"
    title = N_("Treatment")
    short_title = N_("Treatment")
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

    so_far = LongText(
        N_("What treatment have you had so far?"),
        other=N_("What treatment has the patient had so far?"),
        hint=N_(
            "Operations, medicines, other treatment, and roughly when. Say what helped and what did not."
        ),
        missing=N_("Write what treatment there has been, or tick the box below the text"),
        most=SO_FAR_MOST,
        unless="none_so_far",
        why=N_("What was tried, and how it worked, shapes the advice"),
    )
    none_so_far = Tick(
        N_("No treatment so far, or I do not know"),
        required=False,
        why=N_("“None” is an answer too"),
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
    in_hospital = Radios(
        N_("Are you in hospital now?"),
        other=N_("Is the patient in hospital now?"),
        missing=N_("Choose whether you are in hospital now"),
        missing_other=N_("Choose whether the patient is in hospital now"),
        options=YES_OR_NO,
        why=N_("For people in hospital, time and the way to get records differ"),
    )
