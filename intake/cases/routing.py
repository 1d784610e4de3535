"""Giving new cases to somebody: by the rules of the desk, as they open, and anew when whoever had them leaves.

While no rule is set, a new case belongs to nobody, and everybody at the desk is told of it.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from intake import journal
from intake.cases import awaiting, desk_letters, store
from intake.cases.case import Case
from intake.cases.house import House
from intake.db import Tx
from intake.desk import coordinators, rules
from intake.desk.rules import Facts
from intake.journal import Event


def route_case(tx: Tx, house: House, case: Case, answers: Any, now: datetime) -> Case:
    """Give a case that nobody has to whom the rules name, and journal by which rule. Returns it as it stands then.

    What is held as suspect is given to nobody: `lifecycle.free_suspect` does it once somebody has looked.
    """
    routing = rules.read(tx)
    if not routing.is_set or case.held_as_suspect or case.coordinator_id is not None:
        return case
    return _given(tx, house, case, answers, now)


def give_anew(tx: Tx, house: House, coordinator_id: str, now: datetime) -> int:
    """Whoever had these cases has left: each goes to somebody else, also where no rule is set. Returns how many."""
    theirs, given = awaiting.held_by(tx, coordinator_id), Counter[str]()
    for case in theirs:
        store.hand_back(tx, case.id)
        answers = store.read_answers(tx, house.keys, case)
        given[_given(tx, house, replace(case, coordinator_id=None), answers, now).coordinator_id or ""] += 1
    desk_letters.tell_cases_given(tx, house, given, now)
    return len(theirs)


def _given(tx: Tx, house: House, case: Case, answers: Any, now: datetime) -> Case:
    choice = rules.choose(
        rules.read(tx), coordinators.everyone(tx, house.keys), awaiting.loads(tx), facts_of(case, answers), now
    )
    if choice is None or not store.claim(tx, case.id, choice.coordinator_id):
        return case
    journal.write(
        tx, Event.CASE_ROUTED, now, subject=case.id, coordinator=choice.coordinator_id, rule=choice.rule
    )  # fmt: skip
    return replace(case, coordinator_id=choice.coordinator_id)


def facts_of(case: Case, answers: Any) -> Facts:
    """What rules may look at; what a case opened in another way does not say is empty."""
    specialty = answers.get("condition", {}).get("specialty") or ""
    country = answers.get("patient", {}).get("country") or ""
    return Facts(case.language, specialty, country, case.partner or "")
