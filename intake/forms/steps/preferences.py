"""Who abroad may read the case, one tick for each country; what they would like; and their doctor at home."""

from collections.abc import Mapping
from typing import Any

from wtforms import ValidationError

from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import NO, YES, YES_NO_UNKNOWN, Checkboxes, Option, Radios, Select
from intake.forms.fields.text import Line, LongText
from intake.forms.steps.asking import TREATING_DOCTOR
from intake.forms.steps.reach_you import COMMON_TONGUES
from intake.languages import N_

CENTRE_MOST = 500
REACH_MOST = 300

WHICH_DOCTOR = N_("Type the name of the doctor whom we reach in this way, or empty this box")


def offered_countries(form: Any) -> tuple[Option, ...]:
    """Every country where the operator's specialists work, by name; there is no "any of these"."""
    return tuple(Option(code, form.context.country(code), ready=True) for code in form.context.abroad)


def report_tongues(form: Any) -> Mapping[str, str]:
    """The common languages, by their names in the reader's language."""
    return {code: name for code, name in form.context.tongues.items() if code in COMMON_TONGUES}


class Preferences(StepForm):
    """The page of preferences; it must be looked at again when our specialists leave a country that was ticked."""

    step = "preferences"
    title = N_("Who may read the case, and what you would like")
    title_other = N_("Who may read the case, and what the patient would like")
    short_title = N_("Countries and preferences")
    details = {"doctor_reach": "doctor_name"}
    template = "request/preferences.html"

    countries = Checkboxes(
        N_("In which countries may a specialist read your case?"),
        other=N_("In which countries may a specialist read the patient’s case?"),
        hint=N_("Our specialists work in these countries. Tick only those that you agree to. The more you tick, the "
                "easier it is to find a specialist who fits."),
        missing=N_("Tick at least one country. Our specialists work in these countries and in no other"),
        options=offered_countries,
        why=N_("Health data leaves for a country only if you agree to that country"),
        seen_by="coordinator",
    )  # fmt: skip
    report_tongue = Select(
        N_("In which language would you like to read the report?"),
        hint=N_("We cannot promise every language. If it needs a translation, we tell you first what it costs."),
        required=False,
        names=report_tongues,
        why=N_("To find a specialist who writes it, or a translator"),
    )
    translation = Radios(
        N_("Must records or the report be translated?"),
        options=YES_NO_UNKNOWN,
        required=False,
        why=N_("A translator reads the case too, and needs your agreement for it"),
        seen_by="coordinator",
    )
    centre = LongText(
        N_("Do you have a hospital, a centre or a doctor in mind for the second opinion?"),
        hint=N_("Or one that you do not want. If you like, say why."),
        required=False,
        most=CENTRE_MOST,
        tall=2,
        why=N_("To ask there first, or to leave it out"),
        seen_by="coordinator",
    )
    doctor_name = Line(
        N_("Name of your doctor at home"),
        other=N_("Name of the patient’s doctor at home"),
        hint=N_("The doctor who knows the case best. Also the practice or the hospital, if you know it."),
        required=False,
        autocomplete="off",
        why=N_("To know who treats the patient, and with whom the report can be discussed"),
        seen_by="coordinator",
    )
    doctor_reach = LongText(
        N_("How can this doctor be reached?"),
        hint=N_("A telephone number, an e-mail address or a postal address. On the page about your agreement you "
                "choose whether we may write there."),
        required=False,
        most=REACH_MOST,
        tall=2,
        autocomplete="off",
        why=N_("To write to the doctor, if you allow it"),
        seen_by="coordinator",
    )  # fmt: skip
    @property
    def asked_by_doctor(self) -> bool:
        """Whether the treating doctor asks, who then is not asked for a doctor: that is known already."""
        return self.answers.get("asking", {}).get("relation") == TREATING_DOCTOR

    def validate_doctor_reach(self, field: LongText) -> None:
        """Raises when it is not said who is reached in this way."""
        if not field.empty and self["doctor_name"].empty:
            raise ValidationError(self.context.say(WHICH_DOCTOR))

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when our specialists have left a country that was ticked: then what is left must be looked at."""
        ticked = answers.get(cls.step, {}).get("countries")
        return isinstance(ticked, list) and bool(ticked) and set(ticked) <= set(context.abroad)


def chosen_countries(answers: Answers, context: FormContext) -> tuple[str, ...]:
    """The codes of the countries that were ticked, in the operator's order. Consent names exactly these."""
    ticked = answers.get(Preferences.step, {}).get("countries")
    return tuple(code for code in context.abroad if isinstance(ticked, list) and code in ticked)


def doctor_to_write_to(answers: Answers) -> str:
    """The doctor's name, if one is named who can be reached; else "". Whether we may write is agreed to, or not, on the
    page of agreements. Until form 2026-11 it was asked here too: a no that was given then still holds."""
    given = answers.get(Preferences.step, {})
    reached = given.get("doctor_reach") and given.get("write_doctor") != NO
    return str(given.get("doctor_name") or "") if reached else ""


def wants_translation(answers: Answers) -> bool:
    """Whether a translator or an interpreter is wanted."""
    interpreter = answers.get("reach-you", {}).get("interpreter")
    translation = answers.get(Preferences.step, {}).get("translation")
    return YES in (interpreter, translation)
