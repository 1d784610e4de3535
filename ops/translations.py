"""Holds a translated page against its English one: the same shape, links, figures and sources, and of the same day.

It sees what a machine can see. Whether the words are right and kind, only somebody who speaks the language can say.
Run by `make translations`, it lists what is missing or behind, on the pages and in the catalogues of the service, and
fails if there is anything. After a page was translated anew,
`python -m ops.translations es index.md --made-now` notes that it follows the English page as it is now.
"""

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from markdown.extensions.toc import slugify, unique

from intake.languages import CATALOGUES, OFFERED
from intake.site.editions import FIRST, known, page_names
from ops.catalogue import collect, unsaid

AWAITING = "awaiting native review"
OWN_WORDS = {"title", "description", "translation", "translated_from"}
# What must stand in both pages equally often, as a pattern of lines or parts of lines.
PARTS = {
    "lines that take in a fragment": re.compile(r'^\s*--8<-- "(.+)"$', re.MULTILINE),
    "boxes": re.compile(r"^ *!!! (\S+)", re.MULTILINE),
    "classes and places": re.compile(r"\{ ([^{}#]+?) \}"),
    "numbered points": re.compile(r"^( *)\d+\. ", re.MULTILINE),
    "points": re.compile(r"^( *)- ", re.MULTILINE),
    "rows of tables": re.compile(r"^(\|)", re.MULTILINE),
    "explained words": re.compile(r"^(:) ", re.MULTILINE),
    "links": re.compile(r"\]\(([^()\s]+)\)"),
    "tags": re.compile(r"(<[a-z][^>]*>)"),
}
HEADING = re.compile(r"^(#+) (.+?)(?:\s+\{ ?#([\w-]+) ?\})?$", re.MULTILINE)
FORM = re.compile(r"/request/[a-z]{2,3}/")  # each page leads to the form in its own language
CODE = re.compile(r"```.*?```", re.DOTALL)
NOT_READ = re.compile(r"\{ ?[^{}]*\}|\]\([^()\s]+\)|<[^>]*>|`[^`]*`|^\s*--8<--.*$", re.MULTILINE)
THOUSANDS = re.compile(r"(?<=\d)[.,\u00a0\u202f](?=\d{3}(?!\d))")
FOREIGN_FIGURES = re.compile(r"[\u0660-\u0669\u06f0-\u06f9]")


def mark(english: str) -> str:
    """What names one English page by its content, as its translations keep it in `translated_from`."""
    front, body = _parts(english)
    return hashlib.sha256(f"{front['title']}\0{front['description']}\0{body}".encode()).hexdigest()[:12]


def differences(english: str, other: str, labels: Iterable[str]) -> list[str]:
    """Where a translated page does not say what the English one says, a line each. `labels` are those of sources."""
    front, body = _parts(english)
    own_front, own_body = _parts(other)
    found = [f"front matter: {name}" for name in sorted(_other_front(front, own_front))]
    if own_front.get("translation") != AWAITING:
        found.append(f'front matter: translation must be "{AWAITING}" until a native speaker has read the page')
    if own_front.get("translated_from") != mark(english):
        found.append("front matter: the English page has changed since this was translated")
    if FOREIGN_FIGURES.search(own_body):
        found.append("figures: write 0 to 9, as records and telephones do")
    found += _compared("headings", _headings(body), _headings(own_body, need_names=True))
    for name, pattern in PARTS.items():
        found += _compared(name, pattern.findall(_code_kept_out(body)), pattern.findall(_code_kept_out(own_body)))
    found += _compared("figures", _figures(body), _figures(own_body))
    found += _compared("sources", _cited(body, labels), _cited(own_body, labels))
    return found


def behind(source: Path, code: str) -> Iterator[str]:
    """Everything that keeps a language from being whole: pages that are missing, or not as the English ones are."""
    labels = [each["label"] for each in _sources(source).values()]
    first, own = source / "docs" / FIRST, source / "docs" / code
    names, own_names = page_names(first), page_names(own)
    yield from (f"{name}: is missing" for name in sorted(names - own_names))
    yield from (f"{name}: has no English page" for name in sorted(own_names - names))
    for name in sorted(names & own_names):
        english, other = ((folder / name).read_text(encoding="utf-8") for folder in (first, own))
        yield from (f"{name}: {each}" for each in differences(english, other, labels))


def unspoken(catalogues: Path, only: str | None = None) -> Iterator[tuple[str, bool]]:
    """A line for each message that an offered language lacks or has as fuzzy, and one for each language in all; with
    whether it names something to mend. `only` looks at one language."""
    found = collect()
    for code in (each for each in OFFERED if each != FIRST and only in (None, each)):
        lacks = unsaid(catalogues / code / "LC_MESSAGES" / "messages.po", found)
        for name, messages in (("missing", lacks.missing), ("fuzzy", lacks.fuzzy)):
            yield from ((f"{code}: catalogue: {name}: {message!r}", True) for message in messages)
        sums = f"{len(lacks.missing)} missing and {len(lacks.fuzzy)} fuzzy"
        yield f"{code}: catalogue: {sums} of {len(found)} messages", bool(lacks.missing or lacks.fuzzy)


def _parts(page: str) -> tuple[dict[str, object], str]:
    _, front, body = page.split("---\n", 2)
    return yaml.safe_load(front), body


def _other_front(front: dict[str, object], own: dict[str, object]) -> set[str]:
    """Entries of the front matter that must be the same and are not."""
    return {name for name in (set(front) | set(own)) - OWN_WORDS if front.get(name) != own.get(name)} | {
        name for name in OWN_WORDS & set(front) if not own.get(name)
    }


def _headings(body: str, *, need_names: bool = False) -> list[str]:
    """Level and anchor of each heading; English ones are named by their words where they are not named."""
    taken: set[str] = set()
    found = []
    for level, title, name in HEADING.findall(_code_kept_out(body)):
        plain = re.sub(r"[*_`]|\]\([^)]*\)|\[", "", title)
        named = name or ("" if need_names else slugify(plain, "-"))
        found.append(f"{level} {unique(named, taken) if named else f'{title} (needs a name in English)'}")
    return found


def _figures(body: str) -> list[str]:
    return re.findall(r"\d+", THOUSANDS.sub("", NOT_READ.sub(" ", _code_kept_out(body))))


def _cited(body: str, labels: Iterable[str]) -> list[str]:
    text = " ".join(body.split())
    return [name for name in labels for _ in re.findall(rf"\((?:[^()]*; )?{re.escape(name)}[;,)]", text)]


def _code_kept_out(body: str) -> str:
    return FORM.sub("/request/", CODE.sub("", body))


def _compared(name: str, english: list[str], own: list[str]) -> list[str]:
    if name == "headings" and Counter(english) == Counter(own) and english != own:
        return ["headings: in another order"]
    missing, more = Counter(english) - Counter(own), Counter(own) - Counter(english)
    said = [f"lacks {dict(missing)}"] if missing else []
    said += [f"has beside it {dict(more)}"] if more else []
    return [f"{name}: {', '.join(said)}"] if said else []


def _sources(source: Path) -> dict[str, dict[str, str]]:
    settings = yaml.safe_load((source / "docs" / FIRST / "sources.yml").read_text(encoding="utf-8"))
    return settings["extra"]["sources"]


def _note(source: Path, code: str, name: str) -> None:
    """Write into a translation that it was made from the English page as it is now."""
    english = (source / "docs" / FIRST / name).read_text(encoding="utf-8")
    path = source / "docs" / code / name
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    lines = [line for line in front.splitlines() if not line.startswith(("translation:", "translated_from:"))]
    lines += [f"translation: {AWAITING}", f'translated_from: "{mark(english)}"']
    path.write_text("---\n" + "\n".join(lines) + "\n---\n" + body, encoding="utf-8")


def main() -> int:
    """Print everything that is missing or behind; 1 if there is anything."""
    reader = argparse.ArgumentParser(description="What is missing or behind in the further languages of the site.")
    reader.add_argument("language", nargs="?", help="look only at this one, such as es")
    reader.add_argument("pages", nargs="*", help="look only at these, such as index.md")
    reader.add_argument("--made-now", action="store_true", help="first note that these pages follow the English ones")
    asked = reader.parse_intermixed_args()
    for name in asked.pages if asked.made_now else ():
        _note(Path.cwd(), asked.language, name)
    only, codes = tuple(asked.pages) or ("",), [edition.code for edition in known(Path.cwd())[1:]]
    found = [f"{code}: {line}" for code in codes if asked.language in (None, code)
             for line in behind(Path.cwd(), code) if line.startswith(only)]  # fmt: skip
    spoken = list(unspoken(CATALOGUES, asked.language)) if not asked.pages else []
    told = [line for line, _ in spoken] + (found or ["No page is missing or behind."])
    print("\n".join(told))
    return 1 if found or any(wrong for _, wrong in spoken) else 0


if __name__ == "__main__":
    sys.exit(main())
