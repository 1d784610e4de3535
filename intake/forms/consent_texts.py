"""What people agree to, word by word, with a version and a hash of the very text shown. Giving and proving,
not storing."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from intake.forms.base import is_about_other
from intake.forms.context import Answers, FormContext, Json
from intake.forms.steps.preferences import chosen_countries, doctor_to_write_to, wants_translation
from intake.forms.wording import apart
from intake.languages import N_

CONSENT_VERSION = "2026-11b"

# On paper, and in the table of fields, nobody has chosen anything yet.
COUNTRIES_ABOVE = N_("the countries that I ticked")
DOCTOR_ABOVE = N_("the doctor whom I named")


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One thing to agree to. `text_other` is for somebody who asks for another patient; `wanted` says of the other
    answers whether it is asked at all."""

    id: str
    short: str
    text: str
    text_other: str
    missing: str
    required: bool
    wanted: Callable[[Answers], bool] = lambda answers: True


CONSENTS = (
    ConsentText(
        "review",
        N_("A specialist reads the case"),
        N_(
            "I agree that the coordinators of %(service)s and the specialist they choose may read my "
            "answers and my records, to give a second opinion."
        ),
        N_(
            "I agree that the coordinators of %(service)s and the specialist they choose may read these "
            "answers and the patient’s records, to give a second opinion."
        ),
        N_(
            "Tick the box about the review, or stop here. No specialist can give an opinion without "
            "reading the case"
        ),
        True,
    ),
    ConsentText(
        "abroad",
        N_("The case is sent abroad"),
        N_(
            "I agree that my answers and my records may be sent to a specialist in: %(countries)s. To no other "
            "country. I understand that the law there may protect health data less than the law where I live."
        ),
        N_(
            "I agree that these answers and the patient’s records may be sent to a specialist in: %(countries)s. To no "
            "other country. I understand that the law there may protect health data less than the law where the "
            "patient lives."
        ),
        N_(
            "Tick the box about sending the case abroad, or go back and choose other countries. Our specialists "
            "work in the countries named there"
        ),
        True,
    ),
    ConsentText(
        "contact",
        N_("We may contact you"),
        N_("I agree that %(service)s may contact me about this request."),
        "",
        N_("Tick the box about contact, or stop here. We cannot send you the opinion without contacting you"),
        True,
    ),
    ConsentText(
        "statement",
        N_("Age and the right to decide"),
        N_("I am %(age)s years old or older, and I decide about this request myself."),
        N_(
            "I am %(age)s years old or older. I have the patient’s permission, or the legal authority, to "
            "send this request for them."
        ),
        N_(
            "Tick the box about your age and your right to decide, or ask somebody who may decide to "
            "send the request"
        ),
        True,
    ),
    ConsentText(
        "interpreter",
        N_("An interpreter or translator reads the case"),
        N_(
            "Optional: an interpreter or translator whom %(service)s chooses may hear and read what is needed of my "
            "answers and my records. They must keep it secret."
        ),
        N_(
            "Optional: an interpreter or translator whom %(service)s chooses may hear and read what is needed of "
            "these answers and the patient’s records. They must keep it secret."
        ),
        "",
        False,
        wants_translation,
    ),
    ConsentText(
        "doctor",
        N_("We may write to the doctor at home"),
        N_(
            "Optional: %(service)s may write to %(doctor)s about this request, ask for records that are missing, and "
            "send the opinion there."
        ),
        "",
        "",
        False,
        lambda answers: bool(doctor_to_write_to(answers)),
    ),
    ConsentText(
        "statistics",
        N_("Counted in statistics without names"),
        N_("Optional: this request may be counted in statistics that name nobody."),
        "",
        "",
        False,
    ),
)


def wanted_consents(answers: Answers) -> tuple[ConsentText, ...]:
    """Everything that this person is asked to agree to, in the order of the page."""
    return tuple(consent for consent in CONSENTS if consent.wanted(answers))


def consent_text(consent: ConsentText, context: FormContext, answers: Answers) -> str:
    """The text as it is shown, in the reader's language, with the chosen countries and the doctor named."""
    message = (is_about_other(answers) and consent.text_other) or consent.text
    names = [context.country(code) for code in chosen_countries(answers, context)]
    said = context.gettext(message)
    return said % {
        "service": context.service_name,
        "countries": context.listed(names) if names else context.say(COUNTRIES_ABOVE),
        "doctor": apart(doctor_to_write_to(answers)) or context.say(DOCTOR_ABOVE),
        "age": context.adult_age,
    }


def consent_record(answers: Answers, context: FormContext, ticked: dict[str, Json]) -> list[dict[str, Json]]:
    """What the receipt proves, as JSON: for each text its id, version, language, the text, its SHA-256, the countries,
    and whether the box was ticked. Made when the page is answered, so that it holds the words that were read then."""
    return [
        {
            "id": consent.id,
            "given": ticked.get(consent.id) is True,
            "version": CONSENT_VERSION,
            "language": context.language,
            "text": text,
            "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
            "countries": list(chosen_countries(answers, context)) if consent.id == "abroad" else [],
        }
        for consent in wanted_consents(answers)
        for text in (consent_text(consent, context, answers),)
    ]


def asked_for(answers: Answers, context: FormContext) -> dict[str, Json]:
    """What the texts depend on beside the language, as JSON: when it changes, agreement is asked for again."""
    return {
        "version": CONSENT_VERSION,
        "countries": list(chosen_countries(answers, context)),
        "for_other": is_about_other(answers),
        "doctor": doctor_to_write_to(answers),
        "interpreter": wants_translation(answers),
    }


def shown_hash(answers: Answers, context: FormContext) -> str:
    """A mark of all the texts together, the same in every language: by it an answer says which it was given to."""
    basis = asked_for(answers, context) | {"age": context.adult_age}
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()[:32]
