"""The clinical question: one to three, the most important first. We suggest and never change their words."""

from typing import Any

from intake.forms.base import StepForm
from intake.forms.compose import FRAME_FIELDS, Told, can_compose, compose, told_already
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.choices import UNKNOWN, Tick
from intake.forms.fields.text import LongText
from intake.forms.steps.frame import PART_MOST, Frame
from intake.forms.vague import suggestions
from intake.knowledge.questions import ExampleQuestion
from intake.languages import N_

# The four parts fit in, put together, and leave room for the question itself.
QUESTION_MOST = 4 * PART_MOST + 200
COMPOSE = "compose"
RANKS = ("first", "second", "third")


class Questions(StepForm):
    step = "questions"
    title = N_("Your questions for the specialist")
    short_title = N_("Your questions")
    intro = N_("Ask one to three questions. Put the most important one first.")
    template = "request/questions.html"

    first = LongText(
        N_("Your most important question"),
        missing=N_("Write at least one question, or tick the box below it: then a coordinator helps you"),
        most=QUESTION_MOST,
        tall=6,
        unless="help",
        why=N_("The opinion answers this question"),
    )
    help = Tick(
        N_("I cannot put it into words. Please help me."),
        required=False,
        why=N_("A coordinator then writes the question together with you"),
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

    def __init__(self, context: FormContext, answers: Answers, formdata: Any = None, **how: Any) -> None:
        super().__init__(context, answers, formdata, **how)
        if formdata is None and self.step not in answers:
            self.help.data = asked_for_help(answers)

    # -- Offering ------------------------------------------------------------------------------------------------

    @property
    def known(self) -> list[Told]:
        """What was written in the four parts."""
        return told_already(((Frame, FRAME_FIELDS),), self.context, self.answers)

    @property
    def examples(self) -> tuple[ExampleQuestion, ...]:
        """Made-up questions for the reason and the field of medicine that were chosen."""
        specialty = str(self.answers.get("condition", {}).get("specialty", UNKNOWN))
        reason = str(self.answers.get("reason", {}).get("reason", UNKNOWN))
        return self.context.knowledge.questions.examples_for(specialty, reason)

    @property
    def can_compose(self) -> bool:
        """Whether there are words to put together."""
        return can_compose(self.answers)

    def press(self, button: str) -> bool:
        """Put the person's own words together in the first box, after whatever stands there."""
        if button != COMPOSE:
            return False
        self.first.data = compose(self.answers, self.first.data, QUESTION_MOST)
        self.first.raw_data = [self.first.data]
        return True

    # -- Suggesting, once ----------------------------------------------------------------------------------------

    @property
    def advice(self) -> list[tuple[str, str]]:
        """(id of the box, sentence) of what could be clearer; none for who asked us to help, each sentence once."""
        if self.help.data:
            return []
        vague, found = self.context.knowledge.vague, {}
        for name in RANKS:
            text = self[name].data
            for each in suggestions(text, self.context.language, vague, alone=name == "first") if text else ():
                found.setdefault(each, name)
        return [(anchor, self.context.say(vague.suggestion(each).text)) for each, anchor in found.items()]

    @property
    def advised(self) -> bool:
        """Whether suggestions were shown before: then they stand on the page, and nothing waits for them."""
        return bool(self.answers.get(self.step, {}).get("advised"))

    @property
    def waits(self) -> bool:
        return bool(self.advice) and not self.advised

    def stored(self) -> dict[str, Json]:
        """The answers, and whether suggestions were shown; never which."""
        return super().stored() | ({"advised": True} if self.advised or self.waits else {})


def asked_for_help(answers: Answers) -> bool:
    """Whether the person wants help with the question; what they said last counts."""
    said = answers.get("questions") or answers.get("frame") or {}
    return said.get("help") is True
