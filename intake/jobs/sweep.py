"""The regular round: what ran out goes, and what a crash left behind. Harmless to do twice, or late."""

from intake.cases import helpers_over, retention
from intake.jobs.check_record import recheck, settle
from intake.jobs.mark_urgent import mark_urgent
from intake.links import grants
from intake.queue import Job
from intake.records import quotas, removing
from intake.services import Services

# Rounds are short apart; looking at every object of the vault is worth it only so often.
STRAYS_EVERY_MINUTES = 15


def sweep(services: Services, job: Job) -> None:
    """The sweeps of every room."""
    sweep_records(services)
    helpers_over.sweep_helpers(services.database, services.vault, services, services.clock())
    retention.purge(services.database, services.keys, services.vault, services.clock())
    mark_urgent(services)
    sweep_strays(services)  # last: a store that is away must not keep the others waiting


def sweep_records(services: Services) -> None:
    """Unfinished uploads that nobody added to for a week; once a day, how much all cases hold."""
    for case_id in removing.expire_idle(services.database, services.vault, grants.release, services.clock()):
        settle(services, case_id)
    recheck(services)
    if services.settings.service_max_bytes:
        with services.database.transaction() as tx:
            quotas.take_turn(tx)
            quotas.recount(tx, services.clock())


def sweep_strays(services: Services) -> None:
    """Objects of the vault that belong to nothing, every quarter of an hour."""
    now = services.clock()
    if now.minute % STRAYS_EVERY_MINUTES == 0:
        removing.sweep_strays(services.database, services.vault, now)
