"""Discs for tests: made by pydicom and by hand, never by the code under test. Synthetic people only."""

import io
import struct
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pydicom
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from intake.records.disc import summarise
from intake.records.disc_summary import DiscSummary
from intake.records.members import Member

DATA = Path(pydicom.__file__).parent / "data"
TEST_FILES = DATA / "test_files"
CHARSETS = DATA / "charset_files"
DICOMDIRS = TEST_FILES / "dicomdirtests"

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
BASIC_SR = "1.2.840.10008.5.1.4.1.1.88.11"
DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
PDF_INSIDE = "1.2.840.10008.5.1.4.1.1.104.1"
RT_PLAN = "1.2.840.10008.5.1.4.1.1.481.5"
RT_IMAGE = "1.2.840.10008.5.1.4.1.1.481.1"
PRESENTATION = "1.2.840.10008.5.1.4.1.1.11.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
PIXEL_DATA = 0x7FE00010
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + bytes(200) + bytes.fromhex("ffd9")
PROGRAM = b"MZ" + bytes(300)
AUTORUN = b"[autorun]\r\nopen=VIEWER\\viewer.exe\r\n"
VIEWER = {"AUTORUN.INF": AUTORUN, "VIEWER/viewer.exe": PROGRAM, "INDEX.HTM": b"<html>"}

JANE = {"PatientName": "Doe^Jane", "PatientID": "A-1", "PatientBirthDate": "19680327"}
JOHN = {"PatientName": "Roe^John", "PatientID": "B-2", "PatientBirthDate": "19551102"}


def dataset(sop_class: str = CT, *, uid: str = "", **said: Any) -> Dataset:
    """One instance with the fewest elements that pydicom writes. Elements by keyword; an image has 2 × 2 points."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID = sop_class
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = uid or generate_uid()
    usual = {"StudyDate": "20260112", "Modality": "CT", "StudyInstanceUID": "1.2.3.4", "SeriesInstanceUID": "1.2.3.4.5"}
    with config.disable_value_validation():  # some machines write what they may not
        for keyword, value in (usual | {"SpecificCharacterSet": "ISO_IR 192"} | JANE | said).items():
            if value is not None:
                setattr(made, keyword, value)
    return made


def image(sop_class: str = CT, **said: Any) -> bytes:
    """The same as a file, with pixels unless `Rows` says that there are none."""
    made = dataset(sop_class, **({"Rows": 2, "Columns": 2, "BitsAllocated": 8} | said))
    if made.get("Rows"):
        made.add_new(PIXEL_DATA, "OW", bytes(4))
    return as_file(made)


def paper(sop_class: str, **said: Any) -> bytes:
    """A file that holds no image."""
    return as_file(dataset(sop_class, **said))


def as_file(made: Dataset) -> bytes:
    """A data set as the bytes of its file."""
    written = io.BytesIO()
    with config.disable_value_validation():
        made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def members(files: Mapping[str, bytes]) -> list[Member]:
    """Files by name, as an archive would hand them over."""
    return [Member(name, len(body), lambda body=body: io.BytesIO(body)) for name, body in files.items()]


def of(*bodies: bytes) -> DiscSummary:
    """The summary of a disc with these files."""
    return summarise(members({f"IM{number}": body for number, body in enumerate(bodies)}))


def shipped() -> list[Path]:
    """Every DICOM file that pydicom brings along."""
    found = [*TEST_FILES.rglob("*"), *CHARSETS.glob("*.dcm")]
    return sorted(path for path in found if path.is_file() and path.read_bytes()[128:132] == b"DICM")


def folder(place: Path, keep: Iterable[str] = ("*",)) -> list[Member]:
    """The files of a real folder, in the order of their names."""
    found = sorted({path for pattern in keep for path in place.rglob(pattern) if path.is_file()})
    named = [(str(path.relative_to(place)), path) for path in found]
    return [Member(name, path.stat().st_size, lambda path=path: path.open("rb")) for name, path in named]


def cd(place: Path, sets: Iterable[Dataset], besides: Mapping[str, bytes] = VIEWER) -> None:
    """Write a disc as hospitals do: DICOMDIR and short names by pydicom's FileSet, a viewer beside them."""
    written = FileSet()
    stages = [written._stage["t"]]  # swept up here, or later with a warning in whatever test runs then
    for each in sets:
        written.add(each)
    written.write(place)
    for stage in {id(each): each for each in (*stages, written._stage["t"])}.values():
        stage.cleanup()
    for name, body in besides.items():
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body)


def ct_and_mr(**said: Any) -> list[Dataset]:
    """60 images of a CT and 20 of an MR of one person, as two studies, with what an index needs."""
    made = []
    for modality, count, sop_class, day in (("CT", 60, CT, "20260112"), ("MR", 20, MR, "20251103")):
        study, series = generate_uid(), [generate_uid() for _ in range(count // 20)]
        for number in range(count):
            each = dataset(
                sop_class, Modality=modality, StudyDate=day, StudyTime="101500", StudyInstanceUID=study,
                StudyID=modality, AccessionNumber="", SeriesInstanceUID=series[number // 20],
                SeriesNumber=number // 20, InstanceNumber=number, Rows=2, Columns=2, BodyPartExamined="HEAD", **said,
            )  # fmt: skip
            each.add_new(PIXEL_DATA, "OW", bytes(4))
            made.append(each)
    return made


# -- By hand, for what no honest writer writes -------------------------------------------------------------------


def element(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """One element, explicit little endian; `length` may lie."""
    said = len(value) if length is None else length
    group, number = tag >> 16, tag & 0xFFFF
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return struct.pack("<HH2sHI", group, number, vr.encode(), 0, said) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), said) + value


def part10(
    body: bytes, *, syntax: str = ExplicitVRLittleEndian, sop_class: str = CT, preamble: bytes = bytes(128)
) -> bytes:
    """A file with the mark, a file meta group, and then whatever `body` is."""
    uids = [(0x00020002, sop_class), (0x00020003, "1.2.3"), (0x00020010, syntax)]
    meta = b"".join(element(tag, "UI", even(uid.encode())) for tag, uid in uids)
    return preamble + b"DICM" + element(0x00020000, "UL", struct.pack("<I", len(meta))) + meta + body


def even(value: bytes) -> bytes:
    """A value as DICOM pads it."""
    return value + b"\0" * (len(value) % 2)


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)
