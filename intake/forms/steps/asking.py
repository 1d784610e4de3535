"""About the person who asks for somebody else: name, relationship, country."""

from collections.abc import Mapping
from typing import Any

from intake.forms.base import MYSELF, StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import Option, Radios, Select
from intake.forms.fields.text import FullName, Line
from intake.forms.steps.who import CARER, CHILD, PROFESSIONAL
from intake.languages import N_

OTHER = "other"
TREATING_DOCTOR = "treating-doctor"

RELATIONS = {
    "parent": N_("Mother or father"),
    "partner": N_("Husband, wife or partner"),
    "son-daughter": N_("Son or daughter"),
    "sibling": N_("Brother or sister"),
    "guardian": N_("Guardian"),
    "friend": N_("Friend"),
    TREATING_DOCTOR: N_("Treating doctor"),
    "nurse-coordinator": N_("Nurse or coordinator"),
    OTHER: N_("Somebody else"),
}
# Whom we offer which: a doctor is not asked whether she is a friend.
OFFERED = {
    CHILD: ("parent", "guardian", OTHER),
    CARER: ("partner", "son-daughter", "parent", "sibling", "guardian", "friend", OTHER),
    PROFESSIONAL: (TREATING_DOCTOR, "nurse-coordinator", OTHER),
}
ROLE_WORDS = {"label": N_("What is your role?"), "missing": N_("Choose what your role is")}


def relations(form: Any) -> tuple[Option, ...]:
    """Who somebody can be to the patient, by whom the request is for."""
    return tuple(Option(each, RELATIONS[each]) for each in OFFERED.get(for_whom(form.answers), tuple(RELATIONS)))


def for_whom(answers: Answers) -> str:
    """Whom the request is for, by id."""
    return str(answers.get("who", {}).get("who", MYSELF))


def countries(form: Any) -> Mapping[str, str]:
    """Every country by its code, in the reader's language."""
    return form.context.countries


class Relation(Radios):
    """Who the person is to the patient; a professional is asked for a role."""

    def word(self, name: str) -> str:
        """The message id that fits whom the request is for."""
        professional = for_whom(self._form.answers) == PROFESSIONAL
        return (professional and ROLE_WORDS.get(name)) or super().word(name)


class Asking(StepForm):
    """The page about who asks; it is asked of those who ask for somebody else."""

    step = "asking"
    title = N_("About you, who are asking")
    short_title = N_("About you")
    intro = N_("First about you. The questions about the patient come next.")

    your_name = FullName(
        N_("Your full name"),
        missing=N_("Type your full name"),
        autocomplete="name",
        why=N_("To know who is asking, and whom we write to"),
    )
    relation = Relation(
        N_("Who are you to the patient?"),
        missing=N_("Choose who you are to the patient"),
        options=relations,
        why=N_("To know who may decide and who may read the opinion"),
    )
    relation_other = Line(
        N_("Who are you to the patient, in your own words?"),
        missing=N_("Write who you are to the patient, or choose one of the answers above"),
        only_if=("relation", OTHER),
        why=N_("To know who may decide and who may read the opinion"),
    )
    your_country = Select(
        N_("The country you live in"),
        hint=N_("If it is not the country the patient lives in"),
        required=False,
        names=countries,
        autocomplete="country",
        why=N_("To read your telephone number rightly, and to know what time it is where you are"),
        seen_by="coordinator",
    )
    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the request is now for somebody else, so that the relationship given does not fit."""
        given = answers.get(cls.step, {}).get("relation")
        return given in OFFERED.get(for_whom(answers), RELATIONS)
