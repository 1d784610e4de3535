"""How to reach the person who asks: e-mail (needed), telephone (if they like), languages, interpreter."""

from typing import Any

from wtforms import ValidationError

from intake.forms.base import StepForm
from intake.forms.fields.choices import NO, YES, Checkboxes, Option, Radios
from intake.forms.fields.contact import Email, Phone
from intake.forms.fields.text import Line, Trap
from intake.languages import N_

# The languages that most people who ask abroad read; any other can be typed.
COMMON_TONGUES = (
    "ar", "bn", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "pl", "pt", "ru", "tr",
    "uk", "ur", "vi", "zh",
)  # fmt: skip

NO_NUMBER = N_("Type your telephone number above, or choose e-mail")


def common_tongues(form: Any) -> tuple[Option, ...]:
    """The common languages, sorted by their names in the reader's language."""
    return tuple(
        Option(code, name, ready=True) for code, name in form.context.tongues.items() if code in COMMON_TONGUES
    )


class ReachYou(StepForm):
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

    def validate_best_way(self, field: Radios) -> None:
        """Raises when somebody wants to be called and gives no number."""
        if field.data == "telephone" and self.phone.empty:
            raise ValidationError(self.context.say(NO_NUMBER))
