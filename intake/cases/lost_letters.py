"""What the desk is told of letters that were lost and of cases that nobody opened: silence shall not look like rest.

A letter about a lost letter is not told of again by letter: the desk's list shows it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from intake.cases import awaiting, letters, store
from intake.cases.draft import address_hash
from intake.cases.house import House
from intake.db import Tx
from intake.desk import coordinators
from intake.errors import CaseNotFound, KeyGone
from intake.mail import deliveries, outbox

# Letters of which the desk's own list is news enough, or that would tell of themselves without end.
NOT_TOLD = frozenset({"desk_letter_lost", "desk_digest", "desk_silence"})
MOST_COUNTED = 9_999  # what a letter may say; nobody counts further


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for somebody: cases nobody opened, cases late, letters lost."""

    unopened: int
    late: int
    lost: int


def tell_lost(tx: Tx, house: House, letter_id: str, now: datetime) -> None:
    """To the coordinator of the case, or whoever stands in: this letter did not arrive. Nothing for what arrived
    meanwhile, was put in again, or belongs to a request that is held until somebody has looked at it.
    """
    letter = outbox.of_id(tx, letter_id)
    if letter is None or letter.state == outbox.QUEUED or letter.letter in NOT_TOLD:
        return
    if letter.case_id is None:
        if letter.role == letters.COORDINATOR:
            _tell_desk(tx, house, now)
        return
    try:
        letters.tell_desk_lost(tx, house, store.case_by_id(tx, letter.case_id), now)
    except (CaseNotFound, KeyGone):  # the case is over
        return


def tell_digest(tx: Tx, house: House, today: date, now: datetime) -> None:
    """To each at the desk, once a day and only if something waits: how much of what. The desk shows which."""
    unopened, late, lost = awaiting.count_unopened(tx), awaiting.count_late(tx, now), outbox.count_undelivered(tx, now)
    people = {one.email: one.id for one in coordinators.enrolled(tx, house.keys)}
    for address, language in _desk(tx, house, now):
        owner = people.get(address)
        waits = Waits(_theirs(unopened, owner), _theirs(late, owner), lost)
        _digest_to(tx, house, address, language, waits, today, now)


def cut_off(tx: Tx, house: House) -> list[str]:
    """Names of those at the desk whom letters do not reach any more."""
    everyone = {address_hash(house.keys, one.email): one.name for one in coordinators.enrolled(tx, house.keys)}
    return sorted(everyone[found_by] for found_by in deliveries.suppressed_among(tx, everyone))


def _digest_to(tx: Tx, house: House, address: str, language: str, waits: Waits, today: date, now: datetime) -> None:
    counts = {"count": waits.unopened, "late_count": waits.late, "lost_count": waits.lost}
    told = {name: min(count, MOST_COUNTED) for name, count in counts.items() if count}
    if told:
        link = f"{house.settings.base_url}/desk/unopened"
        once = f"digest:{today:%Y%m%d}:{address_hash(house.keys, address)}"
        letters.to_coordinator(tx, house, "desk_digest", address, language, now, dedupe=once, link=link, **told)


def _tell_desk(tx: Tx, house: House, now: datetime) -> None:
    """A letter to one of the desk that belongs to no case was lost: the others are told, once a day."""
    link = f"{house.settings.base_url}/desk/letters"
    for address, language in _desk(tx, house, now):
        once = f"lost:{now:%Y%m%d}:{address_hash(house.keys, address)}"
        letters.to_coordinator(tx, house, "desk_letter_lost", address, language, now, dedupe=once, link=link)


def _desk(tx: Tx, house: House, now: datetime) -> list[tuple[str, str]]:
    return letters.desk_addresses(tx, house, None, now)


def _theirs(counts: dict[str | None, int], owner: str | None) -> int:
    """What a coordinator has and what nobody has; for the operator's mailbox, which stands in for all, everything."""
    return sum(count for who, count in counts.items() if owner is None or who in (None, owner))
