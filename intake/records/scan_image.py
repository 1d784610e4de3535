"""What is wrong with a single DICOM file: two kinds in one, cut short, or a picture larger than it can be.

From its headers alone; pixels are never unpacked. Runs in the process apart.
"""

from pydicom import dcmread
from pydicom.dataset import FileDataset

from intake.records.dicom_kinds import kind_of
from intake.records.dicom_words import Kind
from intake.records.members import Member

# Any format is known by how it begins. Some honest devices leave a byte further on in the 128 before the mark.
OPENING_BYTES = 8
TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # a slide scanner's file may honestly be both
SIZES = ["Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated"]
PIXELS_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
PIXELS_END_WITHIN = 64 * 1024
# Video of a quiet scene reaches about 500 to 1; nothing honest comes near this.
MOST_RATIO = 5000


def trouble(member: Member) -> str | None:
    """ "two_kinds", "damaged", "image_too_large", or None. """
    with member.open() as file:
        opening = file.read(OPENING_BYTES)
        if any(opening) and not opening.startswith(TIFF_MARKS):
            return "two_kinds"
        file.seek(0)
        try:
            read = dcmread(file, stop_before_pixels=True, specific_tags=SIZES)
        except MemoryError:
            raise
        except Exception as error:  # the parser raises whatever a hostile file makes it: it cannot be read, that is all
            if isinstance(error, OSError) and error.errno:  # but this is no word about the file
                raise
            return "damaged"
        pixels_at = file.tell()
        squeezed, ends_with_mark = _packing(read)
        least, most = _pixel_bytes(read)
        if (least > member.length and not squeezed) or (pixels_at >= member.length and _is_image(read)):
            return "damaged"
        if most > MOST_RATIO * member.length:
            return "image_too_large"
        if not most or not ends_with_mark:
            return None
        file.seek(max(pixels_at, member.length - PIXELS_END_WITHIN))
        return None if PIXELS_END in file.read(PIXELS_END_WITHIN) else "damaged"


def _is_image(read: FileDataset) -> bool:
    """Whether it says of itself that it is an image, which it is not without pixels."""
    return kind_of(str(read.file_meta.get("MediaStorageSOPClassUID") or ""), False) is Kind.IMAGE


def _packing(read: FileDataset) -> tuple[bool, bool]:
    """Whether its pixels may take less room than they have, and whether they end with a mark (PS3.5 A.4)."""
    syntax = read.file_meta.get("TransferSyntaxUID")
    if syntax is None or not syntax.is_transfer_syntax:
        return True, False  # nobody knows
    return syntax.is_compressed or syntax.is_deflated, syntax.is_encapsulated


def _pixel_bytes(read: FileDataset) -> tuple[int, int]:
    """How many bytes the pixels would have unpacked by what the headers say, at least and at most; 0 for no picture."""
    try:
        rows, columns, bits = (int(read.get(name) or 0) for name in ("Rows", "Columns", "BitsAllocated"))
        frames, samples = int(read.get("NumberOfFrames") or 1), int(read.get("SamplesPerPixel") or 1)
    except (ValueError, TypeError):  # old devices write odd things; that alone is no reason
        return 0, 0
    most = rows * columns * frames * samples * bits // 8
    return (most // 2 if samples == 3 else most), most  # colour may be kept at half its points (PS3.3 C.7.6.3.1.2)
