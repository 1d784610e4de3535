"""The body of one request as it comes over a bad line: in large pieces, with a limit to silence, keeping what came.

A line that is cut, or silent for longer than SILENCE_SECONDS, simply ends the body early; `cut` says so. A body of
known length is read past gunicorn's own reader, straight into one buffer: that costs less, gives on a slow line what
has come every moment, and leaves nothing in anybody's buffers when the line breaks. Others come through the server.
"""

import socket
import struct
from collections.abc import Iterator
from typing import Any, Protocol

PIECE_BYTES = 512 * 1024  # of a sealed record; smaller pieces cost a turn of the interpreter each
CHUNKED_PIECE_BYTES = 64 * 1024
TICK_SECONDS = 0.25  # a piece is given when it is full or this old, empty if nothing came
SILENCE_SECONDS = 30
LISTEN_ON_BYTES = 64 * 1024 * 1024  # of a body that is refused; whoever sends more at once sees a broken line instead
TIME = "@ll"  # seconds and microseconds, as the kernel wants them

Piece = bytes | memoryview


class Stream(Protocol):
    """Where the bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class Line:
    """Iterate over it for the bytes. `length` is what the request announced (None: until its end).

    A piece may be empty, when a moment passed without a byte, and is only good until the next is asked for.
    """

    def __init__(self, environ: dict[str, Any], length: int | None) -> None:
        self._stream: Stream = environ["wsgi.input"]
        self._connection: socket.socket | None = environ.get("gunicorn.socket")
        # Without a length only a server that ends the stream itself may be read to its end.
        self._left = length if length is not None or environ.get("wsgi.input_terminated") else 0
        self._patience = b""  # the server's own, to be put back
        self.cut = False

    def __iter__(self) -> Iterator[Piece]:
        reader = getattr(self._stream, "reader", None)
        if self._connection is not None and self._left and getattr(reader, "length", None) is not None:
            return self._straight(self._connection, reader)
        return self._through_the_server()

    def listen_on(self) -> None:
        """The body is refused: hear it to its end all the same, so that the sender hears our answer.

        Ends when the line is quiet or broken, or after LISTEN_ON_BYTES.
        """
        heard = 0
        for piece in self:
            heard += len(piece)
            if not piece or heard >= LISTEN_ON_BYTES:
                return

    def _straight(self, connection: socket.socket, reader: Any) -> Iterator[memoryview]:
        """From the socket. `reader.length` is kept true, so that the server knows where the next request begins."""
        wait = (socket.SOL_SOCKET, socket.SO_RCVTIMEO)
        self._patience = self._patience or connection.getsockopt(*wait, struct.calcsize(TIME))
        tick = struct.pack(TIME, 0, int(TICK_SECONDS * 1_000_000))
        connection.setsockopt(*wait, tick)
        buffer = memoryview(bytearray(min(PIECE_BYTES, reader.length)))
        try:
            silent = 0.0
            while reader.length and not self.cut:
                room = buffer[: reader.length]
                ahead = _read_ahead(reader, room)
                came = _receive(connection, room[ahead:]) if ahead < len(room) else 0
                silent = silent + TICK_SECONDS if came == QUIET else 0
                self.cut = came == BROKEN or silent >= SILENCE_SECONDS
                filled = ahead + max(came, 0)
                reader.length -= filled
                yield room[:filled]
        finally:
            connection.setsockopt(*wait, self._patience)

    def _through_the_server(self) -> Iterator[bytes]:
        most = CHUNKED_PIECE_BYTES if self._left is None else PIECE_BYTES
        while self._left is None or self._left > 0:
            wanted = most if self._left is None else min(most, self._left)
            try:
                piece = self._stream.read(wanted)
            except OSError:
                self.cut = True
                piece = self._left_behind()[:wanted]
            else:
                self.cut = self._left is not None and len(piece) < wanted
            if self._left is not None:
                self._left -= len(piece)
            if piece:
                yield piece
            if self.cut or not piece:
                return

    def _left_behind(self) -> bytes:
        """What had arrived of a chunked body when the line broke: gunicorn keeps it in the buffers of its readers."""
        return _held_by(self._stream) + _held_by(getattr(self._stream, "reader", None))


BROKEN, QUIET = -1, -2


def _receive(connection: socket.socket, room: memoryview) -> int:
    """Fill the room, or as much of it as comes within a tick: how many bytes; or that the line broke, or was quiet."""
    try:
        return connection.recv_into(room, 0, socket.MSG_WAITALL) or BROKEN
    except BlockingIOError:
        return QUIET
    except OSError:
        return BROKEN


def _read_ahead(reader: Any, buffer: memoryview) -> int:
    """What the server had already read of the body when it read the headers; what lies beyond goes back."""
    ahead = reader.unreader.take_buffered()
    taken = ahead[: len(buffer)]
    buffer[: len(taken)] = taken
    reader.unreader.unread(ahead[len(taken) :])
    return len(taken)


def _held_by(holder: object) -> bytes:
    buffer = getattr(holder, "buf", None)
    return buffer.getvalue() if hasattr(buffer, "getvalue") else b""
