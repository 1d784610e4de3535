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
    """The processes that look at a file, or look as if they did."""
    ready = mothers()
    others = [number for number in children(os.getpid()) if number not in ready]
    return {*others, *(child for mother in ready for child in children(mother))}


def _words(number: int) -> bytes:
    return Path(f"/proc/{number}/cmdline").read_bytes()
