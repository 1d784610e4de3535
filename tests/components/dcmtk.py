"""DCMTK, the DICOM toolkit of OFFIS: a second, independent reader and writer of DICOM, run as its own programs."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.components import need

TOOLS = ("dcmdump", "dcmmkdir", "dcmodify", "dcmftest")
HOW = "Install it with apt-get install dcmtk, or run ops/components.sh."
FILE_LINE = re.compile(r"^# dcmdump \(\d+/\d+\): (.*)$")
# "(0010,0010) PN [Doe^Jane]   #   8, 1 PatientName"; elements inside sequences have more than one tag before the VR.
ELEMENT = re.compile(r"^\(([0-9a-f]{4}),([0-9a-f]{4})\) \w\w (?:\[(.*)\]|(\d+)|\(no value available\)) *#")


@dataclass(frozen=True)
class Dcmtk:
    """The programs that tests may run."""

    def run(self, tool: str, *arguments: str | Path, at: Path | None = None, fails: bool = False) -> str:
        """Run one program and return what it said. Fails the test if the program fails, unless it may."""
        command = [tool, *map(str, arguments)]
        ended = subprocess.run(command, cwd=at, capture_output=True, timeout=60)
        said = ended.stdout.decode("utf-8", "replace")
        assert fails or ended.returncode == 0, f"{tool}: {ended.stderr.decode('utf-8', 'replace')[:2000]}"
        return said

    def dump(self, files: Iterable[Path], tags: Iterable[str]) -> dict[Path, dict[str, str]]:
        """What stands at the top of each file under these tags ("0010,0010"); files that it cannot read are left out
        or empty."""
        asked = [part for tag in tags for part in ("+P", tag)]
        said = self.run("dcmdump", "-q", "-Un", "+L", "+p", "+F", *asked, *files, fails=True)
        found: dict[Path, dict[str, str]] = {}
        here: dict[str, str] = {}
        for line in said.splitlines():
            if named := FILE_LINE.match(line):
                here = found[Path(named[1])] = {}
            elif told := ELEMENT.match(line):
                here[f"{told[1]},{told[2]}"] = told[3] or told[4] or ""
        return found


@pytest.fixture(scope="session")
def dcmtk() -> Dcmtk:
    """DCMTK; a test that asks for it is skipped where it is not installed."""
    need(all(shutil.which(tool) for tool in TOOLS), "DCMTK", HOW)
    return Dcmtk()
