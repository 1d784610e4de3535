"""The check as a job, and the regular round: done twice they do no harm, and a case moves on when all is checked."""

from datetime import datetime

import pytest

from intake.cases import lifecycle, store
from intake.cases.case import Case, Stage
from intake.jobs.check_record import check_record
from intake.jobs.sweep import sweep
from intake.jobs.worker import Worker
from intake.links import grants
from intake.links.tokens import Purpose
from intake.queue import Job
from intake.records import receiving
from intake.records import store as records
from intake.records.receiving import From, Limits
from intake.records.upload import About, State, Upload, Verdict
from intake.records.vault import new_object_id
from tests.builders import a_case

PDF = b"%PDF-1.7 a letter"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def case(services, now: datetime) -> Case:
    with services.database.transaction() as tx:
        return a_case(tx, services, now)


def _send(services, case: Case, body: bytes = PDF, *, whole: bool = True) -> Upload:
    now, key = services.clock(), services.keys.get(case.key_owner)
    with services.database.transaction() as tx:
        grant = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        source, limits = From(case.id, grant.id, "session"), Limits(10**9, 0, "1 GB")
        upload = receiving.begin_upload(
            tx, key, services.vault, source, About("letter.pdf"), len(body), limits, grants.reserve, now
        )
    sent = body if whole else body[:-1]
    receiving.append(services.database, services.vault, key, upload.id, 0, [sent], services.clock)
    return upload


def _again(services, upload: Upload) -> Upload:
    with services.database.read() as tx:
        return records.get(tx, upload.id)


def _stage(services, case: Case) -> Stage:
    with services.database.read() as tx:
        return store.case_by_id(tx, case.id).stage


def _declare(services, case: Case) -> None:
    with services.database.transaction() as tx:
        lifecycle.declare_records_complete(tx, services, case.id, services.clock())


def _job(kind: str, ref: str) -> Job:
    return Job("job", kind, ref, 1, "worker")


def test_the_worker_checks_what_arrived_and_the_case_moves_on(services, case: Case) -> None:
    upload = _send(services, case)
    _declare(services, case)
    assert _stage(services, case) is Stage.OPENED
    worker = Worker(services, {"check_record": check_record})
    assert worker.run_until_idle() == 1 and worker.run_until_idle() == 0
    assert (_again(services, upload).state, _again(services, upload).verdict) == (State.CHECKED, Verdict.HELD)
    assert _stage(services, case) is Stage.RECORDS_IN


def test_a_case_waits_for_the_last_check(services, case: Case) -> None:
    first, second = _send(services, case), _send(services, case)
    _declare(services, case)
    check_record(services, _job("check_record", first.id))
    assert _stage(services, case) is Stage.OPENED
    check_record(services, _job("check_record", second.id))
    assert _stage(services, case) is Stage.RECORDS_IN


def test_a_check_done_twice_changes_nothing(services, case: Case) -> None:
    upload = _send(services, case)
    check_record(services, _job("check_record", upload.id))
    first = _again(services, upload)
    check_record(services, _job("check_record", upload.id))
    assert _again(services, upload) == first


def test_a_file_of_another_kind_is_rejected_and_its_room_given_back(services, case: Case, now: datetime) -> None:
    upload = _send(services, case, b"MZ a program")
    check_record(services, _job("check_record", upload.id))
    assert _again(services, upload).reason == "kind_not_allowed" and list(services.vault.every()) == []
    with services.database.read() as tx:
        grant = grants.standing(tx, Purpose.UPLOAD, case.id, now)
        assert records.needing_requester(tx, case.id) == [upload.id]
    assert grant is not None and grant.bytes_left == services.settings.case_max_bytes


def test_a_record_that_was_forgotten_meanwhile_needs_nothing(services, case: Case) -> None:
    check_record(services, _job("check_record", "0" * 32))
    upload = _send(services, case)
    services.keys.destroy(case.key_owner)
    check_record(services, _job("check_record", upload.id))
    assert _again(services, upload).state is State.RECEIVED


def test_the_round_gives_up_idle_uploads_and_clears_strays(services, case: Case, still_clock) -> None:
    whole = _send(services, case)
    idle = _send(services, case, whole=False)
    stray = new_object_id()
    services.vault.put(stray, [b"left by a crash"])
    still_clock.advance(days=8)
    check_record(services, _job("check_record", whole.id))
    _declare(services, case)
    assert _stage(services, case) is Stage.OPENED, "it waits for the unfinished file"
    for _ in range(3):
        sweep(services, _job("sweep", "sweep"))
        still_clock.advance(hours=1)
    assert _again(services, idle).state is State.EXPIRED
    assert len(list(services.vault.every())) == 1
    assert _stage(services, case) is Stage.RECORDS_IN


def test_files_that_arrived_together_and_were_refused_make_one_letter(services, case: Case, outbox_letters) -> None:
    sent = [_send(services, case, b"MZ a program") for _ in range(4)]
    for upload in sent:
        check_record(services, _job("check_record", upload.id))
    assert len(outbox_letters("record_needs_you")) == 1
    check_record(services, _job("check_record", _send(services, case, b"MZ another").id))
    assert len(outbox_letters("record_needs_you")) == 2
