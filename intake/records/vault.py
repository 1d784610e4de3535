"""The vault: objects under our own random ids. What every vault promises, and the one that is a directory.

An object is there once all of it is written, and durable when `keep` or `put` returns. A vault knows nothing of what it
holds, seals nothing, and removes nothing unasked. `store_vault` keeps the same promise in an object store.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from intake.errors import NotYours, VaultRefuses, VaultUnfit
from intake.records.file_filling import UNFINISHED, FileFilling, sync_directory
from intake.records.lending import Lender

OBJECT_ID = re.compile(r"[0-9a-f]{32}")


def new_object_id() -> str:
    """A random id for one object."""
    return secrets.token_hex(16)


def need_id(object_id: str) -> None:
    """Raise NotYours unless this is an id of ours: nothing else ever names an object."""
    if not OBJECT_ID.fullmatch(object_id):
        raise NotYours


class Filling(Lender, Protocol):
    """An object while it is written. Nobody can see it before `keep`; `drop` leaves nothing.

    Bytes come by `write`, or where they shall not be copied into a `room`.
    """

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end. Raises OSError if there is no room."""

    def keep(self) -> None:
        """Make the object whole and durable: when this returns it survives a loss of power.

        Raises VaultAway if a store does not take it: then it may be there or not, and `drop` is to be called.
        """

    def drop(self) -> None:
        """Forget it. Harmless to do twice, or after a failed `keep`."""


class Vault(Protocol):
    """Objects by id. Every verb raises NotYours for what is no id of ours, and VaultAway if a store does not answer."""

    def begin(self, object_id: str) -> Filling:
        """Start to write a new object. Raises FileExistsError, here or at `keep`, if it is there."""

    def put(self, object_id: str, chunks: Iterable[bytes]) -> int:
        """Write a whole object, durable on return; never over another. Returns its length in bytes."""

    def open(self, object_id: str) -> BinaryIO:
        """The object, to be read and closed by the caller. Raises FileNotFoundError."""

    def read(self, object_id: str, start: int, length: int) -> bytes:
        """At most `length` bytes of the object from `start` on. Raises FileNotFoundError."""

    def size(self, object_id: str) -> int:
        """The object's length in bytes. Raises FileNotFoundError."""

    def destroy(self, object_id: str) -> None:
        """Remove the object, finished or not. One that is gone already is as good as removed.

        What a store cannot remove now stays for the sweep: it stands on no row by then.
        """

    def every(self) -> Iterator[str]:
        """The id of every object, in no order and page by page; those that come and go meanwhile may be missed."""

    def free_bytes(self) -> int | None:
        """Room that is left where the vault stands; None where nobody can say, as in an object store."""

    def need_answer(self) -> None:
        """One quick look whether the vault is there. Raises VaultAway; VaultRefuses if it is there and says no."""


def prove(vault: Vault) -> None:
    """Write, list, read and remove one small object, and see that nothing can be written over it.

    Raises VaultUnfit if the vault does not keep its promise or we lack a permission, VaultAway if it does not answer.
    """
    probe = new_object_id()
    try:
        vault.need_answer()
        vault.put(probe, [b"first"])
        try:
            vault.put(probe, [b"second"])
        except FileExistsError:
            pass
        else:
            raise VaultUnfit("it lets objects be written over: conditional writes are needed")
        if vault.read(probe, 1, 3) != b"irs" or next(iter(vault.every()), None) is None:
            raise VaultUnfit("what was written there is not found again")
    except OSError as error:
        raise VaultUnfit("objects cannot be written and read there") from error
    except VaultRefuses as error:
        raise VaultUnfit("a wrong key, no such place, or no permission to list, write, read and delete") from error
    finally:
        with suppress(OSError):
            vault.destroy(probe)
    if _is_there(vault, probe):
        raise VaultUnfit("what was removed there is not gone: the permission to delete is needed")


def _is_there(vault: Vault, object_id: str) -> bool:
    try:
        return vault.size(object_id) >= 0
    except FileNotFoundError:
        return False


class DirectoryVault:
    """Objects as files of one directory, 0700 and 0600. The only place that touches these files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def begin(self, object_id: str) -> FileFilling:
        """Start to write a new object. Raises FileExistsError if it is there."""
        path = self._path(object_id)
        if not path.parent.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            sync_directory(self._folder)
        if path.exists():
            raise FileExistsError(object_id)
        return FileFilling(path)

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

    def need_answer(self) -> None:
        """Raises VaultRefuses if the directory cannot be looked into; one to be made yet is as good."""
        try:
            with os.scandir(self._folder) as there:
                next(there, None)
        except FileNotFoundError:
            return
        except OSError as error:
            raise VaultRefuses from error

    def _path(self, object_id: str) -> Path:
        need_id(object_id)
        path = self._folder / object_id[:2] / object_id
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise NotYours
        return path
