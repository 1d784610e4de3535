"""At the desk: other ways to reach a requester, after it was checked who asks for it."""

from typing import Any

from intake.forms.base import SignedForm, where_they_live
from intake.forms.context import Answers, FormContext
from intake.forms.csrf import Guard
from intake.forms.fields.choices import Tick
from intake.forms.fields.contact import Email, Phone, same_address
from intake.languages import N_

NEITHER = N_("Type an e-mail address or a telephone number: we must be able to reach them")
PATIENTS = N_("The patient’s own link goes to this address. Type that of who asks")


class ContactForm(SignedForm):
    """The address, the number, and the word of the coordinator that they know whom they speak with."""

    form_id = "desk:contact"

    email = Email(N_("Their e-mail address"), required=False, autocomplete="off")
    phone = Phone(
        N_("Their telephone number"), required=False, autocomplete="off",
        hint=N_("Add the country code if it is a number abroad, like +44 20 7946 0958"),
    )  # fmt: skip
    checked = Tick(
        N_("I called them back on a number that was on file, or asked two things that only they know"),
        missing=N_("Check who they are first, then tick this box"),
    )

    def __init__(
        self, context: FormContext, answers: Answers, formdata: Any = None, *, guard: Guard | None = None
    ) -> None:
        self.context, self.answers = context, answers
        self.region = where_they_live(answers)
        super().__init__(formdata, gettext=context.gettext, guard=guard, data=answers.get("reach-you", {}))

    def validate(self, extra_validators: Any = None) -> bool:
        """Beside the boxes themselves: there must be a way to reach them, and not through the patient's own link."""
        right = super().validate(extra_validators)
        theirs = self.answers.get("patient-agrees", {})
        if not self.email.errors and self.email.empty and self.phone.empty:
            self.email.errors = [self.context.say(NEITHER)]
        elif theirs.get("how") == "link" and same_address(self.email.data, theirs.get("patient_email")):
            self.email.errors = [self.context.say(PATIENTS)]
        return right and not self.email.errors
