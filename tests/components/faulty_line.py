"""A small HTTP line to a store that goes wrong on purpose: seeded, so that the same faults come in the same order."""

import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

AT_ONCE = struct.pack("ii", 1, 0)  # close with a reset, not with a farewell
FAULTS = ("error", "hang up before", "hang up after")
PASSED_ON = {"host", "connection", "transfer-encoding", "keep-alive"}


class FaultyLine(ThreadingHTTPServer):
    """Passes everything on to 127.0.0.1:`port`, but one PUT in `one_in` fails in one of three ways, turn by turn.

    Set `closed` to names of methods that all fail until it is emptied. `seen` counts (method, fault or "fine").
    """

    daemon_threads = True

    def __init__(self, port: int, *, one_in: int = 5, seed: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.port, self.one_in = port, one_in
        self.endpoint = f"http://127.0.0.1:{self.server_address[1]}"
        self.closed: set[str] = set()
        self.seen: Counter[tuple[str, str]] = Counter()
        self._chance, self._turn = random.Random(seed), threading.Lock()

    def fault(self, method: str) -> str:
        """What goes wrong with the next request of this method, or "fine"."""
        with self._turn:
            said = "fine"
            if method in self.closed:
                said = "error"
            elif method == "PUT" and self.one_in and self._chance.random() < 1 / self.one_in:
                said = FAULTS[sum(self.seen["PUT", fault] for fault in FAULTS) % len(FAULTS)]
            self.seen[method, said] += 1
            return said


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyLine

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault(self.command)
        if fault == "error":
            self._answer(500, {}, b"")
        elif fault == "hang up before":
            self._hang_up()
        else:
            answer = self._ask(body)
            if fault == "hang up after":
                self._hang_up()
            else:
                self._answer(*answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass  # names that the base class looks for

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in PASSED_ON:
                self.send_header(name, value)
        if "content-length" not in {name.lower() for name in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what was asked for is counted, not written."""


@contextmanager
def faulty_line(port: int, *, one_in: int = 5, seed: int = 1) -> Iterator[FaultyLine]:
    """Such a line, running; `one_in=0` for one that is in order until it is `closed`."""
    with FaultyLine(port, one_in=one_in, seed=seed) as line:
        running = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.02})
        running.start()
        try:
            yield line
        finally:
            line.shutdown()
            running.join()
