"""The guidance site in a real browser: open to everybody, by light and dark, on any screen, on paper, in any spelling.

A few pages each time. With INTAKE_LONG=1 every page of every language: `make long`.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import material
import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from intake.app import serve_files
from intake.knowledge.reader import read_knowledge
from intake.operator import read_operator
from intake.site import build_site
from intake.site.addresses import published
from tests.components import ROOT
from tests.components.browser import STANDARDS, Visitors
from tests.components.node import package_file
from tests.site_tree import small_tree, write

ALL = [*published(ROOT), "/404.html", "/ar/404.html", "/es/404.html"]
LONG = os.environ.get("INTAKE_LONG") == "1"
SOME = ALL if LONG else ["/", "/organise-your-records/", "/checklists/cancer/", "/frequently-asked/", "/404.html"]
SOME = SOME if LONG else [*SOME, "/ar/", "/ar/your-clinical-question/", "/ar/countries/", "/es/record-letters/"]
WAYS = [("phone", "light"), ("desktop", "dark"), *([("phone", "dark"), ("desktop", "light")] if LONG else [])]
SHEETS = [address for address in ALL if re.search(r"/(checklists/.+|compare-two-opinions)/$", address)]
AXE = {"runOnly": {"type": "tag", "values": [*STANDARDS, "best-practice"]}, "rules": {"target-size": {"enabled": True}}}
A4_PAGE = re.compile(rb"/Type\s*/Page\b")


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The folder, served as the service does it, without the service behind it."""
    app = Flask("files")
    settings = SimpleNamespace(base_url="http://localhost", in_development=False, site=site)
    serve_files(app, SimpleNamespace(settings=settings))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(built_site: Path) -> Iterator[str]:
    """Where the real site is served."""
    with serving(built_site) as address:
        yield address


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a small site in three languages is served, with a page that has moved."""
    tree = small_tree(tmp_path_factory.mktemp("small"), "es", "ar")
    write(tree, "docs/published-addresses.txt", "/\n/steps/\n/old/ -> /steps/\n")
    build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), tree / "site", tree)
    with serving(tree / "site") as address:
        yield address


@pytest.fixture
def faults(visitors: Visitors, site: str) -> Callable[[Page], list[str]]:
    """Call it with an open page for all that is wrong with it."""
    source = package_file("axe-core/axe.min.js").read_text(encoding="utf-8")

    def found(page: Page) -> list[str]:
        page.evaluate(source)  # a script tag would be stopped by the policy of our pages
        told = page.evaluate("options => axe.run(document, options)", AXE)["violations"]
        return [f"{page.url}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in told] + wide(page)

    return found


def wide(page: Page) -> list[str]:
    """A complaint when the page can be pushed sideways."""
    if page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        return []
    found = page.evaluate(
        "[...document.querySelectorAll('main *, header *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    return [f"{page.url} is wider than the screen: {found[:3]}"]


@pytest.mark.parametrize(("size", "scheme"), WAYS)
def test_every_page_is_open_to_everybody_and_asks_nobody_else(visitors, site, faults, size, scheme) -> None:
    page = visitors(phone=size == "phone", color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("addEventListener('securitypolicyviolation', e => console.error('policy', e.blockedURI))")
    wrong = []
    for address in SOME:
        page.goto(site + address)
        wrong += faults(page)
    assert wrong == []
    assert [url for url in asked if not url.startswith((site, "data:"))] == []
    assert visitors.complaints == []


def test_nothing_sticks_out_on_a_narrow_screen_nor_when_words_are_twice_as_large(visitors, site) -> None:
    page = visitors(viewport={"width": 320, "height": 640})
    wrong = []
    for address in SOME:
        page.goto(site + address)
        wrong += wide(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wrong += wide(page)
    page = visitors(phone=False)
    for address in SOME:
        page.goto(site + address)
        page.evaluate("document.documentElement.style.fontSize = '250%'")
        wrong += wide(page)
    assert wrong == []


STYLES = """() => {
    const seen = new Map();
    for (const element of document.querySelectorAll('body, body *')) {
        let chain = '';
        for (let each = element; each; each = each.parentElement) chain += `${each.tagName}.${each.className} `;
        if (seen.has(chain)) continue;
        seen.set(chain, ['', '::before', '::after'].map(part => {
            const style = getComputedStyle(element, part || null);
            return [...style].filter(name => !name.startsWith('--')).map(name => style.getPropertyValue(name)).join();
        }).join());
    }
    return [...seen];
}"""
SWAP = """text => {
    for (const sheet of document.styleSheets) sheet.disabled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
}"""


def test_what_the_build_left_out_of_the_styles_changes_no_page(visitors, site) -> None:
    """The computed styles of every sort of element, by our small sheet, and by the theme's and ours in full."""
    (theme,) = Path(material.__file__).parent.glob("templates/assets/stylesheets/main.*.min.css")
    whole = "\n".join(path.read_text("utf-8") for path in (theme, ROOT / "templates/site/assets/site.css"))
    page = visitors(phone=False, reduced_motion="reduce")
    for address in SOME if LONG else SOME[2:3]:
        page.goto(site + address)
        small = page.evaluate(STYLES)
        page.evaluate(SWAP, whole)
        assert page.evaluate(STYLES) == small, address


@pytest.mark.parametrize("address", SHEETS)
def test_a_checklist_prints_on_one_sheet_of_paper_in_black_on_white(visitors, site, address) -> None:
    page = visitors(phone=False, color_scheme="dark")
    page.goto(site + address)
    assert len(A4_PAGE.findall(page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    title, sheet = page.get_by_role("heading", level=1), page.locator("body")
    assert title.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert sheet.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.get_by_role("navigation").first).to_be_hidden()


def test_the_menu_opens_and_the_page_reads_without_any_script(visitors, site) -> None:
    page = visitors(scripts=False)
    page.goto(f"{site}/steps/")
    page.get_by_text("Menu").first.click()
    expect(page.get_by_role("link", name="When not to wait").first).to_be_visible()
    expect(page.get_by_role("button", name="Search")).to_be_hidden()


def test_own_colours_and_stillness_are_respected(visitors, site) -> None:
    page = visitors(phone=False, forced_colors="active", reduced_motion="reduce")
    page.goto(f"{site}/organise-your-records/")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    here = page.locator(".step-line [aria-current]")
    assert here.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def search(page: Page, words: str) -> list[str]:
    """Type into the search, and read what it shows."""
    field = page.get_by_role("searchbox")
    field.fill("")
    expect(page.get_by_role("status")).to_have_text("")
    field.fill(words)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d$|Nothing found"))
    return page.locator(".search__found a").all_inner_texts()


SPELLINGS = {
    "": ["doctor", "RECORD", "ímage"],
    "es/": ["medicos", "MÉDICOS", "medico", "imagenes"],
    "ar/": ["الاطباء", "اطباء", "المستشفى", "مستشفي", "ثَانٍ"],
}


@pytest.mark.parametrize("folder", SPELLINGS)
def test_words_are_found_however_they_are_spelled(visitors, small_site, folder) -> None:
    page = visitors()
    page.goto(f"{small_site}/{folder}")
    page.locator(".search-button").click()
    assert {typed: len(search(page, typed)) for typed in SPELLINGS[folder]} == dict.fromkeys(SPELLINGS[folder], 1)
    assert search(page, "xyzzyqq") == []
    assert visitors.complaints == []


def test_the_search_is_fetched_when_opened_and_leads_to_the_place(visitors, site) -> None:
    page = visitors(phone=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/steps/?via=a-clinic")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= 5 and not [url for url in asked if "search" in url]
    page.get_by_role("button", name="Search").click()
    page.keyboard.type("DICOM")
    expect(page.locator(".search__found a").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".search__found a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?via=a-clinic"))
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("main")).to_contain_text("DICOM")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("searchbox").fill("xyzzyqq")
    expect(page.get_by_role("status")).to_contain_text("Nothing found")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    assert all(url.startswith(site) for url in asked)


def test_who_sent_somebody_stays_in_the_address_up_to_the_form_and_nowhere_else(visitors, site) -> None:
    page = visitors()
    page.goto(f"{site}/?via=a-clinic")
    page.get_by_role("main").get_by_role("link", name="Read the five steps first").click()
    expect(page).to_have_url(f"{site}/steps/?via=a-clinic")
    start = page.get_by_role("main").locator('a[href*="/request/en/"]').first
    expect(start).to_have_attribute("href", f"{site}/request/en/?via=a-clinic")
    assert page.context.cookies() == [] and page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto(f"{site}/?via=<script>")
    assert "via" not in page.locator("main a").first.get_attribute("href")


def test_an_address_that_moved_leads_on_and_keeps_what_it_carried(visitors, small_site) -> None:
    page = visitors()
    page.goto(f"{small_site}/old/?via=a-clinic#keep")
    expect(page).to_have_url(f"{small_site}/steps/?via=a-clinic#keep")
    page = visitors(scripts=False)
    page.goto(f"{small_site}/old/")
    page.get_by_role("main").get_by_role("link", name="Steps").click()
    expect(page).to_have_url(f"{small_site}/steps/")
