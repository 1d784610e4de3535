"""A house for workers: a database, keys, a clock, and a sender that answers as it is told."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from intake.clock import Clock
from intake.clock import now as real_now
from intake.db import Database
from intake.keys import KeyStore
from intake.mail.message import Message
from tests.conftest import StillClock


@dataclass
class ScriptedSender:
    """Raises the `troubles` one after the other, then sends; `sent` holds (letter id, message)."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, Message]] = field(default_factory=list)
    tells_delivery: bool = False

    def send(self, message: Message, letter_id: str) -> str:
        """As told."""
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((letter_id, message))
        return f"provider-{len(self.sent)}"


def make_house(database: Database, keys: KeyStore | None = None, clock: Clock = real_now) -> Any:
    """As much of the services as a worker and the handler of letters reach for."""
    settings = SimpleNamespace(letters_a_day=60)
    return SimpleNamespace(database=database, keys=keys, sender=ScriptedSender(), clock=clock, settings=settings)


@pytest.fixture
def house(database: Database, keys: KeyStore, still_clock: StillClock) -> Any:
    """A house whose clock the test moves."""
    return make_house(database, keys, still_clock.now)
