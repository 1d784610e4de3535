"""Three questions for somebody who would rather be called than fill in the form. Nothing about health is asked."""

from collections.abc import Callable
from typing import Any

import phonenumbers

from intake.forms.base import SignedForm
from intake.forms.csrf import Guard
from intake.forms.fields.contact import Phone
from intake.forms.fields.text import FullName, Line, Trap
from intake.forms.wording import ascii_digits, one_line
from intake.languages import N_


def from_anywhere(text: str) -> str:
    """A number as it is dialled abroad from most countries, 00 and the country code, with + in place of the 00."""
    typed = one_line(text)
    return "+" + typed[2:] if ascii_digits(typed[:2]) == "00" else typed


class PhoneFromAnywhere(Phone):
    """A telephone number that says its country itself: with +, or with 00."""

    clean = staticmethod(from_anywhere)


class CallMe(SignedForm):
    """What shall we call you, your number, and when it suits you."""

    form_id = "request:call-me"
    region = ""  # we know nothing about the caller yet

    called = FullName(
        N_("What shall we call you?"),
        hint=N_("Any name will do."),
        missing=N_("Type a name that we can ask for"),
        autocomplete="name",
        why=N_("To ask for the right person"),
        seen_by="coordinator",
    )
    number = PhoneFromAnywhere(
        N_("Your telephone number, with the country code"),
        hint=N_("Begin with + and the code of your country, like +44 20 7946 0958"),
        missing=N_("Type your telephone number, so that we can call you"),
        why=N_("To call you"),
        seen_by="coordinator",
    )
    suits = Line(
        N_("When does it suit you?"),
        hint=N_("For example: on weekdays after 18:00. Say it in the time of the place where you are."),
        required=False,
        why=N_("To call when you can talk"),
        seen_by="coordinator",
    )
    remark2 = Trap()

    def __init__(self, formdata: Any = None, *, gettext: Callable[[str], str], guard: Guard | None) -> None:
        super().__init__(formdata, gettext=gettext, guard=guard)


def as_dialled(number: str) -> str:
    """A kept number in its international form, as people read it."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
