"""Every template compiles, none carries style or script in the page itself, and every letter is whole."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError

from tests.components import ROOT

TEMPLATES = ROOT / "templates"
ALL = sorted(path for path in TEMPLATES.rglob("*.*") if path.suffix in (".html", ".txt"))
PAGES = [path for path in ALL if path.relative_to(TEMPLATES).parts[0] not in ("site", "letters")]
LETTERS = sorted(path for path in (TEMPLATES / "letters").iterdir() if path.is_dir()) if TEMPLATES.exists() else []
PARTS = {"subject.txt", "body.txt", "body.html"}


def name(path: Path) -> str:
    """A template's name, as a test is called after it."""
    return str(path.relative_to(TEMPLATES))


each_page = pytest.mark.parametrize("path", PAGES, ids=name)
each_letter = pytest.mark.parametrize("letter", LETTERS, ids=name)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_a_template_compiles(path: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    try:
        environment.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except TemplateSyntaxError as error:
        pytest.fail(f"{name(path)}:{error.lineno} {error.message}")


@each_page
def test_what_a_template_builds_on_is_there(path: Path) -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.i18n"], autoescape=True)
    wanted = re.findall(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)", path.read_text(encoding="utf-8"))
    for template in wanted:
        environment.get_template(template)


@each_page
def test_a_page_carries_no_style_and_no_script_in_itself(path: Path) -> None:
    """The policy of our pages would stop them, silently for a visitor."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style\b", text, re.I)
    assert not re.search(r"\sstyle\s*=", text, re.I)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.I)
    assert not re.search(r"javascript:", text, re.I)
    for script in re.findall(r"<script\b[^>]*>", text, re.I):
        assert "src=" in script, script


@each_page
def test_a_page_asks_no_other_place_for_anything(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(src|srcset|action|poster)\s*=\s*[\"'](https?:)?//", text, re.I)
    assert not re.search(r"<link\b[^>]*href=[\"'](https?:)?//", text, re.I)


@each_page
def test_a_form_that_changes_something_is_signed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.S | re.I):
        if re.search(r"method=[\"']post", form, re.I):
            assert re.search(r"csrf|token\(form\)|buttons?\(", form), form[:200]


@each_page
def test_a_link_to_another_window_leaves_no_way_back(path: Path) -> None:
    for link in re.findall(r"<a\b[^>]*target=[\"']_blank[^>]*>", path.read_text(encoding="utf-8"), re.I):
        assert "noopener" in link


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_reads_in_both_directions(path: Path) -> None:
    """Left and right are wrong in half of the world; start and end are right in all of it."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"class=[\"'][^\"']*\b(left|right|pull-left|pull-right)\b", text)
    assert "align=" not in text


def test_there_are_letters() -> None:
    assert len(LETTERS) >= 5


@each_letter
def test_a_letter_has_its_three_files(letter: Path) -> None:
    assert {path.name for path in letter.iterdir()} == PARTS


@each_letter
def test_a_letter_calls_for_nothing_from_elsewhere(letter: Path) -> None:
    """No picture and no style sheet: whoever serves them would learn when the letter is read."""
    for path in letter.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(img|link|script|iframe|video|audio)\b|url\(|@import", text, re.I), path


@each_letter
def test_a_letter_has_no_place_for_health_words(letter: Path) -> None:
    forbidden = r"\b(question|diagnosis|condition|specialty|file_?name|patient_?name|answers?|treatment|symptoms?)\b"
    for path in letter.iterdir():
        for inside in re.findall(r"{{(.*?)}}", path.read_text(encoding="utf-8"), re.S):
            said = re.sub(r"([\"']).*?\1", "", inside)  # the words of a sentence are ours; names are what is filled in
            assert not re.search(forbidden, said), f"{path}: {inside.strip()[:80]}"
