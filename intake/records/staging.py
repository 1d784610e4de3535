"""Bytes whose length nobody announced, set aside until it is known: sealed in the vault, never plain on a disk.

The key lives in this object alone; what a crash leaves behind nobody can read, and the sweep clears it away. They lie
in objects of the size of a part, so that a vault that gathers an object in memory never gathers more than that.
"""

import secrets
from collections.abc import Iterator

from intake.errors import SpaceShort
from intake.keys import KEY_BYTES
from intake.records.filling import PART_BYTES
from intake.records.lending import Lending
from intake.records.receiving import NO_ROOM
from intake.records.sealing import Place, Sealer, open_records
from intake.records.vault import Filling, Vault, new_object_id


class _Kept(Lending):
    """By `write`, and so in the page cache: what is set aside is read again in a moment."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling

    def write(self, data: bytes | memoryview) -> None:
        self._filling.write(data)


class _Piece:
    """One object of a file that is set aside."""

    def __init__(self, vault: Vault, key: bytes, start: int) -> None:
        self.place = Place("staged", 0, new_object_id(), start)
        self.filling = vault.begin(self.place.object_id)
        self.sealer = Sealer(key, self.place, _Kept(self.filling))

    def finish(self) -> None:
        self.sealer.end()
        self.filling.keep()


class Staged:
    """A file set aside. Write it, `finish`, iterate over it, `discard`. Raises SpaceShort when the disk is full."""

    def __init__(self, vault: Vault, name: str) -> None:
        self.name = name
        self._vault = vault
        self._key = secrets.token_bytes(KEY_BYTES)
        self._pieces: list[_Piece] = []

    @property
    def length(self) -> int:
        """How many bytes it holds."""
        return sum(piece.sealer.length for piece in self._pieces)

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        try:
            view = memoryview(data)
            while view:
                piece = self._piece_with_room()
                taken = view[: PART_BYTES - piece.sealer.length]
                piece.sealer.take(taken)
                view = view[len(taken) :]
        except OSError as error:
            raise _said(error) from error

    def finish(self) -> None:
        """All of it has come; from now on it can be read."""
        try:
            if self._pieces:
                self._pieces[-1].finish()
        except OSError as error:
            raise _said(error) from error

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            start, length = piece.place.start, piece.sealer.length
            with self._vault.open(piece.place.object_id) as file:
                yield from open_records(self._key, piece.place, length, file, start, start + length)

    def discard(self) -> None:
        """Forget it, finished or not."""
        for piece in self._pieces:
            piece.filling.drop()
            self._vault.destroy(piece.place.object_id)

    def _piece_with_room(self) -> _Piece:
        if self._pieces and self._pieces[-1].sealer.length < PART_BYTES:
            return self._pieces[-1]
        self.finish()
        self._pieces.append(_Piece(self._vault, self._key, self.length))
        return self._pieces[-1]


def _said(error: OSError) -> Exception:
    return SpaceShort() if error.errno in NO_ROOM else error
