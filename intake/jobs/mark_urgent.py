"""Keeps the mark of open cases true as days go by: a date comes near, or passes. Harmless to do twice, or late."""

from intake.cases import store
from intake.cases.case import Case
from intake.errors import KeyGone, SealBroken
from intake.forms.urgency import is_urgent
from intake.services import Services

EVERY_MINUTES = 60


def mark_urgent(services: Services) -> None:
    """Mark the open cases that are urgent now, and take the mark from those that are so no more."""
    if services.clock().minute % EVERY_MINUTES:
        return
    with services.database.read() as tx:
        cases = store.open_cases(tx)
    for case in cases:
        _mark(services, case)


def _mark(services: Services, case: Case) -> None:
    try:
        with services.database.read() as tx:
            answers = store.read_answers(tx, services.keys, case)
    except (KeyGone, SealBroken):  # forgotten meanwhile, or unreadable: that must not stop the others
        return
    urgent = is_urgent(answers, services.clock().date())
    if urgent != case.urgent:
        with services.database.transaction() as tx:
            store.change(tx, case.id, urgent=urgent)
