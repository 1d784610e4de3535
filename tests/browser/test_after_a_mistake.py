"""After a mistake, a step back and a reload are safe: nothing is sent again, and the browser asks nothing itself."""

from playwright.sync_api import Page, expect

from tests.journeys.people import fill, start
from tests.live import LiveServer


def mistaken(page: Page, live_server: LiveServer) -> list[str]:
    """Open the first question and answer nothing. Returns what the browser sends from then on."""
    page.goto(f"{live_server.base_url}/request/en/")
    start(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#wrong")).to_be_focused()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    return sent


def test_a_reload_asks_for_the_page_and_sends_nothing(phone: Page, live_server: LiveServer) -> None:
    sent = mistaken(phone, live_server)
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Who needs the second opinion?")
    assert "POST" not in sent


def test_a_step_back_shows_the_page_with_its_answer(phone: Page, live_server: LiveServer) -> None:
    mistaken(phone, live_server)
    fill(phone, [("who", "carer")])
    phone.get_by_role("button", name="Continue").click()
    phone.wait_for_url("**/asking")
    phone.go_back()
    expect(phone.locator('[name="who"][value="carer"]')).to_be_checked()
