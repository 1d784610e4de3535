"""Treatment so far. What is planned, and when, is asked before; see `timing`."""

from intake.forms.base import StepForm
from intake.forms.fields.choices import Tick
from intake.forms.fields.text import LongText
from intake.languages import N_

SO_FAR_MOST = 3000


class Treatment(StepForm):
    step = "treatment"
    title = N_("Treatment so far")
    short_title = N_("Treatment so far")

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
