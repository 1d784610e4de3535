"""The pictures of the README, taken from the running service with invented cases: `make pictures` keeps them."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_desk import enrol, give_device
from tests.components.browser import Visitors
from tests.journeys.people import fill_until, start
from tests.live import LiveServer, Starter

PHONE = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 1.5}
DESK = {"viewport": {"width": 1180, "height": 1050}, "device_scale_factor": 1}


@pytest.fixture(scope="module")
def keep() -> Path | None:
    """Where to keep the pictures; None when nobody asked for them."""
    place = os.environ.get("INTAKE_PICTURES")
    return Path(place).absolute() if place else None


@pytest.fixture
def service(start_server: Starter, built_site: Path) -> LiveServer:
    """A running service with site and invented cases."""
    server = start_server(site=built_site)
    assert server.run("demo", seconds=120).returncode == 0
    return server


def take(page: Page, keep: Path | None, name: str) -> None:
    """Keep what is on the screen, if anybody asked."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=keep / f"{name}.png")


def test_the_pictures_of_the_readme(service: LiveServer, visitors: Visitors, keep: Path | None) -> None:
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

    coordinator = visitors(phone=False, **DESK)
    give_device(coordinator)
    link = re.search(r"https?://\S+/l/\S+", service.run("invite", "Ada Example", "ada@example.org").stdout)
    assert link
    enrol(coordinator, link.group())
    coordinator.get_by_role("main").get_by_role("link").first.click()
    expect(coordinator.get_by_role("heading", level=1)).to_be_visible()
    take(coordinator, keep, "desk")
