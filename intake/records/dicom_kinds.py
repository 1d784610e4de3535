"""What a DICOM file holds, by its SOP class; and modalities in plain words.

A disc holds more than images: written reports, plans of radiotherapy, tracings, the settings of a viewer.
"""

from enum import StrEnum

from pydicom.uid import UID_dictionary

from intake.errors import N_

STORAGE = "1.2.840.10008.5.1.4.1.1."
SECONDARY_CAPTURE = STORAGE + "7"
ENHANCED_ULTRASOUND_VOLUME = STORAGE + "6.2"

# Structured reports that hold doses, marks and protocols, and not what a doctor wrote about the images.
NOT_WRITTEN = frozenset(STORAGE + f"88.{end}" for end in (40, 50, 59, 65, 67, 68, 69, 71, 73, 74, 75, 76, 77))
PAPERS = (STORAGE + "104.1", STORAGE + "104.2")  # PDF and CDA inside DICOM; 104.3 and on are shapes for printers


class Kind(StrEnum):
    """What a file holds."""

    IMAGE = "image"
    REPORT = "report"
    PAPER = "paper"
    RADIOTHERAPY = "radiotherapy"
    TRACING = "tracing"
    OTHER = "other"


# Modalities (PS3.16 CID 29) as patients say them. Several codes may share a word; what is not here goes by its code.
MODALITIES: dict[str, str] = {
    "CT": N_("CT"),
    "MR": N_("MRI"),
    "CR": N_("X-ray"), "DX": N_("X-ray"), "RG": N_("X-ray"), "RF": N_("moving X-ray"),
    "MG": N_("mammogram"),
    "US": N_("ultrasound"), "IVUS": N_("ultrasound"), "BDUS": N_("ultrasound"),
    "XA": N_("angiogram"), "DSA": N_("angiogram"),
    "PT": N_("PET"),
    "NM": N_("nuclear medicine"), "ST": N_("nuclear medicine"),
    "IO": N_("dental X-ray"), "PX": N_("dental X-ray"),
    "BMD": N_("bone density"),
    "ES": N_("endoscopy"),
    "XC": N_("photo"), "DMS": N_("photo"),
    "OP": N_("eye images"), "OPT": N_("eye images"), "OPTENF": N_("eye images"), "OCT": N_("eye images"),
    "SM": N_("tissue slides"), "GM": N_("tissue slides"),
    "RTIMAGE": N_("radiotherapy images"),
    "SEG": N_("marked areas"),
    "OT": N_("other images"), "SC": N_("other images"), "": N_("other images"),
}  # fmt: skip

KIND_WORDS: dict[Kind, str] = {
    Kind.REPORT: N_("a written report"),
    Kind.PAPER: N_("a PDF"),
    Kind.RADIOTHERAPY: N_("a radiotherapy plan"),
    Kind.TRACING: N_("a tracing such as an ECG"),
}


def kind_of(sop_class: str, has_image: bool) -> Kind:
    """What a file of this SOP class holds; for a class that nobody registered, an image if it has rows of pixels."""
    if sop_class in PAPERS:
        return Kind.PAPER
    if sop_class.startswith(STORAGE + "88."):
        return Kind.OTHER if sop_class in NOT_WRITTEN else Kind.REPORT
    if sop_class.startswith(STORAGE + "9."):
        return Kind.TRACING
    name = UID_dictionary[sop_class][0] if sop_class in UID_dictionary else ""
    if "Image Storage" in name or sop_class == ENHANCED_ULTRASOUND_VOLUME:
        return Kind.IMAGE
    if name.startswith("RT ") or sop_class.startswith(STORAGE + "481."):
        return Kind.RADIOTHERAPY
    return Kind.IMAGE if has_image and not name else Kind.OTHER


def is_capture(sop_class: str) -> bool:
    """Whether this is a picture taken of a screen, a film or a sheet, and not what the machine measured."""
    return sop_class == SECONDARY_CAPTURE or sop_class.startswith(SECONDARY_CAPTURE + ".")
