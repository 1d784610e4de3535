"""A records room of its own for tests: a vault, one key, one grant, and pieces of a file as a bad line brings them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from intake.db import Database
from intake.links import grants
from intake.links.grants import Grant
from intake.links.tokens import Purpose
from intake.records import parts, reading, receiving, store
from intake.records.receiving import From, Limits, Progress
from intake.records.upload import About, Upload
from intake.records.vault import DirectoryVault, Vault

KEY = bytes(range(32))
CASE = "case-of-the-tests"
LIMITS = Limits(file_bytes=10**12, free_bytes=0, in_words="1 TB")


def some_bytes(length: int, seed: int = 1) -> bytes:
    """Bytes that no two places share, the same for the same seed."""
    return random.Random(seed).randbytes(length)


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    """`body` in pieces of at most `size` bytes."""
    for first in range(0, len(body), size):
        yield body[first : first + size]


@dataclass
class Bench:
    """The room, ready to receive."""

    database: Database
    vault: Vault
    folder: Path
    grant: Grant
    now: datetime

    def clock(self) -> datetime:
        """The time, which stands until a test sets `now`."""
        return self.now

    def begin(self, length: int, name: str = "scan.pdf", session: str = "browser-1", limits: Limits = LIMITS) -> Upload:
        """Announce a file."""
        source = From(CASE, self.grant.id, session)
        with self.database.transaction() as tx:
            return receiving.begin_upload(
                tx, KEY, self.vault, source, About(name), length, limits, grants.reserve, self.now
            )

    def append(self, upload: Upload, offset: int, pieces: Iterable[bytes]) -> Progress:
        """Add pieces at an offset."""
        return receiving.append(self.database, self.vault, KEY, upload.id, offset, pieces, self.clock)

    def receive(self, body: bytes, name: str = "scan.pdf") -> Upload:
        """A whole file, received."""
        upload = self.begin(len(body), name)
        assert self.append(upload, 0, in_pieces(body, 512 * 1024)).complete
        return self.again(upload)

    def again(self, upload: Upload) -> Upload:
        """The upload as it stands now."""
        with self.database.read() as tx:
            return store.get(tx, upload.id)

    def parts(self, upload: Upload) -> list[parts.Part]:
        """Its committed parts."""
        with self.database.read() as tx:
            return parts.of_upload(tx, upload.id)

    def offset(self, upload: Upload) -> int:
        """Where it stands."""
        with self.database.read() as tx:
            return parts.committed(tx, upload.id)

    def read(self, upload: Upload, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes of a complete upload, opened."""
        end = upload.length if stop is None else stop
        return b"".join(reading.read_range(self.vault, KEY, upload, self.parts(upload), start, end))

    def objects(self) -> set[str]:
        """Every object of the vault, finished or not."""
        return set(self.vault.every())

    def quota(self) -> tuple[int | None, int | None]:
        """Files and bytes that the grant still allows."""
        with self.database.read() as tx:
            grant = grants.get(tx, self.grant.id)
        return grant.files_left, grant.bytes_left


def make_bench(
    database: Database,
    folder: Path,
    now: datetime,
    until: datetime,
    files: int = 1000,
    bytes_: int = 10**12,
    vault: Vault | None = None,
) -> Bench:
    """A room on an empty vault (a directory, unless another one is given) with one grant."""
    with database.transaction() as tx:
        grant = grants.issue(tx, Purpose.UPLOAD, CASE, until, now, files=files, bytes_=bytes_)
    return Bench(database, vault or DirectoryVault(folder), folder, grant, now)
