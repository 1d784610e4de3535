"""Tells machines the questions and answers of a page that is a list of them (front matter: faq: true).

They come from the page's own headings, so that a machine is never told what a reader cannot see.
"""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

DATA = re.compile(r'(<script type="application/ld\+json">)(.*?)(</script>)', re.DOTALL)
ASKS = ("?", "؟", "？")
ENDS_ANSWER = {"h1", "h2", "h3", "section"}


def add_questions(pages: Path) -> None:
    """Add `mainEntity` to what every page of questions says about itself."""
    for path in sorted(pages.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        found = DATA.search(text)
        said = json.loads(found[2]) if found else {}
        if found and "FAQPage" in said.get("@type", ()):
            said["mainEntity"] = [
                {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
                for question, answer in questions(text)
            ]
            data = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
            path.write_text(text[: found.start(2)] + data + text[found.end(2) :], encoding="utf-8")


def questions(page: str) -> list[tuple[str, str]]:
    """Each heading that asks something, with the words under it up to the next heading."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    pairs = ((" ".join(question.split()), " ".join(answer.split())) for question, answer in reader.pairs)
    return [(question, answer) for question, answer in pairs if question.endswith(ASKS) and answer]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[list[str]] = []
        self._in_heading = self._in_answer = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        if tag in ENDS_ANSWER or "way-in" in classes:
            self._in_answer = False
        if tag in ("h2", "h3"):
            self.pairs.append(["", ""])
            self._in_heading = True
        elif self._in_answer:
            self.pairs[-1][1] += " " if tag in ("p", "li", "td", "br") else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h2", "h3"):
            self._in_heading, self._in_answer = False, True

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.pairs[-1][0] += data
        elif self._in_answer:
            self.pairs[-1][1] += data
