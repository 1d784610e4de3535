"""The check as a job, and the regular round: done twice they do no harm, and a case moves on when all is checked."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from intake.cases import lifecycle, store
from intake.cases.case import Case, Stage
from intake.commands import examine
from intake.commands import recheck as recheck_all
from intake.errors import ScannerDown, ScannerMissing
from intake.jobs.check_record import AGAIN_AT_ONCE, SCANNER_WAITS, check_record, recheck
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
from tests.components.clamav import EICAR, Clamd

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


def _scanned_by(services, clamd: Clamd) -> Any:
    """The same services with a scanner."""
    settings = replace(services.settings, scanner=f"unix:{clamd.path}")
    return replace(services, settings=settings, scanner=clamd.scanner())


def _worker(services) -> Worker:
    return Worker(services, {"check_record": check_record})


def test_a_record_waits_for_a_scanner_that_does_not_answer_and_is_checked_when_it_does(
    services, case: Case, own_clamd: Clamd, still_clock
) -> None:
    house, upload = _scanned_by(services, own_clamd), _send(services, case)
    for seconds in SCANNER_WAITS[:2]:
        assert _worker(house).run_until_idle() == 1
        assert _again(services, upload).state is State.RECEIVED, "shown as being checked"
        still_clock.advance(seconds=seconds)
    own_clamd.start()
    assert _worker(house).run_until_idle() == 1
    assert _again(services, upload).verdict is Verdict.CLEAN


def test_a_scanner_that_stays_away_makes_records_held_and_they_are_checked_when_it_is_back(
    services, case: Case, own_clamd: Clamd, still_clock
) -> None:
    house, upload = _scanned_by(services, own_clamd), _send(services, case)
    for seconds in (*SCANNER_WAITS, 0):
        assert _worker(house).run_until_idle() == 1
        still_clock.advance(seconds=seconds)
    held = _again(services, upload)
    assert (held.verdict, held.reason, held.opens) == (Verdict.HELD, "scanner_down", "deliberately")
    assert _worker(house).run_until_idle() == 0, "the job is done, not dead"
    assert recheck(house) == 0, "it is still away"
    check_record(house, _job("check_record", upload.id))
    assert _again(services, upload) == held
    own_clamd.start()
    assert recheck(house) == 1 and recheck(house) == 1
    assert _worker(house).run_until_idle() == 1, "put in twice is done once"
    assert _again(services, upload).verdict is Verdict.CLEAN
    assert recheck(house) == 0 and recheck_all(house) == 0


def test_what_came_before_there_was_a_scanner_is_checked_when_the_operator_says_so(
    services, case: Case, clamd: Clamd
) -> None:
    letter, harmful = _send(services, case), _send(services, case, PDF + EICAR)
    worse = _send(services, case, b"%PDF-1.7 " + b"".join((b"planted-", b"evil-", b"of-the-tests")))
    assert _worker(services).run_until_idle() == 3
    with pytest.raises(ScannerMissing):
        recheck_all(services)
    house = _scanned_by(services, clamd)
    assert recheck(house) == 0 and recheck_all(house) == 3 <= AGAIN_AT_ONCE
    assert _worker(house).run_until_idle() == 3
    assert [_again(services, each).verdict for each in (letter, harmful)] == [Verdict.CLEAN] * 2
    assert (_again(services, worse).verdict, _again(services, worse).reason) == (Verdict.REJECTED, "infected")


def test_the_operator_is_told_how_it_stands_with_the_scanner(services, own_clamd: Clamd) -> None:
    assert examine(services)[:1] == ["There is no virus scanner: every record is held as not scanned."]
    assert "leave nowhere" in examine(services)[1], "and with mail"
    house = _scanned_by(services, own_clamd)
    assert examine(house)[:1] == ["The virus scanner does not answer. Checks wait for it."]
    with pytest.raises(ScannerDown):
        recheck_all(house)
    own_clamd.start()
    assert examine(house)[:1] == ["The virus scanner answers and finds its test file."]
