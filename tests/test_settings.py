"""Every setting is told to operators: in the example file, and in the runbook with its default."""

import re
from dataclasses import Field
from pathlib import Path
from typing import Any

import pytest

from intake.config import VAULT_ACCESS, environment_name, own_settings
from tests.components import ROOT

EXAMPLE = ROOT / ".env.example"
RUNBOOK = ROOT / "docs" / "maintainers" / "runbook.md"
NAMES = [environment_name(field.name) for field in own_settings()]


def named(path: Path) -> set[str]:
    """Every setting that a file speaks of."""
    return set(re.findall(r"\bINTAKE_[A-Z_]+\b", path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [EXAMPLE, RUNBOOK], ids=lambda path: path.name)
def test_every_setting_is_told_and_none_that_is_not(path: Path) -> None:
    assert named(path) == set(NAMES)


@pytest.mark.parametrize("field", own_settings(), ids=lambda field: field.name)
def test_the_runbook_tells_the_default(field: Field[Any]) -> None:
    name = f"`{environment_name(field.name)}`"
    row = next(line for line in RUNBOOK.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name}"))
    cell = row.split("|")[2].strip()
    told = re.findall(r"`([^`]*)`", cell)
    default = ("on" if field.default else "off") if isinstance(field.default, bool) else str(field.default)
    assert default in told or default in ("", "."), row  # one that follows from others is told in words


@pytest.mark.parametrize("name", VAULT_ACCESS)
def test_the_runbook_names_everything_that_may_open_a_store(name: str) -> None:
    assert f"`{name}`" in RUNBOOK.read_text(encoding="utf-8")


def test_the_example_can_be_read_as_it_is() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"INTAKE_[A-Z_]+=\S*", line) for line in lines)


@pytest.mark.parametrize("field", own_settings(), ids=lambda field: field.name)
def test_every_setting_changes_something(field: Field[Any]) -> None:
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "intake").rglob("*.py")]
    own = (ROOT / "intake" / "config.py").read_text(encoding="utf-8")
    used = re.compile(rf"\b(settings|self|house\.settings)\.{field.name}\b")
    if field.name == "env":
        used = re.compile(r"settings\.(env|in_development)\b")
    if field.name in ("var", "base_url"):  # others follow from it
        return
    assert any(used.search(text) for text in code if text != own), f"{environment_name(field.name)} does nothing"
