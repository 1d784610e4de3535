"""Writing past the page cache: the same bytes whatever their length, and as ever wherever that is refused."""

import errno
import fcntl
import gc
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from intake.errors import SpaceShort
from intake.records import direct
from intake.records.direct import HALF_BYTES, LANES, PAGE_BYTES
from intake.records.file_filling import LARGE_BYTES
from intake.records.filling import PART_BYTES
from intake.records.sealing import RECORD_BYTES, SEALED_RECORD_BYTES
from intake.records.vault import DirectoryVault, FileFilling, new_object_id
from tests.components import ROOT, need
from tests.records.bench import Bench, in_pieces, some_bytes

BODY = some_bytes(4 * HALF_BYTES)
RECORDS = [SEALED_RECORD_BYTES] * 6
LENGTHS = [
    [LARGE_BYTES], [LARGE_BYTES, 1], [LARGE_BYTES, PAGE_BYTES - 1], [LARGE_BYTES + PAGE_BYTES],
    [LARGE_BYTES, LARGE_BYTES - 1], [LARGE_BYTES, LARGE_BYTES], [LARGE_BYTES, LARGE_BYTES, 1],
    [HALF_BYTES], [HALF_BYTES, HALF_BYTES - 1, 1], [HALF_BYTES, HALF_BYTES, PAGE_BYTES, 1],
    [LARGE_BYTES + 3, HALF_BYTES, 5, HALF_BYTES], RECORDS, [*RECORDS, 29], [*RECORDS, PAGE_BYTES - 6 * 29],
]  # fmt: skip


@pytest.fixture(autouse=True)
def every_lane_is_free() -> None:
    """Also those of parts that an earlier test let go of, as a process does that is killed."""
    gc.collect()
    assert nothing_is_lent()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A place that takes direct writes. The folders of tests may lie in memory, which does so on new kernels."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / ".cache") as beside:
        found = next((each for each in (tmp_path, Path(beside)) if takes_direct_writes(each)), None)
        need(found, "a disk that takes direct writes", "Run the tests on ext4, xfs or btrfs.")
        assert found is not None
        yield found


@pytest.fixture
def vault(folder: Path) -> DirectoryVault:
    return DirectoryVault(folder / "vault")


def fill(filling: FileFilling, lengths: list[int]) -> None:
    """Bytes of BODY, from its beginning, lent room by room."""
    at = 0
    for length in lengths:
        filling.room(length)[:] = BODY[at : at + length]
        filling.filled(length)
        at += length


def kept(vault: DirectoryVault, lengths: list[int]) -> tuple[bytes, bool]:
    """What lies in the vault once that was filled and kept, and whether it went past the page cache."""
    object_id = new_object_id()
    filling = vault.begin(object_id)
    fill(filling, lengths)
    went_direct = is_direct(filling)
    filling.keep()
    with vault.open(object_id) as file:
        return file.read(), went_direct


def is_direct(filling: FileFilling) -> bool:
    return bool(fcntl.fcntl(filling._file.fileno(), fcntl.F_GETFL) & os.O_DIRECT)


def nothing_is_lent() -> bool:
    """Whether every lane is back, at the latest when what is on its way has arrived."""
    for lane in direct._lanes:
        lane.writer.submit(int).result()
    return len(direct._free) == len(direct._lanes)


def takes_direct_writes(folder: Path) -> bool:
    """Whether a file system does, asked in another way."""
    try:
        os.close(os.open(folder / "asked", os.O_WRONLY | os.O_CREAT | os.O_DIRECT, 0o600))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("lengths", LENGTHS, ids=lambda lengths: "+".join(map(str, lengths)))
def test_what_is_written_directly_is_equal_whatever_its_length(vault: DirectoryVault, lengths: list[int]) -> None:
    there, went_direct = kept(vault, lengths)
    assert went_direct
    assert there == BODY[: sum(lengths)] and nothing_is_lent()


def test_what_is_short_or_written_as_ever_goes_through_the_page_cache(vault: DirectoryVault) -> None:
    assert kept(vault, [LARGE_BYTES - 1, LARGE_BYTES]) == (BODY[: 2 * LARGE_BYTES - 1], False)
    filling = vault.begin(new_object_id())
    filling.write(BODY[: 2 * LARGE_BYTES])
    assert not is_direct(filling)
    filling.drop()


def test_bytes_may_come_by_room_and_by_write_in_turns(vault: DirectoryVault) -> None:
    object_id = new_object_id()
    filling = vault.begin(object_id)
    fill(filling, [LARGE_BYTES])
    filling.write(BODY[LARGE_BYTES : 3 * HALF_BYTES + 7])
    filling.keep()
    assert vault.read(object_id, 0, len(BODY)) == BODY[: 3 * HALF_BYTES + 7] and nothing_is_lent()


def test_a_file_system_that_refuses_at_once_is_written_as_ever(
    vault: DirectoryVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = fcntl.fcntl

    def refuse(descriptor: int, command: int, flags: int = 0) -> int:
        if command == fcntl.F_SETFL and flags & os.O_DIRECT:
            raise OSError(errno.EINVAL, "no direct writes here")
        return ask(descriptor, command, flags)

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    assert kept(vault, RECORDS) == (BODY[: sum(RECORDS)], False) and nothing_is_lent()


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_file_system_that_promises_and_then_refuses_loses_nothing(
    vault: DirectoryVault, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    put, calls = os.pwrite, count()

    def refuse(descriptor: int, data: memoryview, at: int) -> int:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT and next(calls) >= first:
            raise OSError(errno.EINVAL, "not at this length")
        return put(descriptor, data, at)

    monkeypatch.setattr(os, "pwrite", refuse)
    assert kept(vault, RECORDS)[0] == BODY[: sum(RECORDS)] and nothing_is_lent()


def test_a_write_that_ends_early_goes_on_where_it_ended(vault: DirectoryVault, monkeypatch: pytest.MonkeyPatch) -> None:
    put = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda descriptor, data, at: put(descriptor, data[:70_001], at))
    assert kept(vault, RECORDS)[0] == BODY[: sum(RECORDS)]


def test_who_finds_no_lane_writes_as_ever_and_lanes_come_back(vault: DirectoryVault) -> None:
    fillings = [vault.begin(new_object_id()) for _ in range(LANES + 2)]
    for filling in fillings:
        fill(filling, RECORDS)
    assert [is_direct(filling) for filling in fillings] == [True] * LANES + [False] * 2
    for filling in fillings[::2]:
        filling.keep()
    for filling in fillings:
        filling.drop()
        filling.drop()
    assert nothing_is_lent() and kept(vault, RECORDS) == (BODY[: sum(RECORDS)], True)


def test_a_file_that_nobody_keeps_or_drops_gives_its_lane_back(vault: DirectoryVault) -> None:
    filling = vault.begin(new_object_id())
    fill(filling, RECORDS)
    assert not nothing_is_lent()
    file = filling._file
    del filling
    assert nothing_is_lent() and not file.closed
    file.close()


def test_lanes_that_come_back_from_garbage_still_write(vault: DirectoryVault) -> None:
    """Who is killed in the middle leaves a cycle: traceback, frame, file, lane. What is collected must not end."""
    for _ in range(LANES + 1):
        cycle: list[object] = [vault.begin(new_object_id())]
        cycle.append(cycle)
        filling = cycle[0]
        assert isinstance(filling, FileFilling)
        fill(filling, RECORDS)
        filling._file.close()
        del cycle, filling
        gc.collect()
    assert nothing_is_lent() and kept(vault, RECORDS) == (BODY[: sum(RECORDS)], True)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_in_the_middle_is_said_as_ever_and_what_was_committed_stays(
    bench: Bench, vault: DirectoryVault, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    bench.vault = vault
    body = some_bytes(PART_BYTES + 5 * RECORD_BYTES)
    upload = bench.begin(len(body))
    bench.append(upload, 0, in_pieces(body[:PART_BYTES], RECORD_BYTES))
    put = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda *asked: _raise(code))
    with pytest.raises(SpaceShort):
        bench.append(upload, PART_BYTES, in_pieces(body[PART_BYTES:], RECORD_BYTES))
    monkeypatch.setattr(os, "pwrite", put)
    assert bench.offset(upload) == PART_BYTES and nothing_is_lent()
    assert bench.append(upload, PART_BYTES, in_pieces(body[PART_BYTES:], RECORD_BYTES)).complete
    assert bench.read(upload) == body


def test_a_process_that_was_forked_has_lanes_of_its_own(vault: DirectoryVault) -> None:
    assert kept(vault, RECORDS)[1]
    child = os.fork()
    if not child:
        os._exit(0 if kept(vault, RECORDS) == (BODY[: sum(RECORDS)], True) else 1)
    assert os.waitpid(child, 0)[1] == 0


def _raise(code: int) -> int:
    raise OSError(code, os.strerror(code))
