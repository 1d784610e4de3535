"""How the site is made: light, named by content, packed, kept long, and told to others without anybody's help."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from intake.app import serve_files
from intake.errors import SiteBroken
from intake.site.addresses import published
from intake.site.editions import Edition, known, page_names
from intake.site.names import name_by_content
from intake.site.styles import purge, write_styles
from tests.components import ROOT

LIGHT, FEW = 30_000, 5
TOLD = re.compile(r'<meta (?:property|name)="((?:og|twitter):[\w:]+)" content="([^"]*)">')
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
FETCHED = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script defer src|img src)="([^"]+)"')


def page_of(site: Path, address: str) -> str:
    """What the page at an address is made of."""
    return (site / address.strip("/") / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", published(ROOT))
def test_the_first_view_of_every_page_is_light(built_site: Path, address: str) -> None:
    page = built_site / address.strip("/") / "index.html"
    fetched = {(page.parent / each).resolve() for each in FETCHED.findall(page.read_text(encoding="utf-8"))}
    weight = sum(path.with_name(path.name + ".br").stat().st_size for path in (page, *fetched))
    assert weight <= LIGHT and 1 + len(fetched) <= FEW, f"{weight} bytes in {1 + len(fetched)} requests"


def test_text_has_smaller_twins_that_hold_the_same(built_site: Path) -> None:
    for name in ("steps/index.html", "sitemap.xml"):
        path = built_site / name
        for suffix, unpack in ((".br", brotli.decompress), (".gz", gzip.decompress)):
            packed = path.with_name(path.name + suffix).read_bytes()
            assert unpack(packed) == path.read_bytes() and len(packed) < path.stat().st_size / 2


def test_what_pages_fetch_is_named_by_its_content(built_site: Path) -> None:
    for address in published(ROOT):
        for each in FETCHED.findall(page_of(built_site, address)):
            assert re.search(r"\.[0-9a-f]{16}\.\w+$", each), each


def test_a_name_changes_with_the_content_and_only_then(tmp_path: Path) -> None:
    names = []
    for number, style in enumerate(("a{}", "a{}", "b{}")):
        place = tmp_path / str(number)
        (place / "assets").mkdir(parents=True)
        (place / "assets/site.css").write_text(style, encoding="utf-8")
        (place / "assets/mark.svg").write_text("<svg/>", encoding="utf-8")
        page = '<link rel="stylesheet" href="assets/site.css"><img src="assets/mark.svg"><a href="assets/mark.svg">'
        (place / "index.html").write_text(page, encoding="utf-8")
        name_by_content(place)
        text = (place / "index.html").read_text(encoding="utf-8")
        names.append(re.findall(r'rel="stylesheet" href="([^"]+)"', text)[0])
        assert (place / names[-1]).read_text(encoding="utf-8") == style and not (place / "assets/site.css").exists()
        assert '<a href="assets/mark.svg">' in text and (place / "assets/mark.svg").is_file()
    assert names[0] == names[1] != names[2]


@pytest.fixture
def visit(built_site: Path) -> Callable[..., TestResponse]:
    """Call it with a path to see what is served as it is in production."""
    app = Flask("files")
    settings = SimpleNamespace(base_url="https://guide.example", in_development=False, site=built_site)
    serve_files(app, SimpleNamespace(settings=settings))

    def visited(path: str, **more: object) -> TestResponse:
        with Client(app.wsgi_app).get(path, **more) as answer:
            return answer

    return visited


def test_files_named_by_content_are_kept_for_a_year_and_pages_for_minutes(visit: Callable, built_site: Path) -> None:
    (style,) = built_site.glob("assets/site.*.css")
    long = visit(f"/assets/{style.name}").headers["Cache-Control"]
    assert "immutable" in long and "max-age=31536000" in long
    for path in ("/steps/", "/assets/mark.svg", "/static/intake.css"):
        assert visit(path).headers["Cache-Control"] == "max-age=600, public"


@pytest.mark.parametrize(("accepts", "gets"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None)])
def test_a_browser_gets_the_smallest_that_it_can_read(visit: Callable, accepts: str, gets: str | None) -> None:
    answer = visit("/steps/", headers={"Accept-Encoding": accepts})
    assert answer.headers.get("Content-Encoding") == gets and "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Content-Security-Policy"].count("unsafe") == 0


def test_the_search_is_fetched_only_when_somebody_opens_it(built_site: Path) -> None:
    text = page_of(built_site, "/steps/")
    assert not [each for each in FETCHED.findall(text) if "search" in each]
    assert re.search(r'data-script="\.\./assets/search\.[0-9a-f]{16}\.js"', text)
    assert re.search(r'data-index="\.\./assets/search\.[0-9a-f]{16}\.json"', text)


SHEET = """
@charset "UTF-8";
:root{--read:1px;--unread:url("data:image/svg+xml;{}");--only-unread:var(--gone)}
.here,.gone>a:hover{margin:var(--read)} .gone{color:var(--unread)}
a:not(.gone):is(.gone,.here)::before{content:"}{;/*"}
[dir=rtl] .here{x:1}[dir=ltr] .here{x:2}[hidden]{x:3}[href^="http"]{x:4}[lang]{x:5}
@media print{.gone{x:6}.here{x:7}} @media screen{.gone{x:8}}
@supports (x:y){@media all{#place{x:9;y: 2px  3px}}}
@keyframes still{from{x:1}to{x:2}}@keyframes turning{from{x:1}to{x:2}}
#place{animation:turning 1s} .here .a\\:b{x:10} table{x:11}
/* .here{} */
"""


def test_only_rules_for_what_is_on_a_page_are_left() -> None:
    used = {"root", "*", "a", "here", "place", "dir", "dir=ltr", "href", "hidden"}
    assert purge(SHEET, used) == (
        ":root{--read:1px}.here{margin:var(--read)}"
        'a:not(.gone):is(.gone,.here)::before{content:"}{;/*"}'
        '[dir=ltr] .here{x:2}[hidden]{x:3}[href^="http"]{x:4}'
        "@media print{.here{x:7}}@supports (x:y){@media all{#place{x:9;y:2px 3px}}}"
        "@keyframes turning{from{x:1}to{x:2}}#place{animation:turning 1s}"
    )


def test_a_theme_that_moved_its_style_sheet_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(SiteBroken, match="style sheet in another place"):
        write_styles(tmp_path)


def test_a_shared_link_shows_title_words_and_picture_from_here(built_site: Path) -> None:
    for address in published(ROOT):
        told = dict(TOLD.findall(page_of(built_site, address)))
        assert told["og:url"].endswith(address) and told["og:title"] and told["og:description"], address
        assert told["og:image"].endswith("/assets/preview.png") and told["twitter:card"] == "summary_large_image"
    assert (built_site / "assets/preview.png").stat().st_size < 100_000


def test_pages_tell_machines_whom_they_are_for(built_site: Path) -> None:
    for address, kind in (("/", "Patient"), ("/for-coordinators/", "Clinician")):
        (data,) = DATA.findall(page_of(built_site, address))
        assert json.loads(data)["audience"]["audienceType"] == kind


@pytest.mark.parametrize("edition", known(ROOT), ids=lambda each: each.code)
def test_a_lost_visitor_finds_every_page_the_steps_the_form_and_us(built_site: Path, edition: Edition) -> None:
    home = f"/{edition.folder}/".replace("//", "/")
    text = (built_site / edition.folder / "404.html").read_text(encoding="utf-8")
    main = text.partition("<main")[2].partition("</main>")[0]
    links = re.findall(r'href="([^"]+)"', main)
    names = (f"{home}{name.removesuffix('.md')}/" for name in page_names(ROOT / edition.pages))
    assert {f"/request/{edition.code}/", *(name.removesuffix("index/") for name in names)} <= set(links)
    assert 'class="emergency"' in main and 'name="robots" content="noindex"' in text
    from_anywhere = re.compile(r"/|#|tel:|mailto:|https?:")
    assert [link for link in re.findall(r'(?:href|src)="([^"]+)"', text) if not from_anywhere.match(link)] == []
