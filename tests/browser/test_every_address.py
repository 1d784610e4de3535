"""Every page of the desk, and the patient's pages beside it, on a full shelf: nobody is shut out, nothing sticks out.

Each page is looked at once, in one size and one light; which, goes round, so that all four come to many pages, and a
few pages are seen in all four. With INTAKE_LONG every page is. With INTAKE_PICTURES each look is kept as a picture.
"""

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page

from intake.cases.case import Case
from intake.clock import now as real_now
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import Services
from tests.browser import every_address
from tests.browser.test_every_page import DESK, PHONE, Lights, Looker, house  # noqa: F401  # fixture
from tests.components import ROOT
from tests.components.browser import Visitors
from tests.live import LiveServer
from tests.web.full_shelf import Shelf, fill_shelf, sign_in

LONG = bool(os.environ.get("INTAKE_LONG"))
ALL: Lights = ((PHONE, "light"), (DESK, "dark"), (DESK, "light"), (PHONE, "dark"))
IN_ALL, SEED = 3, 6


class Pictured(Looker):
    """A looker that also keeps pictures, where they are wanted."""

    def picture(self, page: Page, name: str, lights: Lights) -> None:
        """One for each size and light."""
        if place := os.environ.get("INTAKE_PICTURES"):
            for size, palette in lights:
                page.set_viewport_size(size)
                page.emulate_media(color_scheme=palette)
                kept = f"{name.strip('/').replace('/', '_').replace('?', '__')}-{size['width']}-{palette}.png"
                page.screenshot(path=Path(place) / kept, full_page=True)


@pytest.fixture
def looker(axe: Callable[[Page], None]) -> Pictured:
    """Looks at pages and keeps what is wrong."""
    return Pictured(axe)


def test_every_address_is_looked_at_by_some_test(services: Services) -> None:
    tables = every_address
    looked_at = {*tables.DESK, *tables.PATIENT, *tables.WALKED, *tables.IN_OTHER_TESTS, *tables.NO_PAGE}
    there = tables.all_endpoints(services)
    assert there - looked_at == set(), "a page that no test looks at: add it to tests/browser/every_address.py"
    assert looked_at - there == set(), "a page that is no more"
    for test in set(tables.IN_OTHER_TESTS.values()):
        assert (ROOT / "tests" / "browser" / f"{test}.py").exists()


def test_every_address_of_the_tables_leads_to_its_page(services: Services, now) -> None:
    shelf = fill_shelf(services, now)
    for endpoint, addresses in (every_address.DESK | every_address.PATIENT).items():
        for address in addresses:
            path = address.format(**shelf.named).partition("?")[0]
            assert every_address.endpoints_of(services, [path]) == {endpoint}


def test_every_page_of_the_desk_and_beside_it_is_open_to_everybody(
    live_server: LiveServer, house: Services, visitors: Visitors, looker: Pictured  # noqa: F811
) -> None:
    shelf, page = fill_shelf(house, real_now()), visitors()
    hold_sessions(page, house, shelf, live_server.base_url)
    tables = (every_address.DESK, every_address.PATIENT)
    addresses = [one for table in tables for many in table.values() for one in many]
    in_all = addresses if LONG else Random(SEED).sample(addresses, IN_ALL)
    for number, address in enumerate(addresses):
        lights = ALL if address in in_all else (ALL[number % len(ALL)],)
        at = f"{live_server.base_url}{address.format(**shelf.named)}"
        answer = page.goto(at)
        assert answer is not None and answer.status == 200 and page.url == at, address
        looker.look(page, address, lights=lights)
        looker.picture(page, address, lights)
    assert looker.wrong == [], "\n".join(looker.wrong)
    assert visitors.complaints == []


def hold_sessions(
    page: Page, house: Services, shelf: Shelf, base_url: str, theirs: Case | None = None  # noqa: F811
) -> None:
    """This browser is at the desk, and holds the link of a patient (of the main case) with the address typed."""
    now, mine = real_now(), theirs or shelf.main
    with house.database.transaction() as tx:
        case = sessions.start(tx, Role.CASE, mine.id, now, expires_at=mine.purge_at, address_checked=True)
    held = {"__Host-desk": sign_in(house, shelf.named["ines"], now), "__Host-case": case}
    kept = {"url": base_url.replace("http:", "https:"), "secure": True}  # or Chromium does not take a cookie as ours
    page.context.add_cookies([{"name": name, "value": secret} | kept for name, secret in held.items()])  # type: ignore[misc]
