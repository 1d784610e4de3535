"""One DICOM file, from the front of its header alone: what was made, when, and of whom. Never a pixel.

Only what stands before the size of the image is read, and at most `dicom_front.MOST` bytes of it: a length that a file
claims is never believed. Whatever a stranger wrote comes out as short, printable text, or as nothing.
"""

import codecs
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pydicom.values  # noqa: F401  # pydicom imports it late, where no file can be opened any more
from pydicom import config
from pydicom.charset import python_encoding
from pydicom.dataset import FileDataset
from pydicom.filereader import read_partial

from intake.records.dicom_front import Front, HeaderUnreadable

MARK = b"DICM"
MARK_ENDS = 132
DEFLATED = "1.2.840.10008.1.2.1.99"
DIRECTORY = "1.2.840.10008.1.3.10"

LAST_TAG = 0x00280011  # columns of the image: nothing after it is asked for
UNDEFINED = 0xFFFFFFFF

NAME_MOST, TEXT_MOST, CODE_MOST = 200, 64, 16
# Dates that are typed where none is known.
NO_BIRTH = {date(1900, 1, 1), date(1901, 1, 1), date(1111, 1, 1), date(1111, 11, 11)}
ASCII_ONLY = {"", "ISO_IR 6", "ISO 2022 IR 6"}

TAGS: list[Any] = [
    0x00080005, 0x00080016, 0x00080018, 0x00080020, 0x00080021, 0x00080022, 0x00080023, 0x00080060, 0x00081030,
    0x0008103E, 0x00100010, 0x00100020, 0x00100030, 0x00180015, 0x0020000D, 0x0020000E, 0x00280008, 0x00280010,
    LAST_TAG,
]  # fmt: skip


for _each in set(python_encoding.values()):
    codecs.lookup(_each)  # now: where headers are read, no file can be opened


class NotDicom(ValueError):
    """It does not say that it is DICOM."""


@dataclass(frozen=True, slots=True)
class Header:
    """What one file says of itself. Texts are "" and days None where it says nothing that can be read.

    `name` keeps the carets and groups of DICOM; it is `garbled` if its letters are a guess. `frames` is at least 1.
    """

    sop_class: str
    sop_instance: str
    modality: str
    body_part: str
    study: str
    study_description: str
    series: str
    series_description: str
    day: date | None
    name: str
    garbled: bool
    patient_id: str
    born: date | None
    frames: int
    has_image: bool


def looks_like_dicom(head: bytes) -> bool:
    """Whether the first MARK_ENDS bytes carry the mark of DICOM."""
    return head[MARK_ENDS - len(MARK) : MARK_ENDS] == MARK


def read_header(front: Front) -> Header:
    """What a file says of itself. Raises NotDicom, HeaderUnreadable; lets through what the stream itself raises."""
    front.seek(0)
    if not looks_like_dicom(front.read(MARK_ENDS)):
        raise NotDicom
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        return _header(read_elements(front, _past_what_we_ask, TAGS))


def read_elements(front: Front, stop_when: Callable[..., bool], tags: list[Any] | None = None) -> FileDataset:
    """The elements before `stop_when`; if a sequence among them is broken, those before that sequence.

    Raises HeaderUnreadable.
    """
    try:
        return _elements(front, stop_when, tags)
    except HeaderUnreadable:
        return _elements(front, lambda tag, vr, length: length == UNDEFINED or stop_when(tag, vr, length), tags)


def _elements(front: Front, stop_when: Callable[..., bool], tags: list[Any] | None) -> FileDataset:
    front.seek(0)
    try:
        return read_partial(front, stop_when=stop_when, specific_tags=tags)  # type: ignore[arg-type]
    except (MemoryError, HeaderUnreadable):
        raise
    except Exception as error:  # a parser on a stranger's bytes: the kinds of its failures have no list
        if front.failed:
            raise front.failed from error
        raise HeaderUnreadable from error


def _past_what_we_ask(tag: int, vr: str | None, length: int) -> bool:
    return tag > LAST_TAG


def _header(found: FileDataset) -> Header:
    meta = found.file_meta
    if text_of(meta, "TransferSyntaxUID") == DEFLATED:
        raise HeaderUnreadable
    name, garbled = _name(found)
    header = Header(
        sop_class=_uid(found, "SOPClassUID") or _uid(meta, "MediaStorageSOPClassUID"),
        sop_instance=_uid(found, "SOPInstanceUID") or _uid(meta, "MediaStorageSOPInstanceUID"),
        modality=_code(text_of(found, "Modality", CODE_MOST)),
        body_part=_code(text_of(found, "BodyPartExamined", CODE_MOST)),
        study=_uid(found, "StudyInstanceUID"),
        study_description=text_of(found, "StudyDescription"),
        series=_uid(found, "SeriesInstanceUID"),
        series_description=text_of(found, "SeriesDescription"),
        day=_day(found, "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"),
        name=name,
        garbled=garbled,
        patient_id=text_of(found, "PatientID"),
        born=_born(found),
        frames=max(1, _whole_number(found, "NumberOfFrames")),
        has_image=_whole_number(found, "Rows") > 0,
    )
    if not (header.sop_class or header.study or header.modality):
        raise HeaderUnreadable
    return header


def text_of(found: Any, keyword: str, most: int = TEXT_MOST) -> str:
    """The first value of an element as one line of printable text; "" if there is none, or it cannot be read."""
    return _tidy(str(_value(found, keyword)), most)


def _uid(found: Any, keyword: str) -> str:
    return text_of(found, keyword).encode("ascii", "ignore").decode()


def _tidy(text: str, most: int) -> str:
    """Printable and short: no line breaks, no signs that turn the direction of what stands around."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * most])
    return " ".join(kept.split())[:most].strip()


def _value(found: Any, keyword: str) -> Any:
    try:
        value = found.get(keyword)
    except MemoryError:
        raise
    except Exception:  # as above: decoding a stranger's bytes fails in many ways, and each means "not told"
        return ""
    if value is None:
        return ""
    if not isinstance(value, str | bytes) and hasattr(value, "__getitem__") and hasattr(value, "append"):
        return value[0] if len(value) else ""
    return value


def _code(text: str) -> str:
    return text.upper()


def _whole_number(found: Any, keyword: str) -> int:
    try:
        return int(str(_value(found, keyword)).strip() or 0)
    except ValueError:
        return 0


def _day(found: Any, *keywords: str) -> date | None:
    days = (as_day(text_of(found, keyword)) for keyword in keywords)
    return next((day for day in days if day is not None), None)


def _born(found: Any) -> date | None:
    day = as_day(text_of(found, "PatientBirthDate"))
    return None if day in NO_BIRTH else day


def as_day(text: str) -> date | None:
    """A date as DICOM writes it, today (20260310) or once (2026.03.10); None for anything else."""
    digits = text.replace(".", "").replace("-", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _name(found: Any) -> tuple[str, bool]:
    """The name, and whether its letters are a guess.

    Many machines write UTF-8 and forget to say so; others write whatever their country uses.
    """
    value = _value(found, "PatientName")
    name, said = str(value), text_of(found, "SpecificCharacterSet")
    raw = getattr(value, "original_string", b"")
    garbled = "\ufffd" in name or "\x1b" in name
    if isinstance(raw, bytes) and not raw.isascii() and said in ASCII_ONLY and not _several(found):
        try:
            name, garbled = raw.decode("utf-8"), False
        except UnicodeDecodeError:
            garbled = True
    return _tidy(name, NAME_MOST), garbled


def _several(found: Any) -> bool:
    """Whether further character sets stand behind the first."""
    try:
        said = found.get("SpecificCharacterSet")
    except Exception:  # as above
        return False
    return not isinstance(said, str) and said is not None and len(said) > 1
