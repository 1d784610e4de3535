"""What the English pages say, held against the sources, the code and the map of topics. Prose, not markup."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from intake.cases.case import TURN_OF, Stage
from intake.config import Settings
from intake.knowledge.reader import read_knowledge
from intake.site.editions import page_names

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/en"
TOPICS = ROOT / "docs/maintainers/topics.md"

# A share of people or things: what a study counted, or somebody made up.
COUNT = re.compile(r"\b\d[\d,.]*(?: to \d+)? (?:of|in|out of) (?:every )?\d|\bpercent\b|\d ?%")
# The ways in which a page says that a number is not a finding.
OURS = re.compile(r"\bour own\b|\b(?:is|are) ours\b|\bour (?:rule|advice|suggestion)\b|made-up", re.IGNORECASE)


def _pages() -> Iterator[tuple[str, dict[str, object], str]]:
    for name in sorted(page_names(PAGES)):
        _, front, body = (PAGES / name).read_text(encoding="utf-8").split("---\n", 2)
        yield name, yaml.safe_load(front), body


def _sources() -> dict[str, dict[str, str]]:
    return yaml.safe_load((PAGES / "sources.yml").read_text(encoding="utf-8"))["extra"]["sources"]


def _sections(body: str) -> Iterator[str]:
    yield from re.split(r"^#{1,3} ", body, flags=re.MULTILINE)


def _page(name: str) -> str:
    return next(body for page, _, body in _pages() if page == name)


def test_a_share_is_never_told_without_its_source() -> None:
    labels = "|".join(re.escape(source["label"]) for source in _sources().values())
    cited = re.compile(rf"\((?:[^()]*; )?(?:{labels})[;,)]")
    bare = [
        f"{name}: {section.splitlines()[0]}"
        for name, _, body in _pages()
        for section in _sections(body)
        if COUNT.search(section) and not cited.search(section) and not OURS.search(section)
    ]
    assert bare == []


def test_a_law_is_never_cited_without_the_day_on_which_it_was_checked() -> None:
    laws = [re.escape(source["label"]) for source in _sources().values() if source["subject"] == "law"]
    citation = re.compile(rf"\([^()]*\b(?:{'|'.join(laws)})(?=[;,)])[^()]*\)")
    undated = [
        f"{name}: {found[0]}"
        for name, _, body in _pages()
        for found in citation.finditer(" ".join(body.split()))
        if "checked in" not in found[0]
    ]
    assert undated == []


def test_every_specialty_has_a_checklist_to_print_that_says_that_no_clinician_saw_it() -> None:
    pages = {name: (front, body) for name, front, body in _pages()}
    for specialty in read_knowledge().specialties:
        front, body = pages[f"checklists/{specialty.id}/index.md"]
        assert front["checklist"] == specialty.id
        assert "No clinician has seen it" in body
        assert f'--8<-- "checklist-{specialty.id}.md"' in body and '--8<-- "checklist-all.md"' in body


def test_the_page_about_sending_names_the_days_that_the_code_keeps() -> None:
    page, settings = _page("send-your-case-securely.md"), Settings()
    assert f"for {settings.draft_days} days" in page and f"Up to {settings.draft_days} days" in page
    assert f"{settings.upload_link_days} days for records" in page
    assert f"up to {settings.upload_max_bytes // 1024**3} gigabytes" in page
    for stage in (Stage.OPENED, Stage.RECORDS_IN, Stage.WITH_SPECIALIST):
        assert f"Within {TURN_OF[stage][1]} days" in page, stage
    assert f"{TURN_OF[Stage.REPORTED][1]} days to ask" in page


def test_the_quote_partner_stands_on_two_pages_only() -> None:
    named = {name for name, _, body in _pages() if '--8<-- "operator-quote.md"' in body}
    assert named <= {"cost-and-time.md", "for-professionals.md"}


def test_every_step_can_be_acted_on() -> None:
    for name, front, body in _pages():
        if "step" in front:
            for part in ("**What you need:**", "**How long:**", "## What to do", "1. **", "## What can go wrong"):
                assert part in body, f"{name}: {part}"
            assert "## A worked example" in body and '!!! say "' in body, name


@pytest.fixture(scope="module")
def topics() -> list[tuple[str, str]]:
    """Address and anchor of every link in the map of topics."""
    found = re.findall(r"\]\(\.\./en/([^)#]+)(?:#([^)]+))?\)", TOPICS.read_text(encoding="utf-8"))
    assert found
    return found


def test_the_map_of_topics_leads_to_sections_that_exist(topics: list[tuple[str, str]], built_site: Path) -> None:
    lost = []
    for name, anchor in topics:
        address = name.removesuffix("index.md").removesuffix(".md")
        built = built_site / address / "index.html"
        if not built.is_file() or (anchor and f'id="{anchor}"' not in built.read_text(encoding="utf-8")):
            lost.append(f"{name}#{anchor}")
    assert lost == []
