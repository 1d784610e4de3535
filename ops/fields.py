"""Writes docs/maintainers/fields.md: every field of the request, from the pages themselves. Run by `make fields`.

For each: what we ask, why, what may be typed, who sees it and how long it is kept. A field that does not say why it is
asked, or by whom it is seen, has no place in the form: `rows` raises ValueError for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from intake.cases import call_backs
from intake.forms.base import MYSELF
from intake.forms.call_me import CallMe
from intake.forms.context import FormContext, form_context
from intake.forms.fields.checklist import RecordsChecklist
from intake.forms.fields.choices import Checkboxes, Radios, Select, Tick
from intake.forms.fields.contact import Email, Phone
from intake.forms.fields.dates import DateBoxes
from intake.forms.fields.places import MOST_PLACES, Places
from intake.forms.fields.question import Question
from intake.forms.fields.text import FullName, Line, LongText, Trap
from intake.forms.pages import PAGES
from intake.forms.returning import ComingBack, SaveForLater
from intake.knowledge.reader import read_knowledge
from intake.languages import Languages
from intake.operator import read_operator

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "maintainers" / "fields.md"
HEAD = """# Every field of the request

Written by `make fields` from the pages themselves; a test holds it to them. Nothing else is asked.

- **Kept**: a draft goes 28 days after it was last touched (`INTAKE_DRAFT_DAYS`); what was sent stays with its case, as
  many months after closing as the operator file says (`privacy.retention_months`), and goes at once when the requester
  erases it. All of it is sealed with the key of its draft or case.
- **Seen by**: *specialist* means the specialist and the coordinators; *coordinator* means the coordinators alone;
  *nobody* means that it is not kept. The requester sees all of it.
- **Beside the form**: `call-me` asks to be called, `save` and `resume` lead away from a draft and back to it.
- *(if …)* marks a question that another answer on the page calls for; *optional* may stay empty.

| Page | Field | We ask | Why | Type and limits | Seen by | Kept |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """One field."""

    page: str
    field: str
    asks: str
    why: str
    kind: str
    seen_by: str
    kept: str


def rows(context: FormContext) -> Iterator[Row]:
    """Every field of every page, in order. Raises ValueError for one that does not say why or by whom it is seen."""
    for page in PAGES:
        form = page(context, MappingProxyType({"who": {"who": MYSELF}}))
        for field in form.questions:
            if not field.why or not field.seen_by:
                raise ValueError(f"{page.step}.{field.name} does not say why it is asked, or who sees it")
            kept = "as the draft, then as the case" if field.keeps else "never"
            yield Row(page.step, field.name, field.summary, context.say(field.why), _kind(field), field.seen_by, kept)


def beside(context: FormContext) -> Iterator[Row]:
    """Every field of the small forms around the request, with how long each is kept."""
    called = f"until they were called, at most {call_backs.KEEP.days} days"
    around = (("call-me", CallMe, called), ("save", SaveForLater, "as the draft"), ("resume", ComingBack, "never"))
    for name, kind, kept in around:
        for field in kind(gettext=context.gettext, guard=None).questions:
            how_long = kept if field.keeps else "never"
            yield Row(name, field.name, field.summary, context.say(field.why), _kind(field), field.seen_by, how_long)


def as_text(context: FormContext) -> str:
    """The whole table, in Markdown."""
    lines = (
        " | ".join((each.page, f"`{each.field}`", each.asks, each.why, each.kind, each.seen_by, each.kept))
        for each in (*rows(context), *beside(context))
    )
    return HEAD + "".join(f"| {line.replace(chr(10), ' ')} |\n" for line in lines)


def the_context() -> FormContext:
    """English, the shipped knowledge, the example operator, and a fixed day, which no text depends on."""
    operator = read_operator(ROOT / "operator.toml")
    return form_context(Languages(), operator, read_knowledge(), "en", date(2026, 1, 1))


def _kind(field: Question) -> str:
    words = _words_for(field)
    if field.only_if:
        name, value = field.only_if
        words += f" (if `{name}` is {value if isinstance(value, str) else ' or '.join(value)})"
    return words if field.required else f"{words}, optional"


def _words_for(field: Any) -> str:
    match field:
        case Trap():
            return "a box that people do not see"
        case RecordsChecklist():
            return "for each record of the list: have it, can get it, do not have it, do not know, or open"
        case Places():
            return f"up to {MOST_PLACES} places: name and city, each a line, and a country of a list"
        case Radios():
            return f"one of {len(field.options)}"
        case Checkboxes():
            return f"some of {len(field.options)}"
        case Select():
            return f"one of a list of {len(field.names)}" if field.names else "one of a list"
        case Tick():
            return "a box to tick, never ticked beforehand"
        case DateBoxes():
            return "a date; a year, or a month and a year, will do" if field.partial else "a whole date"
        case Email():
            return f"an e-mail address, at most {field.most} characters"
        case Phone():
            return f"a telephone number, at most {field.most} characters, kept as E.164"
        case FullName():
            return f"a name in any script, at most {field.most} characters"
        case LongText():
            return f"text, at most {field.most} characters"
        case Line():
            return f"a line, at most {field.most} characters"
    return field.kind


def main() -> None:
    """Write the table anew."""
    TABLE.write_text(as_text(the_context()), encoding="utf-8")
    count = sum(1 for _ in (*rows(the_context()), *beside(the_context())))
    print(f"{count} fields in {TABLE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
