"""Writes what the search of one language looks through, from the index that the theme's plugin made.

A place is [address, page, title, text]. Text is kept as written: the browser folds it as it folds what is typed, so
that both sides can never differ.
"""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

MADE = "search/search_index.json"
INDEX = "assets/search.json"


def write_index(pages: Path) -> None:
    """Put the places of all pages into one file, and take the plugin's own away."""
    found = json.loads((pages / MADE).read_text(encoding="utf-8"))["docs"]
    for each in found:
        each["page"] = each["location"].partition("#")[0]
    titles = {each["location"]: _plain(each["title"]) for each in found}
    places = [
        [each["location"], titles[each["page"]], _plain(each["title"]), _plain(each["text"])] for each in found
    ]
    text = json.dumps(places, ensure_ascii=False, separators=(",", ":"))
    (pages / INDEX).write_text(text, encoding="utf-8")
    shutil.rmtree(pages / "search")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += " " if tag not in ("a", "b", "em", "strong", "i", "code", "abbr", "span") else ""

    def handle_data(self, data: str) -> None:
        self.said += data


def _plain(text: str) -> str:
    reader = _Text()
    reader.feed(text)
    reader.close()
    return " ".join(reader.said.split())
