"""Whatever parses a stranger's file runs in a process of its own, and this is the parent's side of it.

The child (`looking`, forked by `ready`) has no environment, no network, no way to open a file, and limits on
memory and time. It holds one socket: there it asks for bytes of the file, which the parent opens from the vault as
they are asked for, and hands up what it unpacks, which the parent streams to the scanner. Nothing is plain on a disk,
and the parent's memory stays flat. Whatever the child does, the parent gets an answer or ApartFailed, and no child
outlives it.
"""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from intake.records import frames, ready
from intake.records.frames import FrameBroken
from intake.records.limits import MOST_FILES, most_unpacked

MIB = 1024 * 1024
END_SECONDS = 5

Pieces = Callable[[int, int], Iterator[bytes]]
# Takes a member's length and its bytes as they are unpacked; need not read them to the end.
TakeMember = Callable[[int, Iterator[bytes]], None]


class Process(Protocol):
    """The other process, from its begin to its end."""

    def wait(self, seconds: float) -> int | None:
        """Its exit code or minus its signal, or None if it goes on after so many seconds."""

    def close(self) -> None:
        """Kill it if it goes on, and let go of it."""


# Begins a process that speaks over this socket.
Begin = Callable[[socket.socket], Process]


class ApartFailed(Exception):
    """The child gave no result. `reason`: "timeout", "memory", "crashed" or "refused" (it tried to open something)."""

    REASONS = ("timeout", "memory", "crashed", "refused")

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a child may use: address space in bytes, CPU seconds, and seconds that the parent waits for it in all."""

    memory_bytes: int
    cpu_seconds: int
    wait_seconds: float


def allowance_for(length: int) -> Allowance:
    """What looking at a file of this length may cost.

    Ten CPU seconds and one more for each 2 MiB: unpacking and checking reached 40 to 200 MiB a second when measured, so
    honest files are far inside, and a small bad file ends soon. The wait is longer, for a machine with much to do; the
    time in which the parent itself is busy, reading or scanning, does not count.
    """
    cpu = 10 + length // (2 * MIB)
    return Allowance(1024 * MIB, cpu, 60.0 + 3 * cpu)


def look(
    pieces: Pieces,
    length: int,
    take: TakeMember | None,
    allowance: Allowance | None = None,
    begin: Begin = ready.bear,
) -> dict[str, Any]:
    """What the child finds in the file of `length` bytes that `pieces(start, stop)` gives.

    With `take`, every file inside an archive is handed to it. Raises ApartFailed, and what `pieces` or `take` raise.
    """
    allowed = allowance or allowance_for(length)
    with _Child(pieces, length, allowed, begin) as child:
        return child.result(take)


class _Child:
    """One child from its start to its end, which comes with the `with` block at the latest."""

    def __init__(self, pieces: Pieces, length: int, allowed: Allowance, begin: Begin) -> None:
        self._pieces = pieces
        self._length = length
        self._allowed = allowed
        self._left = allowed.wait_seconds
        self._files_left, self._bytes_left = MOST_FILES, most_unpacked(length)
        ours, theirs = socket.socketpair()
        self._socket = ours
        try:
            self._process = begin(theirs)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.close()

    def result(self, take: TakeMember | None) -> dict[str, Any]:
        """Answer and take until the child is done."""
        limits = {key: value for key, value in asdict(self._allowed).items() if key != "wait_seconds"}
        self._send(frames.GO, frames.pack_json(limits | {"length": self._length, "members": take is not None}))
        while True:
            mark, payload = self._next()
            if mark == frames.RESULT:
                return self._parsed(payload)
            if mark != frames.MEMBER or take is None or len(payload) != frames.LENGTH.size:
                raise ApartFailed("crashed")
            (length,) = frames.LENGTH.unpack(payload)
            member = self._member(length)
            take(length, member)
            for _ in member:  # what `take` did not want to read
                pass

    def _member(self, length: int) -> Iterator[bytes]:
        """The bytes of one member, which must be as many as were announced, and within the limits of all."""
        self._files_left -= 1
        self._bytes_left -= length
        if min(self._files_left, self._bytes_left) < 0:
            raise ApartFailed("crashed")
        while True:
            mark, payload = self._next()
            length -= len(payload)
            if (mark, length) == (frames.END, 0) or mark == frames.BROKEN:
                return  # a broken one ends early: what takes it sees that bytes are missing, and the child says why
            if mark != frames.PIECE or length < 0 or not payload:
                raise ApartFailed("crashed")
            yield payload

    def _next(self) -> tuple[bytes, bytes]:
        """The next frame that is no READ; those are answered here, in the middle of whatever goes on."""
        while True:
            try:
                mark, payload = frames.receive(self._recv_into)
            except TimeoutError as error:
                raise ApartFailed("timeout") from error
            except (EOFError, OSError) as error:
                raise ApartFailed(self._how_it_ended()) from error
            except FrameBroken as error:
                raise ApartFailed("crashed") from error
            if mark == frames.FAILED:
                said = payload.decode("ascii", "replace")
                raise ApartFailed(said if said in ApartFailed.REASONS else "crashed")
            if mark != frames.READ:
                return mark, payload
            self._answer(payload)

    def _answer(self, payload: bytes) -> None:
        if len(payload) != frames.RANGE.size:
            raise ApartFailed("crashed")
        start, stop = frames.RANGE.unpack(payload)
        if not 0 <= start <= stop <= self._length or stop - start > frames.MOST_READ:
            raise ApartFailed("crashed")
        self._send(frames.DATA, b"".join(self._pieces(start, stop)))

    def _send(self, mark: bytes, payload: bytes) -> None:
        try:
            self._timed(lambda: frames.send(self._socket, mark, payload))
        except TimeoutError as error:
            raise ApartFailed("timeout") from error
        except OSError as error:
            raise ApartFailed(self._how_it_ended()) from error

    def _recv_into(self, view: memoryview) -> int:
        return self._timed(lambda: self._socket.recv_into(view))

    def _timed(self, act: Callable[[], Any]) -> Any:
        """Do something that waits for the child, and count the time. Raises TimeoutError when all of it is used."""
        if self._left <= 0:
            raise TimeoutError
        self._socket.settimeout(self._left)
        began = time.monotonic()
        try:
            return act()
        finally:
            self._left -= time.monotonic() - began

    def _how_it_ended(self) -> str:
        ended = self._process.wait(END_SECONDS)
        if ended == -signal.SIGXCPU:
            return "timeout"
        # Nobody but the kernel, short of memory, sends this one: our own comes later, in __exit__.
        return "memory" if ended == -signal.SIGKILL else "crashed"

    @staticmethod
    def _parsed(payload: bytes) -> dict[str, Any]:
        try:
            return frames.unpack_json(payload)
        except FrameBroken as error:
            raise ApartFailed("crashed") from error
