"""The process apart: looks at one stranger's file and says what it is. A fork of the one that is `bearing`.

Imports everything first, then gives its powers up (`confining`), and only then reads the first byte.
"""

import codecs
import errno
import os
import socket
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NoReturn

import pypdf._codecs
import pypdf.filters
import pypdf.generic
import pypdf.xmp
from pydicom import charset, values

from intake.records import disc, frames, opening, pdf, pictures, scan_image
from intake.records.archive import ArchiveTrouble
from intake.records.confining import confine
from intake.records.members import Member, Read, stream
from intake.records.opening import Refused, Walk
from intake.records.recognising import HEAD_BYTES, kind_by_head

# What these libraries would otherwise import when a file first needs it: nothing can be opened by then.
READY = (pypdf._codecs, pypdf.filters, pypdf.generic, pypdf.xmp, values)
TEXTS = {"utf-8", "utf-16", "utf-16-be", "utf-16-le", "utf-8-sig", "cp437", "cp1252", "latin-1", "unicode_escape"}

BLOCK_BYTES, MOST_BLOCKS = 512 * 1024, 16
PIECE_BYTES = 256 * 1024
NOT_ALLOWED = {errno.EMFILE, errno.ENFILE, errno.EPERM, errno.EACCES, errno.EFBIG}

# What is wrong with a single file of a kind, as a reason.
TROUBLES: dict[str, Callable[[Member], str | None]] = {"pdf": pdf.trouble, "dicom": scan_image.trouble}
# How well a picture can be read, as facts; its modules must be imported whole above, for nothing can be opened later.
LOOKS: dict[str, Callable[[Member], dict[str, Any] | None]] = {
    "jpeg": pictures.look_at, "png": pictures.look_at, "tiff": pictures.look_at, "heic": pictures.look_at_heic,
}  # fmt: skip


class Upward:
    """The connection to the parent: asks for bytes, keeps some of them, and hands up what was unpacked."""

    def __init__(self, connection: socket.socket, length: int) -> None:
        self._connection = connection
        self._length = length
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of the file from `start` to `stop`, fewer at its end."""
        stop, whole = min(stop, self._length), b""
        while start < stop:
            at = start // BLOCK_BYTES
            piece = self._block(at)[start - at * BLOCK_BYTES : stop - at * BLOCK_BYTES]
            whole = whole + piece if whole else piece
            start += len(piece)
        return whole

    def begin(self, length: int) -> None:
        """A member of this length follows."""
        frames.send(self._connection, frames.MEMBER, frames.LENGTH.pack(length))

    def piece(self, data: bytes) -> None:
        """More of the member."""
        for at in range(0, len(data), PIECE_BYTES):
            frames.send(self._connection, frames.PIECE, data[at : at + PIECE_BYTES])

    def end(self, *, whole: bool) -> None:
        """The member is whole, or nothing more can be had of it."""
        frames.send(self._connection, frames.END if whole else frames.BROKEN)

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        start = number * BLOCK_BYTES
        stop = min(self._length, start + BLOCK_BYTES)
        frames.send(self._connection, frames.READ, frames.RANGE.pack(start, stop))
        mark, block = frames.receive(self._connection.recv_into)
        if mark != frames.DATA or len(block) != stop - start:
            raise EOFError
        self._blocks[number] = block
        if len(self._blocks) > MOST_BLOCKS:
            self._blocks.popitem(last=False)
        return block


def look(read: Read, length: int, hand_up: opening.HandUp | None) -> dict[str, Any]:
    """Everything we say of a file: its kind (None: not taken), a reason not to trust it, counts, disc, legibility."""
    kind = kind_by_head(read(0, HEAD_BYTES))
    if kind == "zip":
        return _archive(read, length, hand_up)
    if kind is None:
        return _said(None, "kind_not_allowed")
    member = Member("", length, lambda: stream(read, length))
    reason = TROUBLES[kind](member) if kind in TROUBLES else None
    if reason is None and opening.hides_archive(read, length):
        reason = "two_kinds"
    summary = disc.summarise([member]).as_json() if kind == "dicom" and reason != "damaged" else None
    return _said(kind, reason, disc=summary, look=LOOKS[kind](member) if kind in LOOKS else None)


def _archive(read: Read, length: int, hand_up: opening.HandUp | None) -> dict[str, Any]:
    walk = Walk(length, hand_up)
    try:
        kind = walk.kind(read, length)
    except Refused as refused:
        return _said("zip", refused.reason, walk.facts)
    except ArchiveTrouble as trouble:
        return _said("zip", [*walk.troubles, trouble.reason][0], walk.facts)
    if kind is None:
        return _said(None, "kind_not_allowed", walk.facts)
    reason = walk.troubles[0] if walk.troubles else None
    summary = disc.summarise(walk.members).as_json() if kind == "zip" else None
    return _said(kind, reason, walk.facts, disc=summary)


def _said(
    kind: str | None,
    reason: str | None,
    facts: dict[str, int] | None = None,
    disc: dict[str, Any] | None = None,
    look: dict[str, Any] | None = None,
) -> dict[str, Any]:
    counted = {name: number for name, number in (facts or {}).items() if number or name != "programs"}
    return {"kind": kind, "reason": reason, "facts": counted, "disc": disc, "look": look}


def main() -> int:
    """Take one order from the parent, carry it out, answer, end."""
    connection = socket.socket(fileno=0)
    mark, payload = frames.receive(connection.recv_into)
    if mark != frames.GO:
        return 1
    order = frames.unpack_json(payload)
    length = int(order["length"])
    upward = Upward(connection, length)
    for name in TEXTS | {name for name in charset.python_encoding.values() if name}:
        codecs.lookup(name)
    confine(int(order["memory_bytes"]), int(order["cpu_seconds"]))
    try:
        result = frames.pack_json(look(upward.read, length, upward if order["members"] else None))
        frames.send(connection, frames.RESULT, result)
    except MemoryError:
        frames.send(connection, frames.FAILED, b"memory")
    except OSError as error:
        frames.send(connection, frames.FAILED, b"refused" if error.errno in NOT_ALLOWED else b"crashed")
    return 0


def run() -> NoReturn:
    """Carry one order out, and end at once: nothing is left to be tidied up, and no hook of anybody runs."""
    code = 1
    try:
        code = main()
    finally:
        os._exit(code)


if __name__ == "__main__":
    run()
