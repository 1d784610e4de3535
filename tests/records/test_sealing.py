"""Sealed records cannot be altered, cut, moved, swapped or taken elsewhere; and nothing plain lies in the vault."""

from dataclasses import replace
from pathlib import Path

import pytest

from intake.errors import SealBroken
from intake.keys import OVERHEAD_BYTES
from intake.records.filling import PART_BYTES
from intake.records.reading import read_range
from intake.records.sealing import RECORD_BYTES, SEALED_RECORD_BYTES
from intake.records.upload import Upload
from tests.records.bench import KEY, Bench, some_bytes

BODY = some_bytes(3 * RECORD_BYTES + 100)


def _file(bench: Bench, upload: Upload, number: int = 0) -> Path:
    object_id = bench.parts(upload)[number].object_id
    return bench.folder / object_id[:2] / object_id


def _refused(bench: Bench, upload: Upload) -> None:
    with pytest.raises(SealBroken):
        bench.read(upload)


@pytest.mark.parametrize("at", [0, 5, 13, 1000, SEALED_RECORD_BYTES - 1, SEALED_RECORD_BYTES, -1])
def test_one_flipped_bit_is_refused(bench: Bench, at: int) -> None:
    upload = bench.receive(BODY)
    sealed = bytearray(_file(bench, upload).read_bytes())
    sealed[at] ^= 1
    _file(bench, upload).write_bytes(sealed)
    _refused(bench, upload)


@pytest.mark.parametrize("lost", [1, 100, 100 + OVERHEAD_BYTES, 100 + OVERHEAD_BYTES + SEALED_RECORD_BYTES])
def test_a_cut_tail_is_refused(bench: Bench, lost: int) -> None:
    upload = bench.receive(BODY)
    sealed = _file(bench, upload).read_bytes()
    _file(bench, upload).write_bytes(sealed[:-lost])
    _refused(bench, upload)


def test_swapped_records_are_refused(bench: Bench) -> None:
    upload = bench.receive(BODY)
    sealed, size = _file(bench, upload).read_bytes(), SEALED_RECORD_BYTES
    _file(bench, upload).write_bytes(sealed[size : 2 * size] + sealed[:size] + sealed[2 * size :])
    _refused(bench, upload)


def test_swapped_parts_are_refused(bench: Bench) -> None:
    upload = bench.receive(bytes(2 * PART_BYTES))
    first, second = _file(bench, upload, 0), _file(bench, upload, 1)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    _refused(bench, upload)


def test_the_same_bytes_from_another_upload_are_refused(bench: Bench) -> None:
    upload, twin = bench.receive(BODY), bench.receive(BODY)
    _file(bench, upload).write_bytes(_file(bench, twin).read_bytes())
    _refused(bench, upload)
    stolen = [replace(part, upload_id=upload.id) for part in bench.parts(twin)]
    with pytest.raises(SealBroken):
        b"".join(read_range(bench.vault, KEY, upload, stolen, 0, upload.length))


def test_a_short_part_from_before_it_was_sealed_again_is_refused(bench: Bench) -> None:
    upload = bench.begin(len(BODY))
    bench.append(upload, 0, [BODY[:1000]])
    short = _file(bench, upload).read_bytes()
    bench.append(upload, 1000, [BODY[1000:]])
    upload = bench.again(upload)
    assert bench.read(upload) == BODY
    _file(bench, upload).write_bytes(short)
    _refused(bench, upload)


def test_a_shorter_length_in_the_row_is_refused_and_so_is_a_missing_part(bench: Bench) -> None:
    upload = bench.receive(bytes(PART_BYTES + 10))
    held = bench.parts(upload)
    shorter = replace(upload, length=PART_BYTES)
    for claimed, parts in ((shorter, held[:1]), (upload, held[:1]), (upload, held[1:]), (upload, held[::-1])):
        with pytest.raises(SealBroken):
            b"".join(read_range(bench.vault, KEY, claimed, parts, 0, claimed.length))


def test_a_lost_object_is_refused_as_broken(bench: Bench) -> None:
    upload = bench.receive(BODY)
    bench.vault.destroy(bench.parts(upload)[0].object_id)
    _refused(bench, upload)


def test_another_key_opens_nothing(bench: Bench) -> None:
    upload = bench.receive(BODY)
    with pytest.raises(SealBroken):
        next(read_range(bench.vault, bytes(32), upload, bench.parts(upload), 0, 10))


def test_no_plain_byte_lies_in_the_vault_and_the_same_file_never_looks_the_same(bench: Bench) -> None:
    body = b"a planted sentence about an illness " * 30_000
    first, second = bench.receive(body), bench.receive(body)
    one, other = _file(bench, first).read_bytes(), _file(bench, second).read_bytes()
    assert b"planted" not in one and b"planted" not in other
    assert one[:RECORD_BYTES] != other[:RECORD_BYTES]


@pytest.mark.parametrize(
    "cut", [0, 1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1, 2 * RECORD_BYTES, len(BODY) - 1, len(BODY)]
)
def test_ranges_begin_and_end_at_any_boundary(bench: Bench, cut: int) -> None:
    upload = bench.begin(len(BODY))
    for start in (0, RECORD_BYTES + 7):  # two parts, the second of which does not begin at a whole record
        bench.append(upload, bench.offset(upload), [BODY[start : (RECORD_BYTES + 7, len(BODY))[start > 0]]])
    upload = bench.again(upload)
    assert bench.read(upload, 0, cut) == BODY[:cut]
    assert bench.read(upload, cut) == BODY[cut:]
    around = (max(0, cut - 3), min(len(BODY), cut + 3))
    assert bench.read(upload, *around) == BODY[slice(*around)]


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4), (0, len(BODY) + 1)])
def test_a_range_outside_the_file_is_a_fault_of_the_caller(bench: Bench, start: int, stop: int) -> None:
    upload = bench.receive(BODY)
    with pytest.raises(ValueError, match="outside"):
        bench.read(upload, start, stop)
