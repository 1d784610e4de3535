"""The desk in a real browser: a passkey made and used with Chromium's own authenticator, by keyboard and by finger.

With INTAKE_PICTURES set, each page is kept there as a picture to be looked at.
"""

import hashlib
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.cases.case import Stage
from intake.clock import now as real_now
from intake.desk import coordinators
from intake.records.upload import Verdict
from intake.services import make_services
from tests.builders import a_case
from tests.web.desk_shelf import CLEAN, HELD, PDF, Says, a_record

INVITED = re.compile(r"https?://\S+/l/\S+")


@pytest.fixture
def house(live_server):
    """The services of the running server, on the real clock."""
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.fixture
def invite(live_server):
    """Call it for the link of an invitation, as `intake invite` prints it."""

    def ask(name: str = "Ines Probefall", email: str = "ines@clinic.example") -> str:
        told = live_server.run("invite", name, email)
        assert told.returncode == 0, told.stderr
        return INVITED.search(told.stdout)[0]

    return ask


def give_device(page: Page, *, verifies: bool = True, **more: object):
    """A device of this browser that makes and keeps passkeys. Returns its session and id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options | more})
    return session, made["authenticatorId"]


def enrol(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Make your passkey")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")


def picture(page: Page, name: str) -> None:
    """Nothing sticks out sideways; and a picture for whoever wants to look."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
    if place := os.environ.get("INTAKE_PICTURES"):
        page.screenshot(path=Path(place) / f"desk-{name}.png", full_page=True)


def test_a_coordinator_is_invited_makes_a_passkey_leaves_and_comes_back(desktop, invite, live_server):
    device, _ = give_device(desktop)
    enrol(desktop, invite())
    desktop.get_by_role("button", name="Sign out").click()
    expect(desktop).to_have_url(f"{live_server.base_url}/desk/sign-in")
    desktop.get_by_role("button", name="Sign in with your passkey").focus()
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Cases")
    device.detach()


def test_a_device_that_does_not_check_its_holder_is_not_let_in(desktop, invite):
    device, authenticator = give_device(desktop)
    enrol(desktop, invite())
    desktop.get_by_role("button", name="Sign out").click()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    desktop.get_by_role("button", name="Sign in with your passkey").click()
    expect(desktop.get_by_role("status")).not_to_be_empty()
    expect(desktop.get_by_role("status")).not_to_have_text("Your device asks you now. Follow what it shows.")
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Sign in to the desk")


def test_whoever_holds_the_passkey_of_a_closed_account_is_told_so(desktop, invite, house):
    give_device(desktop)
    enrol(desktop, invite())
    desktop.get_by_role("button", name="Sign out").click()
    with house.database.transaction() as tx:
        (who,) = coordinators.enrolled(tx, house.keys)
        coordinators.close_account(tx, who.id, real_now())
    desktop.get_by_role("button", name="Sign in with your passkey").click()
    expect(desktop.get_by_role("status")).to_contain_text("This account is closed.")


def test_without_a_passkey_the_page_says_what_to_do(desktop, live_server):
    give_device(desktop)
    desktop.goto(f"{live_server.base_url}/desk/sign-in")
    desktop.get_by_role("button", name="Sign in with your passkey").click()
    expect(desktop.get_by_role("status")).to_contain_text("Press the button to try again.")
    expect(desktop.get_by_role("button", name="Sign in with your passkey")).to_be_focused()


def test_a_second_passkey_on_another_device_and_the_first_removed(desktop, invite):
    device, first = give_device(desktop)
    enrol(desktop, invite())
    desktop.get_by_role("link", name="Your account").click()
    desktop.get_by_role("button", name="Add a passkey").click()
    expect(desktop.get_by_role("status").last).to_contain_text("has a passkey for this account already")
    device.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": first})
    options = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    desktop.get_by_label("What do you call the device?").fill("Key in the drawer")
    desktop.get_by_role("button", name="Add a passkey").click()
    expect(desktop.get_by_text("The passkey was added")).to_be_visible()
    expect(desktop.get_by_text("Key in the drawer").first).to_be_visible()
    picture(desktop, "account")
    desktop.get_by_role("button", name=re.compile("^Remove.*Passkey of a computer")).click()
    expect(desktop.get_by_text("The passkey was removed")).to_be_visible()
    desktop.get_by_role("button", name="Sign out", exact=True).click()
    desktop.get_by_role("button", name="Sign in with your passkey").click()
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Cases")


def full_desk(house):
    """Cases at several stages, one with records of every sort. Returns that one."""
    then = real_now() - timedelta(days=20)
    with house.database.transaction() as tx:
        a_case(tx, house, then, stage=Stage.RECORDS_IN)
        a_case(tx, house, real_now(), stage=Stage.WITH_SPECIALIST)
        a_case(tx, house, real_now(), stage=Stage.DECLINED)
        main = a_case(tx, house, real_now(), stage=Stage.OPENED)
    a_record(house, main.id, scanner=CLEAN, name="Informe de la resonancia.pdf")
    a_record(house, main.id, scanner=HELD, body=PDF + b"held", name="تقرير الأشعة.pdf")
    a_record(house, main.id, scanner=Says(Verdict.HELD, "password"), body=PDF + b"locked", name="locked.pdf")
    a_record(house, main.id, body=b"nothing that we know" * 10, name="holiday.mov")
    return main


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_working_day_of_a_coordinator(visitors, axe, invite, house, size):
    page = visitors(phone=size == "phone", accept_downloads=True)
    give_device(page)
    link, main = invite(), full_desk(house)
    page.goto(link)
    page.get_by_role("main").get_by_role("button").first.click()
    axe(page)
    picture(page, f"enrol-{size}")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
    axe(page)
    picture(page, f"cases-{size}")
    page.get_by_role("link", name=main.reference).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(main.reference)
    axe(page)
    picture(page, f"case-{size}")
    page.get_by_role("button", name="Claim this case").click()
    expect(page.get_by_text("You have this case now")).to_be_visible()

    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("^Download.*Informe de la resonancia")).click()
    assert hashlib.sha256(Path(saved.value.path()).read_bytes()).digest() == hashlib.sha256(PDF).digest()
    assert main.reference in saved.value.suggested_filename

    page.get_by_role("link", name="Open 2 held records").click()
    axe(page)
    picture(page, f"open-held-{size}")
    page.get_by_role("button", name="Open these records").click()
    expect(page.get_by_text("You can download the held records now")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download all 3 records as a ZIP").click()
    assert saved.value.suggested_filename == f"{main.reference}.zip"

    page.get_by_role("link", name="Decline the case").click()
    axe(page)
    page.get_by_role("button", name="Decline the case").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a reason.")
    axe(page)
    picture(page, f"decline-{size}")
    page.get_by_role("link", name="Back to the case").click()

    page.get_by_label("Records in").check()
    page.get_by_role("button", name="Move the case").click()
    expect(page.get_by_text("The case was moved")).to_be_visible()
    picture(page, f"moved-{size}")
    page.get_by_role("link", name="Your account").click()
    axe(page)
    page.get_by_role("button", name="Sign out", exact=True).click()
    axe(page)
    picture(page, f"sign-in-{size}")
    assert visitors.complaints == []


def test_a_link_in_web_mail_leads_to_the_case_although_the_cookie_is_strict(desktop, invite, house, live_server):
    give_device(desktop)
    link, main = invite(), full_desk(house)
    enrol(desktop, link)
    desktop.goto("about:blank")
    desktop.set_content(f'<a href="{live_server.base_url}/desk/cases/{main.id}">Open the case at the desk</a>')
    desktop.get_by_role("link").click()
    expect(desktop.get_by_role("heading", level=1)).to_contain_text(main.reference)


def test_the_list_and_a_move_by_keyboard_alone(desktop, invite, house):
    give_device(desktop)
    link, main = invite(), full_desk(house)
    enrol(desktop, link)
    desktop.get_by_text("More filters").focus()
    desktop.keyboard.press("Enter")
    desktop.get_by_label("Whose turn").focus()
    desktop.keyboard.press("ArrowDown")
    for _ in ("Stage", "Late only", "Show"):
        desktop.keyboard.press("Tab")
    desktop.keyboard.press("Enter")
    expect(desktop).to_have_url(re.compile(r"turn=patient"))
    desktop.get_by_role("link", name=main.reference).focus()
    desktop.keyboard.press("Enter")
    desktop.get_by_label("Records in").focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("Enter")
    expect(desktop.get_by_text("The case was moved")).to_be_visible()


def test_without_script_the_door_says_what_is_needed(visitors, live_server):
    page = visitors(scripts=False)
    page.goto(f"{live_server.base_url}/desk/sign-in")
    expect(page.get_by_text("A passkey needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with your passkey")).to_be_hidden()
