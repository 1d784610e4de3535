"""What people agree to, word by word, with a version and a hash of the very text shown. Giving and proving,
not storing."""

import hashlib
from dataclasses import dataclass

from intake.forms.base import is_about_other
from intake.forms.context import Answers, FormContext, Json
from intake.languages import N_

CONSENT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One thing to agree to. `text_other` is for somebody who asks for another patient."""

    id: str
    short: str
    text: str
    text_other: str
    missing: str
    required: bool


CONSENTS = (
    ConsentText(
        "review",
        N_("A specialist reads the case"),
        N_(
            "I agree that the coordinators of %(service)s and the specialist they choose may read my "
            "answers and my "
            "records, to give a second opinion."
        ),
        N_(
            "I agree that the coordinators of %(service)s and the specialist they choose may read these "
            "answers and the "
            "patient’s records, to give a second opinion."
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
            "I agree that my answers and my records may be sent to a specialist in: %(countries)s. I "
            "understand that "
            "the law there may protect health data less than the law where I live."
        ),
        N_(
            "I agree that these answers and the patient’s records may be sent to a specialist in: "
            "%(countries)s. I "
            "understand that the law there may protect health data less than the law where the patient lives."
        ),
        N_(
            "Tick the box about sending the case abroad, or stop here. Our specialists work in the "
            "countries named"
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
            "send this "
            "request for them."
        ),
        N_(
            "Tick the box about your age and your right to decide, or ask somebody who may decide to "
            "send the request"
        ),
        True,
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


def consent_text(consent: ConsentText, context: FormContext, about_other: bool) -> str:
    """The text as it is shown, in the reader's language, with every country named."""
    message = (about_other and consent.text_other) or consent.text
    countries = ", ".join(context.country(code) for code in context.abroad)
    said = context.gettext(message)
    return said % {"service": context.service_name, "countries": countries, "age": context.adult_age}


def consent_record(answers: Answers, context: FormContext) -> list[dict[str, Json]]:
    """What the receipt proves: for each text its id, version, language, the text, its SHA-256, and whether
    given."""
    given = answers.get("consent", {})
    about_other = is_about_other(answers)
    record: list[dict[str, Json]] = []
    for consent in CONSENTS:
        text = consent_text(consent, context, about_other)
        record.append(
            {
                "id": consent.id,
                "given": given.get(consent.id) is True,
                "version": CONSENT_VERSION,
                "language": context.language,
                "text": text,
                "sha256": hashlib.sha256(text.encode("utf-8")).hexdigest(),
                "countries": list(context.abroad) if consent.id == "abroad" else [],
            }
        )
    return record
