"""How to reach the person who asks: e-mail (needed), telephone (if they like), when, in which languages."""

from collections.abc import Mapping
from typing import Any

from wtforms import ValidationError

from intake.forms.base import StepForm, where_they_live
from intake.forms.by_desk import by_desk
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import NO, YES, Checkboxes, Option, Radios, Select
from intake.forms.fields.contact import Email, Phone, same_address
from intake.forms.fields.text import Line, Trap
from intake.languages import N_

# The languages that most people who ask abroad read; any other can be typed.
COMMON_TONGUES = (
    "ar", "bn", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "pl", "pt", "ru", "tr",
    "uk", "ur", "vi", "zh",
)  # fmt: skip

NO_NUMBER = N_("Type your telephone number above, or choose e-mail")
NEITHER = N_("Type an e-mail address or a telephone number: we must be able to reach them")
NOT_YOURS = N_("Type your own e-mail address. You gave this one as the patient’s")


def common_tongues(form: Any) -> tuple[Option, ...]:
    """The common languages, sorted by their names in the reader's language."""
    return tuple(
        Option(code, name, ready=True) for code, name in form.context.tongues.items() if code in COMMON_TONGUES
    )


def zones(form: Any) -> Mapping[str, str]:
    """The time zones of the country the reader lives in, with their cities."""
    return form.context.zones(form.region)


class Zone(Select):
    """A time zone; where a country has one only, that is the answer until somebody changes it."""

    @property
    def asked(self) -> bool:
        """Only where we know the zones of the country."""
        return bool(self.names)

    def process_data(self, value: Any) -> None:
        """A stored id; a zone of another country counts as none."""
        super().process_data(value)
        known = list(self.names)
        if self.data not in known:
            self.data = known[0] if len(known) == 1 else ""


class ReachYou(StepForm):
    """The page about reaching the person who types."""

    step = "reach-you"
    title = N_("How can we reach you?")
    short_title = N_("How to reach you")

    email = Email(
        N_("Your e-mail address"),
        hint=N_("We send a link to this address. Use one that only you, or people you trust, can read."),
        missing=N_("Type your e-mail address"),
        why=N_("Links to your request go to this address, and to no other"),
        seen_by="coordinator",
    )
    phone = Phone(
        N_("Your telephone number"),
        hint=N_("If you like. Add the country code if it is a number abroad, like +44 20 7946 0958"),
        required=False,
        why=N_("To speak with you when something cannot wait for an e-mail"),
        seen_by="coordinator",
    )
    best_way = Radios(
        N_("How do you like us to reach you?"),
        missing=N_("Choose how you like us to reach you"),
        options=(
            Option("email", N_("By e-mail")),
            Option("telephone", N_("By telephone"), hint=N_("Please type your number above")),
            Option("either", N_("Either is fine")),
        ),
        why=N_("So that we reach you in the way that is easy for you"),
        seen_by="coordinator",
    )
    when = Radios(
        N_("When is a good time to call?"),
        options=(
            Option("mornings", N_("In the morning")),
            Option("afternoons", N_("In the afternoon")),
            Option("evenings", N_("In the evening")),
            Option("any", N_("At any time")),
        ),
        required=False,
        why=N_("To call when it suits you"),
        seen_by="coordinator",
    )
    zone = Zone(
        N_("Your time zone"),
        hint=N_("Choose the city whose clock is yours."),
        required=False,
        names=zones,
        why=N_("To know what time it is where you are"),
        seen_by="coordinator",
    )
    tongues = Checkboxes(
        N_("Which languages do you read?"),
        missing=N_("Tick at least one language, or type it in the box below"),
        options=common_tongues,
        unless="other_tongue",
        why=N_("To write to you in a language that you read"),
    )
    other_tongue = Line(
        N_("Another language"),
        required=False,
        why=N_("To write to you in a language that you read"),
    )
    interpreter = Radios(
        N_("Do you need an interpreter to speak with us?"),
        missing=N_("Choose whether you need an interpreter"),
        options=(Option(YES, N_("Yes")), Option(NO, N_("No"))),
        why=N_("To have one ready when we call"),
        seen_by="coordinator",
    )
    remark2 = Trap()

    def __init__(self, context: FormContext, answers: Answers, formdata: Any = None, **more: Any) -> None:
        super().__init__(context, answers, formdata, **more)
        self.by_desk = by_desk(answers) is not None
        if self.by_desk:  # whoever telephones may have no mailbox; then they need a number
            self.email.required = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Beside the boxes themselves: without any way to reach somebody there is no request."""
        right = super().validate(extra_validators)
        if self.by_desk and self.email.empty and self.phone.empty and not self.email.errors:
            self.email.errors = [self.context.say(NEITHER)]
            return False
        return right

    def validate_best_way(self, field: Radios) -> None:
        """Raises when somebody wants to be called and gives no number."""
        if field.data == "telephone" and self.phone.empty:
            raise ValidationError(self.context.say(NO_NUMBER))

    def validate_email(self, field: Email) -> None:
        """Raises when it is the address that the patient's own link goes to."""
        theirs = self.answers.get("patient-agrees", {})
        if theirs.get("how") == "link" and same_address(field.data, theirs.get("patient_email")):
            raise ValidationError(self.context.say(NOT_YOURS))

    @classmethod
    def stands(cls, answers: Answers, context: FormContext) -> bool:
        """False when the reader lives in another country since, so that the time zone is not theirs any more."""
        zone = answers.get(cls.step, {}).get("zone")
        return not zone or zone in context.zones(where_they_live(answers))
