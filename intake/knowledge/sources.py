"""Where a fact comes from, how well we know it, and who earns by it; nothing stands without a source or "ours"."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from intake.errors import KnowledgeBroken
from intake.knowledge.entry import Entry


class Status(StrEnum):
    """How well we know something: the source itself was read, or another body quoting it."""

    SEEN = "seen"
    SECOND_HAND = "second-hand"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from: section of the collected facts, and the places it was found."""

    status: Status
    section: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a place earns by being believed; `commercial` marks companies, not hospitals or public bodies."""

    place: str
    interest: str
    commercial: bool


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence with its source; `source` is None when it is our own suggestion."""

    text: str
    source: Source | None

    @property
    def ours(self) -> bool:
        return self.source is None


@dataclass(frozen=True, slots=True)
class TitledNote:
    """A title, a sentence about it, and its source; `source` is None when it is our own suggestion."""

    id: str
    title: str
    hint: str
    source: Source | None

    @property
    def ours(self) -> bool:
        return self.source is None


ID = r"[a-z]+(-[a-z]+)*"
MONTH = r"20\d\d-(0[1-9]|1[0-2])"


def read_source(entry: Entry, key: str = "source") -> Source:
    """The source under `key`. Raises KnowledgeBroken for a status that we do not show."""
    source = entry.part(key)
    status = source.text("status")
    if status not in set(Status):
        raise source.broken(f"status must be one of {', '.join(Status)}; the unverified has no place here")
    made = Source(status=Status(status), section=source.text("section"), places=source.texts("places"))
    source.done()
    return made


def read_source_or_ours(entry: Entry) -> Source | None:
    """The source, or None where `ours: true` is written. Raises KnowledgeBroken for both or neither."""
    ours = entry.flag("ours")
    if ours == ("source" in entry.left):
        raise entry.broken("needs either a source or `ours: true`")
    return None if ours else read_source(entry)


def read_note(entry: Entry) -> Note:
    """One sentence with its source, or our own. Raises KnowledgeBroken."""
    return Note(text=entry.text("text"), source=read_source_or_ours(entry))


def read_titled_note(entry: Entry) -> TitledNote:
    """The same with an id and a title. Raises KnowledgeBroken."""
    return TitledNote(
        id=entry.text("id", like=ID),
        title=entry.text("title"),
        hint=entry.text("hint"),
        source=read_source_or_ours(entry),
    )


def read_interest(entry: Entry) -> Interest:
    """What a place earns. Raises KnowledgeBroken."""
    return Interest(
        place=entry.text("place"), interest=entry.text("interest"), commercial=entry.flag("commercial")
    )


def refuse_sellers_alone(
    interests: Iterable[Interest], claims: Iterable[tuple[str, str, Source | None]]
) -> None:
    """Raises KnowledgeBroken for a claim (file, id, source) that rests on commercial places and on nothing else."""
    sellers = {each.place for each in interests if each.commercial}
    for file, claim, source in claims:
        if source and sellers.issuperset(source.places):
            raise KnowledgeBroken(file, claim, "rests on companies alone: make it ours, and name them under `follows`")
