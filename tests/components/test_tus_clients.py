"""Clients that others wrote send to the running service: upload, pause, resume, terminate.

tus-js-client, Uppy with its tus plugin, and a plain script of curl.
"""

import json
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.components import ROOT, need
from tests.components.node import run_node
from tests.components.sending import House, arrived, committed, running_house

HERE = Path(__file__).parent
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running service for all of them."""
    with running_house(tmp_path_factory.mktemp("clients"), "serve") as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of some megabytes."""
    path = tmp_path / "study of the knee.zip"
    path.write_bytes(b"PK\x03\x04" + random.Random(2).randbytes(23 * MIB + 77))
    return path


@pytest.fixture(params=["tus_client.mjs", "uppy_client.mjs"])
def tell(request: pytest.FixtureRequest, node: Path, house: House, source: Path) -> Any:
    """Call it to let one of the two in Node do something; what it saw."""

    def told(**said: object) -> dict[str, Any]:
        basic = {"endpoint": f"{house.server.base_url}/uploads", "cookie": house.sender.cookie, "name": source.name}
        whole = basic | {"file": str(source), "chunkSize": 5 * MIB} | said
        done = run_node(node, HERE / request.param, json.dumps(whole))
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    told.uppy = request.param.startswith("uppy")  # type: ignore[attr-defined]
    return told


def test_it_uploads_in_pieces(tell: Any, house: House, source: Path) -> None:
    seen = tell()
    assert seen.get("complete"), seen
    assert len(seen["offsets"]) == 5 and arrived(house.services, seen["url"]) == source.read_bytes()


def test_it_uploads_in_one_request(tell: Any, house: House, source: Path) -> None:
    seen = tell(chunkSize=1000 * MIB)
    assert seen.get("complete"), seen
    assert arrived(house.services, seen["url"]) == source.read_bytes()


def test_it_pauses_and_resumes_where_it_stopped(tell: Any, house: House, source: Path) -> None:
    seen = tell(chunkSize=MIB, stopAt=4) if tell.uppy else tell(stopAt=10 * MIB, resume=True)
    assert seen.get("complete"), seen
    assert seen["offsets"] == sorted(set(seen["offsets"]))
    assert not tell.uppy or (seen["stopped"] >= 4 and seen["sentWhilePaused"] <= 1)
    assert arrived(house.services, seen["url"]) == source.read_bytes()


def test_it_terminates(tell: Any, house: House) -> None:
    before = set(house.services.vault.every())
    seen = tell(chunkSize=MIB, stopAt=4 if tell.uppy else 4 * MIB, terminate=True)
    assert not seen.get("complete")
    assert house.sender.head(seen["url"][len(house.server.base_url) :]).status == 410
    assert set(house.services.vault.every()) == before


def test_tus_js_client_goes_on_by_itself_after_the_service_was_killed(
    node: Path, house: House, tmp_path: Path
) -> None:
    source = tmp_path / "larger.zip"
    source.write_bytes(b"PK\x03\x04" + random.Random(4).randbytes(60 * MIB))
    seen: dict[str, Any] = {}
    said = {"endpoint": f"{house.server.base_url}/uploads", "cookie": house.sender.cookie, "name": source.name}

    def send() -> None:
        done = run_node(node, HERE / "tus_client.mjs", json.dumps(said | {"file": str(source), "chunkSize": MIB}))
        seen.update(json.loads(done.stdout))

    before, client = set(house.services.vault.every()), threading.Thread(target=send)
    client.start()
    until = time.monotonic() + 30
    while time.monotonic() < until and set(house.services.vault.every()) == before:
        time.sleep(0.02)
    house.server.kill9("serve")
    house.server.restart("serve")
    client.join(timeout=100)
    assert seen.get("complete"), seen
    assert arrived(house.services, seen["url"]) == source.read_bytes()


class Curl:
    """The script, run against a house."""

    def __init__(self, house: House) -> None:
        need(shutil.which("curl"), "curl", "Install it: apt-get install curl")
        self._house = house

    def run(self, *said: str) -> list[str]:
        """Its lines."""
        endpoint = f"{self._house.server.base_url}/uploads"
        done = subprocess.run(
            ["sh", HERE / "curl_client.sh", endpoint, self._house.sender.cookie, *said],
            capture_output=True, text=True, timeout=120, cwd=ROOT, env=os.environ | {"no_proxy": "*"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split()


def test_a_script_of_curl_uploads(house: House, source: Path) -> None:
    address, *offsets = Curl(house).run(str(source), str(8 * MIB))
    assert [int(offset) for offset in offsets] == [8 * MIB, 16 * MIB, source.stat().st_size]
    assert arrived(house.services, address) == source.read_bytes()


def test_a_script_of_curl_stops_and_resumes(house: House, source: Path) -> None:
    curl = Curl(house)
    address, offset = curl.run(str(source), str(5 * MIB), "", "1")
    assert int(offset) == committed(house.services, address) == 5 * MIB
    again, *offsets = curl.run(str(source), str(10 * MIB), address)
    assert again == address and int(offsets[0]) == 15 * MIB
    assert arrived(house.services, address) == source.read_bytes()


def test_a_script_of_curl_terminates(house: House, source: Path) -> None:
    curl, before = Curl(house), set(house.services.vault.every())
    address, _ = curl.run(str(source), str(5 * MIB), "", "1")
    assert curl.run("terminate", address) == []
    assert house.sender.head(address[len(house.server.base_url) :]).status == 410
    assert set(house.services.vault.every()) == before
