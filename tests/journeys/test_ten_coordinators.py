"""Ten coordinators work one queue of a running service at once: nothing is claimed twice, nothing is lost.

Each has a line and cookies of their own, and does what the pages offer, at random from a seed. A slice is always on;
the whole minute is behind INTAKE_LONG=1: `make long`.
"""

import http.client
import os
import random
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from intake import journal
from intake.cases import notes, store
from intake.clock import now as real_now
from intake.desk import coordinators
from intake.journal import Event
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import make_services
from tests.builders import a_case

LONG = os.environ.get("INTAKE_LONG") == "1"
PEOPLE, CASES = 10, 6
ACTS, MOST_ACTS, SECONDS = 6, 5000, 60
CASE = re.compile(r'/desk/cases/([A-Za-z0-9_-]{8,64})"')
OWNER_EVENTS = (Event.CASE_CLAIMED, Event.CASE_ASSIGNED)


@dataclass
class Person:
    """A coordinator with a line and cookies; `did` counts what was said to have been done."""

    base: str
    id: str
    cookies: dict[str, str]
    did: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def ask(self, method: str, address: str, said: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        line = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        line.request(method, address, urlencode(said) if said else None, headers)
        answer = line.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";")[0].partition("=")
                self.cookies[pair[0]] = pair[2]
        text = answer.read().decode()
        line.close()
        if answer.status >= 500 or answer.status in (401, 403):
            self.wrong.append(f"{method} {answer.status}")
        return answer.status, answer.getheader("Location") or "", text

    def act(self, chance: random.Random, colleagues: list[str]) -> None:
        """Look at the list, open a case, do one thing on the page as it was then."""
        query = chance.choice(["", "?whose=nobody", "?whose=mine", "?turn=patient"])
        cases = sorted(set(CASE.findall(self.ask("GET", f"/desk/{query}")[2])))
        if not cases:
            return
        at = f"/desk/cases/{chance.choice(cases)}"
        page = self.ask("GET", at)[2]
        verb = chance.choice(["claim", "assign", "assign", "notes"])
        form = re.search(rf'action="{at}/{verb}".*?</form>', page, re.DOTALL)
        if form is None:
            return
        said = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form[0]))
        if verb == "assign":
            said["to"] = chance.choice([*colleagues, ""])
        elif verb == "notes":
            said |= {"kind": "note", "words": f"From {self.id}"}
        _, leads, _ = self.ask("POST", f"{at}/{verb}", said)
        done = re.search(r"said=(\w+)", leads)
        name = done[1] if done else "refused"
        self.did[name] = self.did.get(name, 0) + 1


@pytest.fixture
def house(live_server):
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.mark.usefixtures("database")
def test_ten_coordinators_work_one_queue(live_server, house) -> None:
    now, people = real_now(), []
    with house.database.transaction() as tx:
        cases = [a_case(tx, house, now) for _ in range(CASES)]
        for number in range(PEOPLE):
            email = f"coordinator{number}@clinic.example"
            who = coordinators.invite(tx, house.keys, house.ring, f"Person {number}", email, "en", now).id
            coordinators.mark_enrolled(tx, who, now)
            secret = sessions.start(tx, Role.DESK, who, now)
            people.append(Person(live_server.base_url, who, {"__Host-desk": secret}))
    everybody, until, start = [each.id for each in people], time.monotonic() + SECONDS, threading.Barrier(PEOPLE)

    def work(person: Person, seed: int) -> None:
        chance = random.Random(seed)
        start.wait()
        for _ in range(MOST_ACTS if LONG else ACTS):
            if LONG and time.monotonic() > until:
                return
            person.act(chance, everybody)

    threads = [threading.Thread(target=work, args=(person, seed)) for seed, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [wrong for person in people for wrong in person.wrong] == []
    did = {name: sum(person.did.get(name, 0) for person in people) for name in ("claimed", "assigned", "noted")}
    assert all(did.values()), did
    look_for_losses(house, [case.id for case in cases], did)


def look_for_losses(house, case_ids: list[str], did: dict[str, int]) -> None:
    """What the service said was done, its journal and its rows tell one story."""
    with house.database.read() as tx:
        assert journal.first_broken(tx) is None
        claims = 0
        for case_id in case_ids:
            owner = None
            for line in journal.lines(tx, case_id):
                if line.event not in OWNER_EVENTS:
                    continue
                if line.event == Event.CASE_CLAIMED:
                    assert owner is None, "a case that somebody had was claimed"
                    owner, claims = line.actor.removeprefix("coordinator:"), claims + 1
                else:
                    assert (owner or "nobody") == line.facts["instead_of"], "an act was done on what was not seen"
                    owner = None if line.facts["to"] == "nobody" else line.facts["to"]
            assert store.case_by_id(tx, case_id).coordinator_id == owner
        assert claims == did["claimed"]
        assert tx.scalar(select(func.count()).select_from(notes.notes)) == did["noted"]
