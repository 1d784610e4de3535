"""Says what we know as Markdown in one language: titles, lists, our own suggestions, sources with their interest."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import reduce

from intake.errors import N_
from intake.knowledge.facts import Knowledge
from intake.knowledge.record_letters import MONTHS
from intake.knowledge.sources import Note, Source, Status

OURS = N_("(our suggestion)")
ELSEWHERE = N_("Anywhere else")
SOURCES = N_("Sources: %(places)s.")
SECOND_HAND = N_("Seen second-hand: %(places)s.")
BESIDE = N_("%(first)s; %(next)s")
FOLLOWS = N_("Our own suggestions follow lists by: %(places)s.")


class Markdown:
    """The writing hand of every fragment, in one language. The same texts always give the same words."""

    def __init__(self, knowledge: Knowledge, language: str, gettext: Callable[[str], str]) -> None:
        self.language = language
        self._gettext = gettext
        self._interests = {each.place: each.interest for each in knowledge.interests}

    def say(self, message: str, **values: str) -> str:
        """A text in the language, with its places filled in."""
        said = self._gettext(message)
        return said % values if values else said

    def bold(self, message: str) -> str:
        """A text in the language, as a line that stands above others."""
        return f"**{self.say(message)}**"

    def titled(self, title: str, *sentences: str) -> str:
        """A bold title and whole sentences, all of them said already; a title that asks gets no colon."""
        colon = "" if title.endswith(("?", "؟")) else ":"
        return " ".join(part for part in (f"**{title}**{colon}", *sentences) if part)

    def note(self, note: Note) -> str:
        """One sentence, marked when it is our own suggestion."""
        said = self.say(note.text)
        return f"{said} {self.say(OURS)}" if note.ours else said

    def notes(self, notes: Iterable[Note]) -> str:
        """A list of sentences with their sources."""
        listed = list(notes)
        return bullets(self.note(note) for note in listed) + self.sources(note.source for note in listed)

    def month(self, written: str) -> str:
        """A month such as 2026-11 in words."""
        year, number = written.split("-")
        return self.say(N_("%(month)s %(year)s"), month=self.say(MONTHS[int(number) - 1]), year=year)

    def sources(self, sources: Iterable[Source | None], follows: Iterable[Source | None] = ()) -> str:
        """One closing line naming every place once, with its interest; what only quotes the source is set apart."""
        known, followed = [each for each in sources if each], [each for each in follows if each]
        seen = list(_places(known, Status.SEEN))
        quoted = [place for place in _places(known, Status.SECOND_HAND) if place not in seen]
        models = list(dict.fromkeys(place for each in followed for place in each.places))
        lines = ((SOURCES, seen), (SECOND_HAND, quoted), (FOLLOWS, models))
        parts = [self.say(line, places=self._strung(places)) for line, places in lines if places]
        return "\n\n" + " ".join(parts) if parts else ""

    def in_order(self, name: str) -> str:
        """What to sort a name by: without marks on the letters, so that Á stands beside A."""
        letters = unicodedata.normalize("NFKD", self.say(name))
        return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()

    def _strung(self, places: list[str]) -> str:
        return reduce(lambda first, following: self.say(BESIDE, first=first, next=following), map(self._place, places))

    def _place(self, place: str) -> str:
        interest = self._interests.get(place)
        return f"{place} ({self.say(interest)})" if interest else place


def bullets(lines: Iterable[str]) -> str:
    """One list, one line an entry."""
    return "\n".join(f"- {line}" for line in lines)


def plain(text: str) -> str:
    """A text that may hold brackets, so that Markdown does not take them for a link."""
    return re.sub(r"([\[\]])", r"\\\1", text)


def _places(sources: list[Source], status: Status) -> Iterator[str]:
    fitting = (source.places for source in sources if source.status is status)
    yield from dict.fromkeys(place for places in fitting for place in places)
