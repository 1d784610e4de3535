"""Whatever happens to the line, the service or the disk: the file is equal to the byte, and what was said holds.

Never an offset that goes backwards, or that was acknowledged and is lost. What is sent twice is counted: below two of a
hundred bytes for lines that are cut, and for a killed service no more than the parts in flight. The long runs (1 GiB, a
hundred kills) are behind INTAKE_LONG=1: `make long`.
"""

import hashlib
import http.client
import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from intake.records import parts, reading
from intake.records.filling import PART_BYTES
from intake.records.upload import key_owner
from tests.components import need
from tests.components.cutting_line import cutting_line
from tests.components.sending import House, Sender, arrived, running_house, upload_of

LONG = os.environ.get("INTAKE_LONG") == "1"
MIB = 1024 * 1024
WIRE_BYTES = 8 * MIB  # what two kernels hold of a line at most: sent, and never seen by the service
TRIES = 5000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One running service for the whole page."""
    with running_house(tmp_path_factory.mktemp("lines"), "serve", upload_threads=4) as made:
        yield made


def a_file(length: int, seed: int) -> bytes:
    """Bytes that differ from place to place; a gigabyte of them in no time."""
    block, chance = random.Random(seed).randbytes(min(length, MIB)), random.Random(seed + 1)
    blocks = [block[cut:] + block[:cut] for cut in (chance.randrange(len(block)) for _ in range(-(-length // MIB)))]
    return b"".join(blocks)[:length]


def same(house: House, address: str, body: bytes) -> bool:
    """Whether what arrived is what was sent, by SHA-256, in flat memory."""
    upload = upload_of(house.services, address)
    with house.services.database.read() as tx:
        held = parts.of_upload(tx, upload.id)
    key, seen = house.services.keys.get(key_owner(upload.case_id)), hashlib.sha256()
    for piece in reading.read_range(house.services.vault, key, upload, held, 0, upload.length):
        seen.update(piece)
    return seen.digest() == hashlib.sha256(body).digest()


@dataclass
class Careful:
    """A client that asks where it stands after every misfortune, goes on there, and holds the service to its word."""

    sender: Sender
    address: str
    body: bytes
    acknowledged: int = 0
    requests: int = 0
    told: list[int] = field(default_factory=list)

    def heard(self, offset: int | None) -> int:
        """An offset that the service says: it never falls below one that it said before."""
        assert offset is not None and self.acknowledged <= offset <= len(self.body)
        self.acknowledged = offset
        self.told.append(offset)
        return offset

    def look(self) -> int:
        """Ask where it stands."""
        answer = self.sender.head(self.address)
        assert answer.status == 200
        return self.heard(answer.offset)

    def send(self, piece: int | None = None) -> None:
        """Send to the end, come what may; at most `piece` bytes a request."""
        for _ in range(TRIES):
            if self.acknowledged == len(self.body):
                return
            stop = len(self.body) if piece is None else self.acknowledged + piece
            self.requests += 1
            try:
                answer = self.sender.patch(self.address, self.acknowledged, self.body[self.acknowledged : stop])
                assert answer.status in (204, 409, 503, 507), (answer.status, answer.body)
            except (OSError, http.client.HTTPException):
                pass
            self.look()
        pytest.fail(f"it never arrived: {self.acknowledged} of {len(self.body)}")


def sent_over_a_cut_line(
    house: House, length: int, cut: Callable[[random.Random], int], seed: int
) -> tuple[float, int]:
    """Send a file over a line that is cut again and again. Returns what was sent twice, as a share, and the cuts."""
    chance, body = random.Random(seed), a_file(length, seed)
    with cutting_line(house.sender.port, lambda: cut(chance), lambda: chance.random() < 0.5) as line:
        sender = replace(house.sender, port=line.port)
        careful = Careful(sender, sender.announce(length), body)
        careful.send()
        assert same(house, careful.address, body)
        return (line.carried - length) / length, line.cuts


# (length, the bits of the shortest and of the longest stretch between two cuts, seed)
LINES = {"48 MiB, from 64 KiB up": (48 * MIB, 16, 22, 1), "4 KiB, from a byte up": (4096, 0, 9, 2)}
if LONG:
    LINES |= {f"1 GiB, from 64 KiB up, seed {seed}": (1024 * MIB, 16, 26, seed) for seed in (10, 11, 12)}
    LINES |= {"4 KiB, after every byte": (4096, 0, 0, 20)}


@pytest.mark.parametrize("line", LINES)
def test_a_file_over_a_line_that_is_cut_again_and_again(house: House, line: str) -> None:
    length, shortest, longest, seed = LINES[line]
    twice, cuts = sent_over_a_cut_line(house, length, lambda chance: int(2 ** chance.uniform(shortest, longest)), seed)
    assert cuts >= 10 and twice < 0.02, (cuts, twice)


def killed_again_and_again(house: House, length: int, kills: int, seed: int) -> None:
    """Send a file while the service is killed with SIGKILL; count what has to be sent again."""
    chance, body = random.Random(seed), a_file(length, seed)
    careful = Careful(house.sender, house.sender.announce(length), body)
    moments = sorted(chance.randrange(length // 50, length) for _ in range(kills))
    for moment in moments:
        start = careful.acknowledged
        stop = max(moment, start + chance.randrange(1, 2 * MIB))
        line = socket.create_connection(("127.0.0.1", house.sender.port))
        line.sendall(house.sender.patch_head(careful.address, start, length - start))
        for first in range(start, min(stop, length - 1), 512 * 1024):
            line.sendall(body[first : min(first + 512 * 1024, stop, length - 1)])
        sent = min(stop, length - 1)
        house.server.kill9("serve")
        line.close()
        house.server.restart("serve")
        again = sent - careful.look()
        assert again <= 2 * PART_BYTES + WIRE_BYTES, "more than the parts in flight was lost"
    careful.send()
    assert same(house, careful.address, body)


@pytest.mark.parametrize(("length", "kills"), [(48 * MIB, 3), *([(1024 * MIB, 100)] if LONG else [])])
def test_the_service_is_killed_again_and_again_in_the_middle_of_an_upload(
    house: House, length: int, kills: int
) -> None:
    killed_again_and_again(house, length, kills, seed=kills)


def test_two_clients_that_race_on_one_upload_leave_one_true_file(house: House) -> None:
    body = a_file(12 * MIB + 345, seed=5)
    address = house.sender.announce(len(body))
    faults: list[BaseException] = []

    def race(piece: int) -> None:
        try:
            Careful(house.sender, address, body).send(piece)
        except BaseException as fault:
            faults.append(fault)

    racers = [threading.Thread(target=race, args=(piece,)) for piece in (300_000, 777_777)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert not faults and same(house, address, body)


def test_clients_that_stall_keep_nothing_back_and_take_nobody_s_place(house: House) -> None:
    body = a_file(2 * MIB, seed=6)
    careful = Careful(house.sender, house.sender.announce(len(body)), body)
    step, stalled = 100_000, []
    for _ in range(house.server.settings.upload_threads + 2):
        line = socket.create_connection(("127.0.0.1", house.sender.port))
        start = careful.acknowledged
        line.sendall(house.sender.patch_head(careful.address, start, len(body) - start) + body[start : start + step])
        stalled.append(line)
        until = time.monotonic() + 20
        while time.monotonic() < until and careful.look() < start + step:
            time.sleep(0.05)
        assert careful.acknowledged == start + step
    careful.send()
    assert same(house, careful.address, body)
    for line in stalled:
        line.close()


@contextmanager
def a_small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of its own that is full when it is full."""
    place.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", place], capture_output=True, text=True
    )
    need(mounted.returncode == 0, "A small disk", "Only root may mount one: run the tests as root.")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_loses_nothing_and_the_upload_goes_on_when_there_is_room(tmp_path: Path) -> None:
    body = a_file(20 * MIB, seed=7)
    with (
        a_small_disk(tmp_path / "disk", "24m") as disk,
        running_house(tmp_path / "house", "serve", vault=disk / "vault", disk_min_free_bytes=1) as house,
    ):
        careful = Careful(house.sender, house.sender.announce(len(body)), body)
        assert house.sender.patch(careful.address, 0, body[: 3 * MIB]).offset == careful.heard(3 * MIB)
        (disk / "filler").write_bytes(bytes(12 * MIB))
        full = house.sender.patch(careful.address, 3 * MIB, body[3 * MIB :])
        assert full.status == 507 and int(full.headers["Retry-After"]) > 0
        assert b"What you have sent is safe" in full.body
        careful.look()
        refused = house.sender.ask("POST", "/uploads", Upload_Length=str(20 * MIB))
        assert refused.status == 507, "nothing new is begun that would not fit"
        (disk / "filler").unlink()
        careful.send()
        assert arrived(house.services, careful.address) == body
        assert len(list(house.services.vault.every())) == len(_parts(house, careful.address)), "nothing is left lying"


def _parts(house: House, address: str) -> list[parts.Part]:
    with house.services.database.read() as tx:
        return parts.of_upload(tx, upload_of(house.services, address).id)
