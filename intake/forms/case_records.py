"""The records of a case beside its checklist: what may be chosen for them, how the list stands, what to ask next.

Brings together what the request says (answers), what the list asks (knowledge) and what was sent (records).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from intake.cases.completeness import Completeness, Held, completeness
from intake.forms.context import Answers, FormContext
from intake.forms.fields.choices import UNKNOWN
from intake.forms.fields.dates import whole_parts
from intake.forms.steps.records import items_for
from intake.knowledge.facts import ChecklistItem, Knowledge
from intake.languages import N_
from intake.records.described import NO_WORDS, OTHER_LANGUAGE, Described
from intake.records.guess import File, guess, newest_on_disc
from intake.records.reading import Record
from intake.records.store import SENDER_CAN_MEND
from intake.records.upload import Verdict


@dataclass(frozen=True, slots=True)
class Sent:
    """One record that was sent: opened, with what was said of it and what we would guess."""

    record: Record
    said: Described
    guessed: Described

    @property
    def id(self) -> str:
        """The upload."""
        return self.record.upload.id

    @property
    def name(self) -> str:
        """Its name, as it came."""
        return self.record.about.name

    @property
    def dated(self) -> str:
        """Its date: what the disc says, else what the sender says."""
        return disc_day(self.record) or self.said.dated


def checklist_of(answers: Answers, knowledge: Knowledge) -> tuple[ChecklistItem, ...]:
    """The list of a case; what every case needs where the request names no field of medicine."""
    return items_for(knowledge, str(answers.get("condition", {}).get("specialty", UNKNOWN)))


def sent_records(
    records: Sequence[tuple[Record, Described]], offered: Sequence[ChecklistItem], tongue: str, today: date
) -> list[Sent]:
    """Each record with what we would guess of it, out of the items offered. `tongue` is the one language that the
    request names for its records, or "": it is taken where a name tells none.
    """
    ids = [item.id for item in offered]
    named = {record.upload.id: record.about.name for record, _ in records}
    made = []
    for record, said in records:
        others = {each: name for each, name in named.items() if each != record.upload.id}
        found = guess(_file(record), ids, others, today)
        if found.items and not found.language and not found.translation:
            found = Described(found.items, found.dated, tongue)
        made.append(Sent(record, said, found))
    return made


def only_tongue(answers: Answers) -> str:
    """The one language in which the request says that the records are; "" for none or several."""
    page = answers.get("records", {})
    tongues = [each for each in page.get("tongues", ()) if each != UNKNOWN]
    return tongues[0] if len(tongues) == 1 and not page.get("other_tongue") else ""


def completeness_of(
    answers: Answers, knowledge: Knowledge, sent: Sequence[Sent], today: date
) -> Completeness:
    """How the list of a case stands."""
    said: Mapping[str, str] = answers.get("records", {}).get("items_held") or {}
    held = [Held(each.id, each.said.items, each.dated, _counts(each.record)) for each in sent]
    return completeness(checklist_of(answers, knowledge), said, held, today)


def dated_in_words(dated: str, context: FormContext) -> str:
    """A date as exact as it is known, in the reader's language; "" for none."""
    parts = whole_parts(dated)
    if len(parts) == 3:
        return context.format_date(date(*parts))
    return context.format_month(date(*parts, 1)) if len(parts) == 2 else "".join(map(str, parts))


def tongue_in_words(code: str, context: FormContext) -> str:
    """The language of a record by its name; what stands for none, another one, or nobody knows."""
    said = {
        NO_WORDS: N_("No words, only images"),
        OTHER_LANGUAGE: N_("Another language"),
        UNKNOWN: N_("Language not known"),
    }
    return context.say(said[code]) if code in said else context.tongue(code)


def disc_day(record: Record) -> str:
    """The day of the newest study on a disc, as ISO 8601, or ""."""
    return newest_on_disc(record.findings.disc) if record.findings else ""


def _counts(record: Record) -> bool:
    """Whether it arrived, and nothing is asked of the sender about it."""
    upload = record.upload
    mend = upload.verdict is Verdict.HELD and upload.reason in SENDER_CAN_MEND
    return upload.complete and upload.verdict is not Verdict.REJECTED and not mend


def _file(record: Record) -> File:
    findings = record.findings
    scans = bool(findings and findings.facts.get("scans"))
    return File(record.about.name, record.upload.kind, scans, findings.disc if findings else None)
