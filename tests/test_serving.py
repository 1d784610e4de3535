"""The HTTP server: what it writes about a request, whom it lets go, and how it ends."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from intake.serving import Lines, masked_path
from tests.components import ROOT, free_port

TOKEN = "case." + "a" * 43 + ".1." + "b" * 43

PROGRAM = """
import sys, time
from intake.config import read_settings
from intake.serving import Server

def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/slow":
        print("slow began", flush=True)
        time.sleep(1)
    if path == "/broken":
        raise RuntimeError("Maria Example typed this")
    read = 0
    if path == "/body":
        try:
            while piece := environ["wsgi.input"].read(10):
                read += len(piece)
        except OSError:
            print("body stalled", flush=True)
            raise
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]

settings = read_settings({"INTAKE_ENV": "development", "INTAKE_PORT": sys.argv[1], "INTAKE_THREADS": "4"})
Server(lambda: application, settings, read_stall_seconds=1).run()
"""


class Served:
    """A small application behind our server, in a process of its own."""

    def __init__(self, place: Path) -> None:
        self.port = free_port()
        self.output = place / "output.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(self.port)],
                cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])},
            )  # fmt: skip
        self.wait_for(lambda: self._answers())

    def connect(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, raw: bytes) -> bytes:
        """What it answers to these bytes, until it closes."""
        with self.connect() as line:
            line.sendall(raw)
            return read_all(line)

    def get(self, target: str) -> bytes:
        """What it answers to a GET."""
        return self.ask(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())

    def wait_for(self, true: object, seconds: float = 20) -> None:
        """Wait until `true()`, or fail."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if true():
                return
            time.sleep(0.05)
        pytest.fail("waited in vain; the server said:\n" + self.said())

    def said(self) -> str:
        """Everything it wrote."""
        return self.output.read_text()

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except OSError:
            return False
        return True


def read_all(line: socket.socket) -> bytes:
    """Everything until the other side closes."""
    got = b""
    while piece := line.recv(65536):
        got += piece
    return got


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server for this test."""
    server = Served(tmp_path)
    yield server
    if server.process.poll() is None:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/", "/"),
        ("/request/en/your-question", "/request/en/your-question"),
        (f"/l/{TOKEN}", "/l/…"),
        ("/l/anything/else", "/l/…/else"),
        (f"/case/{TOKEN}", "/case/…"),
        ("/case/records?name=Maria", "/case/records"),
        ("/case/María López", "/case/…"),
        ("/case/" + "x" * 200, "/case/…"),
    ],
)
def test_a_path_is_written_without_what_could_open_something(path: str, written: str) -> None:
    assert masked_path(path) == written


def test_a_line_of_an_error_tells_its_kind_and_place_but_not_its_text() -> None:
    try:
        raise ValueError("Maria Example, born 1961")
    except ValueError:
        record = logging.LogRecord("intake", logging.ERROR, "", 0, "failed at /l/%s?a=b", (TOKEN,), sys.exc_info())
    text = Lines().format(record)
    line = json.loads(text)
    assert (line["error"], line["level"]) == ("ValueError", "error")
    assert line["where"][0].startswith("test_serving.py:")
    assert line["said"] == "failed at /l/…"
    assert "Maria" not in text


def test_a_request_is_one_line_without_token_query_or_address(served: Served) -> None:
    assert b"200 OK" in served.get(f"/l/{TOKEN}?name=Maria")
    served.wait_for(lambda: '"path"' in served.said())
    line = json.loads(served.said().splitlines()[-1])
    assert {key: line[key] for key in ("method", "path", "status")} == {"method": "GET", "path": "/l/…", "status": 200}
    assert TOKEN not in served.said()
    assert "Maria" not in served.said()
    assert "127.0.0.1" not in served.said()


def test_a_failure_is_a_500_whose_text_stays_with_us_unwritten(served: Served) -> None:
    answer = served.get(f"/broken?{TOKEN}")
    assert b" 500 " in answer
    assert b"Maria" not in answer
    served.wait_for(lambda: "RuntimeError" in served.said())
    assert "Maria" not in served.said()
    assert TOKEN not in served.said()


def test_what_is_not_http_is_refused_and_not_written_down(served: Served) -> None:
    assert b" 400 " in served.ask(b"Maria Example\r\n\r\n")
    served.wait_for(lambda: "refused" in served.said())
    assert "Maria" not in served.said()


def test_the_server_does_not_tell_its_version(served: Served) -> None:
    head = served.get("/").split(b"\r\n\r\n")[0].lower()
    server = next(line for line in head.split(b"\r\n") if line.startswith(b"server:"))
    assert not any(character.isdigit() for character in server.decode())


def test_a_body_that_stalls_is_let_go(served: Served) -> None:
    with served.connect() as line:
        line.sendall(b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nbegun")
        read_all(line)
    served.wait_for(lambda: "body stalled" in served.said())
    assert b"200 OK" in served.get("/")


def test_a_slow_body_that_keeps_coming_is_not_cut(served: Served) -> None:
    with served.connect() as line:
        line.sendall(b"POST /body HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            time.sleep(0.2)  # longer in all than a stall may be
            line.sendall(b"x")
        assert b"200 OK" in read_all(line)


def test_sigterm_lets_a_running_request_finish(served: Served) -> None:
    with served.connect() as line:
        line.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        served.wait_for(lambda: "slow began" in served.said())
        served.process.terminate()
        assert b"200 OK" in read_all(line)
    assert served.process.wait(timeout=30) == 0


def test_it_listens_on_loopback_alone(served: Served) -> None:
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in lines if line.split()[3] == "0A"]
    assert f"0100007F:{served.port:04X}" in listening
    assert f"00000000:{served.port:04X}" not in listening
