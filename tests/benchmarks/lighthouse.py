"""The guidance site under Lighthouse, beside stock Material with the same Markdown: `make bench`, some minutes.

A gunicorn for each, files and packed twins as the service has them, loopback only; Lighthouse plays a telephone on a
slow line. Times are told and never judged. What fails is a page of ours below 100 in accessibility, best practices or
SEO. INTAKE_BENCH_RUNS says how often each page is measured (3); what is told is the median.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import date
from multiprocessing import Process
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import yaml
from flask import Flask

from intake.app import Files, serve_files
from intake.config import Settings
from intake.knowledge.reader import read_knowledge
from intake.operator import read_operator
from intake.serving import serve
from intake.site.build import HERE, PACKERS, TEXT, build_site
from intake.site.editions import Edition
from intake.site.pages import make_pages
from intake.web.security import HEADERS
from tests.components import ROOT, browser, free_port, node

FOLDER = Path(__file__).parent
PAGES = ("/", "/organise-your-records/", "/checklists/cancer/", "/ar/organise-your-records/")
OURS, STOCK = "ours", "stock Material"
SITES = {OURS: PAGES, STOCK: PAGES[:3]}  # stock has one language
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
HEAD = "| Page | Scores | First paint | Largest paint | Blocking | KB transferred | Requests |"
ATTEMPTS, RUN_SECONDS, SERVER_SECONDS = 3, 180, 20


def install() -> Path:
    """The program Lighthouse, brought first if need be."""
    if not shutil.which("chromium"):
        raise SystemExit(f"chromium is not here. {browser.HOW}")
    install_packages()
    return FOLDER / "node_modules/.bin/lighthouse"


def install_packages() -> None:
    """Bring what tests/benchmarks/package-lock.json names, if need be."""
    if not shutil.which("npm"):
        raise SystemExit(f"npm is not here. {node.HOW}")
    lock, stamp = FOLDER / "package-lock.json", FOLDER / "node_modules/.installed"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        print("Installing what tests/benchmarks/package-lock.json names.", file=sys.stderr)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if subprocess.run(command, cwd=FOLDER, stdout=subprocess.DEVNULL).returncode:
            raise SystemExit("npm could not install it. To try again: make bench")
        shutil.copyfile(lock, stamp)
    return FOLDER / "node_modules/.bin/lighthouse"


def build(name: str, into: Path) -> None:
    """Our site as the service builds it; the other is the same English text as plain Material has it, packed alike."""
    operator = read_operator(ROOT / "operator.toml")
    if name == OURS:
        return build_site(operator, read_knowledge(), into, ROOT)
    settings = into.with_name("mkdocs.stock.yml")  # a theme by its name alone takes the place of ours and its options
    plain = {"theme": "material", "plugins": ["search"], "extra_css": [], "docs_dir": str(ROOT / "docs/en")}
    settings.write_text(yaml.safe_dump({"INHERIT": str(ROOT / "mkdocs.yml")} | plain), encoding="utf-8")
    make_pages(Edition("en", str(settings), "docs/en"), operator, ROOT, into, HERE, "en")
    for path in [path for path in into.rglob("*") if path.suffix in TEXT and path.is_file()]:
        for suffix, pack in PACKERS.items():
            path.with_name(path.name + suffix).write_bytes(pack(path.read_bytes()))


def application(name: str, settings: Settings) -> Flask:
    """The service's way with files, without the service behind it."""
    app = Flask("files")
    if name == OURS:
        serve_files(app, SimpleNamespace(settings=settings))
    else:  # stock pages carry scripts in themselves, which our policy would stop
        files = Files(app.wsgi_app, lambda path: HEADERS, max_age=600, index_file=True, allow_all_origins=False)
        files.add_files(str(settings.site))
        app.wsgi_app = files
    return app


def serve_folder(name: str, settings: Settings) -> None:
    """What a process of its own does: serve, and keep the lines about requests to itself."""
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        serve(lambda: application(name, settings), settings)


@contextmanager
def served(name: str, folder: Path) -> Iterator[str]:
    """Build a site and serve it; gives its address."""
    build(name, folder)
    settings = Settings(base_url="http://localhost", port=free_port(), site=folder)
    process = Process(target=serve_folder, args=(name, settings))
    process.start()
    try:
        wait_for(settings.port)
        yield f"http://localhost:{settings.port}"
    finally:
        process.terminate()
        process.join(SERVER_SECONDS)
        process.kill()


def wait_for(port: int) -> None:
    """Come back when somebody listens there."""
    for _ in range(10 * SERVER_SECONDS):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("The server did not start.")


def look(program: Path, url: str) -> dict[str, Any]:
    """One run of Lighthouse, in a fresh profile; its report. On a busy machine it may ask to be run again."""
    parts = [flag.partition("=") for flag in ["--headless", *browser.FLAGS]]
    flags = " ".join(f'{name}="{value}"' if value else name for name, _, value in parts)
    command = [program, url, "--quiet", "--output=json", "--no-enable-error-reporting", f"--chrome-flags={flags}"]
    environment = os.environ | {"CHROME_PATH": str(shutil.which("chromium"))}
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS, env=environment)
        if done.returncode == 0:
            return json.loads(done.stdout)
    raise SystemExit(f"Lighthouse could not measure {url}:\n{done.stderr[-2000:]}")


def figures(report: dict[str, Any]) -> list[float]:
    """Four scores of 100, three times in milliseconds, kilobytes on the wire, requests (data: addresses are none)."""
    audits = report["audits"]
    scores = [round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES]
    times = [audits[name]["numericValue"] for name in TIMES]
    asked = [each for each in audits["network-requests"]["details"]["items"] if each["url"].startswith("http")]
    return [*scores, *times, audits["total-byte-weight"]["numericValue"] / 1000, len(asked)]


def row(page: str, name: str, values: list[float]) -> str:
    """What one page came to, as a line of the table."""
    scores, (first, largest, blocking, size, requests) = " ".join(f"{score:.0f}" for score in values[:4]), values[4:]
    times = f"{first / 1000:.2f} s | {largest / 1000:.2f} s | {blocking:.0f} ms"
    return f"| `{page}`, {name} | {scores} | {times} | {size:.1f} | {requests:.0f} |"


def table(measured: dict[tuple[str, str], list[float]]) -> str:
    """What was measured, in Markdown; below each pair, ours divided by stock."""
    lines = [HEAD, "| --- " * (HEAD.count("|") - 1) + "|"]
    for page in PAGES:
        here = {name: measured[page, name] for name in SITES if page in SITES[name]}
        lines += [row(page, name, values) for name, values in here.items()]
        if STOCK in here:
            pairs = zip(here[OURS][4:], here[STOCK][4:], strict=True)
            told = [f"{ours / stock:.2f}" if stock else "–" for ours, stock in pairs]
            lines.append(f"| `{page}`, ours / stock | | {' | '.join(told)} |")
    return "\n".join(lines)


def measure(runs: int) -> dict[tuple[str, str], list[float]]:
    """The medians for each page and site. The sites take turns, so that a busy hour falls on both."""
    program = install()
    seen: dict[tuple[str, str], list[list[float]]] = {}
    with TemporaryDirectory() as place, ExitStack() as open_sites:
        origins = {name: open_sites.enter_context(served(name, Path(place, name))) for name in SITES}
        for number in range(runs):
            print(f"Round {number + 1} of {runs}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            for page, name in ((page, name) for page in PAGES for name in SITES if page in SITES[name]):
                seen.setdefault((page, name), []).append(figures(look(program, origins[name] + page)))
    return {which: [median(values) for values in zip(*rounds, strict=True)] for which, rounds in seen.items()}


def main() -> None:
    """Measure, tell, and fail when a page of ours shuts somebody out or breaks good practice."""
    runs = max(1, int(os.environ.get("INTAKE_BENCH_RUNS") or 3))
    conditions = f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before, medians of {runs}"
    measured = measure(runs)
    print(f"Mobile, simulated throttling, {conditions}\n\n{table(measured)}")
    faults = [page for (page, name), values in measured.items() if name == OURS and min(values[1:4]) < 100]
    if faults:
        raise SystemExit("Below 100 in accessibility, best practices or SEO: " + ", ".join(faults))


if __name__ == "__main__":
    main()
