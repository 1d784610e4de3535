"""The pages that keep words, delete them, or ask to wait, and the desk's list of held requests, by day and by night."""

import re

from playwright.sync_api import expect

from intake.cases import draft as drafts
from intake.cases import lifecycle
from intake.cases.suspicion import Trait, note_trait
from intake.clock import now as real_now
from intake.services import Services
from intake.web.security import LIMITS
from tests.browser.test_desk import give_device
from tests.browser.test_every_page import Looker, house, looker, press  # noqa: F401  # fixtures
from tests.builders import a_draft, a_request
from tests.components.browser import Visitors
from tests.journeys.people import ADDRESS, fill, fill_until, start
from tests.live import LiveServer, Starter

WORDS = "Half a thought, and it is not ready yet"


def test_the_pages_that_keep_and_delete_are_open_to_everybody(
    live_server: LiveServer, visitors: Visitors, looker: Looker  # noqa: F811
) -> None:
    page, base = visitors(), live_server.base_url
    page.goto(f"{base}/request/en/")
    start(page)
    fill_until(page, "reason")
    fill(page, [("more", WORDS)])
    page.context.clear_cookies()
    press(page, "Continue")
    looker.look(page, "words kept on the page")
    expect(page.get_by_text(WORDS)).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{base}/request/en/")
    start(other)
    press(page, "Keep these words")
    fill_until(page, "reason")
    expect(page.locator("[name=more]")).to_have_value(WORDS)
    page.goto(f"{base}/request/en/save")
    page.get_by_role("link", name="Delete what I have written").click()
    looker.look(page, "deleting")
    press(page, "Delete it now")
    looker.look(page, "deleted")
    assert looker.wrong == [], "\n".join(looker.wrong)


def test_the_page_that_asks_to_wait_is_open_to_everybody(
    start_server: Starter, visitors: Visitors, looker: Looker  # noqa: F811
) -> None:
    page, base = visitors(), start_server(rate_limits="on").base_url
    page.goto(f"{base}/request/en/")
    start(page)
    for _ in range(int(LIMITS["save"].split()[0]) + 1):
        page.goto(f"{base}/request/en/save")
        fill(page, [("email", ADDRESS)])
        press(page, "Send me the link")
    looker.look(page, "wait (429)")
    expect(page.get_by_text(re.compile(r"You can try again in \d+ minutes\."))).to_be_visible()
    press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Please wait a little")
    assert looker.wrong == [], "\n".join(looker.wrong)


def test_the_desk_of_held_requests_is_open_to_everybody(
    live_server: LiveServer, house: Services, visitors: Visitors, looker: Looker  # noqa: F811
) -> None:
    page = visitors()
    real, abuse = held(house), held(house)
    give_device(page)
    told = live_server.run("invite", "Ines Probefall", "ines@clinic.example").stdout
    page.goto(re.search(r"https?://\S+/l/\S+", told)[0])
    press(page, "Accept the invitation")
    press(page, "Make a passkey")
    looker.look(page, "desk, cases, and something held")
    page.get_by_role("link", name="requests are held").click()
    looker.look(page, "desk, held requests")
    page.get_by_role("link", name=abuse).first.click()
    looker.look(page, "desk, a held case")
    page.go_back()
    page.get_by_role("link", name=re.compile(f"It is abuse.*{abuse}")).click()
    looker.look(page, "desk, abuse")
    press(page, "Decline without a letter")
    looker.look(page, "desk, held requests, and one declined")
    press(page, re.compile(f"It is a real request.*{real}"))
    looker.look(page, "desk, a real request")
    assert looker.wrong == [], "\n".join(looker.wrong)


def held(house: Services) -> str:  # noqa: F811
    """A request with the hidden box filled; its reference."""
    with house.database.transaction() as tx:
        draft = a_draft(tx, house, real_now())
        note_trait(tx, draft, Trait.TRAP)
        such = drafts.read_draft(tx, house.keys, draft.id, real_now(), to_change=True)
        return lifecycle.confirm_draft(tx, house, such, a_request(house, such), real_now()).reference
