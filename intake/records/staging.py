"""Bytes whose length nobody announced, set aside until it is known: sealed in the vault, never plain on a disk.

The key lives in this object alone; what a crash leaves behind nobody can read, and the sweep clears it away.
"""

import secrets
from collections.abc import Iterator

from intake.keys import KEY_BYTES
from intake.records.sealing import Place, Sealer, open_records
from intake.records.vault import Vault, new_object_id


class Staged:
    """A file set aside. Write it, `finish`, iterate over it, `discard`."""

    def __init__(self, vault: Vault, name: str) -> None:
        self.name = name
        self._vault = vault
        self._key = secrets.token_bytes(KEY_BYTES)
        self._place = Place("staged", 0, new_object_id(), 0)
        self._filling = vault.begin(self._place.object_id)
        self._sealer = Sealer(self._key, self._place, self._filling.write)

    @property
    def length(self) -> int:
        """How many bytes it holds."""
        return self._sealer.length

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._sealer.take(data)

    def finish(self) -> None:
        """All of it has come; from now on it can be read."""
        self._sealer.end()
        self._filling.keep()

    def __iter__(self) -> Iterator[bytes]:
        with self._vault.open(self._place.object_id) as file:
            yield from open_records(self._key, self._place, self.length, file, 0, self.length)

    def discard(self) -> None:
        """Forget it, finished or not."""
        self._filling.drop()
        self._vault.destroy(self._place.object_id)
