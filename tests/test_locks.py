"""What is installed is what was chosen: pinned, with hashes, and never from a named place."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.components import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUN, TEST, BENCH = (ROOT / f"requirements{part}.lock" for part in ("", "-test", "-bench"))
WANTED = [
    *((RUN, line) for line in PROJECT["dependencies"]),
    *((TEST, line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]),
    *((BENCH, line) for line in PROJECT["optional-dependencies"]["bench"]),
]


def pinned(lock: Path) -> dict[str, str]:
    """Names and versions of a lock file."""
    text = lock.read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.M))


@pytest.mark.parametrize(("lock", "line"), WANTED, ids=lambda each: each.name if isinstance(each, Path) else each)
def test_what_we_want_is_pinned_to_a_version_that_we_accept(lock: Path, line: str) -> None:
    wanted = Requirement(line)
    assert wanted.specifier.contains(pinned(lock)[wanted.name]), "run: make lock"


@pytest.mark.parametrize("lock", [TEST, BENCH], ids=lambda each: each.name)
def test_all_files_agree(lock: Path) -> None:
    held = pinned(lock)
    assert {name: held.get(name) for name in pinned(RUN)} == pinned(RUN)


@pytest.mark.parametrize("lock", [RUN, TEST, BENCH], ids=lambda each: each.name)
def test_every_package_has_its_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9._-]+(?:\[[a-z,]+\])?==)", text, flags=re.M)[1:]
    assert len(entries) == len(pinned(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_packages_of_the_browser_tests_name_no_address() -> None:
    text = (ROOT / "tests" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
