"""About the patient: name, date of birth, country. A person under age cannot ask alone."""

from typing import Any

from wtforms import ValidationError

from intake.forms.base import MYSELF, StepForm, is_about_other
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.choices import Select
from intake.forms.fields.dates import DateBoxes, age_on
from intake.forms.fields.text import FullName, LatinName, Line
from intake.forms.steps.asking import countries
from intake.forms.steps.permission import AUTHORITY, PERMISSION
from intake.forms.steps.who import PROFESSIONAL
from intake.languages import N_

CALL_MOST = 100

UNDER_AGE_ALONE = N_(
    "A person under %(age)s cannot ask alone. Ask a parent or another adult with legal authority to send "
    "the request, "
    "or telephone us. If the date is wrong, change it"
)
UNDER_AGE_NO_AUTHORITY = N_(
    "For a patient under %(age)s, an adult with legal authority must ask, such as a parent or guardian. Go "
    "back and "
    "change the answer about permission, or telephone us. If the date is wrong, change it"
)

NOT_SERVED = N_(
    "We cannot help people who live in %(country)s. At the end of this page stand other ways, and where else to ask. "
    "If the country is wrong, change it"
)


class Patient(StepForm):
    step = "patient"
    title = N_("About you")
    title_other = N_("About the patient")
    short_title = N_("The patient")
    template = "request/patient.html"

    full_name = FullName(
        N_("Your full name"),
        other=N_("The patient’s full name"),
        hint=N_("As it is written in your passport or identity card, in any script"),
        hint_other=N_("As it is written in the passport or identity card, in any script"),
        missing=N_("Type your full name"),
        missing_other=N_("Type the patient’s full name"),
        autocomplete="name",
        why=N_("To be sure that the records belong to this person"),
    )
    latin_name = LatinName(
        N_("Your name in Latin letters, as in the passport"),
        other=N_("The patient’s name in Latin letters, as in the passport"),
        hint=N_("If your name is written in another script. Hospitals abroad often file it in these letters."),
        hint_other=N_("If the name is written in another script. Hospitals abroad often file it in these letters."),
        required=False,
        autocomplete="off",
        why=N_("Records are often filed under this spelling"),
    )
    call_me = Line(
        N_("What shall we call you?"),
        other=N_("What does the patient like to be called?"),
        hint=N_("If you like. For example a short name, or a title with the family name."),
        required=False,
        most=CALL_MOST,
        autocomplete="off",
        why=N_("To speak to people as they wish"),
        seen_by="coordinator",
    )
    born = DateBoxes(
        N_("Your date of birth"),
        other=N_("The patient’s date of birth"),
        hint=N_("Day, month and year, for example 27 3 1968"),
        missing=N_("Type your date of birth"),
        missing_other=N_("Type the patient’s date of birth"),
        when="past",
        autocomplete="bday",
        why=N_("Age decides about treatment, and the date helps to match the records"),
    )
    country = Select(
        N_("The country you live in"),
        other=N_("The country the patient lives in"),
        missing=N_("Choose the country you live in"),
        missing_other=N_("Choose the country the patient lives in"),
        names=countries,
        autocomplete="country",
        why=N_("The law on health data and the way to ask for records depend on it"),
    )

    def validate_born(self, field: DateBoxes) -> None:
        """Raises when somebody under age would ask alone, or without an adult's legal authority."""
        message = under_age_fault(field.data, self.answers, self.context)
        if field.data and message:
            raise ValidationError(self.context.say(message, age=self.context.adult_age))

    def validate_country(self, field: Select) -> None:
        """Raises for a country whose residents we cannot serve."""
        if self.not_served:
            raise ValidationError(self.context.say(NOT_SERVED, country=self.not_served))

    @property
    def not_served(self) -> str:
        """The name of the country on this page if we cannot serve people who live there; else ""."""
        code = self.country.data
        return self.context.country(code) if code in self.context.not_served else ""

    def stored(self) -> dict[str, Json]:
        """The answers, and whether the patient is of age today: the pages that follow depend on it."""
        return super().stored() | {"adult": is_adult(self.born.data, self.context)}

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when another page's answer has made this one impossible, or a birthday has made an adult; or when we
        do not serve the country (any more)."""
        given = answers.get(cls.step, {})
        if given.get("country") in context.not_served:
            return False
        same_age = given.get("adult") is is_adult(given.get("born"), context)
        return same_age and not under_age_fault(given.get("born"), answers, context)


def is_adult(born: Any, context: FormContext) -> bool:
    """Whether somebody born on this day is of age today, by the operator's rule; False while no whole date is known."""
    age = age_on(born, context.today) if isinstance(born, str) else None
    return age is not None and age >= context.adult_age


def under_age_fault(born: Any, answers: Answers, context: FormContext) -> str:
    """The message that forbids this birth date beside the other answers, or ""."""
    age = age_on(born, context.today) if isinstance(born, str) else None
    if age is None or age >= context.adult_age:
        return ""
    if not is_about_other(answers):
        return UNDER_AGE_ALONE
    professional = answers.get("who", {}).get("who", MYSELF) == PROFESSIONAL
    enough = (AUTHORITY, PERMISSION) if professional else (AUTHORITY,)
    given = answers.get("permission", {}).get("permission")
    return "" if given in enough else UNDER_AGE_NO_AUTHORITY
