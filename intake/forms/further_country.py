"""A further country that somebody agrees to after the request was sent: which are left, and the very words.

One country, one sentence, one button: as easy as taking one back.
"""

from collections.abc import Iterable

from intake.cases.consent import ABROAD, Agreement, Consent
from intake.forms.base import is_about_other
from intake.forms.consent_texts import CONSENT_VERSION
from intake.forms.context import Answers, FormContext
from intake.languages import N_

OWN = N_(
    "I agree that my answers and my records may also be sent to a specialist in: %(country)s. I understand that the "
    "law there may protect health data less than the law where I live."
)
FOR_OTHER = N_(
    "I agree that these answers and the patient’s records may also be sent to a specialist in: %(country)s. I "
    "understand that the law there may protect health data less than the law where the patient lives."
)
BY_PATIENT = N_(
    "I am the patient. I agree that what was written about me and my records may also be sent to a specialist in: "
    "%(country)s. I understand that the law there may protect health data less than the law where I live."
)


def countries_left(standing: Iterable[Consent], context: FormContext) -> tuple[str, ...]:
    """The codes of the operator's countries that nobody of these consents names, in the operator's order."""
    agreed = {each.country for each in standing if each.purpose == ABROAD}
    return tuple(code for code in context.abroad if code not in agreed)


def further_agreement(country: str, answers: Answers, context: FormContext) -> Agreement:
    """What the requester agrees to, with the words in the context's language."""
    return _agreement(FOR_OTHER if is_about_other(answers) else OWN, country, context)


def further_by_patient(country: str, context: FormContext) -> Agreement:
    """What an adult patient agrees to, who agreed by a link of her own before."""
    return _agreement(BY_PATIENT, country, context)


def _agreement(text: str, country: str, context: FormContext) -> Agreement:
    words = context.say(text, country=context.country(country))
    return Agreement(ABROAD, CONSENT_VERSION, words, (country,), context.language)
