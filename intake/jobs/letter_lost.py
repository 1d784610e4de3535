"""A letter was lost: tells those at the desk who can reach its reader in another way. Moves nothing."""

from intake.cases import lost_letters
from intake.queue import Job
from intake.services import Services


def letter_lost(services: Services, job: Job) -> None:
    """Tell of the letter `job.ref`. Harmless to do again: a case is told of once a day."""
    with services.database.transaction() as tx:
        lost_letters.tell_lost(tx, services, job.ref, services.clock())
