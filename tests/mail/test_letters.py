"""Every letter is complete, plain, ours, and free of what must never go by mail."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from intake.mail.kinds import FIRST_LETTERS, KINDS, STAGES, TURNS, YOUR_TURNS
from intake.mail.message import Letters, Message
from intake.operator import read_operator
from tests.components import ROOT
from tests.mail.conftest import SAMPLE

EVERY = sorted(KINDS)
PLANTED = (
    "cancer|tumou?r|diagnos|disease|illness|symptom|surgery|operation|chemo|scan|biopsy|pain|heart|lung|breast|blood|"
    "medic|health|hospital|clinic|doctor|oncolog|treatment|therap|pregnan|hiv|depress|x-ray|patient's name"
)
ONLY_IN_HTML = "If the button does not work, copy this address into your browser:"


class Reader(HTMLParser):
    """What a person sees of a letter, where its links lead, and what a mail program would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._unseen = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and every address in it."""
        given = dict(attrs)
        self.tags.append((tag, given))
        self._unseen = tag if tag in ("style", "title") else self._unseen
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.fetched += [value or "" for name, value in attrs if name in ("src", "srcset", "background", "poster")]

    def handle_endtag(self, tag: str) -> None:
        """Styles and the title are not part of what is read."""
        self._unseen = "" if tag == self._unseen else self._unseen

    def handle_data(self, data: str) -> None:
        """Note the words."""
        if not self._unseen:
            self.words.append(data)


@pytest.fixture(params=EVERY)
def letter(request: pytest.FixtureRequest) -> str:
    """Each letter."""
    return request.param


@pytest.fixture(params=[False, True], ids=["every value", "fewest values"])
def made(request: pytest.FixtureRequest, letter: str, compose: Callable[..., Message]) -> Message:
    """Each letter, with every value and with the fewest."""
    return compose(letter, least=request.param)


def test_every_letter_has_its_templates_and_every_template_its_letter() -> None:
    folders = [place for place in (ROOT / "templates" / "letters").iterdir() if place.is_dir()]
    parts = {place.name: {part.name for part in place.iterdir()} for place in folders}
    assert parts == {name: {"subject.txt", "body.txt", "body.html"} for name in EVERY}


def test_every_letter_says_what_it_must(made: Message) -> None:
    contact = read_operator(ROOT / "operator.toml").contact
    for body in (made.text, " ".join(Reader(made.html).words)):
        seen = _words(body)
        assert seen.count("In an emergency, call your local emergency number now.") == 1
        assert "Hello," in seen
        assert "You can answer this e-mail. A person will read it." in seen
        assert re.search(r"Was this not you\?|Did you not ask|Do you not (work|know)", seen)
        for said in ("EXAMPLE Second Opinion", contact.telephone, contact.postal_address, contact.hours):
            assert said in seen
    assert re.search(r"\b(days?|hours?|by|until|any time|no hurry|change your mind|ask for another)\b", made.text)


def test_text_and_html_say_the_same(made: Message) -> None:
    body = made.html.split("</div>", 1)[1]  # after the preheader, which is the first sentence once more
    body = re.sub("</?span[^>]*>", "", body)  # which ends no word
    read = " ".join(_plain_words(" ".join(Reader(body).words).replace(ONLY_IN_HTML, "")))
    heading = " ".join(_plain_words(made.subject))
    assert heading in read
    assert read.replace(heading + " ", "", 1).split() == _plain_words(made.text)


def test_every_letter_has_one_button_and_only_links_of_ours(made: Message) -> None:
    seen = Reader(made.html)
    buttons = [given["href"] for tag, given in seen.tags if tag == "a" and given.get("class") == "button"]
    ours = {value for value in SAMPLE.values() if isinstance(value, str) and value.startswith("https://")}
    assert len(buttons) == 1
    assert set(seen.links) <= ours
    assert set(re.findall(r"https?://\S+", made.text)) == set(seen.links)


def test_nothing_is_fetched_from_anywhere(made: Message) -> None:
    seen = Reader(made.html)
    assert seen.fetched == []
    assert not {"img", "script", "link", "iframe", "object", "form", "svg", "table"} & {tag for tag, _ in seen.tags}
    assert "url(" not in made.html
    assert "@import" not in made.html
    without_links = made.html
    for link in set(seen.links):
        without_links = without_links.replace(link, "")
    assert not re.search(r"(https?:)?//[a-z]", without_links)


def test_no_word_about_health_is_in_any_letter(made: Message) -> None:
    for part in (made.subject, made.text, made.html):
        assert not re.search(PLANTED, part, re.IGNORECASE), re.search(PLANTED, part, re.IGNORECASE)


def test_a_subject_is_one_plain_line_of_constants_and_the_reference(made: Message) -> None:
    assert made.subject == made.subject.strip() != ""
    assert not re.search(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", made.subject)
    assert len(made.subject) <= 78
    for name in ("link", "records_link"):
        assert str(SAMPLE[name]) not in made.subject


def test_html_knows_its_language_direction_and_dark_screens(made: Message) -> None:
    assert ("html", {"lang": "en", "dir": "ltr"}) in Reader(made.html).tags
    assert '<meta name="color-scheme" content="light dark">' in made.html
    assert "prefers-color-scheme: dark" in made.html
    assert 'class="preheader"' in made.html


def test_text_fits_every_mail_program(made: Message) -> None:
    assert all(len(line) <= 72 or line.startswith("https://") for line in made.text.splitlines())
    assert "\n\n\n" not in made.text
    assert "<" not in made.text
    assert "&" not in made.text


def test_figures_keep_their_order_where_people_read_from_right_to_left(letters: Letters) -> None:
    """A reference such as 2387-FY9W-6T8K, or a telephone number, would be read in parts from right to left."""
    values = {name: SAMPLE[name] for name in KINDS["case_opened"].needs}
    arabic, english = (letters.compose("case_opened", code, "reader@example.org", **values) for code in ("ar", "en"))
    telephone = read_operator(ROOT / "operator.toml").contact.telephone
    for figures in (SAMPLE["reference"], telephone):
        for body in (arabic.text, arabic.html):
            assert body.count(figures) == body.count(f"\u2068{figures}\u2069") > 0
        assert "\u2068" not in english.text + english.html + arabic.subject


@pytest.mark.parametrize("name", sorted(FIRST_LETTERS))
def test_a_first_letter_holds_no_word_that_a_visitor_could_choose(compose: Callable[..., Message], name: str) -> None:
    made = compose(name)
    assert "reader@example.org" not in made.subject + made.text + made.html
    assert KINDS[name].needs | KINDS[name].may <= {"link", "link_days", "due_date"}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_every_stage_is_told_in_plain_words(compose: Callable[..., Message], stage: str) -> None:
    made = compose("stage_changed", stage=stage)
    assert STAGES[stage] in _words(made.text)
    assert STAGES[stage] in _words(" ".join(Reader(made.html).words))
    assert not re.search(PLANTED, made.text + made.html, re.IGNORECASE)


@pytest.mark.parametrize("turn", sorted(TURNS))
@pytest.mark.parametrize("name", ["desk_case_opened", "desk_records_in"])
def test_the_desk_reads_whose_turn_it_is_in_the_subject(compose: Callable[..., Message], name: str, turn: str) -> None:
    assert compose(name, turn=turn).subject.endswith(f"{SAMPLE['reference']}: {TURNS[turn]}, by 7 Apr")
    assert compose(name, turn=turn, due_date=None).subject.endswith(f"{SAMPLE['reference']}: {TURNS[turn]}")


TO_THE_REQUESTER = sorted(name for name in KINDS if "turn_date" in KINDS[name].may)


@pytest.mark.parametrize("name", TO_THE_REQUESTER)
def test_the_requester_reads_whose_turn_it_is_and_until_when_in_the_subject(
    compose: Callable[..., Message], name: str
) -> None:
    """A letter about a case at work says it, in words for whoever reads it: "your turn" is theirs, not the desk's."""
    for turn, words in YOUR_TURNS.items():
        assert compose(name, turn=turn).subject.endswith(f"{SAMPLE['reference']}: {words}, by 7 Apr")
    assert compose(name, turn="patient", turn_date=None).subject.endswith(": your turn")
    assert compose(name, turn=None, turn_date=None).subject.endswith(str(SAMPLE["reference"]))


def test_letters_are_easy_to_read(letter: str, compose: Callable[..., Message]) -> None:
    body = _words(re.sub(r"https?://\S+", "", compose(letter).text.split("--\n")[0]))
    assert _grade(body) <= 6.5, _grade(body)


def _words(text: str) -> str:
    return re.sub(r"\s+([.,:?])", r"\1", " ".join(text.split()))


def _plain_words(text: str) -> list[str]:
    """The words alone: without links, the numbers of a list, the line above the foot and colons before a link."""
    return re.sub(r"https?://\S+|^ *\d\. |^--$|:", " ", text, flags=re.MULTILINE).split()


def _grade(text: str) -> float:
    """Flesch-Kincaid grade, with syllables counted as runs of vowels: near enough to notice a letter grown heavy."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?!:](?:\s|$)", text)))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59

