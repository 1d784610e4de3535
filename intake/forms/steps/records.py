"""Which medical records exist, by the specialty's list, and in which languages. The files themselves come
later."""

from typing import Any

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.checklist import RecordsChecklist
from intake.forms.fields.choices import UNKNOWN, Checkboxes, Option
from intake.forms.fields.places import Places
from intake.forms.fields.text import Line
from intake.forms.steps.patient import countries
from intake.forms.steps.reach_you import common_tongues
from intake.knowledge.facts import ChecklistItem, Knowledge
from intake.languages import N_

ADD_PLACE = "place"


def tongues_or_unknown(form: Any) -> tuple[Option, ...]:
    """The common languages, and "I do not know"."""
    return (*common_tongues(form), Option(UNKNOWN, N_("I do not know"), apart=True))


def items_for(knowledge: Knowledge, specialty: str) -> tuple[ChecklistItem, ...]:
    """The checklist of a specialty; for one that we do not know, what every case needs."""
    known = {each.id for each in knowledge.specialties}
    return knowledge.checklist(specialty) if specialty in known else knowledge.every_case


class Records(StepForm):
    step = "records"
    title = N_("Your medical records")
    title_other = N_("The patient’s medical records")
    short_title = N_("Medical records")
    intro = N_(
        "Tell us what there is. You do not need any files now: we send you a link for them afterwards."
    )
    template = "request/records.html"

    items_held = RecordsChecklist(
        N_("Which of these do you have?"),
        hint=N_("You can leave a line open. “I do not know” is fine."),
        required=False,
        why=N_("It shows what the specialist can work with, and what is still missing"),
    )
    places = Places(
        N_("Where are the records held?"),
        hint=N_("Then we show you a letter that asks for them, ready to print."),
        names=countries,
        why=N_("To write the letter that asks for the records, by the rules of that country"),
        seen_by="coordinator",
    )
    tongues = Checkboxes(
        N_("In which languages are the records?"),
        missing=N_("Tick at least one language, or “I do not know”"),
        options=tongues_or_unknown,
        unless="other_tongue",
        why=N_("To find a specialist who reads them, or a translator"),
    )
    other_tongue = Line(
        N_("Another language"),
        required=False,
        why=N_("To find a specialist who reads them, or a translator"),
    )

    def press(self, button: str) -> bool:
        """One place more to fill in."""
        if button != ADD_PLACE:
            return False
        self["places"].add()
        return True

    @property
    def specialty(self) -> str:
        """The specialty that decides the list."""
        return str(self.answers.get("condition", {}).get("specialty", UNKNOWN))

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        """The lines of the list."""
        return items_for(self.context.knowledge, self.specialty)

    def stored(self) -> dict[str, Json]:
        """The answers, with the specialty and the lines they were asked for."""
        shown = [item.id for item in self.items]
        return super().stored() | {"specialty": self.specialty, "shown": shown}

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the specialty has changed since: the list is another one then."""
        asked_for = answers.get(cls.step, {}).get("specialty")
        return bool(asked_for == answers.get("condition", {}).get("specialty", UNKNOWN))
