"""One copy of a letter, composed from the letter's templates, in the reader's language, as text and as HTML.

The same values always give the same words. What may be said is decided in `kinds`; whether it leaves, in the outbox.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from intake.errors import LetterBroken
from intake.languages import Languages
from intake.mail.kinds import STAGES, TURNS, YOUR_TURNS, checked_address, checked_values
from intake.operator import Operator

TEXT_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Message:
    """One copy of a letter, ready to leave: `to` is the only address, `text` and `html` say the same."""

    letter: str
    language: str
    to: str
    subject: str
    text: str
    html: str
    thread: str = ""  # the reference of the case whose letters stay together; older letters in the outbox have none

    def __repr__(self) -> str:
        return f"Message({self.letter!r}, {self.language!r})"  # addresses and links stay out of logs and tracebacks


class Letters:
    """Every letter the service can write. `templates` holds a folder for each."""

    def __init__(self, templates: Path, languages: Languages, operator: Operator) -> None:
        self._languages = languages
        self._operator = operator
        self._environment = _environment(templates)

    def compose(self, letter: str, language: str, to: str, **values: object) -> Message:
        """A message to one address. Which values a letter needs and may have is in `kinds.KINDS`.

        Raises LetterBroken for an unknown letter, a value missing, not allowed or misshapen, or an unfit address.
        """
        code = self._languages.choose(language)
        told = checked_values(letter, values, self._operator.contact.time_zone) | self._speech(code)
        address = checked_address(to)
        thread = str(told.get("reference") or "")
        try:
            subject = _one_line(self._drawn(letter, "subject.txt", told))
            told["subject"] = subject
            if reference := str(told.get("reference") or ""):
                apart = self._apart(code, reference)
                told |= {"reference": apart, "subject": subject.replace(reference, apart)}
            text = _wrapped(self._drawn(letter, "body.txt", told))
            html = self._drawn(letter, "body.html", told).strip() + "\n"
        except TemplateError as error:
            raise LetterBroken(letter=letter, names=[type(error).__name__]) from error
        return Message(letter, code, address, subject, text, html, thread)

    def _drawn(self, letter: str, part: str, told: Mapping[str, object]) -> str:
        return self._environment.get_template(f"{letter}/{part}").render(told)

    def _speech(self, code: str) -> dict[str, object]:
        """The functions and facts by which a template speaks a language."""
        gettext, ngettext = self._languages.gettext(code), self._languages.ngettext(code)

        def say(message: str, **fill: object) -> str:
            return gettext(message) % fill if fill else gettext(message)

        def say_counted(one: str, many: str, num: int, **fill: object) -> str:
            return ngettext(one, many, num) % {"num": num, **fill}

        def day(value: date) -> str:
            return self._languages.format_date(code, value)

        def short(value: date) -> str:
            return self._languages.format_short_date(code, value)

        operator, direction = self._operator.in_language(code), self._languages.direction(code)
        words = {"language": code, "direction": direction, "operator": operator}
        words["telephone"] = self._apart(code, operator.contact.telephone)
        return {"_": say, "ngettext": say_counted, "format_date": day, "short_date": short} | words

    def _apart(self, code: str, figures: str) -> str:
        """Figures in their own order: where people read from right to left, signs around them keep it."""
        return f"\u2068{figures}\u2069" if self._languages.direction(code) == "rtl" else figures


@lru_cache(maxsize=4)
def _environment(templates: Path) -> Environment:
    """One for a folder, so that a process that makes its services anew, as tests do, compiles no letter twice."""
    made = Environment(
        loader=FileSystemLoader(templates), undefined=StrictUndefined, autoescape=select_autoescape(("html",)),
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {"stages": STAGES, "turns": TURNS, "your_turns": YOUR_TURNS}
    return made


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _wrapped(text: str) -> str:
    """Paragraphs at a width that every mail program shows well; a link is never broken, blank lines never doubled."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        line = line.strip()
        folded = textwrap.wrap(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
        if folded or (lines and lines[-1]):
            lines += folded or [""]
    return "\n".join(lines) + "\n"
