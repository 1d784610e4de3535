"""The desk, a case and the jobs at few cases and at very many: `python -m tests.benchmarks.queue sqlite 1000 100000`.

The first argument is a kind of database: "sqlite", or "postgresql", for which a server is started. Two houses stand
side by side, and each page is asked for in one and then in the other, so that what else the machine does meanwhile
falls on both. Prints the median of each in milliseconds, and how many times the time at the first size the second took.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from intake import queue, schema
from intake.app import create_app
from intake.cases import awaiting, consent, lost_letters, partner_report, retention, silence, stays
from intake.cases.case import Case, Stage
from intake.cases.worklist import BEGINNING, WAITING, Place
from intake.clock import now as real_now
from intake.config import read_settings
from intake.db import Database, Tx
from intake.jobs.sweep import sweep
from intake.jobs.worker import HANDLERS
from intake.keys import KeyRing
from intake.mail import outbox
from intake.queue import Job
from intake.services import Services, make_services
from tests import many_cases
from tests.builders import a_case
from tests.components import ROOT
from tests.components.postgresql import a_server
from tests.visitor import Visitor
from tests.web import sending
from tests.web.desk_shelf import a_record
from tests.web.desk_visits import AtTheDesk, a_signed_in_lead

ROUNDS, FIRST_ROUNDS = 15, 3
ADDRESS = "demonstration@example.org"
AIM = 1.5
Act = Callable[[], object]


@dataclass
class House:
    """A house with so many cases, and one of them that is looked at."""

    services: Services
    lead: AtTheDesk
    requester: Visitor
    case: Case

    def acts(self) -> Mapping[str, Act]:
        """What is measured, by its name."""
        return self._lists() | self._pages() | self._jobs()

    def _lists(self) -> dict[str, Act]:
        far = Place(WAITING, real_now().replace(microsecond=0), "m")
        addresses = {
            "the list": "", "mine": "?whose=mine", "nobody’s": "?whose=nobody", "late": "?late=1",
            "patient’s turn": "?turn=patient", "our turn": "?turn=coordinator", "specialist’s turn": "?turn=specialist",
            "stage opened": "?stage=opened", "stage closed": "?stage=closed",
            "mine, closed": "?whose=mine&stage=closed",
            "a page far in": f"?after={far}", "the page before it": f"?before={far}",
            "far in what is closed": f"?stage=closed&after=2.{(far.at - BEGINNING).days * 86400 * 10**6 - 10**14}.m",
        }  # fmt: skip
        return {f"list: {name}": self._page(self.lead.browser, f"/desk/{said}") for name, said in addresses.items()}

    def _pages(self) -> dict[str, Act]:
        desk, theirs, at = self.lead.browser, self.requester, f"/desk/cases/{self.case.id}"
        start = desk.get("/desk/find")
        pages = {"unopened": "/desk/unopened", "letters": "/desk/letters", "suspects": "/desk/suspects",
                 "silent": "/desk/silent", "people": "/desk/people", "call-backs": "/desk/calls"}  # fmt: skip
        return {
            "find: a reference": lambda: desk.answer(start, form="find", looked_for=self.case.reference),
            "find: an address": lambda: desk.answer(start, form="find", looked_for=ADDRESS),
            "desk: a case": self._page(desk, at),
            "theirs: a case": self._page(theirs, "/case/"),
            "theirs: the conversation": self._page(theirs, "/case/messages"),
            "theirs: records": self._page(theirs, "/case/records"),
        } | {f"desk: {name}": self._page(desk, address) for name, address in pages.items()}

    def _jobs(self) -> dict[str, Act]:
        house = self.services
        nothing = Job("none", "none", "none", 1, "none")
        return {
            "median of past stays": self._read(lambda tx: stays.past_time(tx, Stage.RECORDS_IN, house.clock())),
            "digest: its counts": self._read(self._digest),
            "loads for routing": self._read(awaiting.loads),
            "lost letters": self._read(lambda tx: outbox.undelivered(tx, house.clock(), 100)),
            "consents of a case": self._read(lambda tx: consent.given(tx, self.case.id)),
            "the ten longest silent": self._read(lambda tx: silence.longest_silent(tx, house.clock(), 10)),
            "a look for a job": lambda: queue.claim(house.database, tuple(HANDLERS), "bench", house.clock()),
            "retention": lambda: retention.purge(house.database, house.keys, house.vault, house.clock()),
            "the round of a minute": lambda: sweep(house, nothing),
            "partner report, one month": self._read(lambda tx: partner_report.report(tx, 1, house.clock())),
        }

    def _digest(self, tx: Tx) -> object:
        now = self.services.clock()
        counted = awaiting.count_unopened(tx), awaiting.count_late(tx, now), outbox.count_undelivered(tx, now)
        return counted, lost_letters.cut_off(tx, self.services)

    def _page(self, browser: Visitor, address: str) -> Act:
        def ask() -> None:
            answer = browser.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        return ask

    def _read(self, look: Callable[[Tx], object]) -> Act:
        def ask() -> None:
            with self.services.database.read() as tx:
                look(tx)

        return ask


def build(url: str, place: Path, size: int) -> House:
    """A house of this size, with a lead and a requester who have come in by the real doors."""
    place.mkdir()
    KeyRing.create(place / "key-ring.json")
    said = {"env": "development", "var": place, "rate_limits": "off", "templates": ROOT / "templates"}
    said |= {"operator_file": ROOT / "operator.toml", "database_url": url, "fastest_request_seconds": 0}
    settings = read_settings({f"INTAKE_{name.upper()}": str(value) for name, value in said.items()})
    schema.migrate(Database(settings.database_url), schema.MAIN)
    schema.migrate(Database(settings.keys_url), schema.KEYS)
    services = make_services(settings)
    app = create_app(services)
    app.test_client_class = Visitor
    desk, requester = app.test_client(), app.test_client()
    desk.base_url = requester.base_url = settings.base_url
    lead = a_signed_in_lead(services, desk)
    began = time.monotonic()
    many_cases.fill(services, lead.who.id, size, real_now())
    many_cases.settle(services.database)
    with services.database.transaction() as tx:
        case = a_case(tx, services, real_now())
    a_record(services, case.id)
    assert lead.sign_in().status_code == 200  # filling may take longer than a session lasts
    sending.let_in_to_look(requester, services, case, real_now(), ADDRESS)
    print(f"{size} cases were there after {time.monotonic() - began:.0f} s", flush=True)
    return House(services, lead, requester, case)


def measure(few: House, many: House) -> Iterator[tuple[str, float, float]]:
    """(what, median at few, median at many), taking turns."""
    there = many.acts()
    for name, small in few.acts().items():
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(FIRST_ROUNDS + ROUNDS):
            for act, kept in ((small, times[0]), (there[name], times[1])):
                began = time.perf_counter()
                act()
                if number >= FIRST_ROUNDS:
                    kept.append((time.perf_counter() - began) * 1000)
        yield name, statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def databases(kind: str, place: Path) -> Iterator[list[str]]:
    """The addresses of two empty databases of a kind."""
    if kind == "sqlite":
        yield [f"sqlite:///{place / name}.db" for name in ("few", "many")]
        return
    with a_server() as server:
        yield [server.url(server.make(migrated=False)) for _ in range(2)]


def main(kind: str, sizes: list[int]) -> None:
    """Fill, measure, and say so, as a table."""
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as urls:
        few, many = (build(url, Path(folder) / str(size), size) for url, size in zip(urls, sizes, strict=True))
        print(f"| {kind} | {sizes[0]:,} cases, ms | {sizes[1]:,} cases, ms | times |\n| --- | --- | --- | --- |")
        for name, small, large in measure(few, many):
            ratio = large / small
            print(f"| {name} | {small:.1f} | {large:.1f} | {'**' if ratio > AIM else ''}{ratio:.2f}"
                  f"{'**' if ratio > AIM else ''} |", flush=True)
        few.services.close()
        many.services.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite", [int(number) for number in sys.argv[2:]] or [1000, 100_000])
