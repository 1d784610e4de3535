"""How hard the English pages are to read. A formula is a smoke alarm, not a proof: five readers come first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from statistics import median

import pyphen
import pytest

from intake.site.editions import page_names

ROOT = Path(__file__).resolve().parent.parent
HARDEST_GRADE = 8
HARDEST_MEDIAN = 7
LONGEST_MEAN_SENTENCE = 18

BLOCKS = {"p", "li", "h1", "h2", "h3", "td", "th", "dt", "dd", "summary"}
# Headings and cells of tables are no sentences: counting them would flatter the page.
SENTENCES = {"p", "li", "dd"}
# Names of sources and laws are addresses, not prose.
NOT_PROSE = re.compile(r"^(Sources:|Seen second-hand:|The rule:)")
HYPHENS = pyphen.Pyphen(lang="en_US")
# Words that the pages cannot do without, and that the glossary explains, count as one plain word.
PLAIN = "word"


@dataclass(frozen=True)
class Score:
    """What the formula says about one page."""

    address: str
    grade: float
    mean_sentence: float


class Prose(HTMLParser):
    """The sentences of a page's article: no headings, tables, emergency line or foot, no names of sources."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._parts: list[str] = []
        self._kind = ""
        self._skipped: str = ""
        self._depth = 0
        article = text.partition("<article")[2].partition("</article>")[0]
        self.feed("<article" + article)
        self._close_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kinds = set((dict(attrs).get("class") or "").split())
        if not self._skipped and kinds & {"page-facts", "step-line", "way-in", "source-list", "emergency"}:
            self._skipped, self._depth = tag, 0
        if self._skipped == tag:
            self._depth += 1
        if tag in BLOCKS:
            self._close_block()
            self._kind = tag

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._close_block()
        if self._skipped == tag:
            self._depth -= 1
            if not self._depth:
                self._skipped = ""

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._parts.append(data)

    def _close_block(self) -> None:
        block = " ".join("".join(self._parts).split())
        self._parts = []
        if self._kind in SENTENCES and len(block.split()) > 4 and not NOT_PROSE.match(block):
            self.blocks.append(block if block[-1] in ".?!" else f"{block}.")


def _glossary() -> re.Pattern[str]:
    """The words of the glossary, and their plurals, longest first."""
    text = (ROOT / "docs/en/plain-words.md").read_text(encoding="utf-8")
    words = re.findall(r"^(\S.*)\n:   ", text, re.MULTILINE)
    words.sort(key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})(e?s)?\b", re.IGNORECASE)


def _score(address: str, page: Path, glossary: re.Pattern[str]) -> Score:
    """Flesch-Kincaid: 0.39 words a sentence + 11.8 syllables a word - 15.59."""
    blocks = Prose(page.read_text(encoding="utf-8")).blocks
    prose = glossary.sub(PLAIN, " ".join(blocks))
    words = re.findall(r"[^\W\d_][\w'’-]*", prose)
    sentences = [each for each in re.split(r"[.?!]+[\"')\]]*(?=\s|$)", prose) if len(each.split()) > 2]
    a_sentence = len(words) / len(sentences)
    a_word = sum(map(_syllables, words)) / len(words)
    return Score(address, 0.39 * a_sentence + 11.8 * a_word - 15.59, a_sentence)


def _syllables(word: str) -> int:
    """Hyphenation alone finds too few (it never cuts off one letter), so sounded vowels are counted beside it."""
    sounded = re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])e(s|d)?$", "", word.lower()))
    return max(len(HYPHENS.positions(word)) + 1, len(sounded))


def _pages() -> Iterator[str]:
    """Every page: professionals are in a hurry too."""
    for name in sorted(page_names(ROOT / "docs/en")):
        address = f"{name.removesuffix('.md')}/".removesuffix("index/")
        yield address.rstrip("/")


@pytest.fixture(scope="session")
def scores(built_site: Path) -> list[Score]:
    """All pages, hardest first. The worst five are printed."""
    glossary = _glossary()
    found = [_score(f"/{page}", built_site / page / "index.html", glossary) for page in _pages()]
    found.sort(key=lambda score: score.grade, reverse=True)
    for score in found[:5]:
        print(f"{score.address}: grade {score.grade:.1f}, {score.mean_sentence:.1f} words a sentence")
    return found


def test_no_page_is_harder_than_grade_eight(scores: list[Score]) -> None:
    assert [score for score in scores if score.grade > HARDEST_GRADE] == []


def test_half_of_the_pages_are_at_grade_seven_or_below(scores: list[Score]) -> None:
    assert median(score.grade for score in scores) <= HARDEST_MEDIAN


def test_sentences_are_short(scores: list[Score]) -> None:
    assert [score for score in scores if score.mean_sentence > LONGEST_MEAN_SENTENCE] == []
