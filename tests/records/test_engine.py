"""The engine under anything a line can do: cuts, replays, faults, requests that overtake each other, a killed process.

Whatever happens, the offset never falls below what was acknowledged, and the file that is complete equals its source.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.errors import OffsetMismatch, UploadComplete, UploadOverrun, UploadReplaced
from intake.records import appending, filling, sealing
from intake.records.upload import Upload
from tests.components import ROOT
from tests.records.bench import Bench, in_pieces, some_bytes

SOURCE = some_bytes(4096, seed=11)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts and records so small that a few kilobytes cross every border."""
    monkeypatch.setattr(filling, "PART_BYTES", 700)
    monkeypatch.setattr(appending, "SHORT_PART_BYTES", 200)
    monkeypatch.setattr(sealing, "RECORD_BYTES", 64)
    monkeypatch.setattr(sealing, "SEALED_RECORD_BYTES", 64 + sealing.OVERHEAD_BYTES)


STEP = st.one_of(
    st.tuples(st.just("send"), st.integers(0, 900), st.integers(1, 300)),
    st.tuples(st.just("replay"), st.integers(1, 900), st.integers(1, 300)),
    st.tuples(st.just("ahead"), st.integers(1, 900), st.integers(1, 300)),
    st.tuples(st.just("overrun"), st.integers(1, 900), st.integers(1, 300)),
    st.tuples(st.just("fault"), st.integers(0, 900), st.integers(1, 300)),
    st.tuples(st.just("overtaken"), st.integers(0, 900), st.integers(1, 900)),
)


class Client:
    """Sends SOURCE[:length], remembers what was acknowledged, and misbehaves as it is told."""

    def __init__(self, bench: Bench, length: int) -> None:
        self.bench, self.body = bench, SOURCE[:length]
        self.upload = bench.begin(length)
        self.acknowledged = 0

    def run(self, step: str, amount: int, other: int) -> None:
        """One misfortune; then look whether the promise holds."""
        getattr(self, step)(amount, other)
        stands = self.bench.offset(self.upload)
        assert stands >= self.acknowledged
        self.acknowledged = stands

    def send(self, amount: int, size: int) -> None:
        offset = self.bench.offset(self.upload)
        progress = self.bench.append(self.upload, offset, in_pieces(self.body[offset : offset + amount], size))
        assert progress.offset == min(offset + amount, len(self.body)) == self.bench.offset(self.upload)

    def replay(self, back: int, size: int) -> None:
        offset = self.bench.offset(self.upload)
        if offset == 0:
            return
        with pytest.raises(OffsetMismatch) as told:
            self.bench.append(self.upload, max(0, offset - back), in_pieces(self.body, size))
        assert told.value.values == {"offset": offset}

    def ahead(self, amount: int, size: int) -> None:
        offset = self.bench.offset(self.upload)
        with pytest.raises(OffsetMismatch):
            self.bench.append(self.upload, offset + amount, in_pieces(self.body, size))

    def overrun(self, more: int, size: int) -> None:
        offset = self.bench.offset(self.upload)
        with pytest.raises((UploadOverrun, UploadComplete)):
            self.bench.append(self.upload, offset, in_pieces(self.body[offset:] + bytes(more), size))
        assert self.bench.offset(self.upload) < len(self.body) or self.bench.again(self.upload).complete

    def fault(self, amount: int, size: int) -> None:
        offset = self.bench.offset(self.upload)

        def broken() -> Iterator[bytes]:
            yield from in_pieces(self.body[offset : offset + amount], size)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            self.bench.append(self.upload, offset, broken())

    def overtaken(self, amount: int, other: int) -> None:
        offset = self.bench.offset(self.upload)
        if offset == len(self.body):
            return

        def slow() -> Iterator[bytes]:
            yield self.body[offset : offset + amount // 2]
            self.send(other, 100)
            yield self.body[offset + amount // 2 : offset + amount]

        try:
            self.bench.append(self.upload, offset, slow())
        except UploadReplaced:
            return
        except OffsetMismatch:  # the newer one saw parts of the older that were committed after it had asked
            return
        assert amount == 0 or self.bench.again(self.upload).complete or other == 0


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(length=st.integers(1, len(SOURCE)), steps=st.lists(STEP, max_size=14))
def test_whatever_happens_the_file_equals_its_source(
    small: None, bench: Bench, length: int, steps: list[tuple[str, int, int]]
) -> None:
    client = Client(bench, length)
    for step in steps:
        client.run(*step)
    client.send(length, 333)
    upload = bench.again(client.upload)
    assert upload.complete and bench.read(upload) == client.body
    parts = bench.parts(upload)
    assert all(part.length <= 700 for part in parts)
    assert sum(part.length < 200 for part in parts) <= 1, "only the last part may stay short"


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
