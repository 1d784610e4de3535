"""The built site: whole, reachable, honest about its review, and fit for a browser policy without exceptions."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import yaml
from mkdocs.utils.yaml import yaml_load

from intake.errors import SiteBroken
from intake.knowledge.reader import read_knowledge
from intake.operator import read_operator
from intake.site import build_site, needs_building
from intake.site.addresses import published
from intake.site.editions import Edition, known, page_names
from intake.site.strict import make_strict

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/en"

# A promise to everybody who links to us; see the file itself.
PUBLISHED = tuple(published(ROOT))
STEPS = (
    "/organise-your-records/", "/your-clinical-question/", "/choose-the-right-specialist/",
    "/send-your-case-securely/", "/use-the-opinion/",
)  # fmt: skip

EDITIONS = known(ROOT)
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda each: each.code)
# Waiting, and staying with the first opinion, as each language says it on a page.
CHOICES = {
    "en": ("wait", "stay with the first"),
    "es": ("esperar", "quedarse con la primera"),
    "ar": ("نتظ", "الأول"),
}
NEVER_SAID = re.compile(
    r"88 ?%|88 percent|1 in 5|one in five|saves? lives|hipaa.compliant|gdpr.compliant|world.class|accredited, so"
    r"|no hidden (fees|costs)|guaranteed|unverified|best doctors in|miracle cure\b(?!s)|risk.free",
    re.IGNORECASE,
)
# Naming a slogan to warn against it is the one way to say it.
WARNINGS = ("Please avoid “saves lives” and the like",)


class Page(HTMLParser):
    """What a test wants to know of a page: its ids, links, fetched addresses, inline parts and text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.inline: list[str] = []
        self.text = ""
        self._silent = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.fetched += [values[name] for name in ("src", "srcset", "poster", "action") if name in values]
        self.fetched += [values[name] for name in ("data-script", "data-index") if name in values]
        if tag == "link" and values.get("rel") not in ("canonical", "prev", "next", "alternate"):
            self.fetched.append(values["href"])
        is_data = values.get("type") in ("application/json", "application/ld+json")
        if tag == "style" or "style" in values or (tag == "script" and "src" not in values and not is_data):
            self.inline.append(tag)
        self.inline += [name for name in values if name.startswith("on")]
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


@pytest.fixture(scope="session")
def pages(built_site: Path) -> dict[str, Page]:
    """Every built page by its address."""
    found = {}
    for path in built_site.rglob("*.html"):
        address = "/" + path.relative_to(built_site).as_posix().removesuffix("index.html")
        found[address] = Page(path)
    return found


def frame(edition: Edition) -> dict[str, Any]:
    """What the settings of a language say beside its pages: words of the frame, addresses, the form."""
    with (ROOT / edition.settings).open("rb") as file:
        return yaml_load(file)["extra"]


def addresses(edition: Edition) -> list[str]:
    """Every published address of one language."""
    others = tuple(f"/{each.folder}/" for each in EDITIONS if each.folder)
    home = _home(edition)
    return [each for each in PUBLISHED if each.startswith(home) and (home != "/" or not each.startswith(others))]


def _home(edition: Edition) -> str:
    return f"/{edition.folder}/" if edition.folder else "/"


def _front_matter() -> Iterator[tuple[str, dict[str, object], str]]:
    for path in sorted(PAGES / name for name in page_names(PAGES)):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yield path.name, yaml.safe_load(front), " ".join(body.split())


def _known_sources() -> dict[str, dict[str, str]]:
    return yaml.safe_load((PAGES / "sources.yml").read_text(encoding="utf-8"))["extra"]["sources"]


def test_every_published_address_answers(pages: dict[str, Page]) -> None:
    assert [address for address in PUBLISHED if address not in pages] == []


def test_no_page_is_published_without_a_promise(pages: dict[str, Page]) -> None:
    unpromised = sorted(set(pages) - set(PUBLISHED) - {f"{_home(each)}404.html" for each in EDITIONS})
    assert unpromised == [], "add these lines to docs/published-addresses.txt"


def test_every_page_says_when_and_by_whom_it_was_reviewed() -> None:
    for name, front, _ in _front_matter():
        assert {"title", "description", "audience", "last_reviewed", "next_review"} <= set(front), name
        assert front["reviewed_by"] == "awaiting clinical review", name
        assert timedelta(0) < front["next_review"] - front["last_reviewed"] <= timedelta(days=366), name
        assert isinstance(front["sources"], list), name


@each_edition
def test_the_foot_of_every_page_shows_its_dates_and_that_nobody_checked_it(
    pages: dict[str, Page], edition: Edition
) -> None:
    words = frame(edition)["words"]
    day = words["date"].format(day=22, month=words["months"][10], year=2026)
    told = [f"{words['reviewed']} {day}", words["next_review"]]
    told += [f"{words['awaiting_clinical']}. {words['reviewer_pending']}"]
    told += [f"{words['awaiting_native']}. {words['translation_pending']}"] if edition.folder else []
    assert len(addresses(edition)) > 40
    for address in addresses(edition):
        text = " ".join(pages[address].text.split())
        assert [each for each in told if each not in text] == [], address


def test_the_sources_of_a_page_are_exactly_those_that_it_cites() -> None:
    known = _known_sources()
    for name, front, body in _front_matter():
        label = {source: known[source]["label"] for source in known}
        cited = {
            source for source in known if re.search(rf"\((?:[^()]*; )?{re.escape(label[source])}[;,)]", body)
        }
        assert cited == set(front["sources"]), name
        assert set(front.get("list_sources", [])) <= set(known), name


def test_every_source_is_used_and_every_law_says_when_it_was_checked() -> None:
    known = _known_sources()
    used = {source for _, front, _ in _front_matter() for source in front["sources"] + front.get("list_sources", [])}
    assert set(known) == used
    assert [name for name, source in known.items() if source["subject"] == "law" and "checked" not in source] == []


def test_no_medical_count_rests_on_a_seller_alone() -> None:
    known = _known_sources()
    for name, source in known.items():
        if source["subject"] == "evidence" and "interest" in source:
            body = next(body for page, _, body in _front_matter() if page == "benefits-and-evidence.md")
            assert "sells" in body, name


def test_nothing_is_fetched_from_elsewhere(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        assert [each for each in page.fetched if urlsplit(each).netloc] == [], address


def test_no_script_or_style_is_inline(pages: dict[str, Page]) -> None:
    assert {address: page.inline for address, page in pages.items() if page.inline} == {}


def test_every_link_and_anchor_leads_somewhere(pages: dict[str, Page], built_site: Path) -> None:
    dead = []
    for address, page in pages.items():
        for link in page.links:
            if urlsplit(link).scheme or link.startswith("/request/"):
                continue
            full, anchor = urldefrag(urljoin(address, link))
            file = (built_site / full.lstrip("/")).is_file()
            if full not in pages and not file:
                dead.append(f"{address} -> {link}")
            elif anchor and anchor not in pages[full].ids:
                dead.append(f"{address} -> {link} (no such place)")
    assert dead == []


def test_every_file_that_a_page_fetches_is_there(pages: dict[str, Page], built_site: Path) -> None:
    for address, page in pages.items():
        for each in page.fetched:
            path = urlsplit(urljoin(address, each)).path
            assert (built_site / path.lstrip("/")).is_file(), f"{address} -> {each}"


@each_edition
@pytest.mark.parametrize("step", STEPS)
def test_every_step_leads_into_the_form_and_on_to_the_next_step(
    pages: dict[str, Page], edition: Edition, step: str
) -> None:
    steps = [f"{_home(edition)}{each.lstrip('/')}" for each in STEPS]
    address, words = steps[STEPS.index(step)], frame(edition)["words"]
    links = [urljoin(address, link) for link in pages[address].links]
    assert frame(edition)["form"] in links
    following = steps[steps.index(address) + 1 :]
    assert not following or following[0] in links
    assert f"{words['step']} {steps.index(address) + 1} {words['of']} 5" in pages[address].text
    assert (words["form_language"] in pages[address].text) == (f"/{edition.code}/" not in frame(edition)["form"])


@each_edition
@pytest.mark.parametrize("address", ["", "steps/", "when-it-makes-sense/", "cost-and-time/"])
def test_the_first_pages_lead_into_the_form(pages: dict[str, Page], edition: Edition, address: str) -> None:
    assert frame(edition)["form"] in pages[_home(edition) + address].links


@each_edition
def test_the_emergency_line_comes_before_everything_else_on_every_page(built_site: Path, edition: Edition) -> None:
    home, line = _home(edition), frame(edition)["words"]["emergency"]
    for address in (*addresses(edition), f"{home}404.html"):
        path = built_site / address.lstrip("/") / ("" if address.endswith(".html") else "index.html")
        article = path.read_text(encoding="utf-8").partition("<article")[2]
        if address == f"{home}when-not-to-wait/":
            assert article.index('class="emergency') < article.index("<h2"), address
        else:
            assert article.index(line) < article.index("<h1"), address


@each_edition
def test_waiting_no_treatment_or_the_first_opinion_are_always_named_as_choices(
    pages: dict[str, Page], edition: Edition
) -> None:
    patient = [f"/{name.removesuffix('.md')}/" for name, front, _ in _front_matter() if "step" in front]
    for address in (*patient, "/", "/risks-and-limits/", "/when-it-makes-sense/", "/cost-and-time/"):
        text = " ".join(pages[_home(edition) + address.lstrip("/")].text.lower().split())
        assert [each for each in CHOICES[edition.code] if each not in text] == [], address


def test_nothing_is_claimed_that_no_study_shows(pages: dict[str, Page]) -> None:
    for address, page in pages.items():
        text = " ".join(page.text.split())
        for warning in WARNINGS:
            text = text.replace(warning, "")
        assert NEVER_SAID.findall(text) == [], address


def test_what_pages_say_about_themselves_to_machines_names_no_reviewer(built_site: Path) -> None:
    for path in built_site.rglob("index.html"):
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
        assert len(found) == 1, path
        said = json.loads(found[0])
        assert "MedicalWebPage" in said["@type"] and said["lastReviewed"] == "2026-11-22"
        assert "reviewedBy" not in said


def test_a_site_that_knows_its_address_has_a_map_of_every_published_page(tmp_path: Path) -> None:
    origin, target = "https://second-opinion.example", tmp_path / "site"
    build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), target, ROOT, origin)
    places = re.findall(r"<loc>(.*?)</loc>", (target / "sitemap.xml").read_text(encoding="utf-8"))
    assert {place.removeprefix(origin) for place in places} == set(PUBLISHED)
    assert f'<link rel="canonical" href="{origin}/steps/">' in (target / "steps/index.html").read_text("utf-8")


def test_a_folder_that_somebody_else_made_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/theirs.txt").write_text("theirs", encoding="utf-8")
    with pytest.raises(SiteBroken, match="is a folder that we did not make"):
        build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), tmp_path / "site", ROOT)
    assert (tmp_path / "site/theirs.txt").is_file()


def test_a_second_build_is_not_needed_until_something_changes(built_site: Path, tmp_path: Path) -> None:
    operator, knowledge = read_operator(ROOT / "operator.toml"), read_knowledge()
    target = built_site.parent / "site"
    assert not needs_building(operator, knowledge, target, ROOT)
    assert needs_building(operator, knowledge, target, ROOT, "https://second-opinion.example")
    assert needs_building(operator, knowledge, tmp_path / "site", ROOT)


def test_a_build_that_fails_leaves_the_old_site(built_site: Path, tmp_path: Path) -> None:
    target = built_site.parent / "site"
    before = target.resolve()
    (tmp_path / "mkdocs.yml").write_text("site_name: [broken", encoding="utf-8")
    with pytest.raises(SiteBroken):
        build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), target, tmp_path)
    assert target.resolve() == before and (target / "index.html").is_file()


def test_inline_parts_move_into_files_and_keep_their_order(tmp_path: Path) -> None:
    page = tmp_path / "deep/index.html"
    page.parent.mkdir()
    page.write_text(
        "<head><style>p{color:red}</style>\n<script>first()</script></head>"
        '<p>a < b</p><script type="application/json">{"kept": 1}</script><script>second()</script>',
        encoding="utf-8",
    )
    make_strict(tmp_path)
    text = page.read_text(encoding="utf-8")
    moved = re.findall(r'src="\.\./(assets/inline/[0-9a-f]{16}\.js)"', text)
    assert [(tmp_path / name).read_text("utf-8").strip() for name in moved] == ["first()", "second()"]
    assert '{"kept": 1}' in text and "color:red" not in text and "first()" not in text
    assert Page(page).inline == []


@pytest.mark.parametrize(
    "fault",
    [
        '<p style="color:red">',
        '<p onclick="go()">',
        '<img src="https://elsewhere.example/a.png">',
        '<script src="//elsewhere.example/a.js"></script>',
        '<link rel="stylesheet" href="https://elsewhere.example/a.css">',
    ],
)
def test_what_cannot_be_moved_stops_the_build(tmp_path: Path, fault: str) -> None:
    (tmp_path / "index.html").write_text(fault, encoding="utf-8")
    with pytest.raises(SiteBroken, match=r"index\.html: line 1"):
        make_strict(tmp_path)
