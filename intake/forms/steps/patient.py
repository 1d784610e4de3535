"""About the patient: name, date of birth, country. A person under age cannot ask alone."""

from collections.abc import Mapping
from typing import Any

from wtforms import ValidationError

from intake.forms.base import MYSELF, StepForm, is_about_other
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import Select
from intake.forms.fields.dates import DateBoxes, age_on
from intake.forms.fields.text import FullName
from intake.forms.steps.asking import AUTHORITY, PERMISSION
from intake.forms.steps.who import PROFESSIONAL
from intake.languages import N_

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


def countries(form: Any) -> Mapping[str, str]:
    """Every country by its code, in the reader's language."""
    return form.context.countries


class Patient(StepForm):
    step = "patient"
    title = N_("About you")
    title_other = N_("About the patient")
    short_title = N_("The patient")

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

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when another page's answer has made this one impossible."""
        return not under_age_fault(answers.get(cls.step, {}).get("born"), answers, context)


def under_age_fault(born: Any, answers: Answers, context: FormContext) -> str:
    """The message that forbids this birth date beside the other answers, or ""."""
    age = age_on(born, context.today) if isinstance(born, str) else None
    if age is None or age >= context.adult_age:
        return ""
    if not is_about_other(answers):
        return UNDER_AGE_ALONE
    professional = answers.get("who", {}).get("who", MYSELF) == PROFESSIONAL
    enough = (AUTHORITY, PERMISSION) if professional else (AUTHORITY,)
    given = answers.get("asking", {}).get("permission")
    return "" if given in enough else UNDER_AGE_NO_AUTHORITY
