"""Proving once more who one is, in a real browser with a device: what was typed goes on by itself.

With INTAKE_PICTURES set, each page is kept there as a picture to be looked at.
"""

import re
from base64 import b32decode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from intake.clock import now as real_now
from intake.desk import passwords
from intake.links.sessions import sessions
from tests.browser.test_desk import enrol, give_device
from tests.browser.test_desk_people import GOOD, Pictured, invited
from tests.browser.test_every_page import press


@pytest.fixture
def server(start_server):
    """A desk where passwords are allowed too."""
    return start_server(desk_passwords="on")


@pytest.fixture
def looker(axe):
    """Looks at pages, and pictures them where that is wanted."""
    return Pictured(axe)


@pytest.fixture
def forget_proofs(services):
    """Call it, and every proof is too old: nobody waits ten minutes for that here."""

    def forget() -> None:
        with services.database.transaction() as tx:
            tx.execute(update(sessions).values(proved_at=None))
            tx.execute(update(passwords.passwords).values(last_step=0))  # nor half a minute for the next code

    return forget


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_an_invitation_goes_on_after_the_passkey(server, visitors, looker, forget_proofs) -> None:
    page = visitors()
    give_device(page)
    enrol(page, invited(server, "Lea Probefall", "lea@clinic.example", "--lead"))
    page.goto(f"{server.base_url}/desk/people/invite")
    page.get_by_label("Name").fill("Omar Probefall")
    page.get_by_label("E-mail address").fill("omar@clinic.example")
    forget_proofs()
    press(page, "Send the invitation")
    heading(page, "Confirm that it is you")
    looker.look(page, "confirm with a passkey")
    page.get_by_role("button", name="Confirm with your passkey").click()
    heading(page, "Omar Probefall")
    assert looker.wrong == [], "\n".join(looker.wrong)


def test_a_second_passkey_keeps_its_name_over_the_proof(server, visitors, forget_proofs) -> None:
    page = visitors()
    give_device(page)
    enrol(page, invited(server, "Ines Probefall", "ines@clinic.example"))
    page.goto(f"{server.base_url}/desk/account")
    page.get_by_label("What do you call the device?").fill("my laptop")
    forget_proofs()
    page.get_by_role("button", name="Add a passkey").click()
    heading(page, "Confirm that it is you")
    page.get_by_role("button", name="Confirm with your passkey").click()
    heading(page, "Your account")
    expect(page.get_by_label("What do you call the device?")).to_have_value("my laptop")


def test_with_a_password_alone_it_goes_on_too(server, visitors, looker, forget_proofs) -> None:
    page = visitors()
    page.goto(invited(server, "Lea Probefall", "lea@clinic.example", "--lead"))
    press(page, "Accept the invitation")
    page.get_by_role("link", name="Use a password and a code instead").click()
    looker.look(page, "password with a code to scan")
    key = b32decode(page.locator("main .inset bdi").inner_text().replace(" ", ""))
    page.get_by_label("New password").fill(GOOD)
    page.get_by_label("The same password again").fill(GOOD)
    page.get_by_label("Code from your app").fill(passwords.code_of(key, real_now()))
    press(page, "Save and come in")
    page.goto(f"{server.base_url}/desk/people/invite")
    page.get_by_label("Name").fill("Omar Probefall")
    page.get_by_label("E-mail address").fill("omar@clinic.example")
    forget_proofs()
    press(page, "Send the invitation")
    heading(page, "Confirm that it is you")
    page.get_by_label("Your password").fill(GOOD)
    page.get_by_label("Code from your app").fill("000000")
    press(page, "Confirm and go on")
    looker.look(page, "confirm with a password, with a mistake", mistake=True)
    page.get_by_label("Your password").fill(GOOD)
    page.get_by_label("Code from your app").fill(passwords.code_of(key, real_now()))
    press(page, "Confirm and go on")
    heading(page, "Omar Probefall")
    page.goto(f"{server.base_url}/desk/account")
    press(page, re.compile("Show the key for another app"))
    heading(page, "Use another app for codes")
    looker.look(page, "another app")
    assert looker.wrong == [], "\n".join(looker.wrong)
