"""How the process apart and its parent speak: short frames over one pair of sockets, a mark and a length before each.

The child asks for bytes of the file (READ), hands up what it unpacks (MEMBER, PIECE, END, or BROKEN if it cannot go
on), and ends with one RESULT or one FAILED. The parent says GO once and answers every READ with DATA.
"""

import json
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

HEAD = struct.Struct("<cI")
RANGE = struct.Struct("<QQ")
LENGTH = struct.Struct("<Q")
MOST_BYTES = 4 * 1024 * 1024  # of one frame
MOST_READ = 1024 * 1024  # of one answer to READ

GO, DATA = b"g", b"d"
READ, MEMBER, PIECE, END, BROKEN, RESULT, FAILED = b"?", b"m", b"p", b"e", b"b", b"=", b"!"


class FrameBroken(ValueError):
    """What came is no frame of ours, or too long a one."""


def send(connection: socket.socket, mark: bytes, payload: bytes | memoryview = b"") -> None:
    """Send one frame. Raises OSError if nobody listens any more."""
    if len(payload) < 4096:
        connection.sendall(HEAD.pack(mark, len(payload)) + bytes(payload))
    else:
        connection.sendall(HEAD.pack(mark, len(payload)))
        connection.sendall(payload)


def receive(recv_into: Callable[[memoryview], int]) -> tuple[bytes, bytes]:
    """The next frame: its mark and what it carries. Raises EOFError at the end, FrameBroken, and what `recv_into` does.

    `recv_into` is that of a socket, or something like it that watches the time.
    """
    mark, length = HEAD.unpack(_exactly(recv_into, HEAD.size))
    if length > MOST_BYTES:
        raise FrameBroken("too long")
    return mark, bytes(_exactly(recv_into, length))


def pack_json(value: Mapping[str, Any]) -> bytes:
    """A result, or an order, as bytes."""
    return json.dumps(value).encode()


def unpack_json(payload: bytes) -> dict[str, Any]:
    """The other way round. Raises FrameBroken for anything but named values."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise FrameBroken("no JSON") from error
    if not isinstance(value, dict):
        raise FrameBroken("no named values")
    return value


def _exactly(recv_into: Callable[[memoryview], int], length: int) -> bytearray:
    whole = bytearray(length)
    view, at = memoryview(whole), 0
    while at < length:
        came = recv_into(view[at:])
        if came == 0:
            raise EOFError
        at += came
    return whole
