"""Signs of a question that is hard to answer, by language, and what is suggested then. Whether they are there in
somebody's words, the forms find out."""

import re
from dataclasses import dataclass

from intake.errors import KnowledgeBroken
from intake.knowledge.entry import Entry
from intake.knowledge.sources import ID, Source, read_source_or_ours

LANGUAGE = r"[a-z]{2,3}"
# Suggestions that no pattern stands for: they are counted.
COUNTED = ("several", "too-short", "no-question", "no-decision")
LISTS = ("asks", "choice", "act", "odds")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One kind sentence about how the question could be asked."""

    id: str
    text: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language says it: its common words, and patterns for whole words.

    `short` is the number of words from which a question is no longer too short. `asks` shows that something is asked,
    `choice` that choices are compared, `act` a treatment or a test, `odds` how likely something is; `phrases` are
    (suggestion id, patterns) of what says little by itself.
    """

    language: str
    short: int
    common: frozenset[str]
    asks: tuple[str, ...]
    choice: tuple[str, ...]
    act: tuple[str, ...]
    odds: tuple[str, ...]
    phrases: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Vague:
    """Everything that the gentle check knows; suggestions in the order in which they are given."""

    suggestions: tuple[Suggestion, ...]
    wording: tuple[Wording, ...]

    def suggestion(self, suggestion_id: str) -> Suggestion:
        """The suggestion with this id. Raises KeyError for an id that we do not know."""
        return {each.id: each for each in self.suggestions}[suggestion_id]


def read_vague(entry: Entry) -> Vague:
    """The whole file. Raises KnowledgeBroken."""
    vague = Vague(suggestions=entry.each("suggestions", _suggestion), wording=entry.each("wording", _wording))
    said = {kind for wording in vague.wording for kind, _ in wording.phrases} | set(COUNTED)
    if said != {each.id for each in vague.suggestions}:
        raise KnowledgeBroken(entry.file, "suggestions", "must be those that the phrases and the counting lead to")
    return vague


def _suggestion(entry: Entry) -> Suggestion:
    return Suggestion(id=entry.text("id", like=ID), text=entry.text("text"), source=read_source_or_ours(entry))


def _wording(entry: Entry) -> Wording:
    phrases = entry.part("phrases")
    kinds = tuple((kind, _patterns(phrases, kind)) for kind in tuple(phrases.left))
    lists = {name: _patterns(entry, name) for name in LISTS}
    return Wording(
        language=entry.text("language", like=LANGUAGE),
        short=entry.number("short") or 0,
        common=frozenset(entry.text("common").split()),
        phrases=kinds,
        **lists,
    )


def _patterns(entry: Entry, key: str) -> tuple[str, ...]:
    patterns = entry.texts(key)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as wrong:
            raise entry.broken(f"{key} holds a pattern that cannot be read: {wrong}") from None
        if re.search(r"\\[A-Z]", pattern):
            raise entry.broken(f"{key} holds a capital after a backslash, which would be read as a small letter")
    return patterns
