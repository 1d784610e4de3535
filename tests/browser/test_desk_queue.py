"""The desk's queue in a real browser: filters, finding, notes, handing over and the rest, on a phone and at a desk.

With INTAKE_PICTURES set, each page is kept there as a picture to be looked at.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from intake.cases.case import Stage
from intake.clock import now as real_now
from intake.desk import coordinators
from tests.browser.test_desk import enrol, give_device, house, invite, picture  # noqa: F401  # fixtures
from tests.builders import a_case, answers_for_another
from tests.web.desk_shelf import CLEAN, a_record

WORDS = "She may be called in the evening. Her sister interprets."


@pytest.fixture
def cases(house):  # noqa: F811
    """A queue with something late, something of a colleague's, and a request that came twice."""
    now = real_now()
    with house.database.transaction() as tx:
        late = a_case(tx, house, now - timedelta(days=20))
        second = a_case(tx, house, now, answers=answers_for_another(house))
        a_case(tx, house, now, stage=Stage.RECORDS_IN)
        a_case(tx, house, now, stage=Stage.WITH_SPECIALIST)
        a_case(tx, house, now, stage=Stage.CLOSED)
        who = coordinators.invite(tx, house.keys, house.ring, "Omar Probefall", "omar@clinic.example", "en", now)
        coordinators.mark_enrolled(tx, who.id, now)
    a_record(house, late.id, scanner=CLEAN)
    return late, second


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_coordinator_gets_through_the_queue(request, axe, invite, cases, live_server, screen):  # noqa: F811
    page: Page = request.getfixturevalue(screen)
    late, second = cases
    device, _ = give_device(page)
    enrol(page, invite())
    main = f"{live_server.base_url}/desk"

    def look(name: str) -> None:
        picture(page, f"queue-{screen}-{name}")
        axe(page)

    look("list")
    page.get_by_role("link", name="Late (1)").click()
    expect(page).to_have_url(f"{main}/?late=1")
    expect(page.get_by_role("link", name=late.reference)).to_be_visible()
    expect(page.get_by_role("link", name=second.reference)).to_have_count(0)
    look("late")
    page.get_by_label("Reference or e-mail address").fill(second.reference.lower())
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{main}/cases/{second.id}")
    page.get_by_label("Your note").fill(WORDS)
    page.get_by_label("What was it?").select_option("called")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.get_by_label("Hand the case over").select_option(label="Omar Probefall")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("The case has another coordinator now")).to_be_visible()
    look("case")
    page.get_by_role("link", name="Go on without some records").click()
    look("go-on")
    page.get_by_role("button", name="Go on without them").click()
    expect(page.get_by_role("heading", name="What this opinion cannot say")).to_be_visible()
    page.get_by_role("link", name="Change how we reach them").click()
    look("contact")
    page.goto(f"{main}/cases/{second.id}/stop")
    look("stop")
    page.get_by_role("button", name="Stop all contact").click()
    expect(page.get_by_role("heading", name="Contact is stopped")).to_be_visible()
    look("stopped")
    page.goto(f"{main}/replies/new")
    page.get_by_label("Its name").fill("Where else")
    page.get_by_label("The words").fill("Ask the office for patients of your own hospital.")
    look("reply")
    page.get_by_role("button", name="Save").click()
    look("replies")
    page.goto(f"{main}/cases/{late.id}/decline")
    page.get_by_label("Add the words of a saved reply").select_option(index=1)
    page.get_by_role("button", name="Add").click()
    box = page.get_by_label("Where else can the person go?")
    expect(box).to_have_value("Ask the office for patients of your own hospital.")
    look("decline")
    page.goto(f"{main}/open")
    look("open")
    page.get_by_label("They telephone").check()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who")
    page.goto(f"{main}/find")
    page.get_by_label("Reference or e-mail address").fill("demonstration@example.org")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("5 cases came from this address.")).to_be_visible()
    look("found")
    device.detach()
