"""How an adult patient who can decide agrees herself: by a link of her own, or on paper. Before that nobody reads."""

from wtforms import ValidationError

from intake.forms.agreement import PATIENT, patient_knows, who_must_agree
from intake.forms.base import StepForm
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import Option, Radios
from intake.forms.fields.contact import Email, same_address
from intake.languages import N_

LINK, PAPER, LATER = "link", "paper", "later"

SAME_ADDRESS = N_("Type an address that only the patient opens. This one is yours")
SPEAK_FIRST = N_(
    "An adult who can decide has to agree before a specialist reads the case. You told us that the patient may not "
    "know everything yet. We will speak with you first, and send the patient nothing before that."
)


class PatientAgrees(StepForm):
    step = "patient-agrees"
    title = N_("The patient’s own agreement")
    short_title = N_("The patient’s own agreement")
    intro = N_(
        "An adult who can decide has to agree before a specialist reads the case. You can send the request now. We ask "
        "the patient when we have it."
    )

    how = Radios(
        N_("How can the patient agree?"),
        missing=N_("Choose how the patient can agree. If you are not sure, choose the last answer"),
        options=(
            Option(
                LINK,
                N_("By e-mail"),
                hint=N_("We send the patient a link. The e-mail has no word about health and no name."),
            ),
            Option(PAPER, N_("On paper"), hint=N_("You print a form, the patient signs it, and you send it to us.")),
            Option(
                LATER, N_("I do not know yet"), hint=N_("You can choose later, on the page of the case."), apart=True
            ),
        ),
        why=N_("An adult who can decide has to agree for themselves"),
        seen_by="coordinator",
    )
    patient_email = Email(
        N_("The patient’s e-mail address"),
        hint=N_("Another address than yours, one that only the patient opens."),
        missing=N_("Type the patient’s e-mail address, or choose another way"),
        only_if=("how", LINK),
        autocomplete="off",
        why=N_("The link for the patient goes to this address, and to no other"),
        seen_by="coordinator",
    )

    @property
    def opening(self) -> str:
        """Why we ask; and, when the patient may not know everything, that we speak with the reader first."""
        speak_first = "permission" in self.answers and not patient_knows(self.answers)
        return self.context.say(SPEAK_FIRST) if speak_first else super().opening

    def validate_patient_email(self, field: Email) -> None:
        """Raises when the address is that of the person who asks."""
        if same_address(field.data, self.answers.get("reach-you", {}).get("email")):
            raise ValidationError(self.context.say(SAME_ADDRESS))

    @classmethod
    def belongs(cls, answers: Answers) -> bool:
        """Only where the patient herself must agree."""
        return who_must_agree(answers) == PATIENT

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when both have the same address since."""
        given = answers.get(cls.step, {})
        own = answers.get("reach-you", {}).get("email")
        return given.get("how") != LINK or not same_address(given.get("patient_email"), own)
