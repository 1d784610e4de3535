"""Which kind a file is by its content, and what only looks like one. The name that it came with decides nothing.

A kind says what a file claims to be inside, not that it is harmless. Runs in the process apart.
"""

import re
from io import BytesIO

import puremagic

from intake.records.filetypes import ALLOWED

HEAD_BYTES = 64 * 1024
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
# What a computer can start. Discs hold such a viewer; a record is never one.
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", *(bytes([n]) + b"\xfa\xed\xfe" for n in (0xCE, 0xCF)))
PICTURES = {".jpg": "jpeg", ".jpeg": "jpeg", ".jfif": "jpeg", ".png": "png", ".tif": "tiff", ".tiff": "tiff"}


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


def is_program(head: bytes) -> bool:
    """Whether a file that begins so is one that a computer can start."""
    return head.startswith(PROGRAMS)


def looks_like_program_as_record(name: str, head: bytes) -> bool:
    """Whether a file is named like a record, or marked like a scan image, and begins like a program."""
    if not is_program(head):
        return False
    endings = tuple(ending for kind in ALLOWED for ending in kind.endings)
    return name.lower().endswith(endings) or head[DICOM_MARK_AT : DICOM_MARK_AT + len(DICOM_MARK)] == DICOM_MARK


def _is_dicom(head: bytes) -> bool:
    # The 128 bytes before the mark are anybody's: a file that is a program there and an image here is neither.
    marked = head[DICOM_MARK_AT : DICOM_MARK_AT + len(DICOM_MARK)] == DICOM_MARK
    return marked and not head.startswith((*FOREIGN_OPENINGS, PDF_MARK))


def _is_pdf(head: bytes) -> bool:
    at = head.find(PDF_MARK, 0, PDF_MARK_WITHIN + len(PDF_MARK))
    # Printers leave a few words before the mark. A page or a program there makes it another file to a browser.
    clean = not head.lstrip(b"\xef\xbb\xbf\0 \t\r\n").startswith(FOREIGN_OPENINGS) and b"<" not in head[: max(at, 0)]
    return at == 0 or (at > 0 and clean)


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
        text = re.sub(rb"<!--.*?-->|<\?.*?\?>", b"", text, flags=re.DOTALL)  # what they say is not the root
        root = re.search(rb"<([A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)", text)
        if root and root[2] == b"ClinicalDocument":
            return "cda"
    return None
