"""A real SMTP server on loopback that keeps what it is given, and can be told to refuse or to put off."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.components import free_port

TAKEN = "250 taken"


@dataclass
class Mailroom:
    """Every letter that came in, oldest first. Set `answer` to another reply ("451 later") to refuse the next."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    answer: str = TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one letter, or say what `answer` says."""
        if self.answer == TAKEN:
            message = message_from_bytes(envelope.content or b"", policy=default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address."""
        return [message for message in self.messages if address in str(message["To"])]

    def wait_for(self, count: int, address: str = "", seconds: float = 30) -> list[EmailMessage]:
        """Wait until `count` letters (to `address`) have come; fails when they do not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if len(found := self.to(address) if address else self.messages) >= count:
                return found
            time.sleep(0.05)
        pytest.fail(f"{count} letters were awaited, {len(found)} came")


@pytest.fixture
def smtp_server() -> Iterator[Mailroom]:
    """A mail server for this test."""
    room = Mailroom("127.0.0.1", free_port())
    controller = Controller(room, hostname=room.host, port=room.port)
    controller.start()
    yield room
    controller.stop()
