"""A file of the vault while it is written: under a name that no reader looks at, until all of it is on the disk."""

import ctypes
import os
from io import FileIO
from pathlib import Path

from intake.records.direct import Direct, take_directly
from intake.records.lending import Lending

UNFINISHED = ".part"
# Who asks for so much room at once brings a large object over a fast line: it goes past the page cache.
LARGE_BYTES = 512 * 1024
# The disk begins to write after so many bytes, while more arrive: the sync at the end then finds little left to do.
EARLY_BYTES = 2 * 1024 * 1024
_SYNC_FILE_RANGE_WRITE = 2
_start_writing = getattr(ctypes.CDLL(None), "sync_file_range", None)  # Linux alone has it


class FileFilling(Lending):
    """A file while it is written, under a name that no reader looks at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + UNFINISHED)
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = FileIO(descriptor, "wb")
        self._length = self._on_its_way = 0
        self._direct: Direct | None = None

    def __del__(self) -> None:
        """Whoever lets go of it without a word still gives its lane back."""
        if getattr(self, "_direct", None) is not None:
            self._direct.forget()

    def room(self, size: int) -> memoryview:
        """Memory for `size` bytes, good until `filled`. Raises OSError as `filled`."""
        if self._direct is None and size >= LARGE_BYTES and self._length == 0:
            self._direct = take_directly(self._file)
        return super().room(size) if self._direct is None else self._direct.room(size)

    def filled(self, size: int) -> None:
        """The first `size` bytes of the room belong at the end. Raises OSError if there is no place on the disk."""
        if self._direct is None:
            super().filled(size)
        else:
            self._direct.filled(size)

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end. Raises OSError if there is no place on the disk."""
        view = memoryview(data)
        while view and self._direct is not None:
            room = self._direct.room(min(len(view), LARGE_BYTES))
            room[:] = view[: len(room)]
            self._direct.filled(len(room))
            view = view[len(room) :]
        while view:
            written = self._file.write(view)
            self._length += written
            view = view[written:]
        if self._length - self._on_its_way >= EARLY_BYTES:
            self._write_early()

    def keep(self) -> None:
        """Make the object whole and durable: when this returns it survives a loss of power. Raises OSError."""
        if self._direct is not None:
            self._direct.finish()
        # Named first, so that one commit of the file system's journal makes bytes and name durable. What a loss of
        # power leaves of it under its name, no row knows, and the sweep takes away.
        os.rename(self._unfinished, self._path)
        os.fsync(self._file.fileno())
        sync_directory(self._path.parent)
        self._file.close()

    def drop(self) -> None:
        """Forget it. Harmless to do twice, or after a failed `keep`."""
        if self._direct is not None:
            self._direct.drop()
        self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def _write_early(self) -> None:
        """Ask for what came since the last time to be written now; a wish, which `keep` makes sure of."""
        if _start_writing is not None:
            start, count = ctypes.c_int64(self._on_its_way), ctypes.c_int64(self._length - self._on_its_way)
            _start_writing(self._file.fileno(), start, count, _SYNC_FILE_RANGE_WRITE)
        self._on_its_way = self._length


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
