"""Accounts, rules and the way in by password in a real browser: nobody is shut out, nothing sticks out, keys do it all.

With INTAKE_LONG the pages that say what to mend are looked at, too. With INTAKE_PICTURES set, each page is kept there
as a picture to be looked at.
"""

import os
import re
from base64 import b32decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.clock import now as real_now
from intake.desk import passwords
from tests.browser.test_desk import enrol, give_device
from tests.browser.test_every_page import DESK, PHONE, Looker, press

INVITED = re.compile(r"https?://\S+/l/\S+")
LONG = bool(os.environ.get("INTAKE_LONG"))
GOOD = "four chance words: teapot"


@pytest.fixture
def server(start_server):
    """A desk where passwords are allowed too."""
    return start_server(desk_passwords="on")


@pytest.fixture
def looker(axe):
    """Looks at pages, keeps what is wrong, and pictures where they are wanted."""
    return Pictured(axe)


class Pictured(Looker):
    """A looker that also keeps pictures."""

    def look(self, page: Page, name: str, *, mistake: bool = False) -> None:
        """As a looker does; then a picture at each size."""
        if mistake and not LONG:
            return
        super().look(page, name, mistake=mistake)
        if place := os.environ.get("INTAKE_PICTURES"):
            for size, kind in ((PHONE, "phone"), (DESK, "desk")):
                page.set_viewport_size(size)
                page.screenshot(path=Path(place) / f"people-{name.replace(' ', '-')}-{kind}.png", full_page=True)


def invited(server, name: str, email: str, *more: str) -> str:
    """The link of an invitation, as the shell prints it."""
    told = server.run("invite", name, email, *more)
    assert told.returncode == 0, told.stderr
    return INVITED.search(told.stdout)[0]


def test_a_lead_looks_after_people_and_rules(server, visitors, looker) -> None:
    page = visitors()
    give_device(page)
    enrol(page, invited(server, "Lea Probefall", "lea@clinic.example", "--lead"))
    other = visitors()
    give_device(other)
    enrol(other, invited(server, "Ines Probefall", "ines@clinic.example"))
    page.get_by_role("link", name="People", exact=True).click()
    looker.look(page, "list")
    page.get_by_role("link", name="Invite somebody").click()
    looker.look(page, "invite")
    press(page, "Send the invitation")
    looker.look(page, "invite, with a mistake", mistake=True)
    page.goto(f"{server.base_url}/desk/people")
    page.get_by_role("link", name="Ines Probefall").click()
    looker.look(page, "person")
    page.get_by_role("link", name="Close the account …").click()
    looker.look(page, "close")
    page.go_back()
    page.get_by_role("link", name="Reset the account …").click()
    looker.look(page, "reset")
    press(page, "Reset the account")
    looker.look(page, "reset, not spoken", mistake=True)
    page.goto(f"{server.base_url}/desk/routing")
    looker.look(page, "rules, none")
    press(page, "Add the rule")
    looker.look(page, "rules, with a mistake", mistake=True)
    page.get_by_label("Ines Probefall").last.check()
    page.get_by_label("Language of the case").select_option("es")
    page.get_by_label("Most cases at work").fill("20")
    press(page, "Add the rule")
    looker.look(page, "rules")
    page.goto(f"{server.base_url}/desk/account")
    looker.look(page, "account")
    press(page, "Note that I am away")
    looker.look(page, "account, with a mistake", mistake=True)
    assert looker.wrong == [], "\n".join(looker.wrong)


def test_a_lost_device_is_reset_and_the_code_is_typed(server, visitors, looker, outbox_letters) -> None:
    lead, lost = visitors(), visitors()
    give_device(lead)
    enrol(lead, invited(server, "Lea Probefall", "lea@clinic.example", "--lead"))
    give_device(lost)
    enrol(lost, invited(server, "Ines Probefall", "ines@clinic.example"))
    lead.goto(f"{server.base_url}/desk/people")
    lead.get_by_role("link", name="Ines Probefall").click()
    lead.get_by_role("link", name="Reset the account …").click()
    lead.get_by_label("I have spoken with this person").check()
    press(lead, "Reset the account")
    looker.look(lead, "reset done")
    code = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", lead.locator("main").inner_text())[0]
    (letter,) = outbox_letters("invite_again")
    anew = visitors()
    give_device(anew)
    anew.goto(INVITED.search(letter.text)[0])
    press(anew, "Accept the invitation")
    looker.look(anew, "code")
    anew.get_by_label("Code").fill("2222-2222")
    press(anew, "Go on")
    looker.look(anew, "code, wrong", mistake=True)
    anew.get_by_label("Code").fill(code)
    anew.keyboard.press("Enter")
    expect(anew.get_by_role("heading", level=1)).to_have_text("Make your passkey")
    looker.look(anew, "passkey or password")
    anew.get_by_role("link", name="Use a password and a code instead").click()
    looker.look(anew, "password")
    press(anew, "Save and come in")
    looker.look(anew, "password, with mistakes", mistake=True)
    key = b32decode(anew.locator("main .inset bdi").inner_text().replace(" ", ""))
    anew.get_by_label("New password").fill(GOOD)
    anew.get_by_label("The same password again").fill(GOOD)
    anew.get_by_label("Code from your app").fill(passwords.code_of(key, real_now()))
    press(anew, "Save and come in")
    expect(anew.get_by_role("heading", level=1)).to_have_text("Cases")
    anew.goto(f"{server.base_url}/desk/account")
    looker.look(anew, "account with a password")
    anew.get_by_role("button", name="Sign out", exact=True).click()
    anew.get_by_role("link", name="Sign in with a password and a code").click()
    looker.look(anew, "signing in")
    press(anew, "Sign in")
    looker.look(anew, "signing in, with a mistake", mistake=True)
    assert looker.wrong == [], "\n".join(looker.wrong)

