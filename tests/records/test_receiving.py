"""Bytes become records: nothing acknowledged is lost, nothing goes backwards, the newest request has the turn."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from intake import journal, queue
from intake.db import Database
from intake.errors import (
    OffsetMismatch,
    QuotaFull,
    SealBroken,
    SpaceShort,
    UploadComplete,
    UploadEmpty,
    UploadGone,
    UploadOverrun,
    UploadReplaced,
    UploadTooLarge,
)
from intake.links import grants
from intake.records import removing
from intake.records.appending import SHORT_PART_BYTES
from intake.records.filling import PART_BYTES
from intake.records.receiving import Limits
from intake.records.upload import IDLE_TIME, State, open_about
from tests.records.bench import CASE, KEY, Bench, in_pieces, make_bench, some_bytes

MIB = 1024 * 1024


def test_a_file_in_one_request_comes_out_as_it_went_in(bench: Bench) -> None:
    body = some_bytes(3 * MIB + 17)
    upload = bench.receive(body, "Mammography 2024.pdf")
    assert upload.state is State.RECEIVED and bench.read(upload) == body
    assert open_about(KEY, upload).name == "Mammography 2024.pdf"
    assert [part.length for part in bench.parts(upload)] == [len(body)]


def test_a_large_file_is_cut_into_parts_of_sixteen_mebibytes(bench: Bench) -> None:
    body = some_bytes(2 * PART_BYTES + 5)
    upload = bench.receive(body)
    assert [part.length for part in bench.parts(upload)] == [PART_BYTES, PART_BYTES, 5]
    assert bench.read(upload) == body


def test_a_body_that_ends_early_keeps_everything_that_came(bench: Bench) -> None:
    body = some_bytes(MIB)
    upload = bench.begin(len(body))
    progress = bench.append(upload, 0, in_pieces(body[:700_001], 1000))
    assert (progress.offset, progress.complete, bench.offset(upload)) == (700_001, False, 700_001)
    assert bench.append(upload, 700_001, [body[700_001:]]).complete
    assert bench.read(bench.again(upload)) == body


def test_short_parts_are_sealed_again_with_what_comes_after_them(bench: Bench) -> None:
    body = some_bytes(3 * SHORT_PART_BYTES)
    upload = bench.begin(len(body))
    step = SHORT_PART_BYTES // 4
    for offset in range(0, len(body), step):
        bench.append(upload, offset, [body[offset : offset + step]])
    assert [part.length for part in bench.parts(upload)] == [SHORT_PART_BYTES] * 3
    assert bench.objects() == {part.object_id for part in bench.parts(upload)}
    assert bench.read(bench.again(upload)) == body


def test_byte_by_byte_a_file_still_arrives_in_one_part(bench: Bench) -> None:
    body = some_bytes(60)
    upload = bench.begin(len(body))
    for offset in range(len(body)):
        assert bench.append(upload, offset, [body[offset : offset + 1]]).offset == offset + 1
    assert len(bench.parts(upload)) == 1 and bench.read(bench.again(upload)) == body


def test_on_a_slow_line_a_part_is_committed_every_few_seconds(bench: Bench) -> None:
    upload, seen = bench.begin(5000), []

    def slowly() -> Iterator[bytes]:
        for number in range(5):
            bench.now += timedelta(seconds=6)
            yield bytes([number]) * 1000
            seen.append(bench.offset(upload))

    assert bench.append(upload, 0, slowly()).complete
    # What is committed trails by the part in flight at most, and each part takes in the short one before it.
    assert seen[-1] >= 3000 and seen == sorted(seen)
    assert bench.read(bench.again(upload)) == b"".join(bytes([number]) * 1000 for number in range(5))


def test_an_upload_that_begins_elsewhere_is_told_where_it_stands(bench: Bench) -> None:
    upload = bench.begin(10)
    bench.append(upload, 0, [b"12345"])
    for wrong in (0, 4, 6, 10):
        with pytest.raises(OffsetMismatch) as told:
            bench.append(upload, wrong, [b"x"])
        assert told.value.values == {"offset": 5}
    assert bench.offset(upload) == 5


def test_a_wrong_offset_does_not_take_the_turn_from_the_request_that_has_it(bench: Bench) -> None:
    upload = bench.begin(4)

    def disturbed() -> Iterator[bytes]:
        yield b"ab"
        with pytest.raises(OffsetMismatch):
            bench.append(upload, 1, [b"x"])
        yield b"cd"

    assert bench.append(upload, 0, disturbed()).complete


def test_the_newest_request_wins_and_the_older_stops_at_its_next_part(bench: Bench) -> None:
    upload = bench.begin(8)

    def overtaken() -> Iterator[bytes]:
        yield b"old-"
        bench.append(upload, 0, [b"newest"])
        yield b"er"

    with pytest.raises(UploadReplaced):
        bench.append(upload, 0, overtaken())
    assert bench.offset(upload) == 6
    assert bench.append(upload, 6, [b"!!"]).complete
    assert bench.read(bench.again(upload)) == b"newest!!"
    assert bench.objects() == {part.object_id for part in bench.parts(upload)}


def test_a_request_whose_short_part_a_newer_one_took_in_is_told_so(bench: Bench) -> None:
    upload = bench.begin(6)
    bench.append(upload, 0, [b"ab"])

    def overtaken() -> Iterator[bytes]:
        bench.append(upload, 2, [b"cd"])
        yield b"xx"

    with pytest.raises(UploadReplaced):
        bench.append(upload, 2, overtaken())
    assert bench.append(upload, 4, [b"ef"]).complete and bench.read(bench.again(upload)) == b"abcdef"


def test_a_short_part_whose_bytes_are_lost_is_not_taken_for_an_overtaken_one(bench: Bench) -> None:
    upload = bench.begin(6)
    bench.append(upload, 0, [b"ab"])
    bench.vault.destroy(bench.parts(upload)[0].object_id)
    with pytest.raises(SealBroken):
        bench.append(upload, 2, [b"cd"])


def test_more_than_was_announced_is_refused_and_nothing_acknowledged_is_lost(bench: Bench) -> None:
    upload = bench.begin(6)
    bench.append(upload, 0, [b"abc"])
    with pytest.raises(UploadOverrun):
        bench.append(upload, 3, [b"de", b"fg"])
    assert bench.offset(upload) == 3
    assert bench.append(upload, 3, [b"def"]).complete
    assert bench.read(bench.again(upload)) == b"abcdef"


def test_completion_can_be_replayed_but_more_bytes_are_refused(bench: Bench) -> None:
    upload = bench.receive(b"whole")
    assert bench.append(upload, 5, []).complete
    with pytest.raises(UploadComplete):
        bench.append(upload, 5, [b"x"])
    with pytest.raises(OffsetMismatch) as told:
        bench.append(upload, 0, [b"whole"])
    assert told.value.values == {"offset": 5}


def test_the_last_byte_puts_in_one_check_and_one_journal_line(bench: Bench) -> None:
    upload = bench.receive(b"whole")
    bench.append(upload, 5, [])
    job = queue.claim(bench.database, ("check_record",), "worker", bench.now)
    assert job is not None and job.ref == upload.id
    assert queue.claim(bench.database, ("check_record",), "worker", bench.now) is None
    with bench.database.read() as tx:
        events = [line.event for line in journal.lines(tx, CASE)]
    assert events == ["upload.begun", "upload.received"]


def test_an_empty_request_changes_nothing(bench: Bench) -> None:
    upload = bench.begin(3)
    assert bench.append(upload, 0, []).offset == 0
    assert bench.objects() == set()


def test_an_empty_file_and_one_that_is_too_large_are_refused_before_anything_is_reserved(bench: Bench) -> None:
    before = bench.quota()
    with pytest.raises(UploadEmpty):
        bench.begin(0)
    with pytest.raises(UploadTooLarge) as told:
        bench.begin(11, limits=Limits(10, 0, "10 bytes"))
    assert told.value.values == {"limit": "10 bytes"}
    assert bench.quota() == before


def test_room_that_was_promised_to_others_is_not_promised_twice(bench: Bench) -> None:
    free = bench.vault.free_bytes()
    bench.begin(free // 2)
    with pytest.raises(SpaceShort):
        bench.begin(free // 2, limits=Limits(10**15, free // 4, ""))


def test_a_full_quota_refuses_the_next_file_and_parallel_announcements_never_exceed_it(
    database: Database, var, now
) -> None:
    bench = make_bench(database, var / "vault", now, now + timedelta(days=1), files=5, bytes_=500)
    came: list[str] = []

    def announce() -> None:
        try:
            bench.begin(90)
            came.append("taken")
        except QuotaFull:
            came.append("full")

    threads = [threading.Thread(target=announce) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came.count("taken") == 5 and came.count("full") == 11
    assert bench.quota() == (0, 50)


def test_a_cancelled_upload_frees_its_room_and_its_bytes_and_takes_no_more(bench: Bench) -> None:
    before = bench.quota()
    upload = bench.begin(10)
    bench.append(upload, 0, [b"12345"])
    for _ in range(2):
        removing.cancel_upload(bench.database, bench.vault, upload.id, grants.release, bench.now)
    assert bench.quota() == before and bench.objects() == set()
    assert bench.again(upload).state is State.CANCELLED
    with pytest.raises(UploadGone):
        bench.append(upload, 5, [b"67890"])


def test_an_upload_cancelled_while_it_arrives_leaves_nothing_behind(bench: Bench) -> None:
    upload = bench.begin(10)

    def cancelled() -> Iterator[bytes]:
        yield b"12345"
        removing.cancel_upload(bench.database, bench.vault, upload.id, grants.release, bench.now)
        yield b"67890"

    with pytest.raises(UploadGone):
        bench.append(upload, 0, cancelled())
    assert bench.objects() == set() and bench.parts(upload) == []


def test_a_record_can_not_be_cancelled(bench: Bench) -> None:
    upload = bench.receive(b"whole")
    with pytest.raises(UploadComplete):
        removing.cancel_upload(bench.database, bench.vault, upload.id, grants.release, bench.now)
    assert bench.read(upload) == b"whole"


def test_an_upload_that_stops_in_the_middle_of_a_failure_goes_on_from_the_last_part(bench: Bench) -> None:
    body = some_bytes(PART_BYTES + 1000)
    upload = bench.begin(len(body))

    def broken() -> Iterator[bytes]:
        yield body[:PART_BYTES]
        yield body[PART_BYTES : PART_BYTES + 10]
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError):
        bench.append(upload, 0, broken())
    assert bench.offset(upload) in (0, PART_BYTES)
    assert bench.append(upload, bench.offset(upload), [body[bench.offset(upload) :]]).complete
    assert bench.read(bench.again(upload)) == body
    assert bench.objects() == {part.object_id for part in bench.parts(upload)}


def test_a_full_disk_is_said_kindly_and_what_was_committed_stays(bench: Bench) -> None:
    upload = bench.begin(2 * SHORT_PART_BYTES)
    bench.append(upload, 0, [bytes(SHORT_PART_BYTES)])

    def full() -> Iterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(SpaceShort):
        bench.append(upload, SHORT_PART_BYTES, full())
    assert bench.offset(upload) == SHORT_PART_BYTES and len(bench.objects()) == 1


def test_each_upload_renews_its_time_with_each_part_and_runs_out_when_nobody_adds(bench: Bench) -> None:
    before = bench.quota()
    upload = bench.begin(10)
    bench.now += timedelta(days=5)
    bench.append(upload, 0, [b"12345"])
    assert bench.again(upload).expires_at == bench.now + IDLE_TIME
    bench.now += timedelta(days=6)
    assert removing.expire_idle(bench.database, bench.vault, grants.release, bench.now) == set()
    bench.now += timedelta(days=1)
    assert removing.expire_idle(bench.database, bench.vault, grants.release, bench.now) == {CASE}
    assert removing.expire_idle(bench.database, bench.vault, grants.release, bench.now) == set()
    assert bench.again(upload).state is State.EXPIRED
    assert bench.quota() == before and bench.objects() == set()
