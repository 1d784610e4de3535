"""Programs in the place of the process apart: one that misbehaves, or ours as somebody else would start it."""

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

from intake.records.ready import PACKAGE

PYTHON = (sys.executable, "-s", "-E", "-B")
LOOKING = (*PYTHON, "-m", "intake.records.looking")


class Program:
    """A program that speaks on its standard input, as a child that looks at a file does."""

    def __init__(self, program: tuple[str, ...], connection: socket.socket) -> None:
        self._process = subprocess.Popen(
            program, stdin=connection, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PACKAGE, env={}
        )

    def wait(self, seconds: float) -> int | None:
        """As a child of `ready` says it."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.poll()

    def close(self) -> None:
        """Kill it, and wait for its end."""
        self._process.kill()
        self._process.wait()


def beginning(program: tuple[str, ...]) -> Callable[[socket.socket], Program]:
    """What begins it, for `apart.look`."""
    return lambda connection: Program(program, connection)
