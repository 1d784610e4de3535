"""Makes built pages fit a policy of `script-src 'self'; style-src 'self'`: nothing inline, nothing from elsewhere.

Inline scripts and style sheets become files named by their content. What cannot be moved stops the build.
"""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

from intake.errors import SiteBroken

FOLDER = "assets/inline"
SCRIPT_TYPES = {"", "module", "text/javascript", "application/javascript"}
FETCHED = {"src", "srcset", "poster", "data", "action", "formaction"}
LINKS_NOT_FETCHED = {"alternate", "author", "canonical", "help", "license", "next", "prev", "search"}
ELSEWHERE = re.compile(r"(?:^|,)\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
CSS_ELSEWHERE = re.compile(r"(?:@import\s+[\"']?|url\(\s*[\"']?)(?:https?:)?//", re.IGNORECASE)


def make_strict(pages: Path) -> None:
    """Move what is inline into files and refuse what is left. Raises SiteBroken naming every page and fault."""
    faults = []
    for path in sorted(pages.rglob("*.html")):
        faults += _one_page(pages, path)
    for path in sorted(pages.rglob("*.css")):
        if CSS_ELSEWHERE.search(path.read_text(encoding="utf-8")):
            faults.append(f"{path.relative_to(pages)}: fetches from another place")
    if faults:
        raise SiteBroken("\n".join(faults))


def _one_page(pages: Path, path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    page = _Page(text)
    if page.inline:
        path.write_text(_moved(pages, path, text, page.inline), encoding="utf-8")
    return [f"{path.relative_to(pages)}: {fault}" for fault in page.faults]


def _moved(pages: Path, path: Path, text: str, inline: list["_Inline"]) -> str:
    """The page with links in the place of its inline parts. Moved scripts keep their order, after the content."""
    up = "/" if path.name == "404.html" else "../" * (len(path.relative_to(pages).parts) - 1)
    for part in reversed(inline):
        content = text[part.start + len(part.tag) : part.end].strip()
        suffix = "js" if part.name == "script" else "css"
        name = f"{FOLDER}/{hashlib.sha256(content.encode()).hexdigest()[:16]}.{suffix}"
        (pages / FOLDER).mkdir(parents=True, exist_ok=True)
        (pages / name).write_text(content + "\n", encoding="utf-8")
        if part.name == "script":
            link = f'<script defer src="{up}{name}"></script>'
        else:
            link = f'<link rel="stylesheet" href="{up}{name}">'
        closing = text.index(">", part.end) + 1
        text = text[: part.start] + link + text[closing:]
    return text


class _Inline:
    """An inline script or style sheet: its opening tag, and where it starts and where its content ends."""

    def __init__(self, name: str, tag: str, start: int) -> None:
        self.name, self.tag, self.start, self.end = name, tag, start, start


class _Page(HTMLParser):
    """Reads a page for inline parts and for faults; changes nothing."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.inline: list[_Inline] = []
        self.faults: list[str] = []
        self._open: _Inline | None = None
        self._lines = [0]
        for line in text.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._find_faults(tag, values)
        is_script = tag == "script" and "src" not in values and values.get("type", "").lower() in SCRIPT_TYPES
        if is_script or tag == "style":
            self._open = _Inline(tag, self.get_starttag_text() or "", self._place())

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open.name:
            self._open.end = self._place()
            self.inline.append(self._open)
            self._open = None

    def _find_faults(self, tag: str, values: dict[str, str]) -> None:
        for name, value in values.items():
            if name == "style" or name.startswith("on"):
                self.faults.append(f"line {self.getpos()[0]}: <{tag}> has an inline {name}")
            if name in FETCHED and ELSEWHERE.search(value):
                self.faults.append(f"line {self.getpos()[0]}: <{tag}> fetches from another place")
        fetched = set(values.get("rel", "").lower().split()) - LINKS_NOT_FETCHED
        if tag == "link" and fetched and ELSEWHERE.search(values.get("href", "")):
            self.faults.append(f"line {self.getpos()[0]}: <link> fetches from another place")

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
