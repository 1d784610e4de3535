"""Every morning: tells each at the desk what nobody has opened, what is late and which letters did not arrive."""

from datetime import datetime
from zoneinfo import ZoneInfo

from intake.cases import lost_letters
from intake.queue import Job
from intake.services import Services

# The hours of the operator's day in which it may be written: in the first, or later if the worker was away. Somebody
# who begins at eight finds it; what comes in after noon is no news of the morning.
MORNING = range(7, 12)


def digest(services: Services, job: Job) -> None:
    """Write today's letters if it is time to. Harmless to do again: each of them is written once a day."""
    now = services.clock()
    here = _here(services, now)
    if here.hour in MORNING:
        with services.database.transaction() as tx:
            lost_letters.tell_digest(tx, services, here.date(), now)


def _here(services: Services, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(services.operator.contact.time_zone))
