"""The conversation in a real browser, on both sides: asked at the desk, answered on a phone.

In Arabic; with INTAKE_LONG also in English. With INTAKE_PICTURES set, each page is kept there as a picture.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.cases import talking, ways_in
from intake.cases.case import Stage
from intake.clock import now as real_now
from intake.services import Services, make_services
from tests.browser.test_desk import enrol, give_device
from tests.browser.test_every_page import DEMONSTRATION
from tests.builders import a_case
from tests.components.browser import Visitors
from tests.live import LiveServer

QUESTION = "When was your last check of the blood?\nA month and a year are enough."
LONG = bool(os.environ.get("INTAKE_LONG"))
ANSWER = "كان ذلك في شهر مارس 2025، في المستشفى الجامعي."


@pytest.fixture
def house(live_server: LiveServer):
    """The services of the running server, on the real clock."""
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.fixture
def look(axe: Callable[[Page], None]) -> Callable[[Page, str], None]:
    """Call it with a page and its name: open to everybody, nothing sticks out, and a picture if one is wanted."""

    def at(page: Page, name: str) -> None:
        page.wait_for_load_state()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
        if place := os.environ.get("INTAKE_PICTURES"):
            page.screenshot(path=Path(place) / f"talk-{name}.png", full_page=True)

    return at


def press(page: Page, action: str) -> None:
    """The button of the form that leads there, in whatever language."""
    page.locator(f'form[action*="{action}"] button').first.click()
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["ar", "en"] if LONG else ["ar"])
def test_a_question_is_asked_at_the_desk_and_answered_on_a_phone(
    live_server: LiveServer, house: Services, visitors: Visitors, look: Callable[[Page, str], None], language: str
) -> None:
    base, desk = live_server.base_url, visitors(phone=False)
    requester = visitors()
    with house.database.transaction() as tx:
        case = a_case(tx, house, real_now(), stage=Stage.RECORDS_IN, language=language)
        link = ways_in.current_case_link(tx, house, case, real_now())
    give_device(desk)
    invited = live_server.run("invite", "Ines Probefall", "ines@clinic.example")
    enrol(desk, invited.stdout.strip())
    desk.goto(f"{base}/desk/cases/{case.id}")
    desk.get_by_role("link", name="Ask the patient …").click()
    desk.get_by_label("What do you want to write?").fill(QUESTION)
    look(desk, f"ask-{language}")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Your question is on its way")).to_be_visible()
    the_answer(requester, base, link, look, language)
    desk.reload()
    expect(desk.get_by_text(ANSWER)).to_be_visible()
    look(desk, f"case-{language}")
    with house.database.transaction() as tx:
        talking.write_to_requester(tx, house, case.id, "Thank you. That helps.", "coordinator:x", real_now())
    requester.goto(f"{base}/case/history")
    look(requester, f"history-{language}")
    assert visitors.complaints == []


def the_answer(page: Page, base: str, link: str, look: Callable[[Page, str], None], language: str) -> None:
    """The requester comes in by the link and answers."""
    page.goto(link)
    page.get_by_role("main").get_by_role("button").first.click()
    look(page, f"waits-{language}")
    page.locator('input[name="email"]').fill(DEMONSTRATION)
    press(page, "/case/address")
    look(page, f"home-{language}")
    page.locator('main a[href="/case/messages"]').first.click()
    look(page, f"talk-{language}")
    page.locator('main a[href$="/answer"]').click()
    press(page, "/answer")
    expect(page.locator("#wrong")).to_be_visible()
    look(page, f"mistake-{language}")
    page.locator("textarea").fill(ANSWER)
    press(page, "/answer")
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.locator("textarea").fill("One more thing." if language == "en" else "شيء آخر.")
    press(page, "/case/messages")
    look(page, f"told-{language}")
