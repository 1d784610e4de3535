"""What an adult patient reads and ticks on the page of her own link, and what she signs on paper instead.

The purposes are those that the requester was asked for; the words are hers. What was shown is proved by version and
hash, as every consent is.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from intake.cases.consent import ABROAD, Agreement
from intake.forms.answers import Row
from intake.forms.base import SignedForm
from intake.forms.consent_texts import CONSENT_VERSION
from intake.forms.context import Answers, FormContext, Json
from intake.forms.csrf import Guard
from intake.forms.fields.choices import Tick
from intake.forms.fields.contact import Email
from intake.forms.journey import pruned
from intake.forms.read_as import read_rows
from intake.forms.steps.consent import TEXTS_CHANGED
from intake.forms.steps.preferences import chosen_countries
from intake.languages import N_


@dataclass(frozen=True, slots=True)
class PatientText:
    """One purpose in the patient's own words, and in those of somebody who may decide for her by law."""

    id: str
    short: str
    text: str
    text_authority: str
    missing: str


TEXTS = (
    PatientText(
        "review",
        N_("A specialist reads the case"),
        N_(
            "I am the patient. I agree that the coordinators of %(service)s and the specialist they choose may read "
            "what was written about me and my records, to give a second opinion."
        ),
        N_(
            "I may decide for the patient by law. I agree that the coordinators of %(service)s and the specialist they "
            "choose may read what was written about the patient and the patient’s records, to give a second opinion."
        ),
        N_("Tick the box about the review, or press “I do not agree”. Without it no specialist can give an opinion"),
    ),
    PatientText(
        "abroad",
        N_("The case is sent abroad"),
        N_(
            "I agree that what was written about me and my records may be sent to a specialist in: %(countries)s. To "
            "no other country. I understand that the law there may protect health data less than the law where I live."
        ),
        N_(
            "I agree that what was written about the patient and the patient’s records may be sent to a specialist in: "
            "%(countries)s. To no other country. I understand that the law there may protect health data less than "
            "the law where the patient lives."
        ),
        N_(
            "Tick the box about sending the case abroad, or press “I do not agree”. Our specialists work in the "
            "countries named"
        ),
    ),
)
BY_ID = {text.id: text for text in TEXTS}


def patient_agreements(answers: Answers, context: FormContext, *, by_law: bool = False) -> tuple[Agreement, ...]:
    """Each purpose with the very words shown, in the context's language. `by_law`: somebody decides for her."""
    codes = chosen_countries(answers, context)
    filled = {"service": context.service_name, "countries": context.listed([context.country(code) for code in codes])}
    return tuple(
        Agreement(
            each.id,
            CONSENT_VERSION,
            context.gettext(each.text_authority if by_law else each.text) % filled,
            codes if each.id == ABROAD else (),
            context.language,
        )
        for each in TEXTS
    )


def shown_hash(agreements: Iterable[Agreement]) -> str:
    """A mark of all the words together: by it an answer says to which it was given."""
    return hashlib.sha256("".join(each.text_hash for each in agreements).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the patient must know before she says yes or no: who asks, for whom, what, and who will read it."""

    by: tuple[Row, ...]
    patient: tuple[Row, ...]
    reason: tuple[Row, ...]
    questions: tuple[str, ...]
    countries: tuple[str, ...]
    report: tuple[Row, ...]


def what_is_asked(answers: Answers, context: FormContext, *, doctor: bool = False) -> Asked:
    """The page's facts, in the context's language. `doctor`: the report goes to the doctor at home too, as agreed."""
    given = pruned(answers)
    questions = given.get("questions", {})
    return Asked(
        by=_only(read_rows("asking", given, context), "your_name", "relation", "relation_other"),
        patient=_named(_only(read_rows("patient", given, context), "full_name", "latin_name"), context),
        reason=_only(read_rows("reason", given, context), "reason"),
        questions=tuple(filter(None, (questions.get(rank, "") for rank in ("first", "second", "third")))),
        countries=tuple(context.country(code) for code in chosen_countries(answers, context)),
        report=(*_only(read_rows("readers", given, context), "may_read", "contact_name"),
                *(_only(read_rows("preferences", given, context), "doctor_name") if doctor else ())),
    )  # fmt: skip


def _only(rows: tuple[Row, ...], *fields: str) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.field in fields and row.value)


def _named(rows: tuple[Row, ...], context: FormContext) -> tuple[Row, ...]:
    """Whose name it is must be plain where two people are named."""
    said = context.say(N_("Name of the patient"))
    return tuple(replace(row, label=said) if row.field == "full_name" else row for row in rows)


class PatientTick(Tick):
    """A box with the full text of what the patient agrees to."""

    def __init__(self, text: PatientText, **kwargs: Any) -> None:
        super().__init__(text.text, missing=text.missing, **kwargs)
        self.purpose = text.id

    @property
    def wording(self) -> str:
        """The text with the service and the countries filled in."""
        return self._form.agreement(self.purpose).text


class AgreementTicks(SignedForm):
    """The patient's own two boxes, none ticked beforehand."""

    form_id = "agree"

    review = PatientTick(BY_ID["review"])
    abroad = PatientTick(BY_ID["abroad"])

    def __init__(
        self, context: FormContext, answers: Answers, formdata: Any = None, *, guard: Guard | None
    ) -> None:
        self.agreements = patient_agreements(answers, context)
        self.shown = shown_hash(self.agreements)
        self.outdated = formdata is not None and formdata.get("shown", self.shown) != self.shown
        if self.outdated:  # ticked for other words than those of now, such as before a country was added
            formdata = MultiDict((name, each) for name, each in formdata.items() if name not in BY_ID)
        super().__init__(formdata, gettext=context.gettext, guard=guard)

    def validate(self, extra_validators: Any = None) -> bool:
        """Never valid for other words than those of now."""
        return super().validate(extra_validators) and not self.outdated

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """That the words have changed comes before what is missing."""
        return ([("", self.gettext(TEXTS_CHANGED))] if self.outdated else []) + super().mistakes

    def agreement(self, purpose: str) -> Agreement:
        """One of the purposes, with its words."""
        return next(each for each in self.agreements if each.purpose == purpose)


class AddressTyped(SignedForm):
    """The patient's address typed, before anything is shown: a leaked link alone opens nothing."""

    form_id = "agree:address"

    email = Email(
        N_("Your e-mail address"),
        hint=N_("The one at which you got our letter. We ask so that nobody who finds the link can read on."),
        missing=N_("Type the e-mail address at which you got our letter"),
    )

    def __init__(self, formdata: Any = None, *, gettext: Any, guard: Guard | None) -> None:
        super().__init__(formdata, gettext=gettext, guard=guard)


class PatientAddress(SignedForm):
    """Where the patient's link goes: given by the requester on the page of the case."""

    form_id = "case:agreement"

    patient_email = Email(
        N_("The patient’s e-mail address"),
        hint=N_("Another address than yours, one that only the patient opens."),
        missing=N_("Type the patient’s e-mail address"),
        autocomplete="off",
    )

    def __init__(
        self, formdata: Any = None, *, gettext: Any, guard: Guard | None, data: Mapping[str, Json] | None = None
    ) -> None:
        super().__init__(formdata, gettext=gettext, guard=guard, data=data)
