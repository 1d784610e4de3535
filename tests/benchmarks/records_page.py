"""What the records page promises, on a telephone's line of 400 kbit/s with 300 ms of latency: some minutes.

In Chromium, at the size of a phone, against the running service: how long from choosing a file to the first
acknowledged (sealed, synced, committed) bytes, and how soon the page sends again after the line, or the service, was
gone for a while. Times are told, and never judged. INTAKE_BENCH_ROUNDS says how often each is done (7).
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Request, sync_playwright

from intake import commands
from intake.config import read_settings
from intake.services import Services, make_services
from tests.browser.records_visit import MIB, Line, a_records_case, choose, enter
from tests.components import ROOT, free_port
from tests.components.browser import FLAGS, PHONE
from tests.live import LiveServer

BYTES_PER_SECOND, LATENCY_MS = 50_000, 300
GONE_SECONDS = (3, 10, 30)
PATIENCE_MS = 180_000


def is_piece(request: Request) -> bool:
    """Whether a request carries bytes of a file."""
    return request.method == "PATCH"


def first_acknowledged(page: Page, file: Path) -> float:
    """Seconds from choosing a file to the answer that says some of its bytes are committed."""
    with page.expect_response(lambda answer: is_piece(answer.request) and answer.status == 204, timeout=PATIENCE_MS):
        began = time.perf_counter()
        choose(page, file)
    return time.perf_counter() - began


def sends_again(page: Page, back: Callable[[], object]) -> float:
    """Seconds from the moment at which `back` has brought line or service back to the next piece of the file."""
    with page.expect_request(is_piece, timeout=PATIENCE_MS):
        back()
        began = time.perf_counter()
    return time.perf_counter() - began


def measure(server: LiveServer, house: Services, page: Page, folder: Path) -> Iterator[tuple[str, float]]:
    """One visit: everything that is measured, by its name."""
    file = folder / "scan.zip"
    file.write_bytes(b"PK\x03\x04" + random.Random(1).randbytes(64 * MIB))
    enter(page, house, a_records_case(house))
    line = Line(page)
    line.become(BYTES_PER_SECOND, latency=LATENCY_MS)
    yield "first acknowledged bytes", first_acknowledged(page, file)
    for gone in GONE_SECONDS:
        line.become(0, offline=True)
        page.wait_for_timeout(1000 * gone)
        yield f"line gone for {gone} s", sends_again(page, lambda: line.become(BYTES_PER_SECOND, latency=LATENCY_MS))
        page.wait_for_timeout(4000)
    for gone in GONE_SECONDS:
        server.kill9("serve")
        page.wait_for_timeout(1000 * gone)
        yield f"service gone for {gone} s", sends_again(page, server.restart)
        page.wait_for_timeout(4000)


def compare(rounds: int) -> Iterator[str]:
    """The lines of the table."""
    seen: dict[str, list[float]] = {}
    with TemporaryDirectory() as place, sync_playwright() as playwright, ExitStack() as ending:
        said = {"ENV": "development", "RATE_LIMITS": "off", "PORT": free_port(), "VAR": Path(place, "var")}
        said |= {"OPERATOR_FILE": ROOT / "operator.toml", "TEMPLATES": ROOT / "templates"}
        env = {f"INTAKE_{name}": str(value) for name, value in said.items()}
        settings = read_settings(env)
        commands.make_keys(settings)
        commands.migrate(settings)
        house = make_services(settings)
        ending.callback(house.close)
        server = LiveServer(env, Path(place))
        ending.callback(server.kill9)
        server.start("serve")
        program = str(shutil.which("chromium"))
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        ending.callback(browser.close)
        for _ in range(rounds):
            context = browser.new_context(**playwright.devices[PHONE])
            for name, seconds in measure(server, house, context.new_page(), Path(place)):
                seen.setdefault(name, []).append(seconds)
            context.close()
    yield f"| 400 kbit/s, {LATENCY_MS} ms, {rounds} rounds | median, s | longest, s |"
    yield "| --- | --- | --- |"
    for name, took in seen.items():
        yield f"| {name} | {median(took):.1f} | {max(took):.1f} |"


if __name__ == "__main__":
    for told in compare(int(os.environ.get("INTAKE_BENCH_ROUNDS", "7"))):
        print(told, flush=True)
