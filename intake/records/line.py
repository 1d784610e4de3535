"""The body of one request as it comes over a bad line: in large pieces, with a limit to silence, keeping what arrived.

A line that is cut, or silent for longer than SILENCE_SECONDS, simply ends the body early; `cut` says so.
"""

from collections.abc import Iterator
from typing import Any, Protocol

PIECE_BYTES = 512 * 1024  # smaller pieces make the server copy its read-ahead again and again
SILENCE_SECONDS = 30


class Stream(Protocol):
    """Where the bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class Line:
    """Iterate over it for the bytes. `length` is what the request announced (None: until its end)."""

    def __init__(self, environ: dict[str, Any], length: int | None) -> None:
        self._stream: Stream = environ["wsgi.input"]
        self._connection = environ.get("gunicorn.socket")
        # Without a length only a server that ends the stream itself may be read to its end.
        self._left = length if length is not None or environ.get("wsgi.input_terminated") else 0
        self.cut = False

    def __iter__(self) -> Iterator[bytes]:
        if self._connection is not None:
            self._connection.settimeout(SILENCE_SECONDS)
        try:
            yield from self._pieces()
        finally:
            if self._connection is not None and not self.cut:
                self._connection.settimeout(None)

    def forget_rest(self, most: int) -> None:
        """Listen to what still comes, at most about `most` bytes, so that a browser gets to hear our answer."""
        heard = 0
        for piece in self:
            heard += len(piece)
            if heard > most:
                return

    def _pieces(self) -> Iterator[bytes]:
        while self._left is None or self._left > 0:
            wanted = PIECE_BYTES if self._left is None else min(PIECE_BYTES, self._left)
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
        """What had arrived of a piece when the line broke: gunicorn keeps it in the buffers of its readers."""
        reader = getattr(self._stream, "reader", None)
        held = _held_by(self._stream)
        if hasattr(reader, "parser"):  # a chunked body: its reader has taken the chunks' frames off
            return held + _held_by(reader)
        unreader = getattr(reader, "unreader", None)
        return held + (unreader.take_buffered() if hasattr(unreader, "take_buffered") else b"")


def _held_by(holder: object) -> bytes:
    buffer = getattr(holder, "buf", None)
    return buffer.getvalue() if hasattr(buffer, "getvalue") else b""
