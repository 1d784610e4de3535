"""What must go, goes: drafts and cases whose time is over. Row first, then key and bytes.

What stays of a case is its reference, its dates, its consents by hash and the journal: nothing about a person.
"""

from dataclasses import dataclass
from datetime import datetime

from intake import journal
from intake.cases import draft as drafts
from intake.cases import store
from intake.db import Database
from intake.journal import Event
from intake.keys import KeyStore
from intake.links import grants
from intake.mail import outbox
from intake.records import store as records
from intake.records.vault import Vault


@dataclass(frozen=True, slots=True)
class Purged:
    """How many drafts and cases went."""

    drafts: int
    cases: int


def purge(database: Database, keys: KeyStore, vault: Vault, now: datetime) -> Purged:
    """Forget every draft and case whose time is over. Harmless to do twice; a crash leaves nothing half readable."""
    return Purged(_purge_drafts(database, keys, now), _purge_cases(database, keys, vault, now))


def _purge_drafts(database: Database, keys: KeyStore, now: datetime) -> int:
    with database.transaction() as tx:
        gone = drafts.expired(tx, now)
        for draft_id in gone:
            grants.revoke_all(tx, draft_id, now)
            drafts.delete_draft(tx, draft_id)
        if gone:
            journal.write(tx, Event.PURGED, now, drafts=len(gone))
    for draft_id in gone:
        keys.destroy(f"draft:{draft_id}")
    return len(gone)


def _purge_cases(database: Database, keys: KeyStore, vault: Vault, now: datetime) -> int:
    with database.read() as tx:
        over = store.past_purge(tx, now)
    for case in over:
        with database.transaction() as tx:
            objects = records.remove_case(tx, case.id)
            outbox.remove_case(tx, case.id)
            grants.revoke_all(tx, case.id, now)
            store.blank(tx, case.id, now)
            journal.write(tx, Event.PURGED, now, subject=case.id, records=len(objects))
        keys.destroy(case.key_owner)
        for object_id in objects:
            vault.destroy(object_id)
    return len(over)
