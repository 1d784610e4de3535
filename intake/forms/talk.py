"""The small forms of the conversation: a coordinator asks or writes; the requester answers or writes."""

from collections.abc import Callable, Mapping
from typing import Any

from intake.cases.talking import ANSWER_DAYS, LONGEST, USUAL_DAYS
from intake.forms.base import SignedForm
from intake.forms.csrf import Guard
from intake.forms.fields.choices import Option, Radios
from intake.forms.fields.text import LongText
from intake.languages import N_

NEWS = "none"
# Each number of days that a coordinator may give, in words of its own.
GIVES: Mapping[int, str] = {
    3: N_("A question: please answer within 3 days"),
    7: N_("A question: please answer within 7 days"),
    14: N_("A question: please answer within 14 days"),
}


class DeskTalkForm(SignedForm):
    """At the desk: what to write, and whether it wants an answer and by when."""

    form_id = "desk:talk"

    text = LongText(
        N_("What do you want to write?"), most=LONGEST, tall=8, missing=N_("Write your question or your message"),
        hint=N_("Ask one thing at a time, in plain words, in the language of the reader. Our letter never shows it."),
    )  # fmt: skip
    wants = Radios(
        N_("What is it?"),
        options=(
            *(Option(str(days), GIVES[days]) for days in ANSWER_DAYS),
            Option(NEWS, N_("A message: no answer is needed"), hint=N_("The turn stays as it is.")),
        ),
    )  # fmt: skip

    def __init__(
        self, formdata: Any = None, *, gettext: Callable[[str], str], guard: Guard | None, answers: bool = False
    ) -> None:
        """`answers` says that the requester waits for a word of ours, which as a rule asks nothing back."""
        self.answers = answers
        super().__init__(formdata, gettext=gettext, guard=guard, data={"wants": NEWS if answers else str(USUAL_DAYS)})

    @property
    def days(self) -> int | None:
        """How many days there are to answer; None for what needs no answer. Call it on a valid form."""
        return None if self.wants.data == NEWS else int(self.wants.data)


class AnswerForm(SignedForm):
    """The requester answers one question."""

    form_id = "case:answer"

    text = LongText(
        N_("Your answer"), most=LONGEST, tall=8, missing=N_("Write your answer, also if it is “I do not know”"),
        hint=N_("Your own words are good. Only our coordinators and your specialist read this."),
    )  # fmt: skip


class WriteForm(SignedForm):
    """The requester writes by themselves."""

    form_id = "case:write"

    text = LongText(
        N_("Your message"), most=LONGEST, tall=5, missing=N_("Write what you want to tell us or ask us"),
        hint=N_("For example: a new date, a question, something that you forgot. In an emergency do not write: call."),
    )  # fmt: skip
