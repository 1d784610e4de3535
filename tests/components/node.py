"""Node, and the packages of tests/package.json, for what must be tried with somebody else's program."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.components import ROOT, need

PACKAGES = ROOT / "tests" / "node_modules"
HOW = "Install Node and npm (apt-get install nodejs npm), then run make test, which brings the packages."


def package_file(name: str) -> Path:
    """A file of an installed package, such as "axe-core/axe.min.js"; skips the test when it is not installed."""
    path = PACKAGES / name
    need(path.is_file(), f"The npm package {name.split('/', 1)[0]}", HOW)
    return path


@pytest.fixture(scope="session")
def node() -> Path:
    """The Node program, with the packages installed beside the tests."""
    found = shutil.which("node")
    need(found and PACKAGES.is_dir(), "Node with its packages", HOW)
    return Path(str(found))


def run_node(node: Path, script: Path, *arguments: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; the caller looks at `returncode`, `stdout` and `stderr`."""
    return subprocess.run(
        [node, script, *arguments],
        capture_output=True, text=True, timeout=seconds, cwd=ROOT / "tests",
        env=os.environ | {"NODE_PATH": str(PACKAGES)},
    )  # fmt: skip
