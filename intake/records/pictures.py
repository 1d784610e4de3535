"""Looks at a photographed page: how large, how bright, how sharp. Run it only where a stranger's bytes may be opened.

Pure: a stream in, a `Look` out; whatever is wrong with the picture is part of the answer, never an error. Needs no file
of its own: the parsers are loaded with this module, and none is looked for later.
"""

import threading
import warnings
from collections.abc import Iterator
from typing import IO, Any

from PIL import (
    Image,
    ImageChops,
    ImageFile,
    ImageFilter,
    ImagePalette,
    ImageStat,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
)
from pillow_heif import HeifImageFile

from intake.records.legible import SMALL_SIDE, Look
from intake.records.members import Member

# Pillow imports these when a picture first needs them: nothing can be opened by then.
READY = (ImagePalette, TiffImagePlugin)

# Phones take up to 50 million points (8160 by 6120). What claims more is not opened: it would want 3 bytes a point.
MOST_POINTS = 64_000_000
LONGEST_SIDE = 30_000
# Some parsers want all of a file at once. What cameras and scanners make of one page is far shorter.
MOST_BYTES = 128 * 1024 * 1024
# The picture is judged at this size: about what a reader sees of a page on a screen.
JUDGED_SIDE = 1600
TILE = 100
# A tile whose lines and words spread less than this over its grey holds nothing to read.
WRITTEN_SPREAD = 6.0
# Measured on made pages (docs/maintainers/photos.md): sharp ones lie above, ones that nobody reads lie below.
BLURRED_BELOW = 0.20
DARK_BELOW, PALE_ABOVE, PALE_SPREAD = 60.0, 247.0, 10.0
FEWEST_TILES = 4
TURNED = (5, 6, 7, 8)  # EXIF: on its side
ORIENTATION = 0x0112

HEIF_AT, HEIF_MARK = slice(4, 8), b"ftyp"
TIFF_MARKS = (b"II", b"MM")


def look_at(member: Member) -> dict[str, Any]:
    """What is seen of a picture, as it is kept; one longer than MOST_BYTES is not opened."""
    if member.length > MOST_BYTES:
        return Look(huge=True).as_json()
    with member.open() as stream:
        return look(stream).as_json()


def look_at_heic(member: Member) -> dict[str, Any] | None:
    """The same of a HEIC; None where no thread can be started, for its parser knows no other way."""
    try:
        thread = threading.Thread(target=int)
        thread.start()
    except RuntimeError:
        return None
    thread.join()
    return look_at(member)


def look(stream: IO[bytes]) -> Look:
    """What is seen of one JPEG, PNG, TIFF (its first page) or HEIC. Never raises for what is in it; memory is bounded
    by MOST_POINTS. Raises only OSError of the system: a parser reached for something that it may not have.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning of a parser is about the picture, and a picture is all we judge
            return _look(stream)
    except Exception as error:  # whatever a stranger's picture makes a parser raise: Pillow promises no closed list
        return _failed(error, Look(broken=True))


def _look(stream: IO[bytes]) -> Look:
    picture = _opened(stream)
    width, height = _as_shown(picture)
    if width * height > MOST_POINTS or max(width, height) > LONGEST_SIDE:
        return Look(width, height, huge=True)
    small = min(width, height) < SMALL_SIDE
    try:
        grey = _grey(picture)
    except Exception as error:  # cut short, or not what its head says
        return _failed(error, Look(width, height, small, broken=True))
    mean, spread = ImageStat.Stat(grey).mean[0], ImageStat.Stat(grey).stddev[0]
    sharpness = _sharpness(grey)
    return Look(
        width, height, small, dark=mean < DARK_BELOW, pale=mean > PALE_ABOVE and spread < PALE_SPREAD,
        blurred=sharpness is not None and sharpness < BLURRED_BELOW,
        sharpness=None if sharpness is None else round(sharpness, 3),
    )  # fmt: skip


def _failed(error: Exception, broken: Look) -> Look:
    """What a parser's error says: `broken`, unless memory was short (no word against the picture)."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
    return Look(broken.width, broken.height, huge=True) if isinstance(error, MemoryError) else broken


def _opened(stream: IO[bytes]) -> ImageFile.ImageFile:
    """The picture with its head read, by the one parser that its first bytes ask for."""
    head = stream.read(16)
    stream.seek(0)
    if head[HEIF_AT] == HEIF_MARK:
        return HeifImageFile(stream)
    if head.startswith(TIFF_MARKS):
        return TiffImagePlugin.TiffImageFile(stream)
    parser = PngImagePlugin.PngImageFile if head.startswith(b"\x89PNG") else JpegImagePlugin.JpegImageFile
    return parser(stream)


def _as_shown(picture: ImageFile.ImageFile) -> tuple[int, int]:
    width, height = picture.size
    turned = picture.format != "HEIF" and picture.getexif().get(ORIENTATION) in TURNED
    return (height, width) if turned else (width, height)


def _grey(picture: ImageFile.ImageFile) -> Image.Image:
    """The whole picture in grey, at most JUDGED_SIDE long. A JPEG is unpacked small from the beginning."""
    picture.draft("L", (JUDGED_SIDE, JUDGED_SIDE))
    picture.load()
    seen = picture.convert("RGBA") if "A" in picture.getbands() or "transparency" in picture.info else picture
    if seen.mode == "RGBA":  # what shines through is paper
        paper = Image.new("RGBA", seen.size, "white")
        seen = Image.alpha_composite(paper, seen)
    grey = seen.convert("L")
    grey.thumbnail((JUDGED_SIDE, JUDGED_SIDE), Image.Resampling.LANCZOS)
    return grey


def _sharpness(grey: Image.Image) -> float | None:
    """How much fine detail there is where something is written, beside the bulk of it; in the best quarter of tiles, so
    that a page with one line on it counts as that line. None if fewer than FEWEST_TILES hold anything.

    Two bands of a Laplacian pyramid, one parted by the other: pale ink counts as much as black. The grain of the camera
    is measured where the page is emptiest, and taken off. (The plain variance of the Laplacian was tried: grain drowns
    it, and a page with three sharp lines measures like a blurred one with fifty.)
    """
    soft, softer, softest = (grey.filter(ImageFilter.GaussianBlur(radius)) for radius in (1, 2, 16))
    fine = ImageChops.subtract(soft, softer, scale=1, offset=128)
    bulk = ImageChops.subtract(softer, softest, scale=1, offset=128)
    tiles = [(_spread(fine, box), _spread(bulk, box)) for box in _tiles(grey)]
    grain = sorted(detail for detail, _ in tiles)[len(tiles) // 10]
    written = [(detail, mass) for detail, mass in tiles if mass >= WRITTEN_SPREAD]
    if len(written) < FEWEST_TILES:
        return None
    shares = sorted(max(0.0, detail**2 - grain**2) ** 0.5 / mass for detail, mass in written)
    best = shares[3 * len(shares) // 4 :]
    return sum(best) / len(best)


def _tiles(grey: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    for left in range(0, max(1, grey.width - TILE // 2), TILE):
        for top in range(0, max(1, grey.height - TILE // 2), TILE):
            yield left, top, min(left + TILE, grey.width), min(top + TILE, grey.height)


def _spread(band: Image.Image, box: tuple[int, int, int, int]) -> float:
    return ImageStat.Stat(band.crop(box)).stddev[0]
