"""What a DICOM file can hold, and modalities, in plain words. For pages, too: it parses nothing."""

from enum import StrEnum

from intake.errors import N_


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
