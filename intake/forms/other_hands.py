"""Small forms of the case pages: a link for a helper, a hospital's viewer link, a parcel; and the code from a sheet."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from wtforms.validators import StopValidation

from intake.cases import viewers
from intake.cases.helpers import HelperKind
from intake.cases.parcels import WHAT
from intake.forms.base import SignedForm
from intake.forms.context import Answers, FormContext, Json
from intake.forms.csrf import Guard
from intake.forms.fields.choices import Option, Radios, Select, Tick
from intake.forms.fields.dates import DateBoxes, whole_parts
from intake.forms.fields.text import Line
from intake.forms.steps.records import items_for
from intake.forms.wording import ascii_digits, one_line
from intake.languages import N_

NOTE_MOST = 120
MOST_PIECES = 999

NOT_COUNT = N_("Use a number from 0 to %(most)s")
NOT_VIEWER = N_("Copy the whole link as the hospital gave it. It must begin with https:// and name the hospital’s site")
NOTHING_IN_IT = N_("Say how many pieces there are of at least one thing")


class _CaseForm(SignedForm):
    """A form of the case pages; knows what the reader's forms know."""

    def __init__(
        self, context: FormContext, formdata: Any = None, *, guard: Guard | None, data: Mapping[str, Json] | None = None
    ) -> None:
        self.context = context
        super().__init__(formdata, gettext=context.gettext, guard=guard, data=data)


class HelperForm(_CaseForm):
    """For whom a link is, in which language they read, and a note of one's own."""

    form_id = "case:helper"

    kind = Radios(
        N_("Who shall send files?"),
        options=(
            Option(HelperKind.HOSPITAL, N_("A hospital or a laboratory")),
            Option(HelperKind.DOCTOR, N_("A doctor")),
            Option(
                HelperKind.RELATIVE, N_("A relative or a friend"),
                hint=N_("For example, with a computer that reads discs"),
            ),
            Option(HelperKind.MYSELF, N_("Myself, on another device")),
        ),
    )  # fmt: skip
    reads = Select(N_("Which language do they read?"), names=lambda form: form.offered)
    note = Line(
        N_("A note for yourself"), required=False, most=NOTE_MOST,
        hint=N_("You and our coordinators see it, never the helper. For example: the name of the ward."),
    )  # fmt: skip

    def __init__(self, context: FormContext, offered: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        self.offered = offered
        super().__init__(context, *args, **kwargs)


class CodeForm(SignedForm):
    """The code from a sheet of paper."""

    form_id = "helper:code"

    code = Line(
        N_("The code on your sheet"), most=60, missing=N_("Type the code that is printed on your sheet"),
        hint=N_("Three groups of five letters and numbers. Capital or small letters do not matter."),
    )  # fmt: skip

    def __init__(self, formdata: Any = None, *, gettext: Any, guard: Guard | None) -> None:
        super().__init__(formdata, gettext=gettext, guard=guard)


class ViewerAddress(Line):
    """The address of a viewer: https and a name of the public net."""

    def check(self, form: Any) -> None:
        """Raises for what a hospital's viewer cannot be."""
        if not viewers.is_fit(self.data):
            raise StopValidation(self.say(NOT_VIEWER))


class ViewerForm(_CaseForm):
    """A hospital's viewer link with its code."""

    form_id = "case:viewer"

    address = ViewerAddress(
        N_("The link"), most=viewers.LONGEST_ADDRESS, inputmode="url",
        hint=N_("As the hospital gave it to you. It begins with https://"),
        missing=N_("Copy the link that the hospital gave you"),
    )  # fmt: skip
    code = Line(
        N_("The code or password for it"), required=False, most=200, hint=N_("Leave it empty if there is none.")
    )
    until = DateBoxes(
        N_("Until when does it work?"), required=False, when="future",
        hint=N_("Many links end after some weeks. A week before, a mark stands here."),
    )  # fmt: skip
    item = Select(N_("What can be seen there?"), required=False, names=lambda form: form.items)
    note = Line(N_("A note for us"), required=False, most=NOTE_MOST, hint=N_("For example: press “Guest” first."))

    def __init__(self, context: FormContext, answers: Answers, *args: Any, **kwargs: Any) -> None:
        self.items = checklist_names(answers, context)
        super().__init__(context, *args, **kwargs)

    @property
    def ends_at(self) -> datetime | None:
        """The end of the day that was named, or None."""
        parts = whole_parts(self.until.data or "")
        return datetime(*parts, tzinfo=UTC) + timedelta(days=1) if len(parts) == 3 else None


class Count(Line):
    """How many pieces: digits of any script; an empty box is none."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, most=6, required=False, inputmode="numeric", **kwargs)

    def check(self, form: Any) -> None:
        """Raises for what is no number of pieces."""
        digits = ascii_digits(one_line(self.data))
        if not (digits.isascii() and digits.isdigit()) or int(digits) > MOST_PIECES:
            raise StopValidation(self.say(NOT_COUNT, most=MOST_PIECES))

    @property
    def number(self) -> int:
        """The number; call it on a valid form."""
        return int(ascii_digits(self.data)) if self.data else 0


class ParcelForm(_CaseForm):
    """What will be in a parcel."""

    form_id = "case:parcel"

    discs = Count(N_("Discs or USB sticks"))
    slides = Count(N_("Glass slides"))
    blocks = Count(N_("Wax blocks"))
    papers = Count(N_("Sheets of paper"))
    wants_back = Tick(N_("Please send it back to me, or to the laboratory that lent it"), required=False)
    note = Line(
        N_("A note for us"), required=False, most=NOTE_MOST,
        hint=N_("For example: who lent the slides, and by when they want them back."),
    )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """Beside the boxes themselves: an empty parcel is none."""
        right = super().validate(extra_validators)
        if right and not any(self[what].number for what in WHAT):
            self.discs.errors = [self.context.say(NOTHING_IN_IT)]
            return False
        return right


class SentForm(_CaseForm):
    """How a parcel travels."""

    form_id = "case:parcel-sent"

    carrier = Line(N_("Who carries it?"), required=False, most=80, hint=N_("The post or a courier, by name."))
    tracking = Line(N_("The tracking number"), required=False, most=80)


class ReceivedForm(_CaseForm):
    """At the desk: it is here."""

    form_id = "desk:parcel-received"

    arrived_note = Line(
        N_("What you noted when you opened it"), required=False, most=NOTE_MOST,
        hint=N_("The requester reads this. For example: all 12 pieces are whole."),
    )  # fmt: skip


class ReturnedForm(_CaseForm):
    """At the desk: it is on its way back."""

    form_id = "desk:parcel-returned"

    back_carrier = Line(N_("Who carries it?"), most=80, missing=N_("Name the post or the courier"))
    back_tracking = Line(
        N_("The tracking number"), most=80, missing=N_("Copy the tracking number from the receipt of the courier")
    )
    back_on = DateBoxes(N_("On which day did it leave?"), when="past", missing=N_("Say on which day it left"))


def checklist_names(answers: Answers, context: FormContext) -> dict[str, str]:
    """The records that the case's checklist names, by their ids, in the reader's language."""
    items = items_for(context.knowledge, str(answers.get("condition", {}).get("specialty", "")))
    return {item.id: context.say(item.title) for item in items if not item.written_by_you}
