"""Checks one complete upload, then lets the case move on if it was waiting for that. `job.ref` is the upload."""

from intake.cases import lifecycle
from intake.errors import CaseNotFound, KeyGone, UploadNotFound
from intake.links import grants
from intake.queue import Job
from intake.records import checking, store
from intake.records.scanner import NoScanner
from intake.records.upload import key_owner
from intake.services import Services


def check_record(services: Services, job: Job) -> None:
    """Check the upload and settle the records of its case. One that was forgotten meanwhile needs nothing."""
    try:
        with services.database.read() as tx:
            upload = store.get(tx, job.ref)
        key = services.keys.get(key_owner(upload.case_id))
    except (UploadNotFound, KeyGone):
        return
    scanner, now = NoScanner(), services.clock()
    checking.check_record(services.database, services.vault, key, upload.id, scanner, grants.release, now)
    settle(services, upload.case_id)


def settle(services: Services, case_id: str) -> None:
    """Let the case move on if all of its records are checked; one that was erased meanwhile needs nothing."""
    try:
        with services.database.transaction() as tx:
            lifecycle.settle_records(tx, services, case_id, services.clock())
    except CaseNotFound:
        return
