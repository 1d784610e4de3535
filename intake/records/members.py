"""One file, or one file inside an archive, as those see it that look at its bytes: a name, a length, a stream.

Lives only in the process apart (`looking`): nothing here is ever made in the web process or in a worker.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

AHEAD_BYTES = 16 * 1024
LONG_BYTES = 512 * 1024

Read = Callable[[int, int], bytes]  # read(start, stop): the bytes from start to stop, fewer only at the end


@dataclass(frozen=True, slots=True)
class Member:
    """A file to look at. `name` is the sender's or the archive's word; `length` is in bytes, unpacked.

    `open` gives the unpacked bytes as a stream that can seek; it may be called any number of times.
    """

    name: str
    length: int
    open: Callable[[], BinaryIO]


class Window(io.BufferedIOBase):
    """A stream over `read`, for parsers that want a file: reads ahead a little, holds no more than that.

    It is no `io.BufferedReader`, for pydicom takes those for files on a disk and opens them again by name.
    """

    def __init__(self, read: Read, length: int) -> None:
        super().__init__()
        self._read = read
        self._length = length
        self._at = 0
        self._ahead = b""
        self._ahead_at = 0

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

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as were asked for, fewer only at the end. All that is left when nothing is said."""
        stop = self._length if size is None or size < 0 else min(self._length, self._at + size)
        if stop <= self._at:
            return b""
        begins = self._at - self._ahead_at
        if begins < 0 or stop > self._ahead_at + len(self._ahead):
            if stop - self._at >= AHEAD_BYTES:
                return self._moved(b"".join(self._long(self._at, stop)))
            self._ahead_at, begins = self._at, 0
            self._ahead = self._read(self._at, min(self._length, self._at + AHEAD_BYTES))
        return self._moved(self._ahead[begins : begins + stop - self._at])

    def read1(self, size: int = -1) -> bytes:
        return self.read(size)

    def _long(self, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, LONG_BYTES):
            yield self._read(at, min(stop, at + LONG_BYTES))

    def _moved(self, piece: bytes) -> bytes:
        self._at += len(piece)
        return piece


def stream(read: Read, length: int) -> BinaryIO:
    """A stream over `read`, as parsers like it."""
    return Window(read, length)  # type: ignore[return-value]
