"""A real clamd for a session, with two signatures of our own: EICAR at the beginning of a file, and a word anywhere.

It knows nothing else, so it says nothing of detection; it shows that what clamd says reaches the verdict.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.records.clamd import ClamAV
from tests.components import free_port, need

HOW = "Install it: apt-get install clamav-daemon"
START_SECONDS = 60
# In pieces, so that no scanner takes this file for what it makes.
EICAR = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))
PLANTED = b"".join((b"planted-", b"evil-", b"of-the-tests"))
MAX_BYTES = 64 * 1024 * 1024


def program() -> str:
    """Where clamd is; empty if it is not."""
    return shutil.which("clamd", path=os.environ.get("PATH", "") + ":/usr/sbin") or ""


class Clamd:
    """A clamd that can be ended and started again at the same place. `path` is its socket, `port` its TCP port."""

    def __init__(self, place: Path, **options: object) -> None:
        self.place = place
        self.path = str(place / "clamd.sock")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (place / "signatures").mkdir(parents=True)
        lines = [f"Test.EICAR:0:0:{EICAR.hex()}", f"Test.Planted:0:*:{PLANTED.hex()}"]
        (place / "signatures" / "test.ndb").write_text("\n".join(lines) + "\n")
        said = {
            "LocalSocket": self.path, "LocalSocketMode": "600", "TCPSocket": self.port, "TCPAddr": "127.0.0.1",
            "DatabaseDirectory": place / "signatures", "TemporaryDirectory": place, "Foreground": "yes",
            "StreamMaxLength": MAX_BYTES, "MaxFileSize": MAX_BYTES, "MaxScanSize": 2 * MAX_BYTES,
            "AlertExceedsMax": "yes", "AlertEncryptedArchive": "yes", "MaxThreads": 4, "LogTime": "no",
        } | options  # fmt: skip
        (place / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in said.items()))

    def allow(self, limit: int) -> None:
        """Take larger files, from the next start on."""
        place = self.place / "clamd.conf"
        said = place.read_text().replace(f" {2 * MAX_BYTES}\n", f" {2 * limit}\n")
        place.write_text(said.replace(f" {MAX_BYTES}\n", f" {limit}\n"))

    def start(self) -> None:
        """Start it and wait until it answers."""
        die_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with (self.place / "said.txt").open("ab") as output:
            command = [*die_with_us, program(), "-c", str(self.place / "clamd.conf")]
            self._process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        until = time.monotonic() + START_SECONDS
        while not self.scanner().answers():
            if time.monotonic() > until or self._process.poll() is not None:
                pytest.fail("clamd did not start:\n" + (self.place / "said.txt").read_text()[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """End it at once, leaving its socket behind as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def scanner(self, max_bytes: int = MAX_BYTES) -> ClamAV:
        """Our client of it."""
        return ClamAV(self.path, max_bytes, answer_seconds=60)


@pytest.fixture(scope="session")
def clamd() -> Iterator[Clamd]:
    """The session's clamd. Who kills it starts it again."""
    with _place() as folder:
        running = Clamd(Path(folder) / "shared")
        running.start()
        yield running
        running.kill()


@pytest.fixture
def own_clamd() -> Iterator[Clamd]:
    """A clamd of this test's own, not started yet."""
    with _place() as folder:
        made = Clamd(Path(folder) / "own")
        yield made
        made.kill()


def _place() -> tempfile.TemporaryDirectory[str]:
    need(program(), "ClamAV", HOW)
    return tempfile.TemporaryDirectory(prefix="clamd-")  # short: the path of a socket may not be long
