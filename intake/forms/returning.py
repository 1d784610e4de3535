"""Small forms around the request: a button of its own, save for later, and coming back by a link."""

from collections.abc import Callable, Mapping
from typing import Any

from intake.forms.base import SignedForm
from intake.forms.context import Json
from intake.forms.csrf import Guard
from intake.forms.fields.contact import Email
from intake.forms.fields.text import Trap
from intake.languages import N_


class Button(SignedForm):
    """A form of nothing but a button: to start, to send, to ask for the letter again. `form_id` says for
    what."""

    def __init__(
        self,
        form_id: str,
        formdata: Any = None,
        *,
        gettext: Callable[[str], str],
        guard: Guard | None,
    ) -> None:
        self.form_id = form_id
        super().__init__(formdata, gettext=gettext, guard=guard)


class Send(Button):
    """The last button, with the trap for programs."""

    remark2 = Trap()


class SaveForLater(SignedForm):
    """Where to send the link that brings people back to their draft."""

    form_id = "request:save"

    email = Email(
        N_("Your e-mail address"),
        hint=N_("We send a link to this address. Nothing about your health is in the e-mail."),
        missing=N_("Type the e-mail address to which we shall send the link"),
        why=N_("The link goes to this address, and to no other"),
        seen_by="coordinator",
    )

    def __init__(
        self,
        formdata: Any = None,
        *,
        gettext: Callable[[str], str],
        guard: Guard | None,
        data: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(formdata, gettext=gettext, guard=guard, data=data)


class ComingBack(SaveForLater):
    """The address typed again, before answers are shown: a leaked link alone opens nothing."""

    form_id = "request:resume"

    email = Email(
        N_("The e-mail address you used"),
        hint=N_("We ask so that nobody who finds the link can read your answers."),
        missing=N_("Type the e-mail address that you used for the request"),
        why=N_("To show answers only to the person who gave them"),
        seen_by="nobody",
    )
