"""Uploads and bytes go: cancelled, run out, forgotten with their case, or found astray. Row first, bytes last.

A crash between the two leaves objects that stand on no part; the sweep clears what two sweeps an hour apart both saw.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from intake import journal
from intake.db import Database, Tx
from intake.errors import UploadComplete
from intake.journal import Event
from intake.records import parts, store, strays
from intake.records.upload import SENDER, TAKEN_OUT, State, Upload, Verdict
from intake.records.vault import Vault

ASKED_AT_ONCE = 500

# Gives back to what a grant allows: (tx, grant id, bytes). The floor above brings it.
Release = Callable[[Tx, str, int], None]


def cancel_upload(
    database: Database, vault: Vault, upload_id: str, release: Release, now: datetime, by: str = SENDER
) -> None:
    """Give an unfinished upload up and free its room; harmless twice. Raises UploadComplete once it is a record."""
    with database.transaction() as tx:
        upload = store.get(tx, upload_id, to_change=True)
        if upload.complete:
            raise UploadComplete
        objects = _end(tx, upload, State.CANCELLED, release, now, by) if not upload.gone else []
    for object_id in objects:
        vault.destroy(object_id)


def take_out(
    database: Database, vault: Vault, upload_id: str, release: Release, now: datetime, by: str = SENDER
) -> None:
    """Who sent a record wants it not to be kept: its bytes go, and its row says so, so that no number moves.

    Harmless twice; an unfinished one is cancelled.
    """
    with database.transaction() as tx:
        upload = store.get(tx, upload_id, to_change=True)
        if not upload.complete:
            objects = _end(tx, upload, State.CANCELLED, release, now, by) if not upload.gone else []
        elif upload.verdict is Verdict.REJECTED:
            objects = []
        else:
            objects = _reject(tx, upload, release, now, by)
    for object_id in objects:
        vault.destroy(object_id)


def _reject(tx: Tx, upload: Upload, release: Release, now: datetime, by: str) -> list[str]:
    verdict = {"state": State.CHECKED.value, "verdict": Verdict.REJECTED.value, "reason": TAKEN_OUT}
    store.change(tx, upload.id, **verdict, checked_at=upload.checked_at or now)
    if upload.grant_id is not None:
        release(tx, upload.grant_id, upload.length)
    facts = {"upload": upload.id, "how": TAKEN_OUT}
    journal.write(tx, Event.UPLOAD_CANCELLED, now, actor=by, subject=upload.case_id, **facts)
    return parts.remove_all(tx, upload.id)


def cancel_unfinished(database: Database, vault: Vault, grant_id: str, release: Release, now: datetime) -> int:
    """Give up what a grant that is over left unfinished, so that nobody waits for it. Returns how many."""
    with database.read() as tx:
        waiting = store.unfinished_of_grant(tx, grant_id)
    for upload_id in waiting:
        with suppress(UploadComplete):  # its last part came meanwhile
            cancel_upload(database, vault, upload_id, release, now, by="system")
    return len(waiting)


def expire_idle(database: Database, vault: Vault, release: Release, now: datetime) -> set[str]:
    """Give up unfinished uploads that nobody added to for a week. Returns the cases that had one."""
    cases = set()
    with database.read() as tx:
        idle = store.idle(tx, now)
    for upload_id in idle:
        objects: list[str] = []
        with database.transaction() as tx:
            upload = store.get(tx, upload_id, to_change=True)
            if upload.state is State.RECEIVING and upload.expires_at <= now:
                objects = _end(tx, upload, State.EXPIRED, release, now)
                cases.add(upload.case_id)
        for object_id in objects:
            vault.destroy(object_id)
    return cases


def _end(
    tx: Tx, upload: Upload, state: State, release: Release, now: datetime, by: str = SENDER
) -> list[str]:
    store.change(tx, upload.id, state=state.value, touched_at=now)
    if upload.grant_id is not None:
        release(tx, upload.grant_id, upload.length)
    facts = {"upload": upload.id, "how": state.value}
    journal.write(tx, Event.UPLOAD_CANCELLED, now, actor=by, subject=upload.case_id, **facts)
    return parts.remove_all(tx, upload.id)


def forget_case(database: Database, vault: Vault, case_id: str) -> int:
    """Remove every upload of a case, rows and bytes. Returns how many objects went. Harmless twice."""
    with database.transaction() as tx:
        objects = store.remove_case(tx, case_id)
    for object_id in objects:
        vault.destroy(object_id)
    return len(objects)


def sweep_strays(database: Database, vault: Vault, now: datetime) -> int:
    """Destroy objects that stood on no part an hour ago and do not now; note the others. Returns how many went."""
    there = list(vault.every())
    with database.transaction() as tx:
        seen = strays.seen(tx)
        stray = set(there)
        for first in range(0, len(there), ASKED_AT_ONCE):
            stray -= parts.held(tx, there[first : first + ASKED_AT_ONCE])
        strays.forget(tx, seen.keys() - stray)
        strays.remember(tx, stray - seen.keys(), now)
        old = [object_id for object_id in stray & seen.keys() if now - seen[object_id] >= strays.STRAY_AFTER]
    # Their notes stay until the next sweep: a part that is committed this late sees from them that its bytes are gone.
    for object_id in old:
        vault.destroy(object_id)
    return len(old)
