"""Ways to reach a person: e-mail (its form only, no look-up) and telephone (kept as E.164)."""

from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from wtforms.validators import StopValidation

from intake.forms.fields.text import Line
from intake.forms.wording import apart
from intake.languages import N_

EMAIL_MOST = 254
PHONE_MOST = 40

# Between signs that keep its figures in their order where people read from right to left, and on one line.
EXAMPLE = "+44 20 7946 0958"
EXAMPLE_APART = apart(EXAMPLE.replace(" ", "\u00a0"))

NOT_EMAIL = N_("Type a whole e-mail address, like name@example.com")
NOT_PHONE = N_("Type a telephone number that can be called, with the country code, like +44 20 7946 0958")


class Email(Line):
    """An e-mail address in any script, normalised. That it reaches the person is proved by a letter, not
    here."""

    kind = "email"

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "email")
        super().__init__(label, most=EMAIL_MOST, inputmode="email", **kwargs)

    def check(self, form: Any) -> None:
        """Sets `data` to the normalised address, or raises."""
        try:
            self.data = validate_email(self.data, check_deliverability=False).normalized
        except EmailNotValidError as wrong:
            raise StopValidation(self.say(NOT_EMAIL)) from wrong


class Phone(Line):
    """A telephone number; without a country code it is read as one of the country of residence.

    Stored as E.164, with ";ext=" and the extension when one was typed.
    """

    kind = "phone"

    def __init__(self, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("autocomplete", "tel")
        super().__init__(label, most=PHONE_MOST, inputmode="tel", **kwargs)

    def say(self, message: str, **values: object) -> str:
        """The message in the reader's language, its example such as it is dialled."""
        return super().say(message, **values).replace(EXAMPLE, EXAMPLE_APART)

    def check(self, form: Any) -> None:
        """Sets `data` to E.164, or raises."""
        try:
            number = phonenumbers.parse(self.data, form.region or None)
        except phonenumbers.NumberParseException as wrong:
            raise StopValidation(self.say(NOT_PHONE)) from wrong
        if not phonenumbers.is_valid_number(number):
            raise StopValidation(self.say(NOT_PHONE))
        extension = f";ext={number.extension}" if number.extension else ""
        self.data = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension

    @property
    def in_box(self) -> str:
        """What the box shows: a stored number in its international form, else what was typed."""
        return self.said()

    def said(self) -> str:
        """The number in its international form."""
        try:
            number = phonenumbers.parse(self.data, None)
        except phonenumbers.NumberParseException:
            return str(self.data)
        if self.errors or not self.data.startswith("+"):
            return str(self.data)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def same_address(one: object, other: object) -> bool:
    """Whether two addresses lead to one mailbox, as far as their text tells; an empty one is never the same."""
    first, second = str(one or "").strip().casefold(), str(other or "").strip().casefold()
    return bool(first) and first == second
