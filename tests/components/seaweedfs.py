"""A real S3 store: SeaweedFS in one process, one a session, on loopback, gone at the end, even after SIGKILL.

The same code as a SeaweedFS in production and not Amazon: permissions by policy and what only Amazon does stay untried.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from intake.errors import VaultAway
from intake.records.store_vault import StoreVault, open_store
from intake.records.vault import prove
from tests.components import free_port, need

HOW = "It comes with the packages for tests: ops/environment.sh requirements.lock requirements-test.lock"
START_SECONDS = 60
BUCKET = "records"
# Its programs talk to each other on ports that are 10000 higher.
HIGHEST_PORT = 55_535
NAMES = ("s3", "master", "volume", "filer", "admin")


class SeaweedFS:
    """A running store. Each test takes an `address` of its own in its only bucket."""

    def __init__(self, place: Path, program: Path) -> None:
        self.access = {"AWS_ACCESS_KEY_ID": "owner", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
        self.reader = {"AWS_ACCESS_KEY_ID": "reader", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
        self.ports = {name: _port() for name in NAMES}
        self.endpoint = f"http://127.0.0.1:{self.ports['s3']}"
        self._place = place
        self.process = self._start(program)
        self._wait_until_it_takes_something()

    def address(self, endpoint: str = "", bucket: str = BUCKET) -> str:
        """What INTAKE_VAULT_URL says for a vault of one test's own; `endpoint` if something stands in between."""
        return f"s3://{bucket}/{secrets.token_hex(8)}?endpoint={endpoint or self.endpoint}&region=us-east-1"

    def vault(self, endpoint: str = "") -> StoreVault:
        """An empty vault."""
        return open_vault(self.address(endpoint), self.access)

    def stop(self) -> None:
        """End it at once: ending politely takes it seconds."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _start(self, program: Path) -> subprocess.Popen[bytes]:
        who = [(self.access, ["Admin"]), (self.reader, [f"Read:{BUCKET}", f"List:{BUCKET}"])]
        identities = [
            {
                "name": access["AWS_ACCESS_KEY_ID"], "actions": actions,
                "credentials": [
                    {"accessKey": access["AWS_ACCESS_KEY_ID"], "secretKey": access["AWS_SECRET_ACCESS_KEY"]}
                ],
            }
            for access, actions in who
        ]  # fmt: skip
        (self._place / "s3.json").write_text(json.dumps({"identities": identities}))
        (self._place / "data").mkdir()
        ports = [f"-{name}.port={port}" for name, port in self.ports.items()]
        # It would report to its makers, show pages and listen on every address if nobody said no.
        quiet = ["-master.telemetry=false", "-admin.ui=false", "-webdav=false"]
        quiet += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        where = [f"-dir={self._place / 'data'}", f"-s3.config={self._place / 's3.json'}"]
        where += [f"-{name}.localSocket={self._place / name}.sock" for name in ("filer", "s3")]
        with (self._place / "said.txt").open("wb") as output:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", program, "mini", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                 *where, *ports, *quiet],
                stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self._place, start_new_session=True,
            )  # fmt: skip

    def _wait_until_it_takes_something(self) -> None:
        """It says that it is healthy before it can keep an object, and makes a bucket with its first one."""
        vault, until = self.vault(), time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                vault.put("0" * 32, [b"first"])
                prove(vault)
            except (VaultAway, OSError):
                time.sleep(0.1)
            else:
                return
        self.stop()
        pytest.fail("SeaweedFS did not start:\n" + (self._place / "said.txt").read_text(errors="replace")[-2000:])


def open_vault(address: str, access: dict[str, str]) -> StoreVault:
    """A vault at such an address."""
    place, _, query = address.partition("?")
    options = dict(pair.split("=", 1) for pair in query.split("&"))
    return StoreVault(open_store(place, options | access, allow_http=True))


def _port() -> int:
    while (port := free_port()) > HIGHEST_PORT:
        pass
    return port


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """The session's store."""
    program = Path(sys.executable).with_name("weed")
    need(program.is_file() and shutil.which("setpriv"), "SeaweedFS", HOW)
    server = SeaweedFS(tmp_path_factory.mktemp("seaweedfs"), program)
    yield server
    server.stop()
