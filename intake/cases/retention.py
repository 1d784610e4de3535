"""What must go, goes: drafts and cases whose time is over. The key first, then row, then bytes.

A key that outlived its row would be found by nobody any more, and older back-ups could be read for ever.
What stays of a case is its reference, its dates, its consents by hash and the journal: nothing about a person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake import journal
from intake.cases import agreement, call_backs, conversation, helpers, notes, parcels, store, viewers
from intake.cases import draft as drafts
from intake.cases.case import Stage
from intake.cases.draft import DraftState
from intake.db import Database, Tx
from intake.journal import Event
from intake.keys import KeyStore
from intake.links import grants, sessions
from intake.links.sessions import Role
from intake.mail import deliveries, outbox
from intake.records import photo_sets
from intake.records import store as records
from intake.records.vault import Vault

# Long enough to count how many letters somebody was sent, and to see at the desk which did not arrive.
KEEP_LETTERS = timedelta(days=30)
FORGET_SESSIONS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many drafts, cases, letters that belong to no case, and calls that nobody made went."""

    drafts: int
    cases: int
    letters: int = 0
    calls: int = 0


def purge(database: Database, keys: KeyStore, vault: Vault, now: datetime) -> Purged:
    """Forget every draft and case whose time is over. Harmless to do twice; a crash leaves nothing half readable."""
    with database.transaction() as tx:
        sessions.forget(tx, now - FORGET_SESSIONS)
        deliveries.forget(tx, now)
    letters = _purge_letters(database, keys, now)
    calls = call_backs.purge(database, keys, now)
    return Purged(_purge_drafts(database, keys, now), _purge_cases(database, keys, vault, now), letters, calls)


def delete_draft(tx: Tx, keys: KeyStore, draft_id: str, now: datetime) -> bool:
    """Delete a draft at once, because its requester says so. False for one that was sent: it is a case by now.

    Raises DraftGone, KeyGone.
    """
    draft = drafts.read_draft(tx, keys, draft_id, now, to_change=True)
    if draft.state is DraftState.SENT:
        return False
    keys.destroy(draft.key_owner)
    grants.revoke_all(tx, draft_id, now)
    sessions.end_all(tx, Role.DRAFT, draft_id, now)
    drafts.delete_draft(tx, draft_id)
    journal.write(tx, Event.DRAFT_DELETED, now, actor="requester")
    return True


def _purge_drafts(database: Database, keys: KeyStore, now: datetime) -> int:
    with database.read() as tx:
        over = drafts.expired(tx, now)  # nothing gives such a draft its time back
    for draft_id in over:
        keys.destroy(f"draft:{draft_id}")
    with database.transaction() as tx:
        for draft_id in over:
            grants.revoke_all(tx, draft_id, now)
            drafts.delete_draft(tx, draft_id)
        if over:
            journal.write(tx, Event.PURGED, now, drafts=len(over))
    return len(over)


def _purge_letters(database: Database, keys: KeyStore, now: datetime) -> int:
    """Letters of drafts and invitations: who wrote to whom is nobody's business once they have arrived."""
    with database.read() as tx:
        over = outbox.settled_without_case(tx, now - KEEP_LETTERS)
    for key_owner in over:
        keys.destroy(key_owner)
    if over:
        with database.transaction() as tx:
            outbox.remove_owned(tx, over)
    return len(over)


def _purge_cases(database: Database, keys: KeyStore, vault: Vault, now: datetime) -> int:
    with database.read() as tx:
        over = store.past_purge(tx, now)
    return sum(_purge_case(database, keys, vault, case.id, now) for case in over)


def _purge_case(database: Database, keys: KeyStore, vault: Vault, case_id: str, now: datetime) -> bool:
    """False if the case moved on since somebody looked: then it has its full time again."""
    with database.transaction() as tx:
        case = store.case_by_id(tx, case_id, to_change=True)
        if case.stage is Stage.ERASED or case.purge_at > now:
            return False
        keys.destroy(case.key_owner)
        objects = records.remove_case(tx, case.id)
        outbox.remove_case(tx, case.id)
        grants.revoke_all(tx, case.id, now)
        agreement.forget(tx, case.id)
        for room in (helpers, viewers, parcels, photo_sets, conversation, notes):
            room.forget(tx, case.id)
        store.blank(tx, case.id, now)
        journal.write(tx, Event.PURGED, now, subject=case.id, records=len(objects))
    for object_id in objects:
        vault.destroy(object_id)
    return True
