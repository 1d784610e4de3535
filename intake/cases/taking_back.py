"""Taking back what one agreed to: one purpose, or one country. As easy as giving it was.

Without some of them nobody can go on with the case: taking one of those back ends it. The others go alone.
"""

from datetime import datetime

from intake import journal
from intake.cases import consent, letters, lifecycle, store
from intake.cases.case import Case, Stage, may_move
from intake.cases.consent import ABROAD, PURPOSES, REQUESTER
from intake.cases.house import House
from intake.db import Tx
from intake.journal import Event

NEEDED = frozenset({"review", "contact", "statement"})


def ends_case(tx: Tx, case: Case, purpose: str, country: str) -> bool:
    """Whether the case ends when the requester takes this back: it is needed, or no country is left ("" takes all)."""
    countries = {each.country for each in consent.standing(tx, case.id, REQUESTER) if each.purpose == ABROAD}
    none_left = not country or countries <= {country}
    needed = purpose in NEEDED or (purpose == ABROAD and none_left)
    return needed and may_move(case.stage, Stage.WITHDRAWN)


def take_back(tx: Tx, house: House, case_id: str, purpose: str, country: str, now: datetime) -> Case:
    """The requester takes back one purpose, or one country of it. Twice is once, and so is what never was given.

    The case is withdrawn where it cannot go on without it. Raises CaseNotFound.
    """
    case = store.case_by_id(tx, case_id, to_change=True)
    if purpose not in PURPOSES:
        return case
    ends = ends_case(tx, case, purpose, country)
    if not consent.take_back(tx, case_id, REQUESTER, now, purpose=purpose, country=country):
        return case
    facts = {"purpose": purpose} | ({"country": country} if country else {})
    journal.write(tx, Event.CONSENT_TAKEN_BACK, now, actor=REQUESTER, subject=case_id, **facts)
    if ends:
        return lifecycle.withdraw_case(tx, house, case_id, now)
    letters.tell_consent_changed(tx, house, case, now)
    return case
