"""How the bytes of a part lie in the vault: sealed records of 512 KiB, the last of a part as long as is left.

Every record is sealed for its place: the upload, the length that was announced for it, the object it lies in and the
offset of its first byte in the file. So a record cannot be moved, swapped or taken to another upload or object; and a
file is whole only if records that are true for their offsets reach, without a gap, from zero to the announced length,
which itself cannot be changed without breaking every seal. Nothing needs to know which record is the last, so a short
last part can be sealed again, in a new object, with the bytes that came after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from intake.errors import SealBroken
from intake.keys import OVERHEAD_BYTES, context, open_sealed, seal_into
from intake.records.lending import Lender

RECORD_BYTES = 512 * 1024
SEALED_RECORD_BYTES = RECORD_BYTES + OVERHEAD_BYTES


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs: which upload (and its announced length), which object, from which offset on."""

    upload_id: str
    upload_length: int
    object_id: str
    start: int

    def context(self, offset: int) -> bytes:
        """The associated data of the record whose first byte is at `offset` of the file."""
        return context("parts", self.upload_id, self.upload_length, self.object_id, offset)


def sealed_length(length: int) -> int:
    """How long an object is that holds `length` bytes."""
    return length + -(-length // RECORD_BYTES) * OVERHEAD_BYTES


class Sealer:
    """Cuts what comes into records and seals them for a place, one after the other. Holds one record at most.

    Each is sealed straight into the room that the lender gives for it, and so copied nowhere.
    """

    def __init__(self, key: bytes, place: Place, lender: Lender) -> None:
        self._key = key
        self._place = place
        self._lender = lender
        self._offset = place.start
        self._rest = bytearray()

    @property
    def length(self) -> int:
        """How many bytes have come."""
        return self._offset - self._place.start + len(self._rest)

    def take(self, data: bytes | memoryview) -> None:
        """Seal and write whole records; what is less than one waits for more."""
        view = memoryview(data)
        if self._rest:
            missing = RECORD_BYTES - len(self._rest)
            self._rest += view[:missing]
            view = view[missing:]
            if len(self._rest) < RECORD_BYTES:
                return
            self.end()
        while len(view) >= RECORD_BYTES:
            self._seal(view[:RECORD_BYTES])
            view = view[RECORD_BYTES:]
        self._rest += view

    def end(self) -> None:
        """Seal what waits, as a record of its own length."""
        if self._rest:
            with memoryview(self._rest) as rest:
                self._seal(rest)
            self._rest.clear()

    def _seal(self, plaintext: memoryview) -> None:
        room = self._lender.room(len(plaintext) + OVERHEAD_BYTES)
        self._lender.filled(seal_into(self._key, plaintext, self._place.context(self._offset), room))
        self._offset += len(plaintext)


def open_records(
    key: bytes, place: Place, length: int, file: BinaryIO, start: int, stop: int
) -> Iterator[bytes]:
    """The bytes from `start` to `stop` of the file, both inside this part of `length` bytes.

    Raises SealBroken at the first record that is missing, altered, cut, moved or sealed elsewhere.
    """
    index = (start - place.start) // RECORD_BYTES
    file.seek(index * SEALED_RECORD_BYTES)
    offset = place.start + index * RECORD_BYTES
    while offset < stop:
        size = min(RECORD_BYTES, place.start + length - offset)
        sealed = file.read(size + OVERHEAD_BYTES)
        plaintext = open_sealed(key, sealed, place.context(offset))
        if len(plaintext) != size:
            raise SealBroken
        inside = offset >= start and offset + size <= stop
        yield plaintext if inside else plaintext[max(0, start - offset) : stop - offset]
        offset += size
