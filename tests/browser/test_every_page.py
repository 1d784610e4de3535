"""Every page of form, case and desk, at a phone by day and at a desk by night: nobody is shut out, nothing sticks out.

One visitor of each kind walks through one running service, and each page that comes by is looked at. What is wrong is
gathered, so that one walk tells everything.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from intake import demo
from intake.cases import lifecycle, ways_in
from intake.cases.case import Case, Stage
from intake.clock import now as real_now
from intake.links import grants
from intake.links.tokens import Purpose
from intake.services import Services, make_services
from tests.browser.every_address import WALKED, endpoints_of
from tests.browser.test_desk import full_desk, give_device
from tests.builders import a_case, a_draft
from tests.components.browser import Visitors
from tests.journeys.people import ADDRESS, TYPED, a_pdf, fill, step_of
from tests.live import LiveServer

Lights = tuple[tuple[dict[str, int], str], ...]  # sizes, each with its palette
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 640}
BOTH: Lights = ((PHONE, "light"), (DESK, "dark"))
PAGES = 60
DEMONSTRATION = dict(demo.TYPED["reach-you"])["email"]  # the address of ready-made drafts and cases
OTHER = TYPED | {
    "who": [("who", "child")],
    "asking": [
        ("your_name", "Olga Parentname"), ("relation", "other"), ("relation_other", "aunt"),
    ],
    "permission": [("permission", "permission"), ("knows", "yes"), ("knows_diagnosis", "yes")],
    "patient-agrees": [("how", "link"), ("patient_email", "patient@example.org")],
}


class Looker:
    """Looks at pages, as a rule each at two sizes and in both palettes, and keeps what is wrong with them."""

    def __init__(self, axe: Callable[[Page], None]) -> None:
        self.axe = axe
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self.wrong: list[str] = []

    def look(self, page: Page, name: str, *, mistake: bool = False, lights: Lights = BOTH) -> None:
        """Look at the page that is open. `mistake` says that it must speak of something to mend."""
        self.seen.append(name)
        self.addresses.append(urlsplit(page.url).path)
        page.wait_for_load_state()
        for size, palette in lights:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=palette, reduced_motion="reduce")  # no colour caught on its way
            try:
                self.axe(page)
            except AssertionError as shut_out:
                self.wrong.append(f"{name}, {palette}: {shut_out}")
        page.set_viewport_size(NARROW)
        for told in self._told(page, mistake):
            self.wrong.append(f"{name}: {told}")

    def _told(self, page: Page, mistake: bool) -> Iterator[str]:
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield "it is wider than 320 pixels"
        if (headings := page.locator("h1:visible").count()) != 1:
            yield f"it has {headings} headings of the first order"
        if page.locator("html").get_attribute("lang") != "en":
            yield "it does not say its language"
        if not re.fullmatch(r"(Error: )?\S.* – \S.*", page.title()):
            yield f"its title is {page.title()!r}"
        if page.title().startswith("Error: ") is not mistake:
            yield f"its title is {page.title()!r} although there is {'something' if mistake else 'nothing'} to mend"
        if mistake and page.evaluate("document.activeElement.id") != "wrong":
            yield "what is to be mended does not have the focus"


@pytest.fixture
def house(live_server: LiveServer) -> Iterator[Services]:
    """The services of the running server, on the real clock."""
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.fixture
def looker(axe: Callable[[Page], None]) -> Looker:
    """Looks at pages and keeps what is wrong."""
    return Looker(axe)


def test_every_page_is_open_to_everybody(
    live_server: LiveServer, house: Services, visitors: Visitors, looker: Looker, tmp_path: Path
) -> None:
    the_request(visitors(), live_server.base_url, looker)
    the_ways_back(visitors(), house, looker)
    the_case(visitors(), house, looker, a_pdf(tmp_path))
    the_errors(visitors(), house, looker)
    the_desk(visitors(), live_server, house, looker)
    assert looker.wrong == [], "\n".join(looker.wrong)
    assert visitors.complaints == []
    assert len(looker.seen) == len(set(looker.seen)) >= PAGES
    assert endpoints_of(house, looker.addresses) >= WALKED, "every_address.py says that this walk comes by there"


def press(page: Page, button: str | re.Pattern[str]) -> None:
    """Press a button of the page's main part, and wait for what it answers."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button).first.click()


def the_request(page: Page, base: str, looker: Looker) -> None:
    """Every page of the form, empty and with its mistakes, until it waits for the address to be confirmed."""
    page.goto(f"{base}/request/en/")
    looker.look(page, "start")
    press(page, "Start now")
    looker.look(page, "can it wait")
    page.get_by_role("link", name="Yes, or I am not sure").click()
    looker.look(page, "emergency")
    for country in ("GB", "JO"):
        page.locator("#country").select_option(country)
        press(page, "Show the number")
        looker.look(page, f"emergency, {country}")
    page.get_by_role("main").get_by_role("link", name="Go back").click()
    press(page, "No, none of these")
    while (step := step_of(page)) != "check":
        looker.look(page, step)
        if step in OTHER:  # not every page asks something
            press(page, "Continue")
            looker.look(page, f"{step}, with mistakes", mistake=True)
            fill(page, OTHER[step])
        press(page, "Continue")
    looker.look(page, "check")
    page.get_by_role("link", name="See what the specialist will read").click()
    looker.look(page, "preview")
    page.goto(f"{base}/request/en/questions")
    fill(page, [("first", "Please check my case.")])
    press(page, "Continue")
    looker.look(page, "questions, with suggestions")
    fill(page, OTHER["questions"])
    press(page, "Continue")
    page.goto(f"{base}/request/en/")
    looker.look(page, "start, with a request begun")
    page.goto(f"{base}/request/en/paper")
    looker.look(page, "paper")
    page.goto(f"{base}/request/en/call-me")
    looker.look(page, "call me")
    press(page, "Please call me")
    looker.look(page, "call me, with mistakes", mistake=True)
    fill(page, [("called", "Zelda"), ("number", "+351 912 345 678")])
    press(page, "Please call me")
    looker.look(page, "called")
    page.goto(f"{base}/request/en/save")
    looker.look(page, "save")
    fill(page, [("email", "nowhere")])
    press(page, "Send me the link")
    looker.look(page, "save, with a mistake", mistake=True)
    fill(page, [("email", ADDRESS)])
    press(page, "Send me the link")
    looker.look(page, "saved")
    page.goto(f"{base}/request/en/check")
    press(page, "Send my request")
    looker.look(page, "sent, not confirmed")
    press(page, "Send the e-mail again")
    looker.look(page, "sent, not confirmed, e-mail sent again")


def the_ways_back(page: Page, house: Services, looker: Looker) -> None:
    """Links to a draft: the button, the address asked for, the case that it becomes, and links that are over."""
    now = real_now()
    with house.database.transaction() as tx:
        kept, lost, ready = a_draft(tx, house, now), a_draft(tx, house, now), a_draft(tx, house, now)
        resume, gone = (ways_in.draft_link(tx, house, one, Purpose.RESUME, now) for one in (kept, lost))
        confirm = ways_in.draft_link(tx, house, ready, Purpose.CONFIRM, now)
        invite = ways_in.address_of(house, grants.issue(tx, Purpose.INVITE, "nobody", now, now - timedelta(days=1)))
    page.goto(resume)
    looker.look(page, "link to a request")
    press(page, "Go on")
    looker.look(page, "the address asked for")
    press(page, "Go on")
    looker.look(page, "the address asked for, with a mistake", mistake=True)
    page.goto(gone)
    press(page, "Go on")
    house.keys.destroy(lost.key_owner)  # as the purge does when its time is over
    fill(page, [("email", DEMONSTRATION)])
    press(page, "Go on")
    looker.look(page, "request gone (410)")
    page.goto(gone)
    looker.look(page, "link that is over (410)")
    press(page, "Send me a new link")
    looker.look(page, "a new link is on its way")
    page.goto(invite)
    looker.look(page, "invitation that is over (410)")
    page.goto(confirm)
    looker.look(page, "link to confirm the address")
    press(page, "Confirm and send my request")
    looker.look(page, "sent")


def the_case(page: Page, house: Services, looker: Looker, letter: Path) -> None:
    """The requester's pages before and after the address was typed, and the page of the records."""
    now = real_now()
    with house.database.transaction() as tx:
        case = a_case(tx, house, now)
        to_case, to_records = ways_in.case_link(tx, house, case, now), ways_in.upload_link(tx, house, case, now)
    page.goto(to_records)
    looker.look(page, "link to the records")
    press(page, "Go to my records page")
    looker.look(page, "records, none")
    press(page, "I have sent everything")
    looker.look(page, "records, none, and said to be all", mistake=True)
    page.locator("#files").set_input_files(letter)
    expect(page.locator("#records-total")).to_contain_text("1 of 1")
    looker.look(page, "records, one")
    page.goto(to_case)
    looker.look(page, "link to the case")
    press(page, "Open my case")
    looker.look(page, "case, before the address")
    press(page, "Show me")
    looker.look(page, "case, wrong address", mistake=True)
    fill(page, [("email", DEMONSTRATION)])
    press(page, "Show me")
    looker.look(page, "case")
    for address in ("receipt", "records-list", "take-back/abroad-DE", "take-back/review", "agree-to/US"):
        page.goto(f"{house.settings.base_url}/case/{address}")
        looker.look(page, f"case, {address}")
    page.goto(f"{house.settings.base_url}/case/records")
    looker.look(page, "records, with receipts")
    whole_records(page, house, looker)
    page.goto(f"{house.settings.base_url}/case/records")
    press(page, "I have sent everything")
    looker.look(page, "records, all of them")
    page.goto(f"{house.settings.base_url}/case/withdraw")
    looker.look(page, "taking it back")
    declined(house, case)
    page.goto(f"{house.settings.base_url}/case/")
    looker.look(page, "case, declined")


def whole_records(page: Page, house: Services, looker: Looker) -> None:
    """What a file is, question by question; what is missing; the receipt of the files."""
    home = f"{house.settings.base_url}/case/records"
    for name in ("describe", "complete", "receipt"):
        page.goto(f"{home}/{name}")
        looker.look(page, f"records, {name}")
    page.goto(f"{home}/describe")
    page.get_by_role("link", name=re.compile("^Say what it is")).click()
    for box in page.locator("main input:checked").all():  # what the name of the file told
        box.uncheck()
    press(page, "Continue")
    looker.look(page, "records, what it is, with a mistake", mistake=True)
    fill(page, [("items", "lab-results")])
    press(page, "Continue")
    looker.look(page, "records, date, language and translation")
    fill(page, [("language", "es"), ("translation", "is-one")])
    press(page, "Continue")
    looker.look(page, "records, of what it is the translation")
    here = page.url.rsplit("/", 1)[0]
    page.goto(f"{here}/translator")
    looker.look(page, "records, who translates it")


def declined(house: Services, case: Case) -> None:
    """A coordinator declines the case meanwhile."""
    with house.database.transaction() as tx:
        lifecycle.decline_case(tx, house, case.id, "other", "Ask your own hospital.", "test", real_now())


def the_errors(page: Page, house: Services, looker: Looker) -> None:
    """The pages that say that something does not work."""
    base, now = house.settings.base_url, real_now()
    with house.database.transaction() as tx:
        resume = ways_in.draft_link(tx, house, a_draft(tx, house, now), Purpose.RESUME, now)
    for status, address in ((401, "/case/"), (404, "/nowhere"), (405, "/case/address")):
        assert page.goto(base + address).status == status
        looker.look(page, f"error {status}")
    page.goto(f"{base}/request/en/can-it-wait")
    page.locator("main [name=csrf_token]").first.evaluate("box => { box.value = 'x'.repeat(1.2e6) }")
    press(page, "No, none of these")
    looker.look(page, "error 413")
    page.goto(resume)
    page.locator("main [name=csrf_token]").first.evaluate("box => { box.value = 'forged' }")
    press(page, "Go on")
    looker.look(page, "error 403")
    page.goto(resume)
    press(page, "Go on")
    for _ in range(ways_in.ADDRESS_TRIES):
        fill(page, [("email", "somebody.else@example.org")])
        press(page, "Go on")
    expect(page.get_by_text("There were too many tries.")).to_be_visible()
    looker.look(page, "error 429")


def the_desk(page: Page, server: LiveServer, house: Services, looker: Looker) -> None:
    """The coordinator's pages, from the invitation on."""
    give_device(page)
    main = full_desk(house)
    told = server.run("invite", "Ines Probefall", "ines@clinic.example").stdout
    page.goto(re.search(r"https?://\S+/l/\S+", told)[0])
    looker.look(page, "invitation")
    press(page, "Accept the invitation")
    looker.look(page, "desk, making a passkey")
    press(page, "Make a passkey")
    looker.look(page, "desk, cases")
    page.goto(f"{server.base_url}/desk/calls")
    press(page, re.compile("^Called"))
    looker.look(page, "desk, no calls")
    page.goto(f"{server.base_url}/desk/?stage={Stage.CLOSED.value}")
    looker.look(page, "desk, no case like that")
    at = f"{server.base_url}/desk/cases/{main.id}"
    page.goto(at)
    looker.look(page, "desk, case")
    press(page, "Claim this case")
    looker.look(page, "desk, case claimed")
    page.goto(f"{at}/decline")
    press(page, "Decline the case")
    looker.look(page, "desk, declining, with mistakes", mistake=True)
    page.get_by_role("button", name="Sign out", exact=True).click()
    looker.look(page, "desk, signing in")
