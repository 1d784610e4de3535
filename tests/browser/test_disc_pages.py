"""A disc on the pages, in a real browser: the patient's sentence and the table of the desk, on a telephone and a desk.

With INTAKE_PICTURES set, each page is kept there as a picture to be looked at.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from intake.clock import now as real_now
from intake.desk import coordinators
from intake.links import sessions
from intake.links.sessions import Role
from intake.records.disc_summary import DiscSummary
from intake.services import make_services
from tests.builders import a_case, filled_answers
from tests.web.test_disc_words import DISC, WHO, with_disc

PATIENT = [
    ("full_name", "Juana Perez"), ("born-day", "27"), ("born-month", "3"), ("born-year", "1968"), ("country", "PT"),
]  # fmt: skip
LANGUAGE = os.environ.get("INTAKE_PICTURES_LANGUAGE", "en")


@pytest.fixture
def house(live_server):
    """The services of the running server, on the real clock."""
    made = make_services(live_server.settings)
    yield made
    made.close()


@pytest.fixture
def case(house):
    """A case with three discs: two people on it, pictures alone, and a good one that an index does not know whole."""
    with house.database.transaction() as tx:
        made = a_case(tx, house, real_now(), answers=filled_answers(house, patient=PATIENT))
    with_disc(house, made, DISC.as_json())
    with_disc(house, made, DiscSummary(pictures=12, programs=1).as_json())
    with_disc(house, made, replace(DISC, people=(WHO,), people_count=1, missing=2, copies=3, captures=4).as_json())
    return made


def picture(page: Page, name: str) -> None:
    """Nothing sticks out sideways; and a picture for whoever wants to look."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
    if place := os.environ.get("INTAKE_PICTURES"):
        page.screenshot(path=Path(place) / f"disc-{LANGUAGE}-{name}.png", full_page=True)


def come_in(page: Page, role: Role, secret: str) -> None:
    """Give the browser a session that began elsewhere."""
    cookie = {"name": f"__Host-{role.value}", "value": secret, "domain": "localhost", "path": "/", "secure": True}
    page.context.add_cookies([cookie])


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_the_disc_at_the_desk(visitors, axe, house, case, live_server, phone) -> None:
    page = visitors(phone=phone)
    with house.database.transaction() as tx:
        ines = ("Ines Probefall", "ines@clinic.example", LANGUAGE)
        who = coordinators.invite(tx, house.keys, house.ring, *ines, real_now())
        coordinators.mark_enrolled(tx, who.id, real_now())
        secret = sessions.start(tx, Role.DESK, who.id, real_now(), language=LANGUAGE)
    come_in(page, Role.DESK, secret)
    page.goto(f"{live_server.base_url}/desk/cases/{case.id}")
    axe(page)
    picture(page, f"desk-{'phone' if phone else 'wide'}")
    if LANGUAGE == "en":
        expect(page.get_by_role("table", name="Studies on the disc, newest first").first).to_be_visible()


def test_the_disc_on_the_page_of_the_patient(visitors, axe, house, case, live_server) -> None:
    page = visitors()
    with house.database.transaction() as tx:
        secret = sessions.start(tx, Role.CASE, case.id, real_now(), address_checked=True, language=LANGUAGE)
    come_in(page, Role.CASE, secret)
    page.goto(f"{live_server.base_url}/case/records")
    if LANGUAGE == "en":
        expect(page.get_by_text("2 studies, 1,834 images, CT, MRI and a written report; the name")).to_be_visible()
        expect(page.get_by_text("12 pictures, which are not scan files (DICOM).")).to_be_visible()
    axe(page)
    picture(page, "patient")
    assert WHO.patient_id not in page.content()
