"""Whoever asks for somebody else is never taken for the patient: every sentence that says "you" means the reader.

What is read is the page as it is drawn, with its mistakes. A sentence that is not on the list was written after it:
ask whom it speaks to. If that is the patient, give it other words (`other=`, `about_other`); if the reader, add it.
"""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from intake.forms.pages import PAGES
from intake.links import sessions
from intake.links.sessions import Role
from tests.builders import a_draft, answers_for_another, filled_answers
from tests.visitor import Visitor
from tests.web.sentences_to_the_reader import TO_THE_READER

YOU = re.compile(r"\b(you|your|yours|yourself|I|me|my|mine|myself)\b", re.IGNORECASE)
THE_PATIENT = re.compile(r"\bthe patient\b", re.IGNORECASE)
LIMIT = re.compile(r"You can write up to \d+ characters\.")
VOID = {"input", "img", "br", "link", "meta", "progress", "hr"}
PAGES_FOR_OTHERS = {"asking", "permission", "patient-agrees"}

WHO = {
    "child": {"asking": [("your_name", "Olga Elternteil"), ("relation", "parent")]},
    "carer": {},
    "professional": {"asking": [("your_name", "Olga Doktor"), ("relation", "treating-doctor")]},
}


class Sentences(HTMLParser):
    """Every sentence of ours in the main part of a page; what people typed is left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts = [""]
        self.feed(html.split("<main", 1)[1].split("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go in; note whether what stands here was typed by somebody."""
        typed = tag in ("textarea", "bdi", "option", "script") or ("dir", "auto") in attrs
        if tag not in VOID:
            self.open.append((tag, typed))
        if tag not in ("bdi", "a", "strong", "span", "em"):
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Go out."""
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag not in ("bdi", "a", "strong", "span", "em"):
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        """Ours, unless somebody typed it."""
        if not any(typed for _, typed in self.open):
            self.texts[-1] += data

    def saying(self, words: re.Pattern[str]) -> list[str]:
        """The sentences in which one of these words stands."""
        texts = (" ".join(text.split()) for text in self.texts)
        sentences = (sentence for text in texts for sentence in re.split(r"(?<=[.?!:])\s+", text))
        return [sentence for sentence in sentences if words.search(sentence)]


def let_in(client: Visitor, services: Any, answers: Any) -> None:
    """A browser with this request."""
    now = services.clock()
    with services.database.transaction() as tx:
        draft = a_draft(tx, services, now, answers=answers)
        secret = sessions.start(tx, Role.DRAFT, draft.id, now, expires_at=draft.expires_at)
    client.set_cookie("__Host-draft", secret, domain="localhost", secure=True)


def pages(client: Visitor, step: str) -> list[str]:
    """A page of the request as it opens, and as it comes back with everything left out."""
    shown = client.get(f"/request/en/{step}")
    assert shown.status_code == 200, step
    token = shown.text.split('name="csrf_token" value="')[1].split('"')[0]
    return [shown.text, client.post(f"/request/en/{step}", data={"csrf_token": token}).text]


@pytest.mark.parametrize("who", sorted(WHO))
@pytest.mark.parametrize("step", [page.step for page in PAGES])
def test_no_page_takes_who_asks_for_the_patient(client: Visitor, services: Any, who: str, step: str) -> None:
    let_in(client, services, answers_for_another(services, who=[("who", who)], **WHO[who]))
    known = set(TO_THE_READER["every page"]) | set(TO_THE_READER.get(step, ()))
    for page in pages(client, step):
        if "<main" in page:
            said = [each for each in Sentences(page).saying(YOU) if not LIMIT.fullmatch(each)]
            assert [sentence for sentence in said if sentence not in known] == []


@pytest.mark.parametrize("step", [page.step for page in PAGES if page.step not in PAGES_FOR_OTHERS])
def test_no_page_for_oneself_speaks_of_a_patient(client: Visitor, services: Any, step: str) -> None:
    let_in(client, services, filled_answers(services))
    for page in pages(client, step):
        if "<main" in page:
            assert Sentences(page).saying(THE_PATIENT) == []


def test_these_tests_would_see() -> None:
    page = "<main id='main'><h1>Your illness</h1><p>The patient is well.<bdi>you</bdi> <a>See</a> yours.</p></main>"
    assert Sentences(page).saying(YOU) == ["Your illness", "See yours."]
    assert Sentences(page).saying(THE_PATIENT) == ["The patient is well."]


def test_no_sentence_stands_on_the_list_twice() -> None:
    for step, sentences in TO_THE_READER.items():
        assert step == "every page" or step in {page.step for page in PAGES}
        assert len(set(sentences)) == len(sentences)
        assert not set(sentences) & set(TO_THE_READER["every page"]) or step == "every page"
