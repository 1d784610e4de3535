"""Helpers, photos, viewer links and parcels in a real browser, on a phone: nobody is shut out, nothing sticks out.

The requester's pages and the helper's are always looked at; with INTAKE_LONG the desk's too, and every page also at a
desk by night. With INTAKE_PICTURES set, each page is kept there as a picture.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.cases import ways_in
from intake.clock import now as real_now
from intake.services import Services, make_services
from tests.browser.test_desk import give_device
from tests.browser.test_every_page import DEMONSTRATION, press
from tests.builders import a_case
from tests.components.browser import Visitors
from tests.journeys.people import fill
from tests.live import LiveServer
from tests.records.photographed import as_file
from tests.records.photographed import page as made_page

LONG = bool(os.environ.get("INTAKE_LONG"))
SIZES = [((390, 844), "light"), ((1280, 900), "dark")] if LONG else [((390, 844), "light")]


@pytest.fixture
def house(live_server: LiveServer):
    """The services of the running server, on the real clock."""
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.fixture
def look(axe: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """Call it with a page and its name."""

    def at(page: Page, name: str) -> None:
        page.wait_for_load_state()
        for (width, height), palette in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=palette, reduced_motion="reduce")
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
            if place := os.environ.get("INTAKE_PICTURES"):
                page.screenshot(path=Path(place) / f"hands-{name}-{palette}.png", full_page=True)

    return at


def test_the_pages_of_other_hands_are_open_to_everybody_without_script(
    live_server: LiveServer, house: Services, visitors: Visitors, look: Callable[[Page, str], None], tmp_path: Path
) -> None:
    base, requester = live_server.base_url, visitors()
    with house.database.transaction() as tx:
        case = a_case(tx, house, real_now())
        link = ways_in.current_case_link(tx, house, case, real_now())
    requester.goto(link)
    press(requester, "Open my case")
    fill(requester, [("email", DEMONSTRATION)])
    press(requester, "Show me")
    to_help, code = the_helper_link(requester, base, look)
    the_viewer(requester, base, look)
    the_parcel(requester, base, look)
    helper = visitors()
    helper.goto(f"{base}/h")
    look(helper, "code")
    fill(helper, [("code", code.lower())])
    press(helper, "Continue")
    expect(helper).to_have_url(to_help)
    look(helper, "landing")
    press(helper, "Go on to send files")
    look(helper, "helping")
    helper.goto(f"{base}/case/records/photos")
    look(helper, "photos")
    plain = visitors(scripts=False)  # as on the locked computer of a ward; a page without script cannot be looked at
    plain.goto(to_help)
    press(plain, "Go on to send files")
    at = the_photos(plain, base, tmp_path)
    requester.goto(at)
    look(requester, "photo-set")
    press(plain, "This record is done")
    if LONG:
        the_desk(visitors(), live_server, case.id, look)
    requester.goto(f"{base}/case/helpers")
    expect(requester.get_by_text("2 files came")).to_be_visible()
    press(requester, re.compile("^End it now"))
    helper.goto(f"{base}/case/records")
    expect(helper.get_by_text("Ask the person who gave you the link for a new one.")).to_be_visible()
    assert visitors.complaints == []


def the_helper_link(page: Page, base: str, look: Callable[[Page, str], None]) -> tuple[str, str]:
    """A link is made; it is on the page, and so is its code."""
    page.goto(f"{base}/case/records")
    look(page, "records")
    page.get_by_role("link", name="Let somebody else send").click()
    press(page, "Make the link")
    look(page, "helpers-mistake")
    fill(page, [("kind", "relative"), ("note", "My sister, who has a computer")])
    press(page, "Make the link")
    look(page, "helper")
    link, code = page.locator("[data-copied]").inner_text(), page.locator(".inset .reference").inner_text()
    page.get_by_role("link", name="Sheet to print").click()
    look(page, "helper-sheet")
    page.goto(f"{base}/case/helpers")
    look(page, "helpers")
    return link, code


def the_viewer(page: Page, base: str, look: Callable[[Page, str], None]) -> None:
    """A hospital's link with its code."""
    page.goto(f"{base}/case/records/viewers")
    fill(page, [("address", "https://viewer.hospital.example/s?t=1"), ("code", "4711")])
    press(page, "Keep this link")
    look(page, "viewers")


def the_parcel(page: Page, base: str, look: Callable[[Page, str], None]) -> None:
    """Announced and sent."""
    page.goto(f"{base}/case/records/parcels")
    press(page, "Announce it")
    look(page, "parcels-mistake")
    fill(page, [("slides", "4"), ("papers", "2")])
    press(page, "Announce it")
    page.get_by_role("link", name="I have sent it").click()
    look(page, "parcel-sent")
    fill(page, [("carrier", "Swift"), ("tracking", "ZZ 9")])
    press(page, "It is on its way")
    look(page, "parcels")


def the_photos(page: Page, base: str, folder: Path) -> str:
    """Two photos in the wrong order are put right, without script. Returns the address of the record."""
    page.goto(f"{base}/case/records/photos")
    for number in (2, 1):
        (folder / f"p{number}.jpg").write_bytes(as_file(made_page(number, per_mm=1)[0]).getvalue())
    page.locator("#files").set_input_files([folder / "p2.jpg", folder / "p1.jpg"])
    press(page, "Send these photos")
    press(page, re.compile("^Down.*Page 1$"))
    expect(page.locator("ol.rows bdi.soft")).to_have_text(["p1.jpg", "p2.jpg"])
    return page.url.partition("#")[0]


def the_desk(page: Page, server: LiveServer, case_id: str, look: Callable[[Page, str], None]) -> None:
    """What the coordinator sees of all that."""
    give_device(page)
    told = server.run("invite", "Ines Probefall", "ines@clinic.example").stdout
    page.goto(re.search(r"https?://\S+/l/\S+", told)[0])
    press(page, "Accept the invitation")
    press(page, "Make a passkey")
    page.goto(f"{server.base_url}/desk/cases/{case_id}")
    look(page, "desk-case")
    page.get_by_role("link", name=re.compile("^Open the viewer")).click()
    look(page, "desk-viewer")
    press(page, "Show the link and the code")
    look(page, "desk-viewer-open")
    page.goto(f"{server.base_url}/desk/cases/{case_id}")
    page.get_by_role("link", name=re.compile("^It is here")).click()
    look(page, "desk-parcel")
    press(page, "It is here")
    page.get_by_role("link", name=re.compile("^It goes back")).click()
    press(page, "It is on its way back")
    look(page, "desk-parcel-mistake")
