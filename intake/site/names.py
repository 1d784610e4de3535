"""Names what pages fetch by its content, so that browsers may keep it for a year and still never show an old one."""

import hashlib
import re
from pathlib import Path

TAG = re.compile(r"<(?:link|script|img|button|dialog)\b[^>]*>")
FETCHED = re.compile(r'\b((?:src|href|data-script|data-index)=")([^"]*?)(assets/[^"?#]+)"')
HASHED = re.compile(r"\.[0-9a-f]{16}\.\w+$")
# Others may have put these into their own pages: they also stay where they were.
STAY = {".svg", ".png", ".jpg", ".webp"}


def name_by_content(pages: Path) -> None:
    """Give each file that a page fetches a name that changes with it, and every page the new names."""
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        before, up, name = found.groups()
        return f'{before}{up}{names.setdefault(name, _new_name(pages, name))}"'

    for path in sorted(pages.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        fresh = TAG.sub(lambda tag: FETCHED.sub(named, tag[0]), text)
        if fresh != text:
            path.write_text(fresh, encoding="utf-8")
    for name, fresh in names.items():
        if fresh != name and Path(name).suffix not in STAY:
            (pages / name).unlink()


def _new_name(pages: Path, name: str) -> str:
    """The new name of a file, which is there under it from now on; the old one if it is none of ours, or has one."""
    path = pages / name
    if HASHED.search(name) or not path.is_file():
        return name
    content = path.read_bytes()
    fresh = Path(name).with_suffix(f".{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}").as_posix()
    (pages / fresh).write_bytes(content)
    return fresh
