"""What SendGrid tells about a letter, read from what it posts. Words of mail servers are read and dropped: they repeat
addresses; what stays is one of few outcomes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from intake.errors import EventsUnreadable


class Delivery(StrEnum):
    """What became of a letter after the provider took it, from the first news to the last word.

    A letter only ever moves down this list, in whatever order and however often the news come. What comes later in it
    is also what is true when two of them are told: a server may take a letter and send it back an hour later.
    """

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    BOUNCED = "bounced"
    SPAM_REPORT = "spam_report"

    @property
    def rank(self) -> int:
        """How far down the list."""
        return list(Delivery).index(self)

    @property
    def is_lost(self) -> bool:
        """Whether the letter will not arrive."""
        return self in (Delivery.BLOCKED, Delivery.DROPPED, Delivery.BOUNCED)


# SendGrid's names. What is not here (open, click, unsubscribe) we never ask for and do not keep.
OUTCOMES: Mapping[str, Delivery] = {
    "processed": Delivery.ACCEPTED,
    "deferred": Delivery.DEFERRED,
    "delivered": Delivery.DELIVERED,
    "bounce": Delivery.BOUNCED,
    "dropped": Delivery.DROPPED,
    "spamreport": Delivery.SPAM_REPORT,
}
# Why SendGrid drops a letter without trying: these lie in the address, others (a quota, a header) do not.
DROPPED_FOR_ITS_ADDRESS = ("bounced address", "spam reporting address", "unsubscribed address", "invalid")


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news. `of_address`: letters to this address will not arrive from now on, either."""

    id: str
    letter_id: str
    outcome: Delivery
    at: datetime
    of_address: bool


def read_events(body: bytes) -> list[Event]:
    """The news in a signed body; those about other letters than ours, or of no meaning to us, are left out.

    Raises EventsUnreadable for what is no list of objects.
    """
    try:
        given = json.loads(body)
    except ValueError:  # also what is not UTF-8
        given = None
    except RecursionError:
        given = None
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise EventsUnreadable
    return [event for each in given if (event := _event(each)) is not None]


def _event(given: dict[str, Any]) -> Event | None:
    name, letter_id, seconds = given.get("event"), given.get("letter_id"), given.get("timestamp")
    outcome = OUTCOMES.get(name) if isinstance(name, str) else None
    if outcome is None or not isinstance(letter_id, str) or not 0 < len(letter_id) <= 32 or "\0" in letter_id:
        return None
    if type(seconds) is not int or not 0 <= seconds < 10**11:
        return None
    if outcome is Delivery.BOUNCED and given.get("type") == "blocked":  # the server's doing, not the address's
        outcome = Delivery.BLOCKED
    return Event(_id(given), letter_id, outcome, datetime.fromtimestamp(seconds, UTC), _of_address(outcome, given))


def _of_address(outcome: Delivery, given: dict[str, Any]) -> bool:
    if outcome is Delivery.DROPPED:
        return str(given.get("reason", "")).casefold().startswith(DROPPED_FOR_ITS_ADDRESS)
    return outcome in (Delivery.BOUNCED, Delivery.SPAM_REPORT)


def _id(given: dict[str, Any]) -> str:
    """SendGrid's own id of the event, or what it says, as a digest: both are the same when it is told again."""
    said = given.get("sg_event_id")
    text = said if isinstance(said, str) and said else json.dumps(given, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
