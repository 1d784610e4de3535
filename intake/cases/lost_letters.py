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
from intake.mail.outbox import Undelivered

# Letters of which the desk's own list is news enough, or that would tell of themselves without end.
NOT_TOLD = frozenset({"desk_letter_lost", "desk_digest", "desk_silence"})
MOST_COUNTED = 9_999  # what a letter may say; nobody counts further


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for somebody: cases nobody opened, late ones, those of people whom they stand in for, letters lost."""

    unopened: int
    late: int
    away: int
    lost: int


def may_leave(tx: Tx, letter: Undelivered) -> bool:
    """Whether a letter may leave now, however it came to be tried: none that was written to requester or patient before
    contact was stopped, and none to an address that is not on file any more, but the one that says so.
    """
    if letter.case_id is None or letter.role not in (letters.REQUESTER, letters.PATIENT):
        return True
    try:
        stopped = store.case_by_id(tx, letter.case_id).contact_stopped_at
    except CaseNotFound:
        return True
    if stopped is not None and (letter.made_at < stopped or letter.letter != "link_again"):
        return False  # a link that somebody there asked for since then does leave
    if letter.role == letters.PATIENT or letter.letter == "contact_left":
        return True
    return outbox.recipient_of(tx, letter.id) == store.address_hash_of(tx, letter.case_id)


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
        case = store.case_by_id(tx, letter.case_id)
        if case.contact_stopped_at is None or letter.role == letters.COORDINATOR:  # else there is nobody to reach
            letters.tell_desk_lost(tx, house, case, now)
    except (CaseNotFound, KeyGone):  # the case is over
        return


def tell_digest(tx: Tx, house: House, today: date, now: datetime) -> None:
    """To each at the desk, once a day and only if something waits: how much of what. The desk shows which.

    What somebody has who is away is told to who reads their letters: no case waits unseen for a person on holiday.
    """
    away = {one.id for one in coordinators.enrolled(tx, house.keys) if one.is_away(now)}
    counts = awaiting.count_unopened(tx), awaiting.count_late(tx, now), awaiting.count_at_desk(tx, away) if away else {}
    lost = outbox.count_undelivered(tx, now)
    owners = {None}.union(*counts)
    read_by = {owner: letters.desk_addresses(tx, house, owner, now) for owner in owners}
    for reader in read_by[None]:
        theirs = [sum(count[owner] for owner in count if reader in read_by[owner]) for count in counts]
        _digest_to(tx, house, *reader, Waits(*theirs, lost), today, now)


def cut_off(tx: Tx, house: House) -> list[str]:
    """Names of those at the desk whom letters do not reach any more."""
    everyone = {address_hash(house.keys, one.email): one.name for one in coordinators.enrolled(tx, house.keys)}
    return sorted(everyone[found_by] for found_by in deliveries.suppressed_among(tx, everyone))


def _digest_to(tx: Tx, house: House, address: str, language: str, waits: Waits, today: date, now: datetime) -> None:
    counts = {"count": waits.unopened, "late_count": waits.late, "away_count": waits.away, "lost_count": waits.lost}
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
