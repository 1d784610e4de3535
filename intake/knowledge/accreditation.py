"""Schemes that assess hospitals and agents for patients from abroad: what they look at, and what they do not prove."""

from dataclasses import dataclass

from intake.knowledge.entry import Entry
from intake.knowledge.sources import ID, MONTH, Note, Source, read_note, read_source


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme; `caution` may be empty."""

    id: str
    title: str
    checks: str
    caution: str
    source: Source


@dataclass(frozen=True, slots=True)
class Accreditation:
    """The schemes, what none of them proves, and what to ask somebody who shows a seal."""

    summary: str
    schemes: tuple[Scheme, ...]
    not_proven: tuple[Note, ...]
    ask: tuple[Note, ...]
    checked_on: str


def read_accreditation(entry: Entry) -> Accreditation:
    """The whole file. Raises KnowledgeBroken."""
    return Accreditation(
        summary=entry.text("summary"),
        schemes=entry.each("schemes", _scheme),
        not_proven=entry.each("not_proven", read_note),
        ask=entry.each("ask", read_note),
        checked_on=entry.text("checked_on", like=MONTH),
    )


def _scheme(entry: Entry) -> Scheme:
    return Scheme(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        checks=entry.text("checks"),
        caution=entry.text("caution", may_be_blank=True),
        source=read_source(entry),
    )
