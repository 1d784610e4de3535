"""The pages of the request against a Django form wizard with the same fields: `make bench`, some minutes.

Both behind the same gunicorn with the same threads, on SQLite with the same settings (WAL, synchronous=FULL), asked by
sixteen connections, each with a draft of its own. A page is shown again and again, then posted with a valid answer. The
two take turns. Times are told, as ratios, and never judged. INTAKE_BENCH_SECONDS says how long each is asked (3).
"""

import http.client
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from multiprocessing import Pool, Process
from multiprocessing.pool import ThreadPool
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
    said = {"ENV": "development", "RATE_LIMITS": "off", "PORT": free_port(), **places}
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


def ask(visitor: Visitor, until: float, body: list[tuple[str, str]] | None) -> list[float]:
    """Show or post a page until then; how long each took, in seconds. Raises when the answer is not what it must be."""
    line = http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=60)
    headers = {"Host": f"localhost:{visitor.port}", "Cookie": visitor.cookies, "Accept": "text/html"}
    line.request("GET", visitor.path, headers=headers)
    page = line.getresponse().read().decode()
    sent = None
    if body is not None:
        found = TOKEN.search(page)
        token = found and (found[2] or found[3])
        fields = [*body, ("csrf_token", token), ("csrfmiddlewaretoken", token)]
        sent = urlencode(fields)
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
    took = []
    while time.perf_counter() < until:
        began = time.perf_counter()
        line.request("POST" if sent else "GET", visitor.path, body=sent, headers=headers)
        answer = line.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        if answer.status not in ((302, 303) if sent else (200,)):
            raise SystemExit(f"{visitor.path} answered {answer.status}")
    line.close()
    return took


def ask_together(work: tuple[list[Visitor], float, list[tuple[str, str]] | None]) -> list[float]:
    """What one process does: its visitors ask at once, each for so many seconds."""
    visitors, seconds, body = work
    until = time.perf_counter() + seconds
    with ThreadPool(len(visitors)) as threads:
        return [each for took in threads.map(lambda one: ask(one, until, body), visitors) for each in took]


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
