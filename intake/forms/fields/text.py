"""Boxes for words: one line, a full name in any script, a longer text, and the trap that people never see."""

import unicodedata
from typing import Any

from wtforms.validators import StopValidation

from intake.forms.fields.question import Question
from intake.forms.wording import many_lines, one_line
from intake.languages import N_

NAME_MOST = 200
LINE_MOST = 200
# Modifier letters, such as the ʻokina and some apostrophes, belong to no script of their own.
LETTERS_OF_A_SCRIPT = ("Lu", "Ll", "Lt", "Lo")

TOO_LONG = N_("Use %(most)s characters or fewer. You have used %(used)s.")
NO_LETTER = N_("Type the name with letters, in any script")
NOT_LATIN = N_("Type the name with Latin letters only, such as A, b, é or ñ, or leave the box empty")
LEAVE_EMPTY = N_("Leave this box empty. It is there to stop programs that fill in forms.")


class Line(Question):
    """One line of text: blanks run together, at most `most` characters."""

    kind = "line"
    clean = staticmethod(one_line)

    def __init__(self, label: str, *, most: int = LINE_MOST, inputmode: str = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.most = most
        self.inputmode = inputmode

    def process_data(self, value: Any) -> None:
        """A stored answer; anything else than text counts as none."""
        self.data = value if isinstance(value, str) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was typed, cleaned but never cut."""
        if valuelist:
            self.data = self.clean(valuelist[0])

    def check(self, form: Any) -> None:
        """Raises when the text is longer than `most`."""
        if len(self.data) > self.most:
            raise StopValidation(self.say(TOO_LONG, most=self.most, used=len(self.data)))


class FullName(Line):
    """A whole name in any script, 1 to 200 characters, never split and never re-cased."""

    kind = "name"

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, most=NAME_MOST, **kwargs)

    def check(self, form: Any) -> None:
        """Raises when the name has no letter at all or is too long."""
        if not any(sign.isalpha() for sign in self.data):
            raise StopValidation(self.say(NO_LETTER))
        super().check(form)


class LatinName(FullName):
    """The same name once more in Latin letters, as a passport has it; marks, blanks and apostrophes are fine."""

    def check(self, form: Any) -> None:
        """Raises when a letter is of another script, or when there is none."""
        super().check(form)
        if not all(is_latin(sign) for sign in self.data if unicodedata.category(sign) in LETTERS_OF_A_SCRIPT):
            raise StopValidation(self.say(NOT_LATIN))


def is_latin(sign: str) -> bool:
    """Whether a letter is one of the Latin script."""
    return unicodedata.name(sign, "").startswith("LATIN ")


class LongText(Line):
    """Several lines of text, at most `most` characters; a longer text is kept and shown, not cut."""

    kind = "long"
    clean = staticmethod(many_lines)

    def __init__(self, label: str, *, most: int, tall: int = 6, **kwargs: Any) -> None:
        super().__init__(label, most=most, **kwargs)
        self.tall = tall

    @property
    def limit(self) -> str:
        """How much fits, in words."""
        return self.say(N_("You can write up to %(most)s characters."), most=self.most)


class Trap(Line):
    """A box off the screen that only programs fill. Filled by a person, it says what to do and loses
    nothing."""

    kind = "trap"
    keeps = False

    def __init__(self, **kwargs: Any) -> None:
        label, why = N_("Leave this box empty"), N_("To keep out programs")
        super().__init__(label, required=False, why=why, seen_by="nobody", **kwargs)

    def check(self, form: Any) -> None:
        """Raises whenever anything is in the box."""
        raise StopValidation(self.say(LEAVE_EMPTY))

    @property
    def typed(self) -> dict[str, list[str]]:
        """Nothing is kept."""
        return {}
