"""The site in several languages, its addresses, its dates: what a small tree becomes when it is built."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

from intake.errors import SiteBroken
from intake.knowledge.reader import read_knowledge
from intake.operator import read_operator
from intake.site import build_site, needs_building
from intake.site.addresses import published
from intake.site.due import pages_due
from intake.site.editions import Edition, known, offered, page_names
from intake.site.pages import make_pages
from tests.components import ROOT
from tests.site_tree import small_tree, write, write_page

ORIGIN = "https://guide.example"
Build = Callable[[Path], Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Call it with a tree for the folder of the built site."""

    def made(tree: Path) -> Path:
        build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), tmp_path / "site", tree, ORIGIN)
        return (tmp_path / "site").resolve()

    return made


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site in three languages, built once."""
    tree = small_tree(tmp_path_factory.mktemp("three"), "es", "ar")
    build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), tree / "site", tree, ORIGIN)
    return tree / "site"


def said(page: Path) -> str:
    """What a page is made of."""
    return page.read_text(encoding="utf-8")


def test_each_language_has_the_same_pages_and_speaks_in_its_own_direction(three: Path) -> None:
    for code, folder, direction in (("en", "", "ltr"), ("es", "es/", "ltr"), ("ar", "ar/", "rtl")):
        for page in ("", "steps/"):
            text = said(three / folder / page / "index.html")
            assert f'<html lang="{code}" dir="{direction}">' in text
            assert f'href="/request/{code}/' in text or "/request/" not in text


def test_the_language_links_keep_the_page(three: Path) -> None:
    for folder in ("", "es/", "ar/"):
        links = re.findall(r'<a href="([^"]+)" hreflang="(\w+)"', said(three / folder / "steps/index.html"))
        assert {("/steps/", "en"), ("/es/steps/", "es"), ("/ar/steps/", "ar")} >= set(links)
        assert {code for _, code in links} == {"en", "es", "ar"}


def test_every_page_names_its_translations_to_search_machines(three: Path) -> None:
    expected = {f"{ORIGIN}/steps/": "en", f"{ORIGIN}/es/steps/": "es", f"{ORIGIN}/ar/steps/": "ar"}
    for folder in ("", "es/", "ar/"):
        text = said(three / folder / "steps/index.html")
        named = dict(re.findall(r'rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', text))
        assert named == {code: place for place, code in expected.items()} | {"x-default": f"{ORIGIN}/steps/"}
        assert f'<link rel="canonical" href="{ORIGIN}/{folder}steps/">' in text


def test_one_map_and_one_word_to_robots_speak_for_all_languages(three: Path) -> None:
    places = re.findall(r"<loc>(.*?)</loc>", said(three / "sitemap.xml"))
    pages = ("", "steps/", "es/", "es/steps/", "ar/", "ar/steps/")
    assert sorted(places) == sorted(f"{ORIGIN}/{page}" for page in pages)
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in said(three / "robots.txt")
    assert sorted(path.relative_to(three).as_posix() for path in three.rglob("sitemap.xml")) == ["sitemap.xml"]


def test_each_language_searches_its_own_pages_as_they_are_written(three: Path) -> None:
    for folder, word in (("", "several"), ("es/", "médicos"), ("ar/", "الأطبّاءَ")):
        (index,) = (three / folder / "assets").glob("search.*.json")
        places = json.loads(index.read_text(encoding="utf-8"))
        assert any(word in text for *_, text in places)
        assert {address.partition("#")[0] for address, *_ in places} == {"", "steps/"}
        assert f'data-index="assets/{index.name}"' in said(three / folder / "index.html")


def test_what_the_theme_of_a_language_says_comes_from_its_settings(three: Path) -> None:
    assert "<span>Buscar</span>" in said(three / "es/steps/index.html")
    assert "<span>Search</span>" in said(three / "steps/index.html")


def test_every_further_language_says_all_words_of_the_frame_and_has_its_own_list_of_pages() -> None:
    english = said(ROOT / "mkdocs.yml").partition("\n  words:\n")[2].partition("\n  step_pages:")[0]
    words = re.findall(r"^    (\w+): ", english, re.MULTILINE)
    assert len(words) > 40
    for edition in known(ROOT)[1:]:
        own = yaml.safe_load(said(ROOT / edition.settings))
        assert set(own["extra"]["words"]) == set(words), edition.settings
        assert len(own["extra"]["step_pages"]) == 5 and own["nav"], edition.settings


def test_a_language_is_not_offered_before_it_is_complete(tmp_path: Path, build: Build) -> None:
    tree = small_tree(tmp_path / "tree", "es")
    (tree / "docs/es/steps.md").unlink()
    assert [edition.code for edition in offered(tree)] == ["en"]
    site = build(tree)
    assert not (site / "es").exists() and "hreflang" not in said(site / "index.html")
    write_page(tree, "docs/es/steps.md", "# Pasos\n\n## Guarde\n\nTodo.\n")
    assert [edition.code for edition in offered(tree)] == ["en", "es"]
    build_again = (read_operator(ROOT / "operator.toml"), read_knowledge(), tmp_path / "site", tree, ORIGIN)
    assert needs_building(*build_again)
    assert (build(tree) / "es/steps/index.html").is_file()


def test_every_address_ever_published_is_a_page_or_says_where_it_is_now() -> None:
    pages = {
        f"/{edition.folder}/{name.removesuffix('.md')}/".replace("//", "/").replace("/index/", "/")
        for edition in offered(ROOT)
        for name in page_names(ROOT / edition.pages)
    }
    for old, new in published(ROOT).items():
        assert old in pages if not new else new in pages and old not in pages, old


def test_a_page_that_moved_leaves_a_page_that_leads_on(tmp_path: Path, build: Build) -> None:
    tree = small_tree(tmp_path / "tree", "es")
    moves = "/\n/steps/\n/old/way/ -> /steps/\n/es/old/way/ -> /es/steps/\n"
    write(tree, "docs/published-addresses.txt", moves)
    site = build(tree)
    for folder, name in (("", "Steps"), ("es/", "Pasos")):
        text = said(site / folder / "old/way/index.html")
        assert f'<link rel="canonical" href="{ORIGIN}/{folder}steps/">' in text
        assert f'<a href="/{folder}steps/" data-moved>{name}</a>' in text
        assert "noindex" not in text and "http-equiv" not in text
        (style,) = re.findall(r'rel="stylesheet" href="([^"]+)"', text)
        assert (site / style.lstrip("/")).is_file() or (site / folder / "old/way" / style).is_file()
    assert not list(site.rglob("moved.html"))


@pytest.mark.parametrize(
    "lines", ["/gone/ -> /nowhere/", "/steps/ -> /", "/a/\n/a/", "no-slashes", "/a/ -> elsewhere.example"]
)
def test_a_line_of_addresses_that_cannot_be_right_stops_the_build(tmp_path: Path, build: Build, lines: str) -> None:
    tree = small_tree(tmp_path / "tree")
    write(tree, "docs/published-addresses.txt", lines)
    with pytest.raises(SiteBroken, match="published-addresses"):
        build(tree)


def test_pages_past_their_next_review_are_listed_in_every_language(tmp_path: Path) -> None:
    tree = small_tree(tmp_path, "es")
    assert pages_due(tree, date(2026, 6, 1)) == []
    names = [name for _, name in pages_due(tree, date(2026, 6, 2))]
    assert names == ["docs/en/index.md", "docs/en/steps.md", "docs/es/index.md", "docs/es/steps.md"]
    write(tree, "docs/es/steps.md", said(tree / "docs/es/steps.md").replace("next_review: 2026-06-01\n", ""))
    assert pages_due(tree, date(2026, 6, 1)) == [(date.min, "docs/es/steps.md")]


def test_a_page_of_questions_tells_machines_exactly_what_readers_see(tmp_path: Path, build: Build) -> None:
    tree = small_tree(tmp_path / "tree")
    asked = "## Who pays?\n\nYou **do**.\n\n- or others\n\n## Not a question\n\nNo.\n\n### ¿Y `</x>`?\n\nLuego.\n"
    write_page(tree, "docs/en/steps.md", f"# Asked\n\n{asked}", more="faq: true\n")
    text = said(build(tree) / "steps/index.html")
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[0])
    assert data["@type"] == ["MedicalWebPage", "FAQPage"]
    pairs = [(each["name"], each["acceptedAnswer"]["text"]) for each in data["mainEntity"]]
    assert pairs == [("Who pays?", "You do. or others"), ("¿Y </x>?", "Luego.")]


@pytest.mark.parametrize("edition", known(ROOT), ids=lambda each: each.code)
def test_properdocs_makes_the_same_pages_of_the_same_tree(built_site: Path, tmp_path: Path, edition: Edition) -> None:
    other, site = tmp_path / "other", built_site.resolve() / edition.folder
    codes = " ".join(each.code for each in known(ROOT))
    make_pages(edition, read_operator(ROOT / "operator.toml"), ROOT, other, ORIGIN, codes, program="properdocs")
    made = {path.relative_to(other).as_posix() for path in other.rglob("*.html")}
    within = {each.folder for each in known(ROOT) if each.folder} - {edition.folder}
    paths = (path.relative_to(site) for path in site.rglob("*.html"))
    ours = {path.as_posix() for path in paths if edition.folder or path.parts[0] not in within}
    moved = {f"{old.strip('/')}/index.html" for old, new in published(ROOT).items() if new}
    assert made - {"moved.html"} == ours - moved and len(ours) > 40
