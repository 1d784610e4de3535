"""Once a day: tells the desk of cases that wait for records and of which nobody was heard for long. Moves nothing."""

from intake.cases import letters, silence
from intake.cases.case import Case
from intake.queue import Job
from intake.services import Services


def alert_silence(services: Services, job: Job) -> None:
    """Tell the desk of each silence once, all of a day in one letter to each coordinator. Harmless to do again.

    Also puts in the reminders of cases that have none waiting, such as those opened before there were any. That is done
    some hundred cases at a time, so that others may write in between.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        told = [case for case, sign in silence.longest_silent(tx, now) if silence.note_silence(tx, case, sign, now)]
        letters.tell_desk_silence(tx, services, told, now)
    last: Case | None = None
    while True:
        with services.database.transaction() as tx:
            some, last = silence.waiting_after(tx, last)
            for case, sign in some:
                silence.plan(tx, case, sign, now)
        if last is None:
            return
