"""Buttons that stand outside the form of a page: they take its words along, and the key for a new line never presses
them. With and without script.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.people import fill_until, start, step_of
from tests.live import LiveServer

WORDS = "Half a thought, and it is not ready yet"


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Page:
    """A browser's page, with script or without."""
    context = browser.new_context(java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def writing(page: Page, live_server: LiveServer, step: str) -> None:
    """Begin a request and go as far as a page."""
    page.goto(f"{live_server.base_url}/request/en/")
    start(page)
    fill_until(page, step)


def test_the_way_back_takes_the_words_along(page: Page, live_server: LiveServer) -> None:
    writing(page, live_server, "reason")
    page.locator("[name=more]").fill(WORDS)
    page.get_by_role("button", name="Back", exact=True).click()
    page.wait_for_url("**/treatment")
    page.goto(f"{live_server.base_url}/request/en/reason")
    expect(page.locator("[name=more]")).to_have_value(WORDS)


def test_the_key_for_a_new_line_goes_on(page: Page, live_server: LiveServer) -> None:
    writing(page, live_server, "reach-you")
    page.locator("[name=email]").fill("wrong@")
    page.locator("[name=email]").press("Enter")
    expect(page.get_by_text("Type a whole e-mail address").first).to_be_visible()
    assert step_of(page) == "reach-you"


def test_nobody_comes_upon_the_button_that_only_that_key_presses(page: Page, live_server: LiveServer) -> None:
    writing(page, live_server, "reason")
    assert page.get_by_role("button", name="Continue").count() == 1
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(page.locator(":focus").inner_text())
    assert "Back" in names and "Continue" not in names[: names.index("Back") + 1]
