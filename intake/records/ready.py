"""The service's side of the process that is ready (`bearing`): begins a child for a file, and learns how it ended.

To import all that looking needs costs some 0.4 s of CPU; a fork of a process that has done so costs a few milliseconds.
Children of one such process share where their memory lies, so another takes its place after so many.
"""

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-s", "-E", "-B", "-m", "intake.records.bearing")
MOST_CHILDREN = 200
WORD_BYTES = 32
UNKNOWN = 1


class Child:
    """A child that looks at a file. Its number stays its own until `wait` or `close` has said how it ended."""

    def __init__(self, mother: "Mother", number: int) -> None:
        self._mother, self._number = mother, number
        self._sight = os.pidfd_open(number)
        self._ended: int | None = None

    def wait(self, seconds: float) -> int | None:
        """How it ended (as subprocess says it: minus the signal, if it was one), or None if it goes on after that."""
        if self._ended is None and select.select([self._sight], [], [], seconds)[0]:
            self._ended = self._mother.bury(self._number)
        return self._ended

    def close(self) -> None:
        """Kill it if it has not ended, and let go of it."""
        if self._ended is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._sight, signal.SIGKILL)
            self._ended = self._mother.bury(self._number)
        os.close(self._sight)


class Mother:
    """The process that forks."""

    def __init__(self) -> None:
        self._born = self._alive = 0
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = _start(theirs)
        except OSError:
            self._control.close()
            raise
        finally:
            theirs.close()

    @property
    def spent(self) -> bool:
        """Whether it has had its children, and another should take its place."""
        return self._born >= MOST_CHILDREN

    def bear(self, connection: socket.socket) -> Child:
        """A child at the other end of this connection. Raises OSError if the process has gone."""
        with self._lock:
            socket.send_fds(self._control, [b"begin"], [connection.fileno()])
            child = Child(self, self._answer())
            self._born, self._alive = self._born + 1, self._alive + 1
        return child

    def bury(self, number: int) -> int:
        """How a child ended that has ended or was killed. The last one of a mother that is spent takes her along."""
        with self._lock:
            self._alive -= 1
            try:
                self._control.send(str(number).encode())
                ended = self._answer()
            except OSError:  # she was killed, and with her the child
                ended = UNKNOWN
            if self.spent and not self._alive:
                self.retire()
        return ended

    def retire(self) -> None:
        """Hang up: the process ends, and any child that is left."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """In a fork of the service: she belongs to another process, which alone may hold the line to her."""
        self._control.close()
        self._process.returncode = 0  # or its end would warn of a process that is not ours

    def _answer(self) -> int:
        word = self._control.recv(WORD_BYTES)
        if not word:
            raise ConnectionResetError
        return int(word)


def _start(control: socket.socket) -> "subprocess.Popen[bytes]":
    # Our own program, no word of a stranger on its line, nothing of our environment.
    nothing = subprocess.DEVNULL
    return subprocess.Popen(PROGRAM, stdin=control, stdout=nothing, stderr=nothing, cwd=PACKAGE, env={})  # noqa: S603


class _Ready:
    """The mother of this process of the service, if it has one yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mother: Mother | None = None
        atexit.register(self.end)
        os.register_at_fork(after_in_child=self._begin_anew)

    def bear(self, connection: socket.socket) -> Child:
        """A child of the mother there is, or of a new one."""
        with self._lock:
            if self._mother is not None and not self._mother.spent:
                with suppress(OSError):  # she has gone: killed, perhaps, when memory was short
                    return self._mother.bear(connection)
                self._mother.retire()
            self._mother = Mother()
            return self._mother.bear(connection)

    def end(self) -> None:
        """Let nobody wait any longer."""
        mother, self._mother = self._mother, None
        if mother is not None:
            mother.retire()

    def _begin_anew(self) -> None:
        self._lock = threading.Lock()
        mother, self._mother = self._mother, None
        if mother is not None:
            mother.forget()


_READY = _Ready()


def bear(connection: socket.socket) -> Child:
    """A child that looks at a file, and speaks at the other end of this connection. Raises OSError if none can be."""
    return _READY.bear(connection)
