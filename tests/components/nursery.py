"""Processes of the service without the second that Python takes to import it: forked from one that has done so.

Apart from that each is like one that was started from nothing: a session, an environment, an output and an end of its
own, which its code knows nothing of. There are hundreds of them in a run of all tests. Linux only, as subreapers are.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import IO

import pytest

from tests.components import ROOT

PR_SET_CHILD_SUBREAPER = 36  # prctl(2): orphans below become our children, so that they can be waited for
LOOK_SECONDS = 0.02


PROGRAM = "import sys\nfrom intake.cli import main\nsys.exit(main())"


def begin_anew(
    arguments: tuple[str, ...], env: Mapping[str, str], out: IO[bytes], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a command from nothing, where it matters that nothing is shared."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, start_new_session=True,
    )  # fmt: skip


class Process:
    """One of them, as `subprocess.Popen` would show it."""

    def __init__(self, pid: int, arguments: tuple[str, ...]) -> None:
        self.pid = pid
        self.args = arguments
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises subprocess.TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(LOOK_SECONDS)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class Nursery:
    """Starts `intake …` commands."""

    def __init__(self) -> None:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._line, theirs = socket.socketpair()
        with theirs:
            self._mother = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.components.nursery"], stdin=theirs, cwd=ROOT
            )

    def begin(self, arguments: tuple[str, ...], env: Mapping[str, str], out: IO[bytes], errors: IO[bytes]) -> Process:
        """Start a command with this environment and these two files to write to."""
        order = json.dumps([arguments, dict(env)]).encode()
        socket.send_fds(self._line, [len(order).to_bytes(4, "big")], [out.fileno(), errors.fileno()])
        self._line.sendall(order)
        return Process(int.from_bytes(_whole(self._line, 4), "big"), arguments)

    def close(self) -> None:
        """Start no more."""
        self._line.close()
        self._mother.wait()


def _whole(line: socket.socket, length: int) -> bytes:
    whole = b""
    while len(whole) < length:
        piece = line.recv(length - len(whole))
        if not piece:
            raise EOFError
        whole += piece
    return whole


def _bear(line: socket.socket) -> None:
    """Take orders until the line closes. Returns in the process that is to carry one out, and in no other."""
    while True:
        head, files, _, _ = socket.recv_fds(line, 4, 2)
        if not head:
            os._exit(0)
        arguments, env = json.loads(_whole(line, int.from_bytes(head, "big")))
        told, tells = os.pipe()
        between = os.fork()
        if between == 0:
            if child := os.fork():
                os.write(tells, child.to_bytes(4, "big"))
                os._exit(0)  # the child has no mother now, and the one who asked for it becomes that
            _move_out([line.detach(), told, tells], files, env)
            sys.argv = ["intake", *arguments]
            return
        os.waitpid(between, 0)
        line.sendall(os.read(told, 4))
        for file in (*files, told, tells):
            os.close(file)


def _move_out(ours: list[int], files: list[int], env: dict[str, str]) -> None:
    os.setsid()
    for each in ours:
        os.close(each)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate([nothing, *files]):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(env)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts commands of the service as processes of their own."""
    made = Nursery()
    yield made
    made.close()


if __name__ == "__main__":
    from intake import app, serving  # noqa: F401  # everything that a command may need
    from intake.cli import main
    from intake.jobs import worker  # noqa: F401

    _bear(socket.socket(fileno=os.dup(0)))  # each child has another standard input
    sys.exit(main())
