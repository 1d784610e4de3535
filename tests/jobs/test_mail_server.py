"""A mail server with TLS in place of SendGrid: the same letters, the same patience, the same sight at the desk."""

import ssl
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from intake import commands
from intake.jobs.worker import Worker
from intake.mail import outbox
from intake.mail.envelope import Letterhead
from intake.mail.smtp_sender import SmtpSender
from intake.services import Services
from tests.builders import a_case
from tests.components.test_smtp import Certificate, Door, certificate, open_door  # noqa: F401  # fixtures
from tests.conftest import StillClock
from tests.visitor import Visitor
from tests.web.desk_visits import a_signed_in_coordinator

LETTERHEAD = Letterhead("intake@example.org", "Our Service", "desk@example.org")


def through(services: Services, door: Door, security: str, trust: ssl.SSLContext) -> Services:
    """The house with its letters going through this server."""
    sender = SmtpSender(door.host, door.port, security, ("", ""), LETTERHEAD, timeout=10, trust=trust)
    return replace(services, sender=sender)


def a_case_opens(house: Services) -> None:
    with house.database.transaction() as tx:
        a_case(tx, house, house.clock(), language="ar")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_letters_of_a_case_arrive_encrypted_whole_and_together(
    services: Services, open_door: Callable[..., Door], certificate: Certificate, security: str  # noqa: F811
) -> None:
    options = {"tls_context": certificate.serving, "require_starttls": True}
    door = open_door(certificate.serving) if security == "tls" else open_door(**options)
    house = through(services, door, security, certificate.trusting)
    a_case_opens(house)
    Worker(house).run_until_idle()
    requester, desk = sorted(door.messages, key=lambda mail: str(mail["To"]) != "demonstration@example.org")
    assert security == "tls" or door.encrypted == [True, True]  # with tls nothing else could have been said
    for mail in (requester, desk):
        assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-generated", "desk@example.org")
    assert requester["References"] == desk["References"] == desk["In-Reply-To"]
    assert (requester["Content-Language"], requester["Message-ID"] != desk["Message-ID"]) == ("ar", True)
    assert {part.get_content_type() for part in requester.iter_parts()} == {"text/plain", "text/html"}


def test_a_server_that_is_full_then_refuses_then_takes_loses_nothing(
    services: Services, open_door: Callable[..., Door], certificate: Certificate,  # noqa: F811
    still_clock: StillClock, client: Visitor,
) -> None:  # fmt: skip
    door = open_door(tls_context=certificate.serving, require_starttls=True)
    house = through(services, door, "starttls", certificate.trusting)
    desk = a_signed_in_coordinator(house, client)
    a_case_opens(house)
    door.recipient = "452 mailbox full"
    Worker(house).run_until_idle()
    door.recipient = "550 no such mailbox"
    still_clock.advance(minutes=2)
    Worker(house).run_until_idle()
    page = desk.browser.get("/desk/letters").text
    assert "Nothing arrives at this address." in page and "Letters do not reach everybody at the desk" in page
    assert door.messages == []
    door.recipient = ""
    commands.replay_mail(house, 7)
    Worker(house).run_until_idle()
    with house.database.read() as tx:
        assert {row.state for row in tx.all(select(outbox.letters.c.state))} == {"sent"}
    assert {"desk_case_opened", "case_opened"} <= {kind_of(house, str(mail["X-Letter-Id"])) for mail in door.messages}
    assert "Letters do not reach everybody" not in desk.browser.get("/desk/letters").text


def kind_of(house: Services, letter_id: str) -> str:
    with house.database.read() as tx:
        return tx.scalar(select(outbox.letters.c.letter).where(outbox.letters.c.id == letter_id))
