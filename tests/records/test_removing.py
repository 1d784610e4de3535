"""Removing: row first, bytes last; the sweep takes only what two looks an hour apart found astray."""

from datetime import timedelta

import pytest

from intake.errors import UploadNotFound, UploadReplaced
from intake.records import removing
from intake.records.vault import new_object_id
from tests.records.bench import CASE, Bench


def _sweep(bench: Bench, **later: float) -> int:
    bench.now += timedelta(**later)
    return removing.sweep_strays(bench.database, bench.vault, bench.now)


def test_an_object_that_belongs_to_nothing_goes_after_an_hour_and_records_stay(bench: Bench) -> None:
    upload = bench.receive(b"a record")
    stray = new_object_id()
    bench.vault.put(stray, [b"left by a crash"])
    assert _sweep(bench) == 0 and _sweep(bench, minutes=59) == 0
    assert stray in bench.objects()
    assert _sweep(bench, minutes=1) == 1
    assert stray not in bench.objects() and bench.read(upload) == b"a record"
    assert _sweep(bench, hours=2) == 0


def test_what_gets_its_row_between_two_sweeps_stays(bench: Bench) -> None:
    upload = bench.begin(10)

    def swept():
        yield b"12345"
        assert _sweep(bench) == 0
        yield b"67890"

    assert bench.append(upload, 0, swept()).complete
    assert _sweep(bench, hours=2) == 0
    assert bench.read(bench.again(upload)) == b"1234567890"


def test_a_part_so_slow_that_the_sweep_may_have_it_is_refused_not_lost(bench: Bench) -> None:
    upload = bench.begin(10)

    def slow():
        yield b"1"  # the clock stands still here, so that the part stays open
        _sweep(bench)
        bench.now += timedelta(minutes=40)
        yield b"2"

    with pytest.raises(UploadReplaced):
        bench.append(upload, 0, slow())
    assert bench.offset(upload) == 0
    assert bench.append(upload, 0, [b"1234567890"]).complete


def test_a_forgotten_case_leaves_neither_rows_nor_bytes(bench: Bench) -> None:
    whole, half = bench.receive(b"whole"), bench.begin(10)
    bench.append(half, 0, [b"half"])
    assert removing.forget_case(bench.database, bench.vault, CASE) == 2
    assert removing.forget_case(bench.database, bench.vault, CASE) == 0
    assert bench.objects() == set()
    for upload in (whole, half):
        with pytest.raises(UploadNotFound):
            bench.again(upload)
