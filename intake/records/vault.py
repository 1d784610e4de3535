"""The vault: a directory of objects under our own random ids, 0700 and 0600. The only place that touches these files.

An object is there once all of it is written, and durable when `keep` or `put` returns. Knows nothing of what it holds,
seals nothing, and removes nothing unasked. An object store can stand in its place: nothing here needs a directory's
powers.
"""

import ctypes
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from intake.errors import NotYours

OBJECT_ID = re.compile(r"[0-9a-f]{32}")
UNFINISHED = ".part"
# The disk begins to write after so many bytes, while more arrive: the sync at the end then finds little left to do.
EARLY_BYTES = 2 * 1024 * 1024
_SYNC_FILE_RANGE_WRITE = 2
_start_writing = getattr(ctypes.CDLL(None), "sync_file_range", None)  # Linux alone has it


def new_object_id() -> str:
    """A random id for one object."""
    return secrets.token_hex(16)


class Filling:
    """An object while it is written. Nobody can see it before `keep`; `drop` leaves nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + UNFINISHED)
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._length = self._on_its_way = 0

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end. Raises OSError if there is no room."""
        view = memoryview(data)
        while view:
            written = self._file.write(view)
            self._length += written
            view = view[written:]
        if self._length - self._on_its_way >= EARLY_BYTES:
            self._write_early()

    def keep(self) -> None:
        """Make the object whole and durable: when this returns it survives a loss of power. Raises OSError."""
        # Named first, so that one commit of the file system's journal makes bytes and name durable. What a loss of
        # power leaves of it under its name, no row knows, and the sweep takes away.
        os.rename(self._unfinished, self._path)
        os.fsync(self._file.fileno())
        _sync_directory(self._path.parent)
        self._file.close()

    def drop(self) -> None:
        """Forget it. Harmless to do twice, or after a failed `keep`."""
        self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def _write_early(self) -> None:
        """Ask for what came since the last time to be written now; a wish, which `keep` makes sure of."""
        if _start_writing is not None:
            start, count = ctypes.c_int64(self._on_its_way), ctypes.c_int64(self._length - self._on_its_way)
            _start_writing(self._file.fileno(), start, count, _SYNC_FILE_RANGE_WRITE)
        self._on_its_way = self._length


class Vault:
    """Objects by id in one directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def begin(self, object_id: str) -> Filling:
        """Start to write a new object. Raises FileExistsError if it is there."""
        path = self._path(object_id)
        if not path.parent.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_directory(self._folder)
        if path.exists():
            raise FileExistsError(object_id)
        return Filling(path)

    def put(self, object_id: str, chunks: Iterable[bytes]) -> int:
        """Write a whole object, durable on return. Returns its length in bytes."""
        filling, length = self.begin(object_id), 0
        try:
            for chunk in chunks:
                filling.write(chunk)
                length += len(chunk)
            filling.keep()
        except BaseException:
            filling.drop()
            raise
        return length

    def open(self, object_id: str) -> BinaryIO:
        """The object, to be read and closed by the caller. Raises FileNotFoundError."""
        return self._path(object_id).open("rb", buffering=0)

    def read(self, object_id: str, start: int, length: int) -> bytes:
        """At most `length` bytes of the object from `start` on. Raises FileNotFoundError."""
        with self.open(object_id) as file:
            file.seek(start)
            return file.read(length)

    def size(self, object_id: str) -> int:
        """The object's length in bytes. Raises FileNotFoundError."""
        return self._path(object_id).stat().st_size

    def destroy(self, object_id: str) -> None:
        """Remove the object, finished or not. One that is gone already is as good as removed."""
        path = self._path(object_id)
        path.unlink(missing_ok=True)
        path.with_name(path.name + UNFINISHED).unlink(missing_ok=True)

    def every(self) -> Iterator[str]:
        """The id of every object, finished or not, in no order; those that come and go meanwhile may be missed."""
        for directory in self._folder.glob("[0-9a-f][0-9a-f]"):
            seen = {path.name.removesuffix(UNFINISHED) for path in directory.iterdir()}
            yield from (name for name in seen if OBJECT_ID.fullmatch(name))

    def free_bytes(self) -> int:
        """Room that is left where the vault stands."""
        place = self._folder
        while not place.exists():
            place = place.parent
        return shutil.disk_usage(place).free

    def _path(self, object_id: str) -> Path:
        if not OBJECT_ID.fullmatch(object_id):
            raise NotYours
        path = self._folder / object_id[:2] / object_id
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise NotYours
        return path


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
