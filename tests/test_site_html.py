"""Every page of every language is HTML without a fault, as an independent checker reads it."""

import json
from pathlib import Path

from tests.components import ROOT
from tests.components.node import package_file, run_node

# All that it recommends, but for two matters of taste: the length of titles, and `/>` as Markdown writes it.
RULES = ROOT / "tests/components/html-validate.json"


def faults(node: Path, scratch: Path, *pages: Path) -> list[str]:
    """What the checker finds, a line each."""
    program = package_file("html-validate/bin/html-validate.mjs")
    found = scratch / "found.json"  # it ends before a long answer has left through a pipe
    done = run_node(node, program, "--config", str(RULES), "--formatter", f"json={found}", *map(str, pages))
    assert found.is_file(), done.stderr
    return [
        f"{file['filePath']}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
        for file in json.loads(found.read_text(encoding="utf-8"))
        for fault in file["messages"]
    ]


def test_no_page_of_the_site_has_a_fault(node: Path, built_site: Path, tmp_path: Path) -> None:
    pages = sorted(built_site.resolve().rglob("*.html"))
    assert len(pages) > 120
    assert faults(node, tmp_path, *pages) == []


def test_the_checker_would_see_one(node: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    broken = '<!DOCTYPE html><html lang="en"><head><title>A</title></head><body><p><div>A</p></body></html>'
    page.write_text(broken, encoding="utf-8")
    assert any("close-order" in fault or "element-permitted" in fault for fault in faults(node, tmp_path, page))
