"""The pictures of the README, taken from the running service with invented cases: `make pictures` keeps them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.cases.case import Stage
from intake.clock import now as real_now
from intake.services import Services, make_services
from tests.browser.test_desk import enrol, give_device
from tests.browser.test_every_address import hold_sessions
from tests.components.browser import Visitors
from tests.journeys.people import fill_until, start
from tests.live import LiveServer, Starter
from tests.web.full_shelf import fill_shelf

CLOCK = {"viewport": {"width": 390, "height": 900}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 1.5}
DESK = {"viewport": {"width": 1180, "height": 900}, "device_scale_factor": 1}


@pytest.fixture(scope="module")
def keep() -> Path | None:
    """Where to keep the pictures; None when nobody asked for them."""
    place = os.environ.get("INTAKE_PICTURES")
    return Path(place).absolute() if place else None


@pytest.fixture
def service(start_server: Starter, built_site: Path) -> LiveServer:
    """A running service with the site."""
    return start_server(site=built_site)


def take(page: Page, keep: Path | None, name: str) -> None:
    """Keep what is on the screen, if anybody asked."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=keep / f"{name}.png")


@pytest.fixture
def house(service: LiveServer) -> Iterator[Services]:
    """The services of the running server, on the real clock."""
    made = make_services(service.settings)
    yield made
    made.close()


def test_the_pictures_of_the_readme(
    service: LiveServer, house: Services, visitors: Visitors, keep: Path | None
) -> None:
    reader = visitors(**PHONE)
    reader.goto(service.base_url)
    expect(reader.get_by_role("heading", level=1)).to_be_visible()
    take(reader, keep, "site")
    reader.get_by_role("link", name="العربية").first.click()
    expect(reader.locator("html")).to_have_attribute("dir", "rtl")
    take(reader, keep, "site-ar")

    reader.goto(f"{service.base_url}/request/en/")
    start(reader)
    fill_until(reader, "questions")
    expect(reader.get_by_role("heading", level=1)).to_be_visible()
    take(reader, keep, "form")

    shelf = fill_shelf(house, real_now(), more=9)
    coordinator = visitors(phone=False, **DESK)
    give_device(coordinator)
    link = re.search(r"https?://\S+/l/\S+", service.run("invite", "Ada Example", "ada@example.org").stdout)
    assert link
    enrol(coordinator, link.group())
    take(coordinator, keep, "desk")
    coordinator.goto(f"{service.base_url}/desk/cases/{shelf.main.id}")
    expect(coordinator.get_by_role("heading", name="Answer the requester")).to_be_visible()
    take(coordinator, keep, "desk-case")

    patient = visitors(**CLOCK)
    hold_sessions(patient, house, shelf, service.base_url, shelf.stages[Stage.OPENED])
    patient.goto(f"{service.base_url}/case/")
    expect(patient.get_by_role("heading", name="Where it stands")).to_be_visible()
    take(patient, keep, "clock")
