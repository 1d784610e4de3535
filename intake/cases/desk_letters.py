"""Letters about accounts of the desk, to the people who work there. None says what has changed: only the desk shows."""

from collections import Counter
from datetime import datetime

from intake.cases.draft import address_hash
from intake.cases.house import House
from intake.cases.letters import COORDINATOR
from intake.db import Tx
from intake.desk import coordinators
from intake.desk.coordinators import Coordinator
from intake.mail import outbox


def send_invitation(
    tx: Tx, house: House, letter: str, language: str, address: str, link: str, hours: int, now: datetime
) -> None:
    """To somebody who shall work at the desk, for the first time (`invite`) or anew (`invite_again`)."""
    _to_person(tx, house, letter, language, address, now, link=link, link_hours=hours)


def tell_account_changed(tx: Tx, house: House, person: Coordinator, now: datetime) -> None:
    """To a coordinator: something has changed in their account (ASVS 5.0 V6.3.7)."""
    link = f"{house.settings.base_url}/desk/account"
    _to_person(tx, house, "account_changed", person.language, person.email, now, link=link)


def tell_leads(tx: Tx, house: House, now: datetime) -> None:
    """To every lead: an account was reset or closed; so that no lead does it unseen."""
    for lead in coordinators.enrolled(tx, house.keys):
        if lead.is_lead:
            link = f"{house.settings.base_url}/desk/people"
            _to_person(tx, house, "desk_account", lead.language, lead.email, now, link=link)


def tell_cases_given(tx: Tx, house: House, counts: Counter[str], now: datetime) -> None:
    """To each coordinator who was given cases of somebody who left: so many."""
    for person in coordinators.enrolled(tx, house.keys):
        if counts[person.id]:
            values = {"link": f"{house.settings.base_url}/desk/", "count": counts[person.id]}
            _to_person(tx, house, "desk_cases_given", person.language, person.email, now, **values)


def _to_person(
    tx: Tx, house: House, letter: str, language: str, address: str, now: datetime, **values: object
) -> None:
    message = house.letters.compose(letter, house.languages.choose(language), address, **values)
    found_by = address_hash(house.keys, address)
    outbox.put(tx, house.keys, message, now, owner=None, role=COORDINATOR, recipient_hash=found_by)
