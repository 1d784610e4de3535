"""Addresses that were published once, and answer for ever: by a page, or by a page that says where it is now.

They stand in one file, an address a line; `/old/ -> /new/` is a page that moved. A line is never taken out.
"""

import html
from pathlib import Path

from intake.errors import SiteBroken
from intake.site.editions import Edition, known

FILE = "docs/published-addresses.txt"
PATTERN = "moved.html"  # what the theme drew, with the two words below in the place of the new address and its name
NEW_ADDRESS, NEW_NAME = "MOVED-TO", "MOVED-NAME"


def published(source: Path) -> dict[str, str]:
    """Every address in the file, with the one that it moved to, or "". Raises SiteBroken for a line that is wrong."""
    path = source / FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found: dict[str, str] = {}
    for line in (line.strip() for line in lines):
        if not line or line.startswith("#"):
            continue
        old, _, new = (part.strip() for part in line.partition(" -> "))
        if old in found or not all(each.startswith("/") and each.endswith("/") for each in (old, new or "/")):
            raise SiteBroken(f"{FILE}: this line is not an address, or is there twice: {line}")
        found[old] = new
    return found


def write_moved(source: Path, pages: Path, edition: Edition) -> None:
    """Write a page for every address of this language that has moved. Raises SiteBroken when it leads nowhere."""
    drawn = pages / PATTERN
    pattern = drawn.read_text(encoding="utf-8")
    drawn.unlink()
    home = f"/{edition.folder}/" if edition.folder else "/"
    others = tuple(f"/{each.folder}/" for each in known(source) if each.folder and each != edition)
    for old, new in published(source).items():
        if not new or not old.startswith(home) or old.startswith(others):
            continue
        place, goal = pages / old.removeprefix(home) / "index.html", pages / new.removeprefix(home) / "index.html"
        if place.exists() or not goal.is_file():
            raise SiteBroken(f"{FILE}: {old} is still a page, or {new} is none")
        place.parent.mkdir(parents=True, exist_ok=True)
        name = goal.read_text(encoding="utf-8").partition("<title>")[2].partition(" – ")[0]
        text = pattern.replace(NEW_ADDRESS, html.escape(new)).replace(NEW_NAME, name)
        place.write_text(text, encoding="utf-8")
