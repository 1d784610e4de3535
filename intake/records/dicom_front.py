"""The front of a stranger's file, as the parser of DICOM wants a file: seekable, and never more than was allowed."""

from typing import BinaryIO

MOST = 256 * 1024  # usual headers take a few KiB up to the size of the image
PIECE = 16 * 1024


class HeaderUnreadable(ValueError):
    """It says that it is DICOM, and nothing can be read from it: cut, deflated, nested too deep, or broken."""


class Front:
    """The front of a stream as a file that can seek: at most `most` bytes of it, read when they are asked for."""

    def __init__(self, stream: BinaryIO, most: int = MOST) -> None:
        self._stream, self._most = stream, most
        self._held = bytearray()
        self._at = 0
        self._ended = False
        self.failed: Exception | None = None  # what the stream itself raised

    @property
    def taken(self) -> int:
        """How many bytes of the stream were read so far."""
        return len(self._held)

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move; past the end is allowed, and reads nothing. Raises OSError before the start, or from the end."""
        to = offset + (self._at if whence == 1 else 0)
        if whence not in (0, 1) or to < 0:
            raise OSError("a header is read from its front")
        self._at = to
        return to

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes. Raises HeaderUnreadable if all is asked for: so does only what would be inflated."""
        if size < 0:
            raise HeaderUnreadable
        self._fill(min(self._at + size, self._most))
        found = bytes(self._held[self._at : self._at + size])
        self._at += len(found)
        return found

    def more(self) -> bool:
        """Whether there is a byte at this place."""
        self._fill(min(self._at + 1, self._most))
        return len(self._held) > self._at

    def widen(self, most: int) -> None:
        """Allow more of the stream than before."""
        self._most = max(self._most, most)

    def _fill(self, stop: int) -> None:
        while len(self._held) < stop and not self._ended:
            try:
                piece = self._stream.read(min(PIECE, self._most - len(self._held)))
            except Exception as error:
                self.failed = error
                raise
            self._held += piece
            self._ended = not piece
