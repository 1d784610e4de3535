"""When a draft that waits is spoken of: 14 and 3 days before it goes. One job waits for each draft.

The job looks at the draft whenever it wakes, and waits again for its next moment: so nothing has to be put off when
somebody comes back, and a draft that was sent or deleted simply is not there any more.
"""

from datetime import datetime, timedelta

from intake import queue
from intake.cases.draft import Draft
from intake.db import Tx

REMIND_DRAFT = "remind_draft"
DAYS_BEFORE = (14, 3)


def plan(tx: Tx, draft: Draft, now: datetime) -> None:
    """Put in the job that looks at this draft, unless it waits already."""
    due = next_look(draft.expires_at, now)
    queue.put(tx, REMIND_DRAFT, draft.id, due, now, dedupe=f"{REMIND_DRAFT}:{draft.id}")


def reminder_due(expires_at: datetime, now: datetime) -> int | None:
    """Which reminder it is time for, by its days before the end; the last of several; None while it is early."""
    due = [days for days in DAYS_BEFORE if expires_at - timedelta(days=days) <= now < expires_at]
    return min(due, default=None)


def next_look(expires_at: datetime, now: datetime) -> datetime:
    """The next moment at which there may be something to say: a reminder's, or the end, when it may have moved on."""
    moments = [expires_at - timedelta(days=days) for days in DAYS_BEFORE]
    return min((moment for moment in moments if moment > now), default=expires_at)
