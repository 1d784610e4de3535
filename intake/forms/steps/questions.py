"""The clinical question: one to three, the most important first. We suggest a frame and never change their
words."""

from intake.forms.base import StepForm
from intake.forms.fields.text import LongText
from intake.languages import N_

QUESTION_MOST = 1000


class Questions(StepForm):
    step = "questions"
    title = N_("Your questions for the specialist")
    short_title = N_("Your questions")
    intro = N_("Ask one to three questions. Put the most important one first.")
    template = "request/questions.html"

    first = LongText(
        N_("Your most important question"),
        missing=N_(
            "Write at least one question. It does not need to be perfect: a coordinator can help you with it"
        ),
        most=QUESTION_MOST,
        tall=6,
        why=N_("The opinion answers this question"),
    )
    second = LongText(
        N_("A second question, if you have one"),
        required=False,
        most=QUESTION_MOST,
        tall=4,
        why=N_("The opinion answers it next"),
    )
    third = LongText(
        N_("A third question, if you have one"),
        required=False,
        most=QUESTION_MOST,
        tall=4,
        why=N_("The opinion answers it last"),
    )
