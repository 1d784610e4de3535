"""The desk's list and a case page at few and at very many cases: `python -m tests.benchmarks.queue URL N N …`.

Rows are synthetic and hold nothing; one real case is opened beside them, and its page is asked for. Prints the median
of each page in milliseconds, and how many times the time at the first size each later size took.
"""

import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, text

from intake import schema
from intake.app import create_app
from intake.cases import store
from intake.cases.case import TURN_OF, Stage
from intake.cases.worklist import OVER_STAGES
from intake.clock import now as real_now
from intake.config import read_settings
from intake.db import Database
from intake.desk import coordinators
from intake.keys import KeyRing
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import Services, make_services
from tests.builders import a_case
from tests.components import ROOT

ROUNDS, BATCH, COORDINATORS = 10, 5000, 40
PAGES = {
    "all": "/desk/", "mine": "/desk/?whose=mine", "nobody's": "/desk/?whose=nobody", "late": "/desk/?late=1",
    "patient": "/desk/?turn=patient", "opened": "/desk/?stage=opened", "closed": "/desk/?stage=closed",
}  # fmt: skip


def fill(services: Services, me: str, count: int) -> None:
    """So many rows: most of them over, as in a house that has worked for years."""
    chance, now = random.Random(count), real_now()
    with services.database.read() as tx:
        have = int(tx.scalar(text("SELECT count(*) FROM cases")))
    for first in range(have, count, BATCH):
        rows = []
        for number in range(first, min(first + BATCH, count)):
            stage = chance.choice([*Stage, Stage.CLOSED, Stage.CLOSED, Stage.OPENED])
            due = None if stage in OVER_STAGES else now + timedelta(minutes=chance.randint(-9000, 20000))
            owner = chance.choice([me, None, *(f"other-{n}" for n in range(COORDINATORS))])
            at = now - timedelta(minutes=chance.randint(0, 900_000))
            rows.append({
                "id": f"{number * 7919 % 10**8:08}-bench-{number}", "reference": f"B{number}", "draft_id": f"b{number}",
                "stage": stage.value, "turn": TURN_OF[stage][0].value, "due_at": due, "coordinator_id": owner,
                "urgent": due is not None and chance.random() < 0.02, "answers": b"", "address": b"",
                "address_hash": f"{number % 9973:064}", "specialty_hash": "", "country_hash": "", "language": "en",
                "form_version": "1", "opened_at": at, "stage_at": at, "purge_at": now, "traits": "",
                "held_as_suspect": False,
            })  # fmt: skip
        with services.database.transaction(lasting=False) as tx:
            tx.execute(insert(store.cases), rows)
    with services.database.transaction() as tx:
        tx.execute(text("ANALYZE"))


def measure(services: Services, me: str, case_id: str) -> dict[str, float]:
    """The median of each page, in milliseconds."""
    client = create_app(services).test_client()
    with services.database.transaction() as tx:
        secret = sessions.start(tx, Role.DESK, me, real_now())
    client.set_cookie("__Host-desk", secret, domain="localhost", secure=True)
    found = {}
    for name, address in (PAGES | {"case": f"/desk/cases/{case_id}"}).items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(address, base_url=services.settings.base_url)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
        found[name] = statistics.median(times)
    return found


def main(url: str, sizes: list[int]) -> None:
    """Fill, measure, and say so, size by size."""
    with tempfile.TemporaryDirectory() as place:
        KeyRing.create(Path(place) / "key-ring.json")
        said = {"env": "development", "var": place, "rate_limits": "off", "templates": ROOT / "templates"}
        said |= {"operator_file": ROOT / "operator.toml", "database_url": url.format(place=place)}
        settings = read_settings({f"INTAKE_{name.upper()}": str(value) for name, value in said.items()})
        schema.migrate(Database(settings.database_url), schema.MAIN)
        schema.migrate(Database(settings.keys_url), schema.KEYS)
        services, first = make_services(settings), {}
        with services.database.transaction() as tx:
            me = coordinators.invite(tx, services.keys, services.ring, "B", "b@clinic.example", "en", real_now()).id
            coordinators.mark_enrolled(tx, me, real_now())
            case = a_case(tx, services, real_now())
        for size in sizes:
            fill(services, me, size)
            found = measure(services, me, case.id)
            first = first or found
            told = ", ".join(f"{name} {ms:.1f} ({ms / first[name]:.2f})" for name, ms in found.items())
            print(f"{size:>9} cases: {told}", flush=True)
        services.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///{place}/bench.db", [int(n) for n in sys.argv[2:]] or [1000])
