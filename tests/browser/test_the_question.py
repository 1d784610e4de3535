"""The question in a real browser: suggestions are found at once, words put together without a script."""

import pytest
from playwright.sync_api import Page, expect

from intake.demo import TYPED
from tests.components.browser import Visitors
from tests.journeys.people import fill, fill_until, start
from tests.live import LiveServer


def at_the_questions(page: Page, live_server: LiveServer) -> Page:
    """Come to the page of questions as everybody does."""
    page.goto(f"{live_server.base_url}/request/en/")
    start(page)
    fill_until(page, "questions", TYPED)
    return page


def test_suggestions_have_the_focus_and_the_same_button_goes_on(phone: Page, live_server: LiveServer, axe) -> None:
    page = at_the_questions(phone, live_server)
    fill(page, [("first", "Please check my case.")])
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#advice")).to_be_focused()
    expect(page).to_have_title("Suggestions: Your questions for the specialist – EXAMPLE Second Opinion")
    axe(page)
    page.get_by_role("button", name="Continue anyway").click()
    page.wait_for_url("**/what-matters")


@pytest.mark.parametrize("scripts", [True, False])
def test_words_are_put_together_and_seen_as_the_specialist_will(
    visitors: Visitors, live_server: LiveServer, scripts: bool
) -> None:
    page = at_the_questions(visitors(scripts=scripts), live_server)
    page.get_by_role("button", name="Put my words together").click()
    together = "\n".join(value for _, value in TYPED["frame"])
    expect(page.get_by_label("Your most important question")).to_have_value(together)
    page.get_by_role("button", name="See what the specialist will read").click()
    expect(page.locator(".asked li")).to_have_text(together, use_inner_text=True)
    page.get_by_role("link", name="Go back to the form").click()
    expect(page.get_by_label("Your most important question")).to_have_value(together)


def test_the_enter_key_on_the_box_to_tick_goes_on(desktop: Page, live_server: LiveServer) -> None:
    page = at_the_questions(desktop, live_server)
    page.get_by_label("I cannot put it into words").check()
    page.get_by_label("I cannot put it into words").press("Enter")
    page.wait_for_url("**/what-matters")
