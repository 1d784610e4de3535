"""The languages of the site. One is offered as soon as it has the same pages as English, and not before."""

from dataclasses import dataclass
from pathlib import Path

FIRST = "en"


@dataclass(frozen=True)
class Edition:
    """One language: its code, the settings MkDocs builds it by, and the folder of its pages, both from the tree."""

    code: str
    settings: str
    pages: str

    @property
    def folder(self) -> str:
        """Where it stands below the root of the site; English stands at the root."""
        return "" if self.code == FIRST else self.code


def offered(source: Path) -> tuple[Edition, ...]:
    """English, then every other language with settings and with all pages, in order of its code."""
    return tuple(each for each in known(source) if not differences(source, each))


def known(source: Path) -> tuple[Edition, ...]:
    """English, then every other language that has settings, complete or not, in order of its code."""
    others = (_named(path.name) for path in sorted(source.glob("mkdocs.*.yml")))
    return Edition(FIRST, "mkdocs.yml", f"docs/{FIRST}"), *others


def differences(source: Path, edition: Edition) -> set[str]:
    """Pages that this language lacks, or has alone. Empty when it is complete."""
    return page_names(source / edition.pages) ^ page_names(source / "docs" / FIRST)


def page_names(folder: Path) -> set[str]:
    """The pages in a folder, by their paths in it; fragments that pages take in are none."""
    paths = (path.relative_to(folder) for path in folder.rglob("*.md"))
    return {path.as_posix() for path in paths if path.parts[0] != "includes"}


def _named(settings: str) -> Edition:
    code = settings.removeprefix("mkdocs.").removesuffix(".yml")
    return Edition(code, settings, f"docs/{code}")
