"""Keeps the mark of open cases true as days go by: a date comes near, or passes. Harmless to do twice, or late."""

from intake.cases import awaiting, store
from intake.cases.case import Case, Stage
from intake.db import Tx
from intake.errors import KeyGone, SealBroken
from intake.forms.urgency import is_urgent
from intake.services import Services

EVERY_MINUTES = 60


def mark_urgent(services: Services) -> None:
    """Mark the open cases that are urgent now, and take the mark from those that are so no more."""
    if services.clock().minute % EVERY_MINUTES:
        return
    for stage in awaiting.AT_WORK:
        _mark_stage(services, stage)


def _mark_stage(services: Services, stage: Stage) -> None:
    """Some hundred cases at a time: what is read must not fill the memory, nor one look last long."""
    last: Case | None = None
    while True:
        with services.database.read() as tx:
            cases = awaiting.at_stage(tx, stage, after=last)
            changed = {case.id: urgent for case in cases if (urgent := _urgent(tx, services, case)) != case.urgent}
        if changed:
            with services.database.transaction() as tx:
                for case_id, urgent in changed.items():
                    store.change(tx, case_id, urgent=urgent)
        if not cases:
            return
        last = cases[-1]


def _urgent(tx: Tx, services: Services, case: Case) -> bool:
    try:
        answers = store.read_answers(tx, services.keys, case)
    except (KeyGone, SealBroken):  # forgotten meanwhile, or unreadable: that must not stop the others
        return case.urgent
    return is_urgent(answers, services.clock().date())
