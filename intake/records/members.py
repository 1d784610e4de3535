"""One file, or one file inside an archive, as those see it that look at its bytes: a name, a length, a stream.

Lives only in the process apart (`looking`): nothing here is ever made in the web process or in a worker.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

Read = Callable[[int, int], bytes]  # read(start, stop): the bytes from start to stop, fewer only at the end


@dataclass(frozen=True, slots=True)
class Member:
    """A file to look at. `name` is the sender's or the archive's word; `length` is in bytes, unpacked.

    `open` gives the unpacked bytes as a stream that can seek; it may be called any number of times.
    """

    name: str
    length: int
    open: Callable[[], BinaryIO]


class Window(io.RawIOBase):
    """A stream over `read`, for parsers that want a file. Reads only what it is asked for; holds nothing."""

    def __init__(self, read: Read, length: int) -> None:
        super().__init__()
        self._read = read
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as files do; never before the start. Raises ValueError for that."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        if start + offset < 0:
            raise ValueError("before the start of the file")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill what fits; 0 at the end."""
        stop = min(self._length, self._at + len(buffer))
        if stop <= self._at:
            return 0
        piece = self._read(self._at, stop)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def stream(read: Read, length: int) -> BinaryIO:
    """A buffered stream over `read`, as parsers like it."""
    return io.BufferedReader(Window(read, length), buffer_size=64 * 1024)  # type: ignore[return-value]
