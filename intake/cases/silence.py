"""Cases that wait for records: when the requester is reminded, and when a coordinator is told that nobody answers.

Counted from the last sign: the day on which the case opened, or on which somebody last sent or described a file, or
wrote to us. So whoever sends one file after the other is never urged. Nothing here moves a case.
"""

from datetime import datetime, timedelta

from intake import journal, queue
from intake.cases import awaiting, conversation, notes
from intake.cases.case import Case, Stage
from intake.db import Tx
from intake.journal import Event
from intake.records import store as records

REMIND_RECORDS = "remind_records"
# Days after the last sign. Our own choice, as are the other two figures: docs/maintainers/decisions/0016.
DAYS_AFTER = (7, 14)
# However often somebody begins anew, a case gets no more of these letters than this.
MOST_REMINDERS = 4
# Days after the last sign on which a coordinator is told: a week after the last reminder.
SILENT_AFTER = timedelta(days=21)
# When no reminder is due any more, the job looks again so often whether there was a new sign.
LOOK_AGAIN = timedelta(days=7)


def waits(case: Case) -> bool:
    """Whether the case waits for records: it is open, and nobody has said that everything was sent."""
    asked = case.stage is Stage.OPENED and case.contact_stopped_at is None
    return asked and case.records_declared_at is None


def last_sign(tx: Tx, case: Case) -> datetime:
    """When we last heard of the requester."""
    return _signs(tx, [case])[case.id]


def plan(tx: Tx, case: Case, sign: datetime, now: datetime) -> None:
    """Put in the job that looks at this case, unless it waits already."""
    queue.put(tx, REMIND_RECORDS, case.id, next_look(sign, now), now, dedupe=f"{REMIND_RECORDS}:{case.id}")


def reminder_due(sign: datetime, now: datetime) -> int | None:
    """Which reminder it is time for, by its days after the last sign; the last of several; None while it is early, and
    from the moment on at which a coordinator is told."""
    if now - sign >= SILENT_AFTER:
        return None
    return max((days for days in DAYS_AFTER if sign + timedelta(days=days) <= now), default=None)


def next_look(sign: datetime, now: datetime) -> datetime:
    """The next moment at which there may be something to say."""
    moments = [sign + timedelta(days=days) for days in DAYS_AFTER]
    return min((moment for moment in moments if moment > now), default=now + LOOK_AGAIN)


def silent_since(tx: Tx, cases: list[Case], now: datetime) -> dict[str, datetime]:
    """The last sign of each of these cases that waits for records and was not heard of for long, by its id."""
    waiting = {case.id: case for case in cases if waits(case)}
    signs = _signs(tx, list(waiting.values()))
    return {case_id: sign for case_id, sign in signs.items() if is_silent(waiting[case_id], sign, now)}


def is_silent(case: Case, sign: datetime, now: datetime) -> bool:
    """Whether nobody was heard of for long, in a case that waits for records. Nobody asks a suspect for any."""
    return not case.held_as_suspect and now - sign >= SILENT_AFTER


def _signs(tx: Tx, cases: list[Case]) -> dict[str, datetime]:
    """The last sign of each: it opened, a file was sent or described, they wrote to us, or a coordinator spoke with
    them.
    """
    ids = [case.id for case in cases]
    known = records.last_signs(tx, ids), conversation.last_words(tx, ids), notes.last_signs(tx, ids)
    opened = {case.id: case.opened_at for case in cases}
    return {case_id: max(at, *(signs.get(case_id, at) for signs in known)) for case_id, at in opened.items()}


def waiting_after(tx: Tx, after: Case | None = None) -> tuple[list[tuple[Case, datetime]], Case | None]:
    """The next cases that wait for records, each with its last sign, those opened first before the others; and after
    which case to go on: None once all were looked at.
    """
    cases = awaiting.at_stage(tx, Stage.OPENED, after=after)
    signs = _signs(tx, [case for case in cases if waits(case)])
    return [(case, signs[case.id]) for case in cases if case.id in signs], cases[-1] if cases else None


def longest_silent(tx: Tx, now: datetime, most: int | None = None) -> list[tuple[Case, datetime]]:
    """Silent cases with their last sign, the longest silent first; all of them, or up to `most`.

    No sign is older than its case: once enough are silent for longer than the next case is open, no other can be among
    them, and the younger cases need not be looked at.
    """
    found: list[tuple[Case, datetime]] = []
    last: Case | None = None
    while True:
        some, last = waiting_after(tx, last)
        found += [(case, sign) for case, sign in some if is_silent(case, sign, now)]
        found.sort(key=lambda each: (each[1], each[0].id))
        if last is None or last.stage_at > now - SILENT_AFTER:
            return found[:most]
        if most is not None and len(found) >= most and found[most - 1][1] <= last.stage_at:
            return found[:most]


def note_silence(tx: Tx, case: Case, sign: datetime, now: datetime) -> bool:
    """Write once for each silence into the journal that a coordinator is told. False if that was done before."""
    known = [line for line in journal.lines(tx, case.id) if line.event == Event.CASE_SILENT and line.at >= sign]
    if not known:
        journal.write(tx, Event.CASE_SILENT, now, subject=case.id, days=(now - sign).days)
    return not known
