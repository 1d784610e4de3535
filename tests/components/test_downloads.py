"""Downloads from the running service with other people's programs: curl goes on where it stopped, unzip agrees.

Once with records in a directory and once in an object store, which also shows that the server may fork before it asks.
"""

import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from intake import clock
from intake.config import Settings
from intake.links import sessions
from intake.links.sessions import Role
from tests.builders import a_case
from tests.components import need
from tests.live import LiveServer, Starter
from tests.records.bench import some_bytes
from tests.web.desk_shelf import CLEAN, a_record
from tests.web.desk_visits import a_signed_in_coordinator

BODY = b"%PDF-1.7\n" + some_bytes(5_000_000)
SECONDS = 120


@pytest.fixture(params=["directory", "store"])
def settings(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A service whose records lie in a directory, or in an object store."""
    if request.param == "directory":
        return settings
    seaweedfs = request.getfixturevalue("seaweedfs")
    for name, value in seaweedfs.access.items():
        monkeypatch.setenv(name, value)
    return replace(settings, vault_url=seaweedfs.address(), vault_access=seaweedfs.access)


@pytest.fixture
def server(start_server: Starter, settings: Settings) -> LiveServer:
    """The running service on that vault; without its worker, which would check the records before the test does."""
    server = start_server(vault_url=settings.vault_url)
    server.kill9("work")
    return server


@pytest.fixture
def shelf(server: LiveServer, services, still_clock, client) -> "Shelf":
    """A case with two checked records, and a coordinator who may take them."""
    need(shutil.which("curl"), "curl", "Install it: apt-get install curl")
    with services.database.transaction() as tx:
        case = a_case(tx, services, clock.now())
    records = []
    for name, body in (("Befund über \u202eKnie.pdf", BODY), ("تقرير 2024.pdf", b"%PDF-1.7 a short letter")):
        still_clock.advance(to=clock.now())  # the running service has the world's clock
        records.append(a_record(services, case.id, scanner=CLEAN, body=body, name=name))
    who = a_signed_in_coordinator(services, client).who
    with services.database.transaction() as tx:
        secret = sessions.start(tx, Role.DESK, who.id, clock.now())
    return Shelf(server, secret, f"/desk/cases/{case.id}", [record.id for record in records])


class Shelf:
    """Where the records are fetched with curl."""

    def __init__(self, server: LiveServer, secret: str, case: str, records: list[str]) -> None:
        self.server, self.case, self.records = server, case, records
        self._cookie = f"Cookie: __Host-desk={secret}"

    def curl(self, path: str, *more: str | Path) -> list[str | Path]:
        """The command."""
        return ["curl", "-sS", "--fail", "-H", self._cookie, *more, f"{self.server.base_url}{self.case}/{path}"]

    def begin(self, path: str, target: Path, enough: int) -> None:
        """Fetch slowly, and cut the line once a good deal has arrived."""
        with subprocess.Popen(self.curl(path, "--limit-rate", "4M"), stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            target.write_bytes(process.stdout.read(enough))
            process.kill()
        assert target.stat().st_size == enough

    def go_on(self, path: str, target: Path) -> None:
        """`curl -C -`: from where the file ends."""
        done = subprocess.run(
            self.curl(path, "-C", "-", "-o", target), capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 0, done.stderr


def test_curl_goes_on_where_a_download_stopped_and_unzip_finds_no_fault(shelf: Shelf, tmp_path: Path) -> None:
    record, folder = tmp_path / "record.pdf", tmp_path / "case.zip"
    shelf.begin(f"records/{shelf.records[0]}", record, 700_001)
    shelf.begin("records.zip", folder, 1_234_567)
    shelf.server.kill9("serve")
    shelf.server.restart("serve")
    shelf.go_on(f"records/{shelf.records[0]}", record)
    shelf.go_on("records.zip", folder)
    assert record.read_bytes() == BODY
    names = _look_into(folder)
    need(shutil.which("unzip"), "unzip", "Install it: apt-get install unzip")
    tested = subprocess.run(["unzip", "-t", folder], capture_output=True, text=True, timeout=SECONDS)
    assert tested.returncode == 0 and "No errors detected" in tested.stdout
    subprocess.run(["unzip", "-q", "-d", tmp_path / "out", folder], check=True, timeout=SECONDS)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)
    ready = subprocess.run(
        ["curl", "-sS", f"{shelf.server.base_url}/readyz"], capture_output=True, text=True, timeout=SECONDS
    )
    assert '"ready"' in ready.stdout, ready.stdout + shelf.server.logs


def _look_into(folder: Path) -> list[str]:
    """What is in it, by Python's own reader."""
    with zipfile.ZipFile(folder) as opened:
        assert opened.testzip() is None
        index, first, second = opened.namelist()
        assert opened.read(first) == BODY and b"short letter" in opened.read(second)
        assert index == "index.txt" and "Befund über Knie" in first and "تقرير 2024" in second
        said = opened.read(index).decode("utf-8-sig")
        assert first in said and second in said
        return [index, first, second]
