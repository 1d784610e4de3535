"""A letter that asks for one's records: it names the rule and the date an answer is due. It is not legal advice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from intake.errors import N_
from intake.knowledge.facts import Knowledge
from intake.knowledge.letter_forms import LetterForm
from intake.knowledge.sources import Status

# Not from the calendar module, which would follow the locale of the machine.
MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in one language. `rule` is empty and `due_on` None where we know none.

    `second_hand` is true when a rule is known only from another body quoting it: say so beside the letter.
    """

    id: str
    area: str
    subject: str
    paragraphs: tuple[str, ...]
    rule: str
    due_on: date | None
    second_hand: bool


def plain_date(day: date) -> str:
    """A date in English with the month written out, such as 2 March 2027."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def record_letter(
    knowledge: Knowledge,
    country: str,
    asked_on: date,
    *,
    form_id: str = "",
    gettext: Callable[[str], str] = str,
    format_date: Callable[[date], str] = plain_date,
) -> Letter:
    """The letter for a country (ISO alpha-2), sent on `asked_on`; one without a rule where we know none.

    `form_id` picks one of several, such as the German letter for an opinion that the law provides for. Raises KeyError
    for an id that we do not know.
    """
    forms = knowledge.record_letters
    form = forms.form(form_id) if form_id else forms.for_country(country)[0]
    due_on = due_day(knowledge, form, asked_on)
    return draw_letter(knowledge, form, due_on, format_date(due_on) if due_on else "", gettext)


def due_day(knowledge: Knowledge, form: LetterForm, asked_on: date) -> date | None:
    """The last day for an answer by the first of the form's rules that fixes one, or None."""
    days = (right.due_on(asked_on) for right in knowledge.rules_of(form))
    return next((day for day in days if day is not None), None)


def draw_letter(
    knowledge: Knowledge, form: LetterForm, due_on: date | None, due: str, gettext: Callable[[str], str]
) -> Letter:
    """The letter of a form, with `due` written where the date belongs."""
    forms, rules = knowledge.record_letters, knowledge.rules_of(form)
    said = [gettext(text) for text in (*forms.opening, *form.paragraphs)]
    said += [gettext(form.due) % {"due": due}] if form.due else []
    said += [gettext(text) for text in forms.closing]
    return Letter(
        id=form.id,
        area=gettext(form.area),
        subject=gettext(forms.subject),
        paragraphs=tuple(said),
        rule="; ".join(gettext(right.rule) for right in rules),
        due_on=due_on,
        second_hand=any(right.source.status is Status.SECOND_HAND for right in rules),
    )
