"""A small tree of its own to build a site from: two pages, in as many languages as a test wants."""

import shutil
from pathlib import Path

from tests.components import ROOT

FRONT = """---
title: {title}
description: {title}
audience: patient
last_reviewed: 2026-01-01
next_review: 2026-06-01
reviewed_by: awaiting clinical review
sources: []
{more}---
"""
PAGES = {
    "en": {"index.md": "# First\n\nAsk several doctors.\n", "steps.md": "# Steps\n\n## Keep\n\nRecords and images.\n"},
    "es": {
        "index.md": "# Primera\n\nPregunte a varios médicos.\n",
        "steps.md": "# Pasos\n\n## Guarde\n\nLos informes y las imágenes.\n",
    },
    "ar": {
        "index.md": "# الأولى\n\nاسأل الأطبّاءَ عن رأيٍ ثانٍ.\n",
        "steps.md": "# الخطوات\n\n## احفظ\n\nالتقارير والصور في المُسْتَشْفَى.\n",
    },
}
NAV = "nav:\n  - All:\n      - One: index.md\n      - Two: steps.md\n"
INHERITING = """INHERIT: mkdocs.yml
docs_dir: docs/{code}
theme:
  language: {code}
markdown_extensions:
  pymdownx.snippets:
    base_path: [docs/{code}/includes]
extra:
  form: /request/{code}/
  words:
    search: {search}
{nav}"""
SEARCH = {"es": "Buscar", "ar": "ابحث"}


def small_tree(place: Path, *languages: str) -> Path:
    """Make the tree in `place`, with English and these languages, by the settings and the look of the real site."""
    shutil.copytree(ROOT / "templates/site", place / "templates/site")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[0]
    write(place, "mkdocs.yml", f"{settings}\n{NAV}")
    write(place, "docs/en/sources.yml", "extra:\n  source_subjects: {}\n  sources: {}\n")
    write(place, "docs/published-addresses.txt", "/\n/steps/\n")
    for code in ("en", *languages):
        for name, text in PAGES[code].items():
            write_page(place, f"docs/{code}/{name}", text)
        if code != "en":
            write(place, f"mkdocs.{code}.yml", INHERITING.format(code=code, nav=NAV, search=SEARCH[code]))
    return place


def write_page(place: Path, name: str, text: str, more: str = "") -> None:
    """Write a page with all that its front matter must say."""
    title = text.partition("\n")[0].removeprefix("# ")
    write(place, name, FRONT.format(title=title, more=more) + text)


def write(place: Path, name: str, text: str) -> None:
    """Write a file, with the folders above it."""
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")
