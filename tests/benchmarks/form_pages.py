"""The pages of the request against a Django form wizard with the same fields: `make bench`, some minutes.

Both behind the same gunicorn with the same threads, on SQLite with the same settings (WAL, synchronous=FULL), asked by
sixteen connections, each with a draft of its own. A page is shown again and again, then posted with a valid answer. The
two take turns. Times are told, as ratios, and never judged. INTAKE_BENCH_SECONDS says how long each is asked (3).
"""

import http.client
import os
import re
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from multiprocessing import Pool, Process
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from intake import commands, demo
from intake.app import create_app
from intake.config import Settings, read_settings
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import make_services
from intake.serving import serve
from tests import builders
from tests.benchmarks.django_wizard import make_application
from tests.benchmarks.lighthouse import wait_for
from tests.components import ROOT, free_port

# A page with one question, one with a few boxes, one with a long text, one with some twenty fields.
KINDS = {
    "who": "one question",
    "patient": "name, date, country",
    "condition": "choice and text",
    "records": "a long list",
}
CONNECTIONS, PROCESSES, ROUNDS = 16, 2, 3
OURS, PEER = "ours", "Django wizard"
TOKEN = re.compile(r'name="(csrf_token|csrfmiddlewaretoken)" value="([^"]+)"|value="([^"]+)" name="csrf_token"')
SERVER_SECONDS = 20


@dataclass(frozen=True)
class Visitor:
    """One connection: its server, the page it asks for, and its cookies."""

    port: int
    path: str
    cookies: str


@dataclass(frozen=True)
class Seen:
    """What all connections came to: answers a second, and seconds for one (median; all but one of a hundred)."""

    rate: float
    middle: float
    slowest: float


def settings_in(folder: Path) -> Settings:
    """Development settings with everything in one folder."""
    places = {"VAR": folder / "var", "OPERATOR_FILE": ROOT / "operator.toml", "TEMPLATES": ROOT / "templates"}
    said = {"ENV": "development", "PORT": free_port(), **places}
    return read_settings({f"INTAKE_{name}": str(value) for name, value in said.items()})


@contextmanager
def running(make: Callable[[], Any], settings: Settings) -> Iterator[None]:
    """A gunicorn of its own process, which keeps its lines to itself."""

    def silently() -> None:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            serve(make, settings)

    process = Process(target=silently)
    process.start()
    try:
        wait_for(settings.port)
        yield
    finally:
        process.terminate()
        process.join(SERVER_SECONDS)
        process.kill()


@contextmanager
def ours(folder: Path) -> Iterator[Callable[[str], list[Visitor]]]:
    """Our service; call what it gives for sixteen visitors of a page, each with a filled draft of its own."""
    settings = settings_in(folder)
    commands.make_keys(settings)
    commands.migrate(settings)
    house = make_services(settings)

    def visitors(step: str) -> list[Visitor]:
        found = []
        for _ in range(CONNECTIONS):
            with house.database.transaction() as tx:
                draft = builders.a_draft(tx, house, house.clock())
                secret = sessions.start(tx, Role.DRAFT, draft.id, house.clock(), expires_at=draft.expires_at)
            cookies = f"__Host-draft={secret}; __Host-visit={'v' * 43}"
            found.append(Visitor(settings.port, f"/request/en/{step}", cookies))
        return found

    with running(lambda: create_app(make_services(settings)), settings):
        yield visitors
    house.close()


@contextmanager
def peer(folder: Path) -> Iterator[Callable[[str], list[Visitor]]]:
    """The wizard; its visitors have sessions with the page open."""
    settings = settings_in(folder)

    def visitors(step: str) -> list[Visitor]:
        return [_with_session(Visitor(settings.port, f"/wizard/{step}/", "")) for _ in range(CONNECTIONS)]

    with running(lambda: make_application(folder), settings):
        yield visitors


def _with_session(visitor: Visitor) -> Visitor:
    line = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=30)
    line.request("GET", visitor.path, headers={"Host": f"localhost:{visitor.port}"})
    answer = line.getresponse()
    answer.read()
    cookies = "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie", []))
    line.close()
    return Visitor(visitor.port, visitor.path, cookies)


class Asking:
    """One connection that asks the same thing again and again. Bytes made once and little else: a client that works as
    hard as the server would measure itself."""

    ENDS = b"\r\n\r\n"
    LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)

    def __init__(self, visitor: Visitor, body: list[tuple[str, str]] | None) -> None:
        headers = {"Host": f"localhost:{visitor.port}", "Cookie": visitor.cookies, "Accept": "text/html"}
        line = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=60)
        line.request("GET", visitor.path, headers=headers)
        found = TOKEN.search(line.getresponse().read().decode())
        line.close()
        sent = b""
        if body is not None:
            token = found and (found[2] or found[3])
            sent = urlencode([*body, ("csrf_token", token), ("csrfmiddlewaretoken", token)]).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(sent))}
        lines = [f"{'GET' if body is None else 'POST'} {visitor.path} HTTP/1.1", *map(": ".join, headers.items())]
        self._request = "\r\n".join(lines).encode() + self.ENDS + sent
        self._fits = (b"200",) if body is None else (b"302", b"303")
        self._path, self._port = visitor.path, visitor.port
        self.socket: socket.socket
        self.took: list[float] = []

    def ask(self) -> None:
        """Send the request once more, on a new line if the server closed the last."""
        if not self.took or self._close:
            self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._began, self._answer = time.perf_counter(), b""
        self.socket.sendall(self._request)

    def hear(self) -> bool:
        """Take what came; true when the answer is whole. Raises RuntimeError when it is not what it must be."""
        self._answer += self.socket.recv(1 << 18)
        head, ends, body = self._answer.partition(self.ENDS)
        length = self.LENGTH.search(head)
        whole = len(body) >= int(length[1]) if length else body.endswith(b"0" + self.ENDS)
        if not (ends and whole):
            return False
        if self._answer[9:12] not in self._fits:
            raise RuntimeError(f"{self._path} answered {self._answer[9:12]!r}")
        self.took.append(time.perf_counter() - self._began)
        self._close = b"connection: close" in head.lower()
        return True


def ask_together(work: tuple[list[Visitor], float, list[tuple[str, str]] | None]) -> list[float]:
    """What one process does: its visitors ask at once, each for so many seconds. How long each answer took, in
    seconds."""
    visitors, seconds, body = work
    asking = [Asking(visitor, body) for visitor in visitors]
    until = time.perf_counter() + seconds
    with selectors.DefaultSelector() as lines:
        for each in asking:
            each.ask()
            lines.register(each.socket, selectors.EVENT_READ, each)
        while lines.get_map():
            for key, _ in lines.select(timeout=60):
                each = key.data
                if not each.hear():
                    continue
                lines.unregister(each.socket)
                if time.perf_counter() < until:
                    each.ask()
                    lines.register(each.socket, selectors.EVENT_READ, each)
    return [took for each in asking for took in each.took]


def measure(visitors: list[Visitor], seconds: float, body: list[tuple[str, str]] | None) -> Seen:
    """All connections at once, from processes of their own."""
    share = [(visitors[number::PROCESSES], seconds, body) for number in range(PROCESSES)]
    with Pool(PROCESSES) as processes:
        took = [each for part in processes.map(ask_together, share) for each in part]
    return Seen(len(took) / seconds, median(took), quantiles(took, n=100)[98])


def body_for(name: str, step: str) -> list[tuple[str, str]]:
    """A valid answer to a page, as a browser sends it to us or to the wizard."""
    typed = demo.TYPED[step]
    if name == OURS:
        return typed
    return [("wizard-current_step", step), *((f"{step}-{field}", value) for field, value in typed)]


def compare(seconds: float) -> Iterator[str]:
    """The lines of the table: each page, shown and posted, the median round of some, the two taking turns."""
    yield "| Page | | ours, 1/s | wizard, 1/s | ratio | ours, median and p99 | p99 / median | wizard, median and p99 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    with TemporaryDirectory() as place, ExitStack() as open_servers:
        makers = {}
        for name, server in ((OURS, ours), (PEER, peer)):
            folder = Path(place, name.split()[0])
            folder.mkdir()
            makers[name] = open_servers.enter_context(server(folder))
        for step, kind in KINDS.items():
            for act in ("shown", "posted"):
                yield row(f"{step} ({kind})", act, *_in_turns(makers, step, seconds, posted=act == "posted"))


def _in_turns(
    makers: dict[str, Callable[[str], list[Visitor]]], step: str, seconds: float, *, posted: bool
) -> list[Seen]:
    rounds: dict[str, list[Seen]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        for name, seen in rounds.items():
            seen.append(measure(makers[name](step), seconds, body_for(name, step) if posted else None))
    return [sorted(seen, key=lambda one: one.rate)[ROUNDS // 2] for seen in rounds.values()]


def row(page: str, act: str, mine: Seen, theirs: Seen) -> str:
    """One line of the table."""
    times = [f"{1000 * each.middle:.1f} and {1000 * each.slowest:.1f} ms" for each in (mine, theirs)]
    rates = f"{mine.rate:.0f} | {theirs.rate:.0f} | **{mine.rate / theirs.rate:.1f}**"
    return f"| {page} | {act} | {rates} | {times[0]} | {mine.slowest / mine.middle:.1f} | {times[1]} |"


if __name__ == "__main__":
    for line in compare(float(os.environ.get("INTAKE_BENCH_SECONDS", "3"))):
        print(line, flush=True)
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
