"""The clinical question in four parts, with prompts that follow the reason: from a worry to something that can be
answered. What was told on earlier pages is shown, and not asked again."""

from typing import Any

from wtforms.validators import StopValidation

from intake.forms.base import StepForm
from intake.forms.compose import Told, told_already
from intake.forms.fields.choices import UNKNOWN, Tick
from intake.forms.fields.text import LongText
from intake.forms.steps.condition import Condition
from intake.forms.steps.patient import Patient
from intake.forms.steps.timing import Timing
from intake.forms.steps.treatment import Treatment
from intake.languages import N_

PART_MOST = 600
KNOWN = (
    (Patient, ("born",)),
    (Condition, ("told", "told_when")),
    (Treatment, ("so_far",)),
    (Timing, ("plan", "plan_date")),
)


class Part(LongText):
    """One part of the question. Its hint follows the reason; any may be left out, as long as one is written."""

    def __init__(self, label: str, *, part: str, **kwargs: Any) -> None:
        super().__init__(label, most=PART_MOST, tall=3, unless="help", **kwargs)
        self.part = part

    @property
    def hint(self) -> str:
        """The prompt for this part, in the reader's language."""
        return self.say(self._form.prompts[self.part])

    def pre_validate(self, form: Any) -> None:
        """Only the first part is ever missing, and only when nothing at all was written."""
        if self.empty and not (form.blank and self is form.about_me):
            raise StopValidation
        super().pre_validate(form)


class Frame(StepForm):
    """The page of the four parts."""

    step = "frame"
    title = N_("Your question, in four parts")
    title_other = N_("The question, in four parts")
    short_title = N_("The question in four parts")
    intro = N_(
        "Write a few words for each part, as you would say them. Leave out what you do not know: one part is enough."
    )
    template = "request/frame.html"

    about_me = Part(
        N_("About me"),
        other=N_("About the patient"),
        part="about-me",
        missing=N_("Write something for at least one of the four parts, or tick the box below them"),
        why=N_("The same illness calls for another answer in another person"),
    )
    decision = Part(
        N_("The decision"),
        part="decision",
        why=N_("An opinion helps when it can change what is done next"),
    )
    compared_with = Part(
        N_("Compared with"),
        part="compared-with",
        why=N_("A choice that is not named may be left out of the answer"),
    )
    what_matters = Part(
        N_("What matters most to me"),
        other=N_("What matters most to the patient"),
        part="what-matters",
        why=N_("The best treatment depends on what a person wants from it"),
    )
    help = Tick(
        N_("I do not know. Please help me ask."),
        required=False,
        why=N_("Nobody must give up because words are hard to find"),
    )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The four parts, in the order of the frame."""
        return (self.about_me, self.decision, self.compared_with, self.what_matters)

    @property
    def blank(self) -> bool:
        """Whether none of the four parts was written."""
        return all(part.empty for part in self.parts)

    @property
    def prompts(self) -> dict[str, str]:
        """What to write, by part: for the reason that was given, or for any."""
        return self.context.knowledge.questions.prompts_for(str(self.answers.get("reason", {}).get("reason", UNKNOWN)))

    @property
    def known(self) -> list[Told]:
        """What the question leans on and was told before: shown, so that nobody writes it again."""
        return told_already(KNOWN, self.context, self.answers)
