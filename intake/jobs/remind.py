"""Reminds of a request that was begun and not sent, before it goes; of records that we wait for; and of questions."""

from intake import queue
from intake.cases import conversation, letters, reminders, silence, store, talking
from intake.cases import draft as drafts
from intake.cases.draft import DraftState
from intake.errors import CaseNotFound, DraftGone, KeyGone
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


def remind_of_records(services: Services, job: Job) -> None:
    """Look at the case `job.ref`, write if it is time to, and wait for the next moment.

    Over when everything is said to be sent, or the case has gone on or ended. A request that is held as suspect gets no
    letter, and is looked at again. Harmless to do again: a reminder is written once.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        try:
            case = store.case_by_id(tx, job.ref, to_change=True)
        except CaseNotFound:
            return
        if not silence.waits(case):
            return
        sign = silence.last_sign(tx, case)
        days = silence.reminder_due(sign, now)
        if days is not None and not case.held_as_suspect:
            try:
                letters.remind_of_records(tx, services, case, days, sign, now)
            except KeyGone:
                return
        queue.finish(tx, job)  # a fresh one, so that a case that waits long is no job that fails often
        silence.plan(tx, case, sign, now)


def remind_of_question(services: Services, job: Job) -> None:
    """Look at the question `job.ref`: a day before its date remind the requester, after it tell the desk.

    Nothing is said of a question that was answered or taken back, or is gone. Harmless to do again.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        case_id = conversation.case_of(tx, job.ref)
        if case_id is None:
            return
        case = store.case_by_id(tx, case_id, to_change=True)
        try:
            message = conversation.message_of(tx, services.keys, case, job.ref)
            talking.remind(tx, services, case, message, now)
        except KeyGone:
            return
