"""A gentle look at a question before it is sent: is there something that a specialist could answer?

It suggests and never blocks, changes no word and stores none. It counts words and looks for a few phrases, language by
language (`knowledge/vague.yaml`); it understands nothing. In a language that it does not know it keeps quiet.

On the forty questions in each of English, Spanish and Arabic with which the tests try it, precision is 1.00 and recall
1.00; on others, about 0.9 and 0.85 to 1.00 (docs/maintainers/vague-questions.md).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from intake.forms.wording import ascii_digits
from intake.knowledge.vague import LISTS, Vague, Wording

SEVERAL = 4  # from so many question marks on, there are several questions in one
MOST_SUGGESTIONS = 3
# How much of a text in Latin letters must be common words before we believe that it is in this language.
ENOUGH_COMMON = 0.3

# Ways of writing one and the same Arabic letter; the ways that carry a mark are taken apart by Unicode itself.
SAME_LETTERS = str.maketrans({"ى": "ي", "ة": "ه", "ٱ": "ا", "ـ": None, "’": None, "'": None})
NOT_ARABIC = frozenset("پچژگیکٹڈڑںے")  # letters of Persian and Urdu, which share the others


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of one language, ready for use."""

    common: frozenset[str]
    lists: Mapping[str, re.Pattern[str]]
    phrases: tuple[tuple[str, re.Pattern[str]], ...]


def suggestions(text: str, page_language: str, vague: Vague, *, alone: bool = True) -> list[str]:
    """Ids of what could be suggested about one question, at most three, the most telling first; none if all is well.

    `page_language` counts where the text itself does not tell. With `alone` false it is a second or a third question,
    which leans on the first: then only its phrases count, and how many questions it holds.
    """
    words = plain(text)
    wording = _wording(text, words, page_language, vague)
    found = set(_found(text, words, wording, alone) if wording else ())
    return [each.id for each in vague.suggestions if each.id in found][:MOST_SUGGESTIONS]


def plain(text: str) -> str:
    """The words of a text without case, accents, Arabic vowel signs and punctuation, one blank between them."""
    return " ".join(re.findall(r"[^\W_]+", _folded(text)))


def _found(text: str, words: str, wording: Wording, alone: bool) -> set[str]:
    patterns, count = _ready(wording), len(words.split())
    said = {name for name, pattern in patterns.lists.items() if pattern.search(words)}
    concrete = len(said - {"asks"}) + bool(re.search(r"\d", words))
    marks = len(re.findall(r"[?؟]+", text))
    found = {kind for kind, pattern in patterns.phrases if concrete < 2 and pattern.search(words)}
    if marks >= SEVERAL:
        found.add("several")
    if found or not alone:
        return found
    if count < wording.short:
        return {"too-short"}
    if not marks and "asks" not in said and not {"choice", "act"} <= said:
        return {"no-question"}
    return set() if concrete else {"no-decision"}


def _wording(text: str, words: str, page_language: str, vague: Vague) -> Wording | None:
    """The language of a text: by its letters, then by its common words, the page's language first; None if unknown."""
    arabic = sum("\u0600" <= sign <= "\u06ff" for sign in text if sign.isalpha())
    latin = sum(sign <= "\u024f" for sign in text if sign.isalpha())
    if arabic > latin:
        return next((each for each in vague.wording if each.language == "ar" and not NOT_ARABIC & set(text)), None)
    known = [each for each in vague.wording if each.language != "ar" and latin]
    known.sort(key=lambda each: (each.language != page_language, each.language != "en"))
    best = max(known, key=lambda each: _share(words, each), default=None)
    sure = best is not None and (_share(words, best) >= ENOUGH_COMMON or len(words.split()) < best.short)
    return best if sure else None


def _share(words: str, wording: Wording) -> float:
    common = _ready(wording).common
    each = words.split()
    return sum(word in common for word in each) / len(each) if each else 0.0


@lru_cache(maxsize=16)
def _ready(wording: Wording) -> _Patterns:
    return _Patterns(
        common=frozenset(_folded(word) for word in wording.common),
        lists={name: _any_of(getattr(wording, name)) for name in LISTS},
        phrases=tuple((kind, _any_of(patterns)) for kind, patterns in wording.phrases),
    )


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_folded(pattern) for pattern in patterns)})\b")


def _folded(text: str) -> str:
    """Small letters without marks; every digit as 0 to 9; what cannot be seen is gone."""
    apart = unicodedata.normalize("NFKD", ascii_digits(text).casefold())
    kept = "".join(sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf"))
    return kept.translate(SAME_LETTERS)
