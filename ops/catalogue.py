"""Collects every sentence that can be translated, from code, templates and knowledge, into the catalogue's template.

Run by `make catalogue`, which also brings every translation into line with it: new sentences stand there untranslated,
those that nothing says any more go. The same tree always gives the same files: they hold no dates and no line numbers.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po

from intake.knowledge.reader import read_knowledge

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "intake" / "locale" / "intake.pot"
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "say": None}
JINJA = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}
NOT_OURS = ROOT / "templates" / "site"  # the guidance site is translated page by page


def collect() -> Catalog:
    """Every message, with the files that say it."""
    catalog = Catalog(project="second-opinion-intake", fuzzy=False)
    catalog.header_comment = "# What the service says. Written by `make catalogue`; translations stand beside it.\n#"
    for path in sorted((ROOT / "intake").rglob("*.py")):
        _add(catalog, path, "python", {})
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt") and not path.is_relative_to(NOT_OURS):
            _add(catalog, path, "jinja2", JINJA)
    for text in read_knowledge().texts():
        catalog.add(text, locations=[("intake/knowledge", 0)])
    return catalog


def as_text(catalog: Catalog) -> str:
    """The catalogue as its file holds it."""
    written = io.BytesIO()
    write_po(written, catalog, sort_output=True, include_lineno=False, width=100, ignore_obsolete=True)
    changing = (b"POT-Creation-Date:", b"PO-Revision-Date:", b"Generated-By:", b"Last-Translator:", b"Language-Team:")
    lines = written.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.lstrip(b'"').startswith(changing)).decode()


def brought_into_line(path: Path, found: Catalog) -> Catalog:
    """A translation with exactly the sentences that are said now; a changed one is left untranslated, not guessed."""
    with path.open("rb") as file:
        translated = read_po(file, locale=path.parts[-3])
    translated.update(found, no_fuzzy_matching=True)
    return translated


@dataclass(frozen=True)
class Unsaid:
    """What a translation of the catalogue lacks: messages without words, and fuzzy ones, which nobody speaks."""

    missing: tuple[str, ...]
    fuzzy: tuple[str, ...]


def unsaid(path: Path, found: Catalog) -> Unsaid:
    """What a translation does not say of the messages that were found. A counted one must say all of its forms."""
    with path.open("rb") as file:
        said = read_po(file, locale=path.parts[-3])
    pairs = [(message, said.get(message.id, message.context)) for message in found if message.id]
    missing = [_first(one) for one, own in pairs if own is None or not all(_forms(own.string))]
    return Unsaid(tuple(missing), tuple(_first(one) for one, own in pairs if own is not None and own.fuzzy))


def _forms(said: str | tuple[str, ...] | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said) or [""]


def _first(message: Message) -> str:
    return _forms(message.id)[0]


def _add(catalog: Catalog, path: Path, method: str, options: dict[str, str]) -> None:
    name = str(path.relative_to(ROOT))
    with path.open("rb") as file:
        for line, message, comments, context in extract(method, file, KEYWORDS, ("Translators:",), options):
            catalog.add(message, locations=[(name, line)], auto_comments=comments, context=context)


if __name__ == "__main__":
    found = collect()
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_text(as_text(found), encoding="utf-8")
    print(f"{len(found)} messages in {TEMPLATE.relative_to(ROOT)}")
    for path in sorted(TEMPLATE.parent.glob("*/LC_MESSAGES/messages.po")):
        path.write_text(as_text(brought_into_line(path, found)), encoding="utf-8")
