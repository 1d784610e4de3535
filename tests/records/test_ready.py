"""One process is ready and forks a child for each file: quick, and as good as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from intake.records import ready
from intake.records.apart import ApartFailed, look
from tests.records.family import children, is_there, lookers, mothers

BODY = b"%PDF-1.7 a letter"


def pieces(start: int, stop: int) -> Iterator[bytes]:
    """The bytes of a small file."""
    yield BODY[start:stop]


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody is ready yet, and nobody is left afterwards."""
    fresh = ready._Ready()
    monkeypatch.setattr(ready, "_READY", fresh)
    before = set(mothers())
    yield
    fresh.end()
    assert set(mothers()) == before and not lookers()


def begun() -> set[int]:
    """The mothers, but for the one that other tests use."""
    return {number for number in mothers() if number not in known}


known: set[int] = set()


@pytest.fixture(autouse=True)
def remembered(anew: None) -> None:
    """Which mothers were there before."""
    known.clear()
    known.update(mothers())


def test_files_one_after_the_other_and_at_once_have_one_mother_and_leave_no_child() -> None:
    for _ in range(3):
        assert look(pieces, len(BODY), None)["kind"] == "pdf"
    first = begun()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: look(pieces, len(BODY), None)["kind"], range(24)))
    assert found == ["pdf"] * 24 and begun() == first and len(first) == 1 and not lookers()


def test_a_child_holds_its_own_socket_and_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_PLANTED", "secret")
    seen: list[tuple[list[str], bytes]] = []

    def asked(start: int, stop: int) -> Iterator[bytes]:
        (child,) = lookers()
        # What is said of a process that gave up its powers only root may read; without it the number of its lines is.
        if os.access(f"/proc/{child}/environ", os.R_OK) and os.geteuid() == 0:
            held = sorted(os.readlink(f"/proc/{child}/fd/{each}") for each in os.listdir(f"/proc/{child}/fd"))
            seen.append((held, Path(f"/proc/{child}/environ").read_bytes()))
        yield BODY[start:stop]

    assert look(asked, len(BODY), None)["kind"] == "pdf"
    for held, environment in seen:
        assert [each for each in held if each != "/dev/null"] == held[2:] and len(held) == 3
        assert b"INTAKE_PLANTED" not in environment
    assert seen or os.geteuid() != 0


def test_after_so_many_children_another_takes_her_place_and_she_stays_for_those_she_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ready, "MOST_CHILDREN", 2)
    inner: list[object] = []

    def meanwhile(start: int, stop: int) -> Iterator[bytes]:
        inner.extend(look(pieces, len(BODY), None)["kind"] for _ in range(2))
        inner.append(len(begun()))
        yield BODY[start:stop]

    assert look(meanwhile, len(BODY), None)["kind"] == "pdf"
    assert inner == ["pdf", "pdf", 2]
    assert len(begun()) == 1, "the first has had her two, and nobody is left to wait for"


def test_when_she_is_killed_the_look_under_way_fails_and_the_next_one_has_another() -> None:
    def killing(start: int, stop: int) -> Iterator[bytes]:
        (mother,) = begun()
        (child,) = lookers()
        os.kill(mother, signal.SIGKILL)
        for _ in range(1000):
            if not is_there(child):
                break
            time.sleep(0.01)
        yield BODY[start:stop]

    with pytest.raises(ApartFailed) as failed:
        look(killing, len(BODY), None)
    assert failed.value.reason == "crashed"
    assert look(pieces, len(BODY), None)["kind"] == "pdf"


def test_a_fork_of_the_service_has_one_of_its_own() -> None:
    assert look(pieces, len(BODY), None)["kind"] == "pdf"
    (mine,) = begun()
    number = os.fork()
    if number == 0:
        code = 1
        try:
            told = look(pieces, len(BODY), None)["kind"] == "pdf" and begun() and mine not in begun()
            code = 0 if told else 2
            ready._READY.end()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]) == 0
    assert look(pieces, len(BODY), None)["kind"] == "pdf" and begun() == {mine}


SERVICE = """
import sys, time
from intake.records.apart import look
def pieces(start, stop):
    print("asked", flush=True)
    time.sleep(60)
    yield b""
look(pieces, 20, None)
"""


def test_who_looks_does_not_outlive_a_service_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVICE], cwd=ready.PACKAGE, stdout=subprocess.PIPE) as service:
        assert service.stdout is not None and service.stdout.readline() == b"asked\n"
        (mother,) = children(service.pid)
        (child,) = children(mother)
        service.kill()
    for _ in range(1000):
        if not is_there(mother) and not is_there(child):
            return
        time.sleep(0.01)
    raise AssertionError("somebody still looks, for nobody")


def test_when_no_process_can_be_begun_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "PROGRAM", ("/nowhere/at/all",))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="nowhere"):
        look(pieces, len(BODY), None)
    assert len(os.listdir("/proc/self/fd")) == before
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(OSError, match="nowhere"):
        ready.bear(theirs)
