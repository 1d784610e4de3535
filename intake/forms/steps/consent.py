"""Agreement, one box for each purpose, none ticked beforehand. What was shown is proved by version and
hash."""

from typing import Any

from intake.forms.base import StepForm, is_about_other
from intake.forms.consent_texts import CONSENT_VERSION, CONSENTS, ConsentText, consent_text
from intake.forms.context import Answers, FormContext, Json
from intake.forms.fields.choices import Tick
from intake.languages import N_

BY_ID = {consent.id: consent for consent in CONSENTS}


class ConsentTick(Tick):
    """A box with the full text of what is agreed to."""

    def __init__(self, consent: ConsentText, why: str, **kwargs: Any) -> None:
        super().__init__(
            consent.text,
            other=consent.text_other,
            missing=consent.missing,
            required=consent.required,
            why=why,
            **kwargs,
        )
        self.consent = consent

    @property
    def summary(self) -> str:
        """What is agreed to, in a few words."""
        return self.say(self.consent.short)

    @property
    def wording(self) -> str:
        """The text with the service, the countries and the age filled in."""
        return consent_text(self.consent, self._form.context, self._form.about_other)


class Consent(StepForm):
    """The page of agreements; it must be answered again when texts, countries or the person concerned change."""

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
    statistics = ConsentTick(BY_ID["statistics"], N_("To show how the service does; it is your choice"))

    def stored(self) -> dict[str, Json]:
        """The ticks, with the version, the countries and the person they were given for."""
        return super().stored() | {
            "version": CONSENT_VERSION,
            "countries": list(self.context.abroad),
            "for_other": self.about_other,
        }

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the texts, the countries or the person concerned have changed since."""
        given = answers.get(cls.step, {})
        return bool(
            given.get("version") == CONSENT_VERSION
            and given.get("countries") == list(context.abroad)
            and given.get("for_other") == is_about_other(answers)
        )
