"""The letters that ask for one's records, as forms: one for each area, and one for anywhere else that names no rule."""

from dataclasses import dataclass

from intake.knowledge.entry import Entry
from intake.knowledge.record_rights import COUNTRY
from intake.knowledge.sources import ID, Note, read_note

DUE = "%(due)s"


@dataclass(frozen=True, slots=True)
class LetterForm:
    """What only the letter of one area says.

    `rules` are ids of record rights. `due` holds the place for the date, or is empty where no date is known; then
    `due_field` is empty too, which stands for the date while it is not. `countries` is empty for anywhere else.
    """

    id: str
    area: str
    countries: tuple[str, ...]
    rules: tuple[str, ...]
    written_in: str
    paragraphs: tuple[str, ...]
    due: str
    due_field: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class LetterForms:
    """What every letter says before and after its own part, and the forms; the last is for anywhere else."""

    how_to: tuple[Note, ...]
    subject: str
    opening: tuple[str, ...]
    closing: tuple[str, ...]
    forms: tuple[LetterForm, ...]

    def form(self, form_id: str) -> LetterForm:
        """The form with this id. Raises KeyError for an id that we do not know."""
        return {form.id: form for form in self.forms}[form_id]

    def for_country(self, country: str) -> tuple[LetterForm, ...]:
        """The forms for a country, the most general first; never empty."""
        return tuple(form for form in self.forms if country in form.countries) or self.forms[-1:]


def read_letter_forms(entry: Entry) -> LetterForms:
    """The whole file. Raises KnowledgeBroken."""
    return LetterForms(
        how_to=entry.each("how_to", read_note),
        subject=entry.text("subject"),
        opening=entry.texts("opening"),
        closing=entry.texts("closing"),
        forms=entry.each("letters", _form),
    )


def _form(entry: Entry) -> LetterForm:
    made = LetterForm(
        id=entry.text("id", like=ID),
        area=entry.text("area"),
        countries=entry.texts("countries", like=COUNTRY) if "countries" in entry.left else (),
        rules=entry.texts("rules", like=ID) if "rules" in entry.left else (),
        written_in=entry.text("written_in", may_be_blank=True, like="[a-z]{2}"),
        paragraphs=entry.texts("paragraphs"),
        due=entry.text("due", may_be_blank=True),
        due_field=entry.text("due_field", may_be_blank=True, like=r"\[[^\[\]]+\]"),
        notes=entry.each("notes", read_note),
    )
    if bool(made.due) != bool(made.due_field) or (made.due and made.due.count(DUE) != 1):
        raise entry.broken(f"due must hold {DUE} once and be beside a due_field, or both must be blank")
    return made
