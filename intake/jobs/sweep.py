"""The regular round: what ran out goes, and what a crash left behind. Harmless to do twice, or late."""

from intake.cases import helpers_over, retention
from intake.jobs.check_record import settle
from intake.jobs.mark_urgent import mark_urgent
from intake.links import grants
from intake.queue import Job
from intake.records import removing
from intake.services import Services

# Rounds are short apart; looking at every object of the vault is worth it only so often.
STRAYS_EVERY_MINUTES = 15


def sweep(services: Services, job: Job) -> None:
    """The sweeps of every room."""
    sweep_records(services)
    helpers_over.sweep_helpers(services.database, services.vault, services, services.clock())
    retention.purge(services.database, services.keys, services.vault, services.clock())
    mark_urgent(services)


def sweep_records(services: Services) -> None:
    """Unfinished uploads that nobody added to for a week, and objects of the vault that belong to nothing."""
    now = services.clock()
    for case_id in removing.expire_idle(services.database, services.vault, grants.release, now):
        settle(services, case_id)
    if now.minute % STRAYS_EVERY_MINUTES == 0:
        removing.sweep_strays(services.database, services.vault, now)
