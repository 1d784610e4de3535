"""What a DICOM file holds, by its SOP class.

A disc holds more than images: written reports, plans of radiotherapy, tracings, the settings of a viewer.
"""

from pydicom.uid import UID_dictionary

from intake.records.dicom_words import Kind

STORAGE = "1.2.840.10008.5.1.4.1.1."
SECONDARY_CAPTURE = STORAGE + "7"
ENHANCED_ULTRASOUND_VOLUME = STORAGE + "6.2"

# Structured reports that hold doses, marks and protocols, and not what a doctor wrote about the images.
NOT_WRITTEN = frozenset(STORAGE + f"88.{end}" for end in (40, 50, 59, 65, 67, 68, 69, 71, 73, 74, 75, 76, 77))
PAPERS = (STORAGE + "104.1", STORAGE + "104.2")  # PDF and CDA inside DICOM; 104.3 and on are shapes for printers


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
