"""What parses a stranger's file is kept apart: whatever it does, we get an answer or a reason, and nothing else."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from intake.links import grants
from intake.records import apart, checking
from intake.records.apart import Allowance, ApartFailed, allowance_for, look
from intake.records.checking import check_record
from intake.records.ready import PACKAGE
from intake.records.reasons import REASONS
from intake.records.scanner import Pieces, Scan
from intake.records.upload import State, Verdict
from tests.records.bad_children import WAYS
from tests.records.bench import KEY, Bench
from tests.records.family import lookers
from tests.records.programs import PYTHON, beginning
from tests.records.zips import honest_zip

MIB = 1024 * 1024
BODY = b"%PDF-1.7 a letter"
LITTLE = Allowance(memory_bytes=256 * 1024 * 1024, cpu_seconds=1, wait_seconds=60)
ENDS_AS = {
    "eats memory": "memory",
    "spins": "timeout",
    "ends without a word": "crashed",
    "crashes": "crashed",
    "is killed": "memory",
    "raises": "crashed",
    "opens a file": "refused",
    "opens a socket": "refused",
    "starts a program": "refused",
    "asks for too much": "crashed",
    "asks backwards": "crashed",
    "asks in half": "crashed",
    "hands up what nobody wanted": "crashed",
    "hands up more than everything": "crashed",
    "hands up without an end": "crashed",
    "answers in no language": "crashed",
    "answers a list": "crashed",
    "fails with a word of its own": "crashed",
    "sends noise": "crashed",
    "announces four gigabytes": "crashed",
}


class SaysClean:
    """A scanner that would let everything through."""

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """Clean."""
        list(pieces(0, length))
        return Scan(Verdict.CLEAN)


def child(way: str, word: object = "") -> apart.Begin:
    """Begins a child that misbehaves."""
    return beginning((*PYTHON, "-m", "tests.records.bad_children", way, str(word)))


def pieces(start: int, stop: int) -> Iterator[bytes]:
    """The bytes of a small file."""
    yield BODY[start:stop]


def fails(way: str, allowed: Allowance = LITTLE, word: object = "") -> str:
    """The reason that a child gives."""
    with pytest.raises(ApartFailed) as failed:
        look(pieces, len(BODY), lambda length, member: list(member) and None, allowed, child(way, word))
    return failed.value.reason


@pytest.mark.parametrize("way", ENDS_AS)
def test_a_child_gives_a_reason_and_is_gone_if_it(way: str) -> None:
    before = lookers()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert fails(way, word=port) == ENDS_AS[way]
    assert lookers() == before


def test_every_way_is_tried() -> None:
    tried_below = {"sleeps", "spins and will not hear", "writes a file", "says what it sees", "recurses"}
    assert WAYS.keys() == ENDS_AS.keys() | tried_below


def test_a_child_that_sleeps_is_not_waited_for_longer_than_its_allowance() -> None:
    assert fails("sleeps", replace(LITTLE, wait_seconds=1.5)) == "timeout"


def test_a_child_that_ignores_the_first_word_of_its_time_is_killed() -> None:
    assert fails("spins and will not hear") in ("memory", "timeout")


def test_a_child_that_recurses_crashes_or_runs_out_of_memory() -> None:
    assert fails("recurses") in ("crashed", "memory")


def test_a_child_cannot_write(tmp_path: Path) -> None:
    assert fails("writes a file", word=tmp_path) == "refused"
    assert list(tmp_path.iterdir()) == []


def test_a_child_has_no_environment_and_one_socket_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_PLANTED", "secret")
    said = look(pieces, len(BODY), None, begin=child("says what it sees"))
    assert set(filter(None, said["kind"].split(","))) <= {"LC_CTYPE"}  # which Python itself sets
    assert said["facts"] == {"descriptors": 3}  # the socket, and nowhere twice


def test_the_real_child_reads_only_through_the_parent() -> None:
    path = get_testdata_file("CT_small.dcm", download=False)
    body, asked = Path(path).read_bytes(), []

    def counted(start: int, stop: int) -> Iterator[bytes]:
        asked.append((start, stop))
        yield body[start:stop]

    assert look(counted, len(body), None)["kind"] == "dicom"
    assert asked == [(0, len(body))]


def test_an_archive_of_many_files_is_looked_at_within_flat_memory() -> None:
    """Each file that is kept in mind costs little: a state of the unpacking alone would be 40 KiB, 320 MiB in all."""
    body = honest_zip({f"IMG{number}": b"P6 16 16 255 " + bytes(800) for number in range(8000)})
    allowed = Allowance(memory_bytes=320 * MIB, cpu_seconds=60, wait_seconds=120)
    found = look(lambda start, stop: iter([body[start:stop]]), len(body), None, allowed)
    assert (found["kind"], found["reason"], found["facts"]["files"]) == ("zip", None, 8000)


def test_what_goes_wrong_in_the_parent_comes_out_and_the_child_is_gone() -> None:
    before = lookers()

    def broken(start: int, stop: int) -> Iterator[bytes]:
        raise KeyError("sealed by somebody else")

    with pytest.raises(KeyError):
        look(broken, len(BODY), None)
    assert lookers() == before


def test_a_program_that_is_not_there_is_a_crash() -> None:
    with pytest.raises(ApartFailed) as failed:
        look(pieces, len(BODY), None, begin=beginning((*PYTHON, "-m", "intake.records.no_such_thing")))
    assert failed.value.reason == "crashed"


def test_what_a_look_may_cost_grows_with_the_file_and_begins_small() -> None:
    small, large = allowance_for(1000), allowance_for(20 * 1024**3)
    assert small.cpu_seconds == 10 and large.cpu_seconds < 11_000
    assert small.memory_bytes == large.memory_bytes == 1024**3


@pytest.mark.parametrize("way", ["eats memory", "crashes", "opens a socket"])
def test_a_record_whose_check_fails_is_held_and_never_clean_and_the_next_one_is_checked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def real(*given: object) -> object:
        return look(*given, allowance=LITTLE, begin=child(way, 9))

    monkeypatch.setattr(checking.apart, "look", real)
    upload = bench.receive(BODY)
    held = check_record(bench.database, bench.vault, KEY, upload.id, SaysClean(), grants.release, bench.now)
    assert (held.state, held.verdict, held.reason) == (State.CHECKED, Verdict.HELD, f"check_{ENDS_AS[way]}")
    assert held.reason in REASONS and bench.read(held) == BODY
    monkeypatch.undo()
    upload = bench.receive(BODY)
    clean = check_record(bench.database, bench.vault, KEY, upload.id, SaysClean(), grants.release, bench.now)
    assert clean.verdict is Verdict.CLEAN


def test_the_web_process_cannot_open_what_strangers_send() -> None:
    """Neither their parsers nor ours are loaded with the whole web application; and nothing of ours is loaded later."""
    program = """
import sys
from intake import app, cli
parsers = ("pydicom", "pypdf", "PIL", "pillow_heif", "puremagic", "tarfile")
ours = ("bearing", "looking", "opening", "archive", "unpacking", "pdf", "word", "scan_image", "recognising", "disc")
loaded = [name for name in parsers if name in sys.modules]
print(loaded + [name for name in ours if "intake.records." + name in sys.modules])
"""
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
