"""Every further language of the site says what English says: page by page, figure by figure, source by source."""

from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from intake.languages import CATALOGUES
from intake.site.editions import known
from ops.catalogue import collect
from ops.translations import behind, differences, mark
from tests.components import ROOT

CODES = [edition.code for edition in known(ROOT)[1:]]
OF_THE_SITE = ("intake/knowledge", "intake/site")
ENGLISH = """---
title: Keep records
description: What to keep.
sources: [payne-2014]
---
# Keep records

Plan on 6,791 days, from 3 May 2027 (Payne 2014).
{ .lead }

## What *you* do

1. Ask [us](contact.md#reach-us).
2. Wait.

!!! say "Words"
    "Please."
"""
SPANISH = """---
title: Guarde los documentos
description: Qué guardar.
sources: [payne-2014]
translation: awaiting native review
translated_from: "MARK"
---
# Guarde los documentos { #keep-records }

Cuente con 6791 días, desde el 3 de mayo de 2027 (Payne 2014).
{ .lead }

## Qué hace *usted* { #what-you-do }

1. Pregúntenos [a nosotros](contact.md#reach-us).
2. Espere.

!!! say "Palabras"
    "Por favor."
"""


def test_there_are_further_languages() -> None:
    assert CODES == ["ar", "es"]


@pytest.mark.parametrize("code", CODES)
def test_every_page_follows_the_english_page_as_it_is_now(code: str) -> None:
    assert list(behind(ROOT, code)) == []


@pytest.mark.parametrize("code", CODES)
def test_everything_that_the_fragments_say_is_translated(code: str) -> None:
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        said = read_po(file, locale=code)
    messages = [each for each in collect() if any(place.startswith(OF_THE_SITE) for place, _ in each.locations)]
    assert len(messages) > 400
    lacking = [each.id for each in messages if not (found := said.get(each.id, each.context)) or not found.string]
    assert lacking == []


@pytest.mark.parametrize("code", CODES)
def test_every_source_is_described(code: str) -> None:
    english, own = (
        yaml.safe_load((ROOT / "docs" / each / "sources.yml").read_text(encoding="utf-8"))["extra"]
        for each in ("en", code)
    )
    assert set(own["source_subjects"]) == set(english["source_subjects"])
    for name, source in english["sources"].items():
        said = own["sources"][name]
        assert {"text", "interest"} & set(source) <= set(said) <= {"text", "interest", "checked"}, name


def changed(old: str = "", new: str = "") -> list[str]:
    """What is found when the Spanish page differs in one thing."""
    page = SPANISH.replace("MARK", mark(ENGLISH))
    assert not old or page.count(old) == 1
    return differences(ENGLISH, page.replace(old, new), ["Payne 2014", "Meyer 2015"])


def test_a_true_translation_is_let_be() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("6791", "6719", "figures: lacks {'6791': 1}, has beside it {'6719': 1}"),
        ("6791", "٦٧٩١", "figures: write 0 to 9"),
        (" { #what-you-do }", "", "headings: lacks {'## what-you-do': 1}"),
        ("#what-you-do", "#what-we-do", "headings: lacks"),
        ("contact.md#reach-us", "contact.md", "links: lacks"),
        ("2. Espere.\n", "", "numbered points: lacks"),
        ("!!! say", "!!! note", "boxes: lacks"),
        ("{ .lead }\n", "", "classes and places: lacks"),
        (" (Payne 2014)", "", "sources: lacks"),
        ("[payne-2014]", "[]", "front matter: sources"),
        ("awaiting native review", "read by Ana", "front matter: translation"),
        (mark(ENGLISH), "000000000000", "front matter: the English page has changed"),
        ("Qué guardar.", "''", "front matter: description"),
    ],
)
def test_these_rules_see_what_is_not_the_same(old: str, new: str, found: str) -> None:
    assert any(line.startswith(found) for line in changed(old, new))


def test_pages_that_are_missing_or_alone_are_named(tmp_path: Path) -> None:
    for name in ("en/one.md", "es/two.md", "en/includes/never.md"):
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "docs/en/sources.yml").write_text("extra: {sources: {}}", encoding="utf-8")
    assert list(behind(tmp_path, "es")) == ["one.md: is missing", "two.md: has no English page"]
