"""Reminds somebody of a request that was begun and not sent, before it goes."""

from intake import queue
from intake.cases import draft as drafts
from intake.cases import letters, reminders
from intake.cases.draft import DraftState
from intake.errors import DraftGone, KeyGone
from intake.queue import Job
from intake.services import Services


def remind_of_draft(services: Services, job: Job) -> None:
    """Look at the draft `job.ref`, write if it is time to, and wait for the next moment.

    Nothing is said of a draft that was sent or is gone. Harmless to do again: a reminder is written once.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        try:
            draft = drafts.read_draft(tx, services.keys, job.ref, now, to_change=True)
        except (DraftGone, KeyGone):
            return
        if draft.state is DraftState.SENT:
            return
        days = reminders.reminder_due(draft.expires_at, now)
        if days is not None and draft.address:
            letters.remind_of_draft(tx, services, draft, days, now)
        queue.finish(tx, job)  # a fresh one, so that a draft somebody comes back to often is no job that fails often
        reminders.plan(tx, draft, now)
