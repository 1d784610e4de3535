"""Agreement, one box for each purpose, none ticked beforehand. What was shown is proved by its words, version and
hash."""

from typing import Any

from werkzeug.datastructures import MultiDict

from intake.forms.base import StepForm
from intake.forms.consent_texts import (
    CONSENTS,
    ConsentText,
    asked_for,
    consent_record,
    consent_text,
    shown_hash,
)
from intake.forms.context import Answers, FormContext, Json
from intake.forms.csrf import Guard
from intake.forms.fields.choices import Tick
from intake.languages import N_

BY_ID = {consent.id: consent for consent in CONSENTS}
SHOWN, ASKED_FOR = "shown", "asked_for"

TEXTS_CHANGED = N_(
    "The sentences below have changed since you opened this page, perhaps in another window. Read them again, and tick "
    "those that you agree to"
)


class ConsentTick(Tick):
    """A box with the full text of what is agreed to."""

    def __init__(self, consent: ConsentText, why: str, **kwargs: Any) -> None:
        super().__init__(
            consent.text,
            other=consent.text_other,
            missing=consent.missing,
            required=consent.required,
            why=why,
            seen_by="coordinator",
            **kwargs,
        )
        self.consent = consent

    @property
    def asked(self) -> bool:
        """Whether the other answers make this something to agree to."""
        return self.consent.wanted(self._form.answers)

    @property
    def summary(self) -> str:
        """What is agreed to, in a few words."""
        return self.say(self.consent.short)

    @property
    def wording(self) -> str:
        """The text with the service, the countries, the doctor and the age filled in."""
        return consent_text(self.consent, self._form.context, self._form.answers)


class Consent(StepForm):
    """The page of agreements; it must be answered again when texts, countries or the person concerned change.

    A page that shows other texts than those of now, since an earlier answer was changed in another window, agrees to
    nothing: its ticks are dropped, and it is asked again.
    """

    step = "consent"
    title = N_("Your agreement")
    short_title = N_("Your agreement")
    intro = N_("Read each sentence and tick it if you agree. You can take back your agreement at any time.")
    template = "request/consent.html"

    review = ConsentTick(BY_ID["review"], N_("A specialist can only answer what they may read"))
    abroad = ConsentTick(
        BY_ID["abroad"], N_("The law asks for your agreement before health data leaves your country")
    )
    contact = ConsentTick(BY_ID["contact"], N_("To send you the opinion and ask you what is missing"))
    statement = ConsentTick(BY_ID["statement"], N_("Only a person who may decide can agree"))
    interpreter = ConsentTick(BY_ID["interpreter"], N_("Whoever translates the case reads it too"))
    doctor = ConsentTick(BY_ID["doctor"], N_("We write to nobody about you without your permission"))
    statistics = ConsentTick(BY_ID["statistics"], N_("To show how the service does; it is your choice"))

    def __init__(
        self, context: FormContext, answers: Answers, formdata: Any = None, *, guard: Guard | None = None
    ) -> None:
        self.shown = shown_hash(answers, context)
        self.outdated = formdata is not None and formdata.get(SHOWN, self.shown) != self.shown
        self.refused = False
        if self.outdated:
            formdata = MultiDict((name, each) for name, each in formdata.items() if name not in BY_ID)
        super().__init__(context, answers, formdata, guard=guard)
        if formdata is None and not self.stands(answers, context):
            self._untick_changed()

    def _untick_changed(self) -> None:
        """A box whose text is another one now was not ticked for it."""
        before = {line["sha256"] for line in self.answers.get(self.step, {}).get("record") or ()}
        for line in consent_record(self.answers, self.context, {}):
            if line["sha256"] not in before:
                self[line["id"]].data = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Never valid for texts that are not those of now."""
        self.refused = self.outdated
        return super().validate(extra_validators) and not self.outdated

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """That the texts have changed comes before what is missing."""
        return ([("", self.context.say(TEXTS_CHANGED))] if self.refused else []) + super().mistakes

    @property
    def typed(self) -> dict[str, list[str]]:
        """The ticks, and the texts that they were set at."""
        return super().typed | {SHOWN: [self.shown]}

    def stored(self) -> dict[str, Json]:
        """The ticks of what was asked, what they were given for, and the record of the very words shown."""
        ticked = {field.name: field.stored() for field in self.questions if field.asked}
        record = consent_record(self.answers, self.context, ticked)
        return ticked | {ASKED_FOR: asked_for(self.answers, self.context), "record": record}

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the texts, the countries, the doctor or the person concerned have changed since."""
        return bool(answers.get(cls.step, {}).get(ASKED_FOR) == asked_for(answers, context))
