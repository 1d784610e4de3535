"""From a worried reader to a coordinator with the records in hand, in real Chromium, with real servers and mail."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import people
from tests.journeys.people import ADDRESS, NEW_ADDRESS, PLANTED, TYPED, fill, fill_until, link_in, see, sha256

STUDY_MEGABYTES = 210
COORDINATOR = "coordinator@example.org"


@pytest.fixture
def house(start_server, smtp_server, built_site):
    """The running service, its letters going to a real mail server."""
    return start_server(
        site=built_site, mail="smtp", smtp_host=smtp_server.host, smtp_port=smtp_server.port, smtp_security="none"
    )


def _visit(visitors, addresses: list[str], **how) -> Page:
    page = visitors(**how)
    page.on("request", lambda request: addresses.append(request.url))
    return page


def _press(page: Page, link: str, button: str) -> None:
    page.goto(link)
    page.get_by_role("button", name=button).click()


def _enrolled(house, smtp_server, visitors, addresses: list[str]) -> Page:
    """A coordinator at the desk, invited by letter, with a passkey of her own."""
    assert house.run("invite", "Coordinator One", COORDINATOR).returncode == 0
    page = _visit(visitors, addresses, phone=False, accept_downloads=True)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    _press(page, link_in(smtp_server.wait_for(1, COORDINATOR)[0], "invite"), "Accept the invitation")
    page.get_by_role("button", name=re.compile("passkey", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/desk/(?!enrol)"))
    return page


def _begin(page: Page, house, axe=None) -> None:
    """Read the guidance, and press the button that leads to the form."""
    page.goto(house.base_url + "/")
    see(page, "second opinion")
    page.goto(house.base_url + "/send-your-case-securely/")
    page.locator('main a[href^="/request/en/"], a.md-button[href^="/request/en/"]').first.click()
    if axe:
        axe(page)
    people.start(page)


def test_a_worried_reader_sends_a_case_and_a_coordinator_gets_the_records(
    house, smtp_server, visitors, axe, tmp_path: Path
) -> None:
    addresses: list[str] = []
    desk = _enrolled(house, smtp_server, visitors, addresses)
    study, letter = people.a_study(tmp_path, STUDY_MEGABYTES), people.a_pdf(tmp_path)
    assert study.stat().st_size >= 200 * 1024 * 1024

    # She begins on her phone, and leaves halfway.
    phone = _visit(visitors, addresses)
    _begin(phone, house, axe)
    fill_until(phone, "treatment")
    phone.get_by_role("button", name="Save and come back later").click()
    phone.get_by_role("button", name="Send me the link").click()
    way_back = link_in(smtp_server.wait_for(1, ADDRESS)[0], "resume")

    # She comes back in another browser, changes her address, sends, and confirms the new address.
    tablet = _visit(visitors, addresses)
    _press(tablet, way_back, "Go on")
    fill(tablet, [("email", ADDRESS)])
    tablet.get_by_role("button", name="Go on").click()
    tablet.wait_for_url("**/request/en/treatment")
    tablet.goto(house.base_url + "/request/en/reach-you")
    fill(tablet, [("email", NEW_ADDRESS)])
    tablet.get_by_role("button", name="Continue").click()
    fill_until(tablet, "check", TYPED | {"reach-you": [("email", NEW_ADDRESS)]})
    axe(tablet)
    tablet.get_by_role("button", name="Send my request").click()
    confirm = link_in(smtp_server.wait_for(1, NEW_ADDRESS)[0], "confirm")
    _press(tablet, confirm, "Confirm and send my request")
    reference = tablet.locator(".reference").inner_text()
    axe(tablet)

    # She sends her records; in the middle the server dies and comes back.
    tablet.get_by_role("link", name="Send your records").click()
    tablet.locator('input[type="file"]').first.set_input_files([study, letter])
    _kill_in_the_middle(house, tablet)
    for name in (study.name, letter.name):
        row = tablet.locator("li, tr", has_text=name).first
        expect(row).to_contain_text(re.compile("Arrived"), timeout=180_000)
    axe(tablet)
    tablet.get_by_role("button", name=re.compile("sent everything", re.IGNORECASE)).click()

    # The coordinator gets the letters, and downloads both records.
    letters = smtp_server.wait_for(3, COORDINATOR, seconds=180)  # they wait for the check of both files
    assert all(reference in str(each["Subject"]) for each in letters[1:])
    _download_and_compare(desk, house, letters[-1], tmp_path / "got", {sha256(study), sha256(letter)})
    axe(desk)

    _nothing_leaked(house, smtp_server, addresses)
    # While the server was dead the browser could not reach it, and said so; it must have nothing else to say.
    assert [complaint for complaint in visitors.complaints if "net::ERR_" not in complaint] == []


def test_the_whole_journey_without_any_script(house, smtp_server, visitors, tmp_path: Path) -> None:
    addresses: list[str] = []
    desk = _enrolled(house, smtp_server, visitors, addresses)
    letter, small = people.a_pdf(tmp_path), people.a_study(tmp_path, 2)

    page = _visit(visitors, addresses, scripts=False)
    _begin(page, house)
    fill_until(page, "check")
    page.get_by_role("button", name="Send my request").click()
    confirm = link_in(smtp_server.wait_for(1, ADDRESS)[0], "confirm")
    _press(page, confirm, "Confirm and send my request")
    page.get_by_role("link", name="Send your records").click()
    page.locator('input[type="file"]').first.set_input_files([letter, small])
    page.get_by_role("button", name=re.compile("^Send")).first.click()
    see(page, letter.name)
    see(page, small.name)
    page.get_by_role("button", name=re.compile("sent everything", re.IGNORECASE)).click()

    letters = smtp_server.wait_for(3, COORDINATOR, seconds=180)  # they wait for the check of both files
    _download_and_compare(desk, house, letters[-1], tmp_path / "got", {sha256(small), sha256(letter)})
    _nothing_leaked(house, smtp_server, addresses)


def _kill_in_the_middle(house, page: Page) -> None:
    """Kill the web process once some of the bytes are safe, and start it again after a while."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('progress')].some(bar => bar.value > 0 && bar.value < bar.max)",
        timeout=60_000,
    )
    house.kill9("serve")
    page.wait_for_timeout(1500)
    house.restart("serve")


def _download_and_compare(page: Page, house, letter, folder: Path, expected: set[str]) -> None:
    """From the letter to the case; open what was not scanned, deliberately; the bytes are the originals'."""
    text = letter.get_body(("plain",)).get_content()
    page.goto(re.search(r"https?://\S+/desk/cases/\S+", text).group())
    see(page, people.HEALTH)
    page.get_by_role("link", name=re.compile(r"open \d held records", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("open", re.IGNORECASE)).click()
    folder.mkdir()
    got = set()
    links = page.locator('.row a[href*="/records/"]', has_text="Download")
    expect(links).to_have_count(len(expected))
    for number in range(len(expected)):
        with page.expect_download() as waiting:
            links.nth(number).click()
        path = folder / str(number)
        waiting.value.save_as(path)
        got.add(sha256(path))
    assert got == expected


def _nothing_leaked(house, smtp_server, addresses: list[str]) -> None:
    letters = "\n".join(people.whole_text(each) for each in smtp_server.messages)
    for planted in PLANTED:
        assert planted.lower() not in letters.lower()
        assert planted.lower() not in house.logs.lower()
        assert not any(planted.lower() in address.lower() for address in addresses)
    tokens = set(re.findall(r"/l/(\S+?)(?:[\s\"'<>]|$)", letters))
    assert tokens and not any(token in house.logs for token in tokens)
    assert not any(ADDRESS in text or NEW_ADDRESS in text for text in (house.logs, *addresses))
    own = tuple(f"{scheme}://localhost:{house.settings.port}/" for scheme in ("http", "blob:http"))
    assert [address for address in addresses if not address.startswith((*own, "data:"))] == []
    assert os.environ.get("INTAKE_ENV") is None
