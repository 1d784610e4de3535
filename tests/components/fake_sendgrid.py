"""A loopback server that speaks as much of SendGrid's mail API as we use, answers as told, and keeps what it got."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

ADDRESS = "/v3/mail/send"
HANG = 0  # an answer that never comes


@dataclass(frozen=True)
class Answer:
    """What the server says: a status (or HANG), and more headers."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeSendGrid:
    """Set `answers` for the next requests, first come first; after them everything is accepted."""

    host: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON of every request."""
        return [request["body"] for request in self.requests]


class _Conversation(BaseHTTPRequestHandler):
    """One request: kept, then answered as told."""

    fake: FakeSendGrid

    def do_POST(self) -> None:
        """Keep the request and answer."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        fake = self.fake
        fake.requests.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(raw)})
        answer = fake.answers.pop(0) if fake.answers else Answer(202, {"X-Message-Id": f"sg-{len(fake.requests)}"})
        if self.path != ADDRESS or self.headers.get("Content-Type") != "application/json":
            answer = Answer(404)
        if answer.status == HANG:
            fake.released.wait(30)
            return
        # SendGrid's refusals repeat what was sent: ours must not repeat it further.
        body = b"" if answer.status == 202 else json.dumps({"errors": [{"message": raw.decode()}]}).encode()
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def sendgrid() -> Iterator[FakeSendGrid]:
    """The server, for this test."""
    fake = FakeSendGrid("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Conversation", (_Conversation,), {"fake": fake}))
    server.daemon_threads = False
    fake.host = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield fake
    fake.released.set()
    server.shutdown()
    thread.join()
    server.server_close()
