"""Records given out again: opened while they stream, from any byte to any byte, in flat memory.

What comes out was proved record by record; a stream that breaks off with SealBroken gave only true bytes before.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from intake.db import Tx
from intake.errors import RecordNotReady, SealBroken
from intake.records import parts, store
from intake.records.filetypes import extension_of, media_type_of
from intake.records.legible import Look, from_json
from intake.records.names import given_name
from intake.records.parts import Part
from intake.records.sealing import Place, open_records
from intake.records.upload import About, Findings, Upload, open_about, open_findings
from intake.records.vault import Vault


@dataclass(frozen=True, slots=True)
class Record:
    """A received upload, opened: its row, what the sender said, what the check found, and its parts."""

    upload: Upload
    about: About
    findings: Findings | None
    parts: tuple[Part, ...]

    @property
    def length(self) -> int:
        """Its size in bytes."""
        return self.upload.length

    @property
    def media_type(self) -> str:
        """The media type of its kind; for a kind that we do not know, plain bytes."""
        return media_type_of(self.upload.kind)

    @property
    def look(self) -> Look | None:
        """What the check saw of a picture, if it looked at one."""
        return from_json(self.findings.look) if self.findings else None

    def name_out(self, reference: str, number: int, page: int | None = None) -> str:
        """The name it is given out under, `number` being its place among the records of the case, `page` its place in
        a record of several photos: the pages of a record then stand together, in their order.
        """
        return given_name(reference, number, self.about.name, extension_of(self.upload.kind), page)


def open_record(tx: Tx, key: bytes, upload: Upload) -> Record:
    """Everything about one upload. Raises SealBroken if the key is not that of its case."""
    found = tuple(parts.of_upload(tx, upload.id))
    return Record(upload, open_about(key, upload), open_findings(key, upload), found)


def open_told(key: bytes, upload: Upload) -> Record:
    """What is told of one upload, without its parts: for lists, which give no byte out. Raises SealBroken."""
    return Record(upload, open_about(key, upload), open_findings(key, upload), ())


def records_of_case(tx: Tx, key: bytes, case_id: str) -> list[Record]:
    """Every upload of a case that is not gone, as they were received: its place in this list is its number."""
    return [open_record(tx, key, upload) for upload in store.of_case(tx, case_id)]


def need_readable(upload: Upload, *, deliberate: bool) -> None:
    """Raise RecordNotReady unless it may be opened: clean, or held and opened by a second, `deliberate` act."""
    if upload.opens == "never" or (upload.opens == "deliberately" and not deliberate):
        raise RecordNotReady


def read_range(
    vault: Vault, key: bytes, upload: Upload, held: Sequence[Part], start: int, stop: int
) -> Iterator[bytes]:
    """The bytes from `start` to `stop` (not included) of a complete upload; `held` are all its parts.

    Raises ValueError for a range outside the file, SealBroken if a byte cannot be proved.
    """
    if not 0 <= start <= stop <= upload.length:
        raise ValueError("outside the file")
    _need_whole(upload, held)
    return _stream(vault, key, upload, held, start, stop)


def _need_whole(upload: Upload, held: Sequence[Part]) -> None:
    reached = 0
    for part in held:
        if part.start != reached or part.upload_id != upload.id:
            raise SealBroken
        reached = part.stop
    if reached != upload.length:
        raise SealBroken


def _stream(
    vault: Vault, key: bytes, upload: Upload, held: Sequence[Part], start: int, stop: int
) -> Iterator[bytes]:
    for part in held:
        begin, end = max(start, part.start), min(stop, part.stop)
        if begin >= end:
            continue
        place = Place(upload.id, upload.length, part.object_id, part.start)
        try:
            file = vault.open(part.object_id)
        except FileNotFoundError as error:
            raise SealBroken from error
        with closing(file):
            yield from open_records(key, place, part.length, file, begin, end)
