"""The shipped settings of nginx, before the running service: uploads survive a cut line, downloads come whole."""

import hashlib
import http.client
import random
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from intake import clock
from intake.desk import coordinators
from intake.links import sessions
from intake.links.sessions import Role
from intake.records import store
from intake.records.upload import Findings, State, Verdict, key_owner, seal_findings
from tests.components import ROOT, free_port
from tests.components.nginx import running_nginx, shipped_settings
from tests.components.sending import House, Sender, arrived, family, running_house, upload_of

MIB = 1024 * 1024
LENGTH = 40 * MIB + 321


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service that knows that a proxy stands before it."""
    with running_house(tmp_path_factory.mktemp("behind"), "serve", proxy_hops=1) as made:
        yield made


@dataclass(frozen=True)
class Front:
    """The sender, speaking to nginx; and what nginx keeps meanwhile."""

    sender: Sender
    nginx: int

    def kept_bytes(self) -> int:
        """How many bytes it holds in files. They have no name any more, so its open files are looked through."""
        held = [file for pid in family(self.nginx) for file in Path(f"/proc/{pid}/fd").iterdir()]
        waiting = [file for file in held if re.search(r"/(bodies|answers)/", str(_leads_to(file)))]
        return sum(file.stat().st_size for file in waiting)


def _leads_to(file: Path) -> Path:
    with suppress(OSError):
        return file.readlink()
    return Path()


@contextmanager
def nginx_before(house: House, place: Path, settings: str) -> Iterator[Front]:
    """nginx with these settings before the house."""
    port = free_port()
    inside = settings.replace("PORT", str(port)).replace("BACK", str(house.sender.port))
    with running_nginx(place, inside, port) as process:
        yield Front(replace(house.sender, port=port), process.pid)


@pytest.fixture(scope="module")
def front(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx as we ship it."""
    with nginx_before(house, tmp_path_factory.mktemp("nginx"), shipped_settings()) as made:
        yield made


@pytest.fixture(scope="module")
def body() -> bytes:
    return b"PK\x03\x04" + random.Random(8).randbytes(LENGTH - 4)


def half_sent(sender: Sender, body: bytes) -> tuple[str, socket.socket]:
    """An upload of which half was sent in one request that is not over."""
    address = sender.announce(LENGTH)
    line = socket.create_connection(("127.0.0.1", sender.port))
    line.sendall(sender.patch_head(address, 0, LENGTH) + body[: LENGTH // 2])
    time.sleep(0.5)
    return address, line


def test_what_arrived_before_the_line_broke_is_kept_and_the_upload_goes_on(
    house: House, front: Front, body: bytes
) -> None:
    address, line = half_sent(front.sender, body)
    assert front.kept_bytes() == 0, "nothing of it waits in a file of the proxy"
    line.close()
    offset, until = 0, time.monotonic() + 20
    while time.monotonic() < until and offset < LENGTH // 2:
        offset = front.sender.head(address).offset or 0
    assert offset == LENGTH // 2, "a proxy that buffers would have lost all of it"
    assert front.sender.patch(address, offset, body[offset:]).status == 204
    assert arrived(house.services, address) == body


def test_without_our_settings_all_of_it_would_be_lost(house: House, tmp_path: Path, body: bytes) -> None:
    buffering = shipped_settings().replace("proxy_request_buffering off", "proxy_request_buffering on")
    with nginx_before(house, tmp_path / "nginx", buffering) as front:
        address, line = half_sent(front.sender, body)
        assert front.kept_bytes() > LENGTH // 3
        line.close()
        assert front.sender.head(address).offset == 0


def test_our_answers_come_through(front: Front) -> None:
    sender = front.sender
    address = sender.announce(10)
    assert sender.patch(address, 5, b"12345").offset == 0
    assert sender.ask("POST", "/uploads", Upload_Length=str(10**15)).status == 413
    assert sender.ask("OPTIONS", "/uploads").headers["Tus-Extension"] == "creation,expiration,termination"
    assert sender.ask("DELETE", address).status == 204


def test_a_record_comes_whole_and_in_part_and_lies_nowhere_on_the_way(
    house: House, front: Front, body: bytes
) -> None:
    sender = front.sender
    address = sender.announce(LENGTH)
    assert sender.patch(address, 0, body).status == 204
    coordinator, record = at_the_desk(house, sender), checked(house, address)
    with slowly(coordinator, record) as answer:
        time.sleep(0.5)
        assert front.kept_bytes() == 0, "a record must not lie unsealed in a file of the proxy"
        assert hashlib.sha256(answer.read()).digest() == hashlib.sha256(body).digest()
    part = coordinator.ask("GET", record, Range=f"bytes={LENGTH - 1000}-")
    assert (part.status, part.body) == (206, body[-1000:])


def at_the_desk(house: House, sender: Sender) -> Sender:
    """A coordinator, signed in."""
    with house.services.database.transaction() as tx:
        now = clock.now()
        who = coordinators.invite(tx, house.services.keys, house.services.ring, "Ada", "ada@example.org", "en", now)
        coordinators.mark_enrolled(tx, who.id, now)
        secret = sessions.start(tx, Role.DESK, who.id, now)
    return replace(sender, cookie=f"__Host-desk={secret}", headers={})


def checked(house: House, address: str) -> str:
    """The address of a record at the desk, once its check found it clean."""
    upload = upload_of(house.services, address)
    findings = seal_findings(house.services.keys.get(key_owner(upload.case_id)), upload.id, Findings("0" * 64, 0))
    verdict = {"state": State.CHECKED.value, "verdict": Verdict.CLEAN.value, "kind": "zip"}
    with house.services.database.transaction() as tx:
        store.change(tx, upload.id, findings=findings, checked_at=clock.now(), **verdict)
    return f"/desk/cases/{upload.case_id}/records/{upload.id}"


@contextmanager
def slowly(sender: Sender, path: str) -> Iterator[http.client.HTTPResponse]:
    """An answer whose body is not read yet."""
    line = http.client.HTTPConnection("127.0.0.1", sender.port, timeout=30)
    try:
        line.request("GET", path, headers={"Host": sender.host, "Cookie": sender.cookie})
        yield line.getresponse()
    finally:
        line.close()


def test_the_shipped_caddyfile_says_the_same_and_caddy_reads_it(tmp_path: Path) -> None:
    text = (ROOT / "ops" / "Caddyfile").read_text()
    said = re.sub(r"#.*", "", text)
    assert not {"request_buffers", "response_buffers", "encode", "read_body", "max_size"} & set(said.split())
    assert "reverse_proxy 127.0.0.1:8000" in said and "header_up" not in said
    if caddy := shutil.which("caddy"):
        with suppress(subprocess.TimeoutExpired):
            told = subprocess.run(
                [caddy, "adapt", "--config", ROOT / "ops" / "Caddyfile"], capture_output=True, text=True, timeout=30,
                env={"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)},
            )  # fmt: skip
            assert told.returncode == 0, told.stderr
