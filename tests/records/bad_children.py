"""Children that misbehave, each in its way, confined like the real one. Run as a program: one word says which."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from intake.records import frames, looking

FOREVER = 10**9
PLACE = Path(sys.argv[2]) if len(sys.argv) > 2 else Path()


def eat(*_: object) -> None:
    """Take memory, a piece at a time, and use it."""
    held = []
    for _ in range(FOREVER):
        held.append(bytearray(os.urandom(1024)) * 1024)


def spin(*_: object) -> None:
    """Compute for ever."""
    for _ in range(FOREVER):
        pass


def swallow(*_: object) -> None:
    """Compute for ever, deaf to whatever comes up in it, and ask for longer."""
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        try:
            spin()
        except BaseException:
            continue


def write_a_file(*_: object) -> None:
    """Change something outside."""
    PLACE.joinpath("written").write_text("by a stranger")


def start_a_program(*_: object) -> None:
    """Start something else."""
    subprocess.run(["/bin/true"], check=True)


def reach_out(*_: object) -> None:
    """Open a connection."""
    socket.create_connection(("127.0.0.1", int(sys.argv[2])))


def look_through_the_environment(*_: object) -> dict[str, Any]:
    """Say what the parent left lying about."""
    return {"kind": ",".join(os.environ), "reason": None, "facts": {"descriptors": len(open_descriptors())}}


def open_descriptors() -> list[int]:
    """Those that can be used."""
    found = []
    for number in range(256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found



def say(mark: bytes, payload: bytes = b"") -> Callable[..., None]:
    """Send a frame that nobody waits for, and then wait."""

    def send(*_: object) -> None:
        frames.send(socket.socket(fileno=0), mark, payload)
        time.sleep(FOREVER)

    return send


def endless(*_: object) -> None:
    """A member that never ends."""
    connection = socket.socket(fileno=0)
    frames.send(connection, frames.MEMBER, frames.LENGTH.pack(1000))
    for _ in range(FOREVER):
        frames.send(connection, frames.PIECE, bytes(999))


def raw(data: bytes) -> Callable[..., None]:
    """Send bytes that are no frame."""
    return lambda *_: os.write(0, data) and time.sleep(FOREVER)


WAYS: dict[str, Callable[..., Any]] = {
    "eats memory": eat,
    "spins": spin,
    "spins and will not hear": swallow,
    "sleeps": lambda *_: time.sleep(FOREVER),
    "ends without a word": lambda *_: os._exit(0),
    "crashes": lambda *_: os.kill(os.getpid(), signal.SIGSEGV),
    "is killed": lambda *_: os.kill(os.getpid(), signal.SIGKILL),
    "raises": lambda *_: [][1],
    "recurses": lambda *_: (lambda f: f(f))(lambda f: f(f)),
    "opens a file": lambda *_: Path("/etc/hostname").read_bytes(),
    "writes a file": write_a_file,
    "opens a socket": reach_out,
    "starts a program": start_a_program,
    "says what it sees": look_through_the_environment,
    "asks for too much": say(frames.READ, frames.RANGE.pack(0, 10**12)),
    "asks backwards": say(frames.READ, frames.RANGE.pack(10, 5)),
    "asks in half": say(frames.READ, b"half"),
    "hands up what nobody wanted": say(frames.PIECE, b"x"),
    "hands up more than everything": say(frames.MEMBER, frames.LENGTH.pack(2**63)),
    "hands up without an end": endless,
    "answers in no language": say(frames.RESULT, b"\xff\xfe{"),
    "answers a list": say(frames.RESULT, b"[1]"),
    "fails with a word of its own": say(frames.FAILED, b"clean"),
    "sends noise": raw(os.urandom(64)),
    "announces four gigabytes": raw(b"=\xff\xff\xff\xff"),
}

if __name__ == "__main__":
    looking.look = WAYS[sys.argv[1]]
    code = 1
    try:
        code = looking.main()
    finally:
        os._exit(code)
