"""Coordinators for tests: made by the real verbs, signed in through the real pages with a passkey in software."""

import re
from dataclasses import dataclass, field

from werkzeug.test import TestResponse

from intake.desk import coordinators
from intake.desk.coordinators import Coordinator, DeskRole
from intake.links import sessions
from intake.links.sessions import Role
from intake.services import Services
from tests.desk.authenticator import Authenticator
from tests.visitor import Visitor

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class AtTheDesk:
    """One coordinator with a browser and a device."""

    services: Services
    browser: Visitor
    who: Coordinator
    device: Authenticator = field(init=False)

    def __post_init__(self) -> None:
        self.device = Authenticator(self.services.settings.base_url)

    def enter_by_invitation(self) -> None:
        """What the landing page of the invitation does: a session to enrol."""
        now = self.services.clock()
        with self.services.database.transaction() as tx:
            secret = sessions.start(tx, Role.ENROL, self.who.id, now)
        self.browser.set_cookie("__Host-enrol", secret, domain="localhost", secure=True)

    def enrol(self) -> TestResponse:
        """Make the first passkey on the page for it."""
        self.enter_by_invitation()
        return self.ceremony("/desk/enrol", "/desk/enrol")

    def sign_in(self) -> TestResponse:
        """Sign in on the page for it."""
        return self.ceremony("/desk/sign-in", "/desk/sign-in")

    def ceremony(self, page: str, at: str, **more: object) -> TestResponse:
        """Open a page, ask for options, let the device answer, send the answer."""
        answer = self.device_answers(page, at)
        return self.send(page, f"{at}/answer", answer | more)

    def device_answers(self, page: str, at: str) -> dict[str, object]:
        """What the device says to the options of a page."""
        options = self.send(page, f"{at}/options", {})
        assert options.status_code == 200, options.text
        asked = options.get_json()
        return self.device.make(asked) if "user" in asked else self.device.sign(asked)

    def send(self, page: str, address: str, body: object) -> TestResponse:
        """Send JSON as the script of a page does."""
        shown = self.browser.get(page)
        assert shown.status_code == 200, shown.text
        headers = {"X-CSRF-Token": token_near(shown.text, "data-at="), "Accept": "application/json"}
        return self.browser.post(address, json=body, headers=headers)


def token_near(html: str, mark: str) -> str:
    """The token of the form in which `mark` stands."""
    found = TOKEN.search(html, html.index(mark))
    assert found, "no form is signed there"
    return found[1]


def a_coordinator(
    services: Services, browser: Visitor, name: str = "Ines Probefall", role: DeskRole = DeskRole.COORDINATOR
) -> AtTheDesk:
    """Somebody invited, with a browser, not signed in."""
    email = f"{name.split()[0].lower()}@clinic.example"
    with services.database.transaction() as tx:
        who = coordinators.invite(tx, services.keys, services.ring, name, email, "en", services.clock(), role=role)
    return AtTheDesk(services, browser, who)


def a_signed_in_coordinator(services: Services, browser: Visitor, name: str = "Ines Probefall") -> AtTheDesk:
    """Somebody enrolled and at the desk."""
    at_the_desk = a_coordinator(services, browser, name)
    assert at_the_desk.enrol().get_json() == {"done": True}
    return at_the_desk


def a_signed_in_lead(services: Services, browser: Visitor, name: str = "Lea Probefall") -> AtTheDesk:
    """A lead, enrolled and at the desk."""
    at_the_desk = a_coordinator(services, browser, name, DeskRole.LEAD)
    assert at_the_desk.enrol().get_json() == {"done": True}
    return at_the_desk
