"""Checks one complete upload, then lets the case move on if it was waiting for that. `job.ref` is the upload.

A scanner that does not answer puts the check off, for about two hours in all; then the record is held, and checked
again when the scanner is back.
"""

from datetime import timedelta

from intake import queue
from intake.cases import lifecycle
from intake.db import Tx
from intake.errors import CaseNotFound, KeyGone, ScannerDown, UploadNotFound
from intake.links import grants
from intake.queue import Job
from intake.records import checking, store
from intake.records.scanner import NoScanner, Scanner, SilentScanner
from intake.records.upload import State, key_owner
from intake.services import Services

# Waits for a scanner that does not answer, in seconds: a reload of its signatures takes a minute or two.
SCANNER_WAITS = (30, 60, 5 * 60, 15 * 60, 30 * 60, 60 * 60)
# How many of the records that were held are put in again in one round, so that new ones need not wait long for theirs.
AGAIN_AT_ONCE = 50


def check_record(services: Services, job: Job) -> None:
    """Check the upload and settle the records of its case. One that was forgotten meanwhile needs nothing."""
    try:
        with services.database.read() as tx:
            upload = store.get(tx, job.ref)
        key = services.keys.get(key_owner(upload.case_id))
    except (UploadNotFound, KeyGone):
        return
    try:
        _check(services, key, upload.id, services.scanner)
    except ScannerDown:
        if upload.state is State.CHECKED:  # it is held for this already; the next round tries again
            return
        if job.attempts <= len(SCANNER_WAITS):
            _put_off(services, job)
            return
        _check(services, key, upload.id, SilentScanner())
    settle(services, upload.case_id)


def _check(services: Services, key: bytes, upload_id: str, scanner: Scanner) -> None:
    now = services.clock()
    checking.check_record(services.database, services.vault, key, upload_id, scanner, grants.release, now)


def _put_off(services: Services, job: Job) -> None:
    with services.database.transaction() as tx:
        queue.again(tx, job, services.clock() + timedelta(seconds=SCANNER_WAITS[job.attempts - 1]))


def settle(services: Services, case_id: str) -> None:
    """Let the case move on if all of its records are checked; one that was erased meanwhile needs nothing."""
    try:
        with services.database.transaction() as tx:
            lifecycle.settle_records(tx, services, case_id, services.clock())
    except CaseNotFound:
        return


def recheck(services: Services, most: int = AGAIN_AT_ONCE, *, unscanned: bool = False) -> int:
    """Put in the check of records that were held because the scanner did not answer, if it does now.

    With `unscanned`, also of those that came before there was a scanner. Returns how many were put in.
    """
    if isinstance(services.scanner, NoScanner):
        return 0
    with services.database.read() as tx:
        waiting = store.waiting_for_scanner(tx, most, unscanned=unscanned)
    if not waiting or not services.scanner.answers():
        return 0
    with services.database.transaction() as tx:
        for upload_id in waiting:
            _put(tx, services, upload_id)
    return len(waiting)


def _put(tx: Tx, services: Services, upload_id: str) -> None:
    now = services.clock()
    queue.put(tx, "check_record", upload_id, now, now, dedupe=f"recheck:{upload_id}")
