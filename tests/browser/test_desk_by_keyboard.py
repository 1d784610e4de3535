"""A coordinator's work by the keys alone: sign in, find, claim, ask, hand over; and the same without script.

Where the focus is, is always seen. After each act the page says what was done, in its title too, and one goes on there.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from intake.clock import now as real_now
from intake.services import Services
from tests.browser.test_desk import enrol, give_device, house, invite  # noqa: F401  # fixtures
from tests.browser.test_every_address import hold_sessions
from tests.components.browser import Visitors
from tests.live import LiveServer
from tests.web.full_shelf import Shelf, fill_shelf

FAR = 90
SEEN = """() => {
    const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + Math.min(8, box.width / 2), box.top + Math.min(8, box.height / 2));
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return ring && box.top >= 0 && box.bottom <= innerHeight + 1 && (here === at || here.contains(at));
}"""
NAME = "() => (document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"


@pytest.fixture
def shelf(house: Services) -> Iterator[Shelf]:  # noqa: F811
    """A full desk."""
    return fill_shelf(house, real_now())


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is there. Each stop on the way must be seen."""
    stops: list[str] = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(NAME))
        assert page.evaluate(SEEN), f"the focus is not seen at {stops[-1]!r}"
        if stops[-1].startswith(name):
            return
    raise AssertionError(f"{name!r} was not reached: {stops}")


def done(page: Page, said: str) -> None:
    """What was done is said, in the title too, and the focus is there."""
    status = page.get_by_role("status")
    expect(status).to_contain_text(said)
    expect(status).to_be_focused()
    assert page.title().startswith(said)
    expect(status).to_be_in_viewport()


def claim_ask_and_hand_over(page: Page) -> None:
    """From the list of cases on."""
    tab_to(page, "Claim this case")
    page.keyboard.press("Enter")
    done(page, "You have this case now")
    tab_to(page, "Ask the patient …")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ask the patient")
    tab_to(page, "What do you want to write?")
    page.keyboard.type("Which medicines do you take each day?")
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    done(page, "Your question is on its way")
    expect(page.get_by_role("heading", name="Wait for their answer")).to_be_visible()
    tab_to(page, "Hand the case over")
    page.keyboard.type("Omar")
    tab_to(page, "Hand over")
    page.keyboard.press("Enter")
    done(page, "The case has another coordinator now")


def test_a_coordinator_works_a_case_by_the_keys_alone(desktop: Page, invite, shelf: Shelf) -> None:  # noqa: F811
    desktop.emulate_media(reduced_motion="reduce")  # where the focus is, is looked at when the page stands still
    give_device(desktop)
    enrol(desktop, invite())
    tab_to(desktop, "Sign out")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Sign in to the desk")
    tab_to(desktop, "Sign in with your passkey")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Cases")
    tab_to(desktop, "Reference or e-mail address")
    desktop.keyboard.type(shelf.carer.reference.lower())
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_contain_text(shelf.carer.reference)
    claim_ask_and_hand_over(desktop)


def test_the_same_works_without_script(
    visitors: Visitors, live_server: LiveServer, house: Services, shelf: Shelf  # noqa: F811
) -> None:
    page = visitors(phone=False, scripts=False)
    hold_sessions(page, house, shelf, live_server.base_url)
    page.goto(f"{live_server.base_url}/desk/cases/{shelf.carer.id}")
    page.get_by_role("button", name="Claim this case").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You have this case now")
    expect(page.get_by_role("status")).to_be_focused()
    page.get_by_role("link", name="Ask the patient …").press("Enter")
    page.get_by_label("What do you want to write?").fill("Which medicines do you take each day?")
    page.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Your question is on its way")
    page.get_by_label("Hand the case over").select_option(label="Omar Probefall")
    page.get_by_role("button", name="Hand over").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The case has another coordinator now")
    assert visitors.complaints == []
