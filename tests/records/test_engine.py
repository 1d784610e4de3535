"""The engine under anything a line can do: cuts, replays, faults, requests that overtake each other, a killed process.

Whatever happens, the offset never falls below what was acknowledged, and the file that is complete equals its source.
"""

import errno
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from intake.errors import OffsetMismatch, SpaceShort, UploadComplete, UploadGone, UploadOverrun, UploadReplaced
from intake.links import grants
from intake.records import appending, direct, file_filling, filling, parts, removing, sealing
from intake.records.filling import OpenPart
from intake.records.receiving import Progress
from intake.records.upload import Upload
from tests.components import ROOT
from tests.records.bench import Bench, in_pieces, some_bytes

SOURCE = some_bytes(4096, seed=11)
LONG = os.environ.get("INTAKE_LONG") == "1"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts, records and pages so small that a few kilobytes cross every border."""
    monkeypatch.setattr(filling, "PART_BYTES", 700)
    monkeypatch.setattr(appending, "SHORT_PART_BYTES", 200)
    monkeypatch.setattr(sealing, "RECORD_BYTES", 64)
    monkeypatch.setattr(sealing, "SEALED_RECORD_BYTES", 64 + sealing.OVERHEAD_BYTES)
    monkeypatch.setattr(file_filling, "LARGE_BYTES", 64 + sealing.OVERHEAD_BYTES)
    monkeypatch.setattr(direct, "PAGE_BYTES", 512)
    monkeypatch.setattr(direct, "HALF_BYTES", 600)


class Killed(BaseException):
    """The process ends here: nothing behind this point is done."""


def _left_lying(part: OpenPart) -> None:
    filling = part._filling
    if filling._direct is not None and filling._direct._going is not None:
        filling._direct._going.exception()  # what is on its way arrives, or does not; then the file is closed
    filling._file.close()


class Lines(RuleBasedStateMachine):
    """One upload over lines that do anything, against a service that dies and starts again. SOURCE[:length] is sent."""

    bench: Bench

    @initialize(length=st.integers(1, len(SOURCE)))
    def announce(self, length: int) -> None:
        self.body = SOURCE[:length]
        self.upload = self.bench.begin(length)
        self.acknowledged, self.cancelled = 0, False

    @property
    def offset(self) -> int:
        return self.bench.offset(self.upload)

    def _send(self, offset: int, amount: int, size: int) -> Progress:
        return self.bench.append(self.upload, offset, in_pieces(self.body[offset : offset + amount], size))

    @precondition(lambda self: not self.cancelled)
    @rule(amount=st.integers(0, 900), size=st.integers(1, 300))
    def a_line_is_cut_or_comes_to_its_end(self, amount: int, size: int) -> None:
        offset = self.offset
        progress = self._send(offset, amount, size)
        assert progress.offset == min(offset + amount, len(self.body)) == self.offset
        assert progress.complete == (progress.offset == len(self.body))

    @precondition(lambda self: not self.cancelled)
    @rule(shift=st.integers(-900, 900).filter(bool), size=st.integers(1, 300))
    def somebody_goes_on_elsewhere(self, shift: int, size: int) -> None:
        offset = self.offset
        wrong = max(0, offset + shift)
        if wrong != offset:
            with pytest.raises(OffsetMismatch) as told:
                self._send(wrong, 10, size)
            assert told.value.values == {"offset": offset}

    @precondition(lambda self: not self.cancelled)
    @rule(more=st.integers(1, 900), size=st.integers(1, 300))
    def more_comes_than_was_announced(self, more: int, size: int) -> None:
        offset = self.offset
        with pytest.raises((UploadOverrun, UploadComplete)):
            self.bench.append(self.upload, offset, in_pieces(self.body[offset:] + bytes(more), size))
        assert self.offset < len(self.body) or self.bench.again(self.upload).complete

    @precondition(lambda self: not self.cancelled and self.offset < len(self.body))
    @rule(amount=st.integers(0, 900), size=st.integers(1, 300), full=st.booleans())
    def a_fault_of_ours_or_a_full_disk(self, amount: int, size: int, full: bool) -> None:
        with pytest.raises(SpaceShort if full else RuntimeError):
            self._broken(amount, size, OSError(errno.ENOSPC, "") if full else RuntimeError())

    @precondition(lambda self: not self.cancelled and self.offset < len(self.body))
    @rule(amount=st.integers(0, 900), size=st.integers(1, 300))
    def the_service_is_killed(self, amount: int, size: int) -> None:
        with pytest.raises(Killed), pytest.MonkeyPatch.context() as dead:  # who is dead tidies nothing up
            dead.setattr(OpenPart, "drop", _left_lying)
            self._broken(amount, size, Killed())

    def _broken(self, amount: int, size: int, fault: BaseException) -> None:
        offset = self.offset

        def pieces() -> Iterator[bytes]:
            yield from in_pieces(self.body[offset : offset + amount], size)
            raise fault

        self.bench.append(self.upload, offset, pieces())

    @precondition(lambda self: not self.cancelled and self.offset < len(self.body))
    @rule(before=st.integers(0, 900), after=st.integers(0, 900), newer=st.integers(0, 900))
    def a_newer_request_takes_over(self, before: int, after: int, newer: int) -> None:
        offset = self.offset

        def older() -> Iterator[bytes]:
            yield self.body[offset : offset + before]
            try:
                self._send(self.offset, newer, 100)
            except OffsetMismatch:  # what the older one brought was committed in between: ask again, as a client does
                self._send(self.offset, newer, 100)
            yield self.body[offset + before : offset + before + after]

        with suppress(UploadReplaced):
            self.bench.append(self.upload, offset, older())
        assert self.offset >= min(offset + newer, len(self.body))

    @precondition(lambda self: not self.cancelled and self.offset < len(self.body))
    @rule(pieces=st.tuples(st.integers(1, 900), st.integers(1, 900)))
    def two_race(self, pieces: tuple[int, int]) -> None:
        offset, faults = self.offset, []

        def race(amount: int) -> None:
            try:
                self._send(offset, amount, 50)
            except (OffsetMismatch, UploadReplaced, UploadComplete):
                pass
            except BaseException as fault:
                faults.append(fault)

        racers = [threading.Thread(target=race, args=(amount,)) for amount in pieces]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert not faults and self.offset >= min(offset + min(pieces), len(self.body))

    @precondition(lambda self: not self.cancelled and self.offset < len(self.body))
    @rule(times=st.integers(1, 2))
    def the_sender_takes_it_back(self, times: int) -> None:
        for _ in range(times):
            removing.cancel_upload(
                self.bench.database, self.bench.vault, self.upload.id, grants.release, self.bench.now
            )
        self.cancelled, self.acknowledged = True, 0

    @precondition(lambda self: self.cancelled)
    @rule(offset=st.integers(0, 900))
    def somebody_goes_on_with_what_was_taken_back(self, offset: int) -> None:
        with pytest.raises(UploadGone):
            self._send(offset, 10, 10)

    @rule(hours=st.sampled_from([0, 1, 2]))
    def strays_are_swept(self, hours: int) -> None:
        self.bench.now += timedelta(hours=hours)
        removing.sweep_strays(self.bench.database, self.bench.vault, self.bench.now)

    @invariant()
    def nothing_acknowledged_is_lost_and_nothing_goes_backwards(self) -> None:
        assert self.offset >= self.acknowledged
        self.acknowledged = self.offset
        upload, held = self.bench.again(self.upload), self.bench.parts(self.upload)
        assert all(part.length <= 700 for part in held)
        assert sum(part.length < 200 for part in held) <= 1, "only the last part may stay short"
        if upload.complete:
            assert self.bench.read(upload) == self.body

    def teardown(self) -> None:
        if not hasattr(self, "body"):
            return
        if not self.cancelled:
            self.a_line_is_cut_or_comes_to_its_end(len(self.body), 333)
            assert self.bench.read(self.bench.again(self.upload)) == self.body
        for _ in range(2):
            self.strays_are_swept(2)
        mine = {part.object_id for part in self.bench.parts(self.upload)}
        assert mine <= self.bench.objects() and not self.cancelled or not mine
        with self.bench.database.read() as tx:
            assert parts.held(tx, self.bench.objects()) == self.bench.objects(), "every stray is swept in the end"


def test_whatever_happens_the_file_equals_its_source(small: None, bench: Bench) -> None:
    machine = type("Machine", (Lines,), {"bench": bench})
    told = settings(max_examples=300 if LONG else 40, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(machine, settings=told)


def test_two_clients_that_race_from_start_to_end_leave_one_true_file(small: None, bench: Bench) -> None:
    upload = bench.begin(len(SOURCE))
    faults: list[Exception] = []

    def race(seed: int) -> None:
        chance = random.Random(seed)
        offset = 0
        while not bench.again(upload).complete:
            try:
                stop = offset + chance.randrange(1, 900)
                offset = bench.append(upload, offset, in_pieces(SOURCE[offset:stop], 50)).offset
            except OffsetMismatch as told:
                offset = int(str(told.values["offset"]))
            except UploadReplaced:
                offset = bench.offset(upload)
            except UploadComplete:
                return
            except Exception as fault:
                faults.append(fault)
                return

    racers = [threading.Thread(target=race, args=(seed,)) for seed in (1, 2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert faults == []
    assert bench.read(bench.again(upload)) == SOURCE
    assert bench.objects() == {part.object_id for part in bench.parts(upload)}


PROGRAM = """
import sys, time
from pathlib import Path
from intake.clock import now
from intake.db import Database
from intake.records import receiving
from intake.records.vault import DirectoryVault

url, folder, upload_id, offset, source = sys.argv[1:]
body = Path(source).read_bytes()

def pieces():
    for first in range(int(offset), len(body), 65536):
        yield body[first : first + 65536]
        print("sent", first, flush=True)

receiving.append(Database(url), DirectoryVault(Path(folder)), bytes(range(32)), upload_id, int(offset), pieces(), now)
print("complete", flush=True)
"""


def test_a_process_killed_in_the_middle_loses_no_acknowledged_byte(
    bench: Bench, database_url: str, tmp_path: Path
) -> None:
    body = some_bytes(40 * 1024 * 1024, seed=5)
    source = tmp_path / "source"
    source.write_bytes(body)
    upload, chance, seen = bench.begin(len(body)), random.Random(3), [0]
    for _ in range(8):
        offset = bench.offset(upload)
        said = [database_url, str(bench.folder), upload.id, str(offset), str(source)]
        pieces = chance.randrange(20, 330)
        lines = _killed_when(lambda sent, enough=pieces: len(sent) >= enough, said)
        assert bench.offset(upload) >= seen[-1]
        seen.append(bench.offset(upload))
        if lines and lines[-1] == "complete":
            break
    if max(seen) == 0:  # a busy machine was never quick enough: so once more, until a part is there
        _killed_when(lambda _: bench.offset(upload) > 0, said)
        seen.append(bench.offset(upload))
    if not bench.again(upload).complete:
        offset = bench.offset(upload)
        bench.append(upload, offset, in_pieces(body[offset:], 1 << 20))
    assert bench.read(bench.again(upload)) == body
    assert max(seen) > 0, "some parts were committed before a kill"


def _killed_when(enough: Callable[[list[str]], bool], arguments: list[str]) -> list[str]:
    """Run the engine in a process of its own and kill it once what it has said is `enough`. What it said before."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.strip())
        if enough(lines):
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    process.wait()
    return lines


def test_many_uploads_at_once_share_one_database(bench: Bench) -> None:
    bodies = [some_bytes(300_000, seed) for seed in range(8)]
    made: dict[int, Upload] = {}

    def send(number: int) -> None:
        upload = bench.begin(len(bodies[number]))
        for offset in range(0, len(bodies[number]), 100_000):
            bench.append(upload, offset, [bodies[number][offset : offset + 100_000]])
        made[number] = bench.again(upload)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(bench.read(made[number]) == body for number, body in enumerate(bodies))
