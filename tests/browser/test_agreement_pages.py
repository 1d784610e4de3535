"""The pages of the patient's own agreement, by day and by night: hers, the requester's, the desk's."""

import re

from playwright.sync_api import Page

from intake.cases import ways_in
from intake.cases.case import Case, Stage
from intake.clock import now as real_now
from intake.services import Services
from tests.browser.test_desk import give_device
from tests.browser.test_every_page import DEMONSTRATION, Looker, house, looker, press  # noqa: F401  # fixtures
from tests.builders import PATIENT_ADDRESS, a_case, answers_for_another
from tests.components.browser import Visitors
from tests.journeys.people import fill
from tests.live import LiveServer


def test_every_page_of_the_agreement_is_open_to_everybody(
    live_server: LiveServer, house: Services, visitors: Visitors, looker: Looker  # noqa: F811
) -> None:
    with house.database.transaction() as tx:
        case = a_case(tx, house, real_now(), stage=Stage.RECORDS_IN, answers=answers_for_another(house))
    the_requester(visitors(), live_server.base_url, house, case, looker)
    the_desk(visitors(), live_server, case, looker)
    the_patient(visitors(), house, case, looker)
    assert looker.wrong == [], "\n".join(looker.wrong)
    assert visitors.complaints == []
    assert len(looker.seen) == len(set(looker.seen)) >= 14


def the_requester(page: Page, base: str, house: Services, case: Case, looker: Looker) -> None:  # noqa: F811
    """Where the agreement stands, another address, and the form to sign."""
    with house.database.transaction() as tx:
        link = ways_in.current_case_link(tx, house, case, real_now())
    page.goto(link)
    press(page, "Open my case")
    fill(page, [("email", DEMONSTRATION)])
    press(page, "Show me")
    looker.look(page, "case, waiting for the patient")
    page.goto(f"{base}/case/agreement/address")
    looker.look(page, "address for the patient")
    press(page, "Use this address")
    looker.look(page, "address for the patient, with a mistake", mistake=True)
    page.goto(f"{base}/case/agreement")
    looker.look(page, "form to sign")


def the_desk(page: Page, server: LiveServer, case: Case, looker: Looker) -> None:  # noqa: F811
    """What is missing, the refused move, and the signed form."""
    give_device(page)
    told = server.run("invite", "Ines Probefall", "ines@clinic.example").stdout
    page.goto(re.search(r"https?://\S+/l/\S+", told)[0])
    press(page, "Accept the invitation")
    press(page, "Make a passkey")
    page.goto(f"{server.base_url}/desk/cases/{case.id}")
    looker.look(page, "desk, waiting for the patient")
    page.locator("#to-with_specialist").check()
    press(page, "Move the case")
    looker.look(page, "desk, a move that is refused")
    page.get_by_role("link", name=re.compile("The signed form is here")).click()
    looker.look(page, "desk, signed form")
    press(page, "The form is signed")
    looker.look(page, "desk, signed form, with mistakes", mistake=True)


def the_patient(page: Page, house: Services, case: Case, looker: Looker) -> None:  # noqa: F811
    """From the link to her yes, her receipt, and her no."""
    with house.database.transaction() as tx:
        link = ways_in.agree_link(tx, house, case, real_now())
    page.goto(link)
    looker.look(page, "link for the patient")
    press(page, "Read and decide")
    looker.look(page, "address of the patient asked for")
    press(page, "Go on")
    looker.look(page, "address of the patient asked for, with a mistake", mistake=True)
    fill(page, [("email", PATIENT_ADDRESS)])
    press(page, "Go on")
    looker.look(page, "what is asked")
    press(page, "I agree")
    looker.look(page, "what is asked, with mistakes", mistake=True)
    fill(page, [("review", "yes"), ("abroad", "yes")])
    press(page, "I agree")
    looker.look(page, "receipt of the patient")
    press(page, "Take back my agreement")
    looker.look(page, "the patient does not agree")
