"""One part while its bytes come in: sealed record by record into an object that nobody sees before it is kept."""

from datetime import datetime

from intake.records.parts import Part
from intake.records.sealing import Place, Sealer, open_records
from intake.records.upload import Upload
from intake.records.vault import Vault, new_object_id

PART_BYTES = 16 * 1024 * 1024


class OpenPart:
    """A part that is being filled. Holds at most one record's plaintext in memory, whatever its size."""

    def __init__(
        self,
        vault: Vault,
        key: bytes,
        upload: Upload,
        previous: Part | None,
        began: datetime,
        *,
        replaces: bool = False,
    ) -> None:
        """The part after `previous`, or one that takes its place and begins with its bytes (`replaces`)."""
        if replaces and previous is not None:
            self.number, start = previous.number, previous.start
        else:
            self.number, start = (previous.number + 1, previous.stop) if previous else (0, 0)
        self.previous = previous
        self.replaced = previous if replaces else None
        self.place = Place(upload.id, upload.length, new_object_id(), start)
        self.began = began
        self._vault = vault
        self._key = key
        self._filling = vault.begin(self.place.object_id)
        self._sealer = Sealer(key, self.place, self._filling)
        if self.replaced is not None:
            self._take_in(upload, self.replaced)

    @property
    def length(self) -> int:
        """How many bytes it holds."""
        return self._sealer.length

    @property
    def room(self) -> int:
        """How many bytes it can still take."""
        return PART_BYTES - self.length

    def take(self, data: bytes | memoryview) -> None:
        """Add bytes at the end. Raises OSError if there is no room on the disk."""
        self._sealer.take(data)

    def keep(self) -> Part:
        """Seal what waits and make the object durable. It belongs to nothing until its row is committed."""
        self._sealer.end()
        self._filling.keep()
        return Part(self.place.upload_id, self.number, self.place.start, self.length, self.place.object_id)

    def drop(self) -> None:
        """Give the bytes up, kept or not."""
        self._filling.drop()
        self._vault.destroy(self.place.object_id)

    def _take_in(self, upload: Upload, part: Part) -> None:
        place = Place(upload.id, upload.length, part.object_id, part.start)
        try:
            with self._vault.open(part.object_id) as file:
                for piece in open_records(self._key, place, part.length, file, part.start, part.stop):
                    self.take(piece)
        except BaseException:
            self.drop()
            raise
