"""Which kinds of files we take: one table, shown to the patient. How each is known: `recognising`."""

from dataclasses import dataclass

from intake.errors import N_

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


def extension_of(kind: str | None) -> str:
    """The ending we give files of a kind; ".bin" for a kind that we do not know."""
    return BY_ID[kind].endings[0] if kind in BY_ID else ".bin"


def media_type_of(kind: str | None) -> str:
    """The media type of a kind; plain bytes for one that we do not know."""
    return BY_ID[kind].media_type if kind in BY_ID else OCTETS
