"""Which kinds of files we take: one table, shown to the patient, and how each is known by its content.

The name that a file came with decides nothing. A kind says what a file claims to be inside, not that it is harmless.
"""

import re
from dataclasses import dataclass
from io import BytesIO

import puremagic

from intake.errors import N_

HEAD_BYTES = 64 * 1024
OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that we take. `name` is a message id; `endings` are what such files are usually called."""

    id: str
    name: str
    endings: tuple[str, ...]
    media_type: str


ALLOWED = (
    Kind("pdf", N_("PDF"), (".pdf",), "application/pdf"),
    Kind("jpeg", N_("Photo (JPEG)"), (".jpg", ".jpeg"), "image/jpeg"),
    Kind("png", N_("Picture (PNG)"), (".png",), "image/png"),
    Kind("heic", N_("Photo from an iPhone (HEIC)"), (".heic", ".heif"), "image/heic"),
    Kind("tiff", N_("Picture (TIFF)"), (".tif", ".tiff"), "image/tiff"),
    Kind("dicom", N_("Scan image (DICOM)"), (".dcm",), "application/dicom"),
    Kind("zip", N_("ZIP folder, for example a whole disc"), (".zip",), "application/zip"),
    Kind(
        "docx", N_("Word document"), (".docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    Kind("cda", N_("Health record (C-CDA XML)"), (".xml",), "application/xml"),
    Kind("fhir", N_("Health record (FHIR JSON)"), (".json",), "application/fhir+json"),
)  # fmt: skip
BY_ID = {kind.id: kind for kind in ALLOWED}

PDF_MARK = b"%PDF-"
PDF_MARK_WITHIN = 1024
DICOM_MARK = b"DICM"
DICOM_MARK_AT = 128
ZIP_MARK = b"PK\x03\x04"
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
# What no record begins with, even where the format leaves room for it: programs, archives, web pages, scripts.
FOREIGN_OPENINGS = (
    b"MZ", b"\x7fELF", b"PK", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!", b"<", b"Rar!", b"7z\xbc\xaf",
)  # fmt: skip
PICTURES = {".jpg": "jpeg", ".jpeg": "jpeg", ".jfif": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff"}


def extension_of(kind: str | None) -> str:
    """The ending we give files of a kind; ".bin" for a kind that we do not know."""
    return BY_ID[kind].endings[0] if kind in BY_ID else ".bin"


def media_type_of(kind: str | None) -> str:
    """The media type of a kind; plain bytes for one that we do not know."""
    return BY_ID[kind].media_type if kind in BY_ID else OCTETS


def kind_by_head(head: bytes) -> str | None:
    """The kind that the first HEAD_BYTES of a file show, or None. A "zip" must still be proved by its directory."""
    if head.startswith(ZIP_MARK):
        return "zip"
    if _is_dicom(head):
        return "dicom"
    if _is_pdf(head):
        return "pdf"
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heic"
    return _picture(head) or _health_text(head)


def _is_dicom(head: bytes) -> bool:
    # The 128 bytes before the mark are anybody's: a file that is a program there and an image here is neither.
    marked = head[DICOM_MARK_AT : DICOM_MARK_AT + len(DICOM_MARK)] == DICOM_MARK
    return marked and not head.startswith((*FOREIGN_OPENINGS, PDF_MARK))


def _is_pdf(head: bytes) -> bool:
    at = head.find(PDF_MARK, 0, PDF_MARK_WITHIN + len(PDF_MARK))
    return at == 0 or (at > 0 and not head.lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(FOREIGN_OPENINGS))


def _picture(head: bytes) -> str | None:
    try:
        guesses = puremagic.magic_stream(BytesIO(head))
    except (puremagic.PureError, ValueError):
        return None
    at_the_start = [guess for guess in guesses if guess.offset == 0 and len(guess.byte_match) >= 3]
    best = max(at_the_start, key=lambda guess: len(guess.byte_match), default=None)
    return PICTURES.get(best.extension.lower()) if best else None


def _health_text(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{") and re.search(rb'"resourceType"\s*:\s*"[A-Z][A-Za-z]{2,40}"', text):
        return "fhir"
    if text.startswith(b"<") and not re.search(rb"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        root = re.search(rb"<([A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)", text)
        if root and root[2] == b"ClinicalDocument":
            return "cda"
    return None
