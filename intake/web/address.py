"""The e-mail address typed again before health data is shown. Stops a leaked link, not a shared mailbox."""

import hmac

from intake import journal
from intake.cases.draft import address_hash
from intake.cases.ways_in import ADDRESS_TRIES, TRIES_PAUSE
from intake.errors import AddressMismatch, SessionMissing, TooManyTries
from intake.journal import Event
from intake.links import grants, sessions
from intake.links.sessions import Session
from intake.web.cookies import services


def check_address(
    session: Session, typed: str, on_file: str, subject: str | None = None, *, actor: str = "requester"
) -> None:
    """Let the session see health data if the address is the one on file.

    Raises AddressMismatch, or TooManyTries after ADDRESS_TRIES until TRIES_PAUSE is over.
    """
    if session.grant_id is None:
        raise SessionMissing
    house, now = services(), services().clock()
    right = hmac.compare_digest(address_hash(house.keys, typed), address_hash(house.keys, on_file))
    with house.database.transaction() as tx:
        left = grants.guess(tx, session.grant_id, right, ADDRESS_TRIES, TRIES_PAUSE, now)
        if left is None:
            sessions.check_address(tx, session)
        event = Event.ADDRESS_CHECKED if left is None else Event.ADDRESS_REFUSED
        journal.write(tx, event, now, actor=actor, subject=subject)
    if left == 0:
        raise TooManyTries
    if left is not None:
        raise AddressMismatch(left=left)
