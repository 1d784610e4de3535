"""A vault in an object store (S3, Azure, GCS): the same promise as the directory's, kept by one conditional write.

An object is gathered in memory, sealed as it is, and put by a single request that the store takes wholly or not at all,
and only if nothing lies there yet. A request whose answer was lost may be tried again: what lies there then is compared
with what we sent. The store's own programs fork badly: nothing here may be used in a process that forks afterwards.
"""

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import BinaryIO, TypeVar, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore, from_url

from intake.errors import VaultAway, VaultRefuses, VaultUnfit
from intake.records.lending import Lending
from intake.records.vault import OBJECT_ID, need_id, new_object_id

# What one object may hold: the largest part sealed is 16 MiB and less than a kilobyte more. Bounds the memory.
LARGEST_OBJECT_BYTES = 20 * 1024 * 1024
# A reader begins with what it is asked for, so that the first byte comes quickly, and then takes more each time.
MOST_AHEAD_BYTES = 4 * 1024 * 1024
# The store's own client tries again on 5xx and refused connections; what it gives up of a write, we try once more.
PUT_TRIES = 2
RETRY = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
CLIENT = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)}
REFUSED = re.compile(r"status code: (4\d\d|501)\b")

log = logging.getLogger(__name__)
Result = TypeVar("Result")


def open_store(address: str, options: Mapping[str, str], *, allow_http: bool = False) -> ObjectStore:
    """The store at `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`; asks it nothing yet.

    `options` and credentials go by obstore's own names. Raises VaultUnfit for what makes no sense to it.
    """
    said = dict(options)
    if address.startswith("s3:"):
        said.setdefault("disable_bulk_delete", "true")  # we remove one by one, and not every store knows the other way
    try:
        return from_url(address, config=said, client_options=CLIENT | {"allow_http": allow_http}, retry_config=RETRY)
    except (BaseError, ValueError, OSError):  # its text repeats what it was given
        raise VaultUnfit("address, options or credentials are not what this kind of store needs") from None


class StoreFilling(Lending):
    """An object while it is gathered. The store learns of it at `keep`, in one request."""

    def __init__(self, vault: "StoreVault", object_id: str) -> None:
        self._vault = vault
        self._object_id = object_id
        self._pieces: list[bytes] = []
        self._length = 0

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end. Raises ValueError beyond what one object may hold."""
        self._length += len(data)
        if self._length > LARGEST_OBJECT_BYTES:
            raise ValueError("an object of a store vault is one request")
        self._pieces.append(bytes(data))

    def keep(self) -> None:
        """Put the object; durable when the store says so. Raises VaultAway, FileExistsError."""
        self._vault.put_whole(self._object_id, self._pieces)
        self._pieces = []

    def drop(self) -> None:
        """Forget it. What a failed `keep` may have left there is for `destroy`."""
        self._pieces = []


class StoreReader(io.RawIOBase):
    """An object of known length, read by ranged requests of bounded size: a slow reader holds no connection open."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size, self._fetch = size, fetch
        self._at, self._ahead = 0, 0
        self._held, self._held_at = b"", 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes from here; fewer only at the end. Raises VaultAway, FileNotFoundError."""
        stop = self._size if size < 0 else min(self._size, self._at + size)
        pieces = []
        while self._at < stop:
            begin = self._at - self._held_at
            if not 0 <= begin < len(self._held):
                self._fetch_more(stop)
                begin = 0
            piece = self._held[begin : begin + stop - self._at]
            pieces.append(piece)
            self._at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _fetch_more(self, stop: int) -> None:
        wanted = max(stop - self._at, self._ahead)
        self._ahead = min(MOST_AHEAD_BYTES, 2 * wanted)
        self._held_at, self._held = self._at, self._fetch(self._at, min(self._size, self._at + wanted))


class StoreVault:
    """Objects by id under one address of a store, named as the directory names its files: either can be copied over."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def begin(self, object_id: str) -> StoreFilling:
        """Start a new object. Whether one is there already is seen at `keep`."""
        need_id(object_id)
        return StoreFilling(self, object_id)

    def put(self, object_id: str, chunks: Iterable[bytes]) -> int:
        """Put a whole object, durable on return. Returns its length in bytes."""
        filling, length = self.begin(object_id), 0
        for chunk in chunks:
            filling.write(chunk)
            length += len(chunk)
        filling.keep()
        return length

    def put_whole(self, object_id: str, pieces: list[bytes]) -> None:
        """Put these bytes by one conditional write. Raises FileExistsError if others are there, VaultAway."""
        for left in reversed(range(PUT_TRIES)):
            try:
                obstore.put(self._store, _path(object_id), iter(pieces), mode="create", use_multipart=False)
                return
            except AlreadyExistsError:
                if self._same(object_id, pieces):  # ours: an earlier try arrived, and only its answer was lost
                    return
                raise FileExistsError(object_id) from None
            except BaseError as error:
                if not left or _refused(error):
                    raise _away(error) from None

    def open(self, object_id: str) -> BinaryIO:
        """The object, read by ranges as it is asked for. Raises FileNotFoundError."""
        path = _path(object_id)

        def fetch(start: int, stop: int) -> bytes:
            return bytes(self._ask(lambda: obstore.get_range(self._store, path, start=start, end=stop)))

        return cast(BinaryIO, StoreReader(self.size(object_id), fetch))

    def read(self, object_id: str, start: int, length: int) -> bytes:
        """At most `length` bytes of the object from `start` on. Raises FileNotFoundError."""
        with self.open(object_id) as file:
            file.seek(start)
            return file.read(length)

    def size(self, object_id: str) -> int:
        """The object's length in bytes. Raises FileNotFoundError."""
        path = _path(object_id)
        return self._ask(lambda: obstore.head(self._store, path))["size"]

    def destroy(self, object_id: str) -> None:
        """Remove the object. If the store does not do it now, the sweep finds it again, because no row stands on it."""
        path = _path(object_id)
        try:
            self._ask(lambda: obstore.delete(self._store, path))
        except FileNotFoundError:
            return
        except VaultAway:
            log.warning("an object could not be removed from the store now; the sweep will")

    def every(self) -> Iterator[str]:
        """The id of every object, a page of the store's list at a time."""
        pages = iter(obstore.list(self._store, chunk_size=1000))
        while (page := self._ask(lambda: next(pages, None))) is not None:
            names = [(meta["path"], meta["path"].rpartition("/")[2]) for meta in page]
            yield from (name for path, name in names if OBJECT_ID.fullmatch(name) and path == _path(name))

    def free_bytes(self) -> None:
        """Nobody can say how much room a store has left: the service's own quota stands in."""

    def need_answer(self) -> None:
        """Ask for a list of what is not there: a store that is away, a missing bucket and a wrong key all refuse it."""
        self._ask(lambda: next(iter(obstore.list(self._store, prefix=new_object_id())), None))

    def _ask(self, act: Callable[[], Result]) -> Result:
        try:
            return act()
        except BaseError as error:  # its text names the place, and sometimes the key
            raise _away(error) from None

    def _same(self, object_id: str, pieces: list[bytes]) -> bool:
        try:
            with self.open(object_id) as file:
                return all(file.read(len(piece)) == piece for piece in pieces) and not file.read(1)
        except FileNotFoundError:  # whoever put it there has taken it away again
            return False


def _path(object_id: str) -> str:
    need_id(object_id)
    return f"{object_id[:2]}/{object_id}"


def _refused(error: BaseError) -> bool:
    """Whether the store understood us and said no: then asking again gives the same answer."""
    return isinstance(error, PermissionDeniedError | UnauthenticatedError) or bool(REFUSED.search(str(error)))


def _away(error: BaseError) -> VaultAway:
    refused = _refused(error)
    log.error("the store %s: %s", "refused us" if refused else "did not answer", type(error).__name__)
    return VaultRefuses() if refused else VaultAway()
