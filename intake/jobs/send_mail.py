"""Sends one letter of the outbox, and says what became of it: sent, later, or given up after about two days."""

from datetime import timedelta

from intake import queue
from intake.cases import lost_letters
from intake.errors import KeyGone, SealBroken, SenderLater, SenderNever
from intake.mail import deliveries, outbox
from intake.queue import Job
from intake.services import Services

# Waits between tries, in minutes; together a little more than 48 hours, so that a provider that is away for two days
# loses no letter. Never more than half a day apart: what can leave on the second day shall not wait for the third.
BACK_OFF_MINUTES = (1, 5, 15, 60, 3 * 60, 6 * 60, 6 * 60, 8 * 60, 12 * 60, 12 * 60)
# A provider may ask us to wait longer, but not so long that the letter would be forgotten.
LONGEST_ASKED_WAIT = timedelta(hours=1)
# The one letter that tells what waits leaves even when its reader had enough of the others.
DIGEST = "desk_digest"


def send_mail(services: Services, job: Job) -> None:
    """Try once to send the letter `job.ref`. Harmless to do again: a letter that was sent or given up is left alone."""
    attempt = _begin(services, job)
    if attempt == 0:
        return
    try:
        with services.database.read() as tx:
            message = outbox.open_letter(tx, services.keys, job.ref)
        provider_id = services.sender.send(message, job.ref)
    except SenderLater as error:
        _try_later(services, job, attempt, error)
    except SenderNever as error:
        _refused(services, job, str(error.values.get("reason", error.code)))
    except (KeyGone, SealBroken) as error:
        _give_up(services, job, error.code)
    else:
        with services.database.transaction() as tx:
            tells = services.sender.tells_delivery
            outbox.mark_sent(tx, job.ref, provider_id, services.clock(), tells=tells)
            if not tells:  # more will not be heard
                deliveries.lift(tx, outbox.recipient_of(tx, job.ref))
            queue.finish(tx, job)


def _begin(services: Services, job: Job) -> int:
    """The how-manieth try this is; 0 if the letter needs none, must not leave any more, or if its address had enough
    letters for a day: then it waits, which is no try.
    """
    now = services.clock()
    with services.database.transaction() as tx:
        letter = outbox.of_id(tx, job.ref)
        if letter and not lost_letters.may_leave(tx, letter):
            outbox.hold(tx, job.ref)
            queue.finish(tx, job)
            return 0
        most = services.settings.letters_a_day
        wait = deliveries.wait_for_room(tx, job.ref, most, now) if letter and letter.letter != DIGEST else None
        if wait is None:
            return outbox.mark_trying(tx, job.ref, now)
        queue.wait(tx, job, wait)
    return 0


def _refused(services: Services, job: Job, reason: str) -> None:
    """Given up for good. Where it lies in the address, other letters will not arrive there either."""
    if reason in deliveries.SMTP_OF_ADDRESS:
        with services.database.transaction() as tx:
            deliveries.suppress(tx, outbox.recipient_of(tx, job.ref), reason, services.clock())
    _give_up(services, job, reason)


def _try_later(services: Services, job: Job, attempt: int, error: SenderLater) -> None:
    reason = str(error.values.get("reason", error.code))
    if attempt > len(BACK_OFF_MINUTES):
        _give_up(services, job, reason)
        return
    now = services.clock()
    with services.database.transaction() as tx:
        outbox.mark_later(tx, job.ref, reason, now)
        queue.again(tx, job, now + _wait(attempt, error.values.get("retry_after")))


def _wait(attempt: int, asked_seconds: object) -> timedelta:
    """How long until the next try: as long as the table says, or longer if the provider asks so within reason."""
    ours = timedelta(minutes=BACK_OFF_MINUTES[attempt - 1])
    asked = timedelta(seconds=asked_seconds) if isinstance(asked_seconds, int) else timedelta()
    return max(ours, min(asked, LONGEST_ASKED_WAIT))


def _give_up(services: Services, job: Job, reason: str) -> None:
    with services.database.transaction() as tx:
        outbox.mark_dead(tx, job.ref, reason, services.clock())
        queue.finish(tx, job)
