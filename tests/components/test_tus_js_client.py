"""tus-js-client, an independent client, uploads, aborts, resumes and terminates against the running service."""

import http.client
import json
import random
import re
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from intake import clock
from intake.cases import ways_in
from intake.records import parts, reading, store
from intake.records.upload import key_owner
from tests.builders import a_case
from tests.components.node import run_node
from tests.live import LiveServer

CLIENT = Path(__file__).parent / "tus_client.mjs"
MIB = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def cookie(live_server: LiveServer, services) -> str:
    """The cookie of an upload session, got through the link as a browser gets it."""
    now = clock.now()
    with services.database.transaction() as tx:
        case = a_case(tx, services, now)
        link = urlsplit(ways_in.upload_link(tx, services, case, now)).path
    landing = _ask(live_server, "GET", link)
    visit = landing.headers["Set-Cookie"].split(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', landing.body.decode())
    assert token is not None
    said = {"Cookie": visit, "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    answer = _ask(live_server, "POST", link, said, f"csrf_token={token[1]}".encode())
    assert answer.status == 303, answer.body[:300]
    return next(each.split(";")[0] for each in answer.cookies if each.startswith("__Host-upload="))


class _Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        self.cookies = response.headers.get_all("Set-Cookie") or []


def _ask(
    server: LiveServer, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> _Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.settings.port, timeout=30)
    try:
        connection.request(method, path, body, {"Host": server.settings.host} | (headers or {}))
        return _Answer(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of some megabytes."""
    path = tmp_path / "study.zip"
    path.write_bytes(b"PK\x03\x04" + random.Random(2).randbytes(23 * MIB + 77))
    return path


def _tell(node: Path, server: LiveServer, cookie: str, source: Path, **said: object) -> dict:
    told = {"endpoint": f"{server.base_url}/uploads", "cookie": cookie, "file": str(source), "name": "study.zip"}
    done = run_node(node, CLIENT, json.dumps(told | {"chunkSize": 5 * MIB} | said))
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _arrived(services, url: str) -> bytes:
    with services.database.read() as tx:
        upload = store.get(tx, url.rsplit("/", 1)[1])
        held = parts.of_upload(tx, upload.id)
    key = services.keys.get(key_owner(upload.case_id))
    return b"".join(reading.read_range(services.vault, key, upload, held, 0, upload.length))


def test_it_uploads_in_pieces(node, live_server, services, cookie, source) -> None:
    seen = _tell(node, live_server, cookie, source)
    assert seen.get("complete"), seen
    assert len(seen["offsets"]) == 5 and _arrived(services, seen["url"]) == source.read_bytes()


def test_it_uploads_in_one_request(node, live_server, services, cookie, source) -> None:
    seen = _tell(node, live_server, cookie, source, chunkSize=1000 * MIB)
    assert seen.get("complete"), seen
    assert _arrived(services, seen["url"]) == source.read_bytes()


def test_it_aborts_and_resumes_where_it_stopped(node, live_server, services, cookie, source) -> None:
    seen = _tell(node, live_server, cookie, source, stopAt=10 * MIB, resume=True)
    assert seen.get("complete"), seen
    assert seen["resumedUrl"] == seen["url"] and seen["offsets"] == sorted(set(seen["offsets"]))
    assert _arrived(services, seen["url"]) == source.read_bytes()


def test_it_terminates(node, live_server, services, cookie, source) -> None:
    seen = _tell(node, live_server, cookie, source, stopAt=10 * MIB, terminate=True)
    assert "complete" not in seen
    answer = _ask(live_server, "HEAD", urlsplit(seen["url"]).path, TUS | {"Cookie": cookie})
    assert answer.status == 410
    assert list(services.vault.every()) == []


def test_it_goes_on_by_itself_after_the_service_was_killed(node, live_server, services, cookie, tmp_path) -> None:
    source = tmp_path / "larger.zip"
    source.write_bytes(b"PK\x03\x04" + random.Random(4).randbytes(60 * MIB))
    seen: dict = {}
    client = threading.Thread(target=lambda: seen.update(_tell(node, live_server, cookie, source, chunkSize=MIB)))
    client.start()
    until = time.monotonic() + 30
    while time.monotonic() < until and not list(services.vault.every()):
        time.sleep(0.02)
    live_server.kill9("serve")
    live_server.restart()
    client.join(timeout=100)
    assert seen.get("complete"), seen
    assert _arrived(services, seen["url"]) == source.read_bytes()


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_everything_that_arrived_before_the_line_broke_is_kept(live_server, services, cookie, how) -> None:
    body = random.Random(6).randbytes(3 * MIB + 123_457)
    said = TUS | {"Cookie": cookie, "Upload-Length": str(5 * MIB)}
    address = _ask(live_server, "POST", "/uploads", said).headers["Location"]
    head = (
        f"PATCH {address} HTTP/1.1\r\nHost: {live_server.settings.host}\r\nCookie: {cookie}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {5 * MIB}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", live_server.settings.port))
    line.sendall(head.encode() + body)
    time.sleep(0.5)  # what is still on the wire when a line is reset, nobody can keep
    if how == "reset":
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    line.close()
    upload_id, until = address.rsplit("/", 1)[1], time.monotonic() + 20
    while time.monotonic() < until and _offset(services, upload_id) < len(body):
        time.sleep(0.05)
    assert _offset(services, upload_id) == len(body)
    said = TUS | {"Cookie": cookie, "Upload-Offset": str(len(body)), "Content-Type": "application/offset+octet-stream"}
    rest = bytes(5 * MIB - len(body))
    assert _ask(live_server, "PATCH", address, said, rest).status == 204
    assert _arrived(services, address) == body + rest


def _offset(services, upload_id: str) -> int:
    with services.database.read() as tx:
        return parts.committed(tx, upload_id)
