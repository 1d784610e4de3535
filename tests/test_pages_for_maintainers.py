"""What maintainers read leads somewhere, and names what is really there."""

import re
from pathlib import Path

import pytest

from intake.cli import main
from tests.components import ROOT

MAINTAINERS = ROOT / "docs" / "maintainers"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(MAINTAINERS.rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target.split("#")[0]).exists() or target.startswith("#"), target


def test_every_decision_is_in_the_list() -> None:
    listed = (MAINTAINERS / "decisions" / "README.md").read_text(encoding="utf-8")
    for page in (MAINTAINERS / "decisions").glob("0*.md"):
        assert page.name in listed
        text = page.read_text(encoding="utf-8")
        for part in ("**Faced.**", "**Chosen.**", "**Price.**", "**Look again**"):
            assert part in text, f"{page.name} does not say {part}"


def test_every_command_is_in_the_runbook(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    runbook = (MAINTAINERS / "runbook.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.M)
    assert len(commands) >= 8
    for command in commands:
        assert f"| `intake {command}" in runbook, command


def test_every_room_is_on_the_map() -> None:
    told = (MAINTAINERS / "architecture.md").read_text(encoding="utf-8")
    for room in (path.parent.name for path in (ROOT / "intake").glob("*/__init__.py")):
        assert room in told, room


def test_the_words_we_avoid_are_not_names_of_ours() -> None:
    avoided = {"user", "ticket", "document", "blob", "admin", "notification"}
    for path in (ROOT / "intake").rglob("*.py"):
        defined = re.findall(r"^\s*(?:class|def) (\w+)", path.read_text(encoding="utf-8"), re.M)
        parts = {part.lower() for name in defined for part in re.findall(r"[A-Z]?[a-z]+", name)}
        assert not parts & avoided, path
