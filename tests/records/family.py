"""Which processes this one has begun, and those which they have."""

import os
from pathlib import Path


def children(number: int) -> list[int]:
    """The processes that a process has begun and nobody has buried."""
    found = []
    for task in Path(f"/proc/{number}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text().split()]
    return found


def mothers() -> list[int]:
    """The processes of this one that are ready to fork a child for a file."""
    return [number for number in children(os.getpid()) if b"intake.records.bearing" in _words(number)]


def lookers() -> set[int]:
    """The processes that look at a file: those which a mother has, and programs that tests begin in their place."""
    ready = mothers()
    found = {child for mother in ready for child in children(mother)}
    return found | {each for each in children(os.getpid()) if each not in ready and _is_in_their_place(each)}


def is_there(number: int) -> bool:
    """Whether a process goes on: not ended, nor ended and waiting to be buried."""
    try:
        return "State:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False


def _is_in_their_place(number: int) -> bool:
    return any(program in _words(number) for program in (b"tests.records.bad_children", b"intake.records.looking"))


def _words(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""
