"""A text as a QR code (ISO/IEC 18004), in the form in which a page draws it: one path in a square of modules."""

from dataclasses import dataclass

import segno

QUIET = 4  # modules that stay white around it, as the standard asks


@dataclass(frozen=True, slots=True)
class QrCode:
    """`size` modules a side, the white margin included; `path` is the SVG path of the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The QR code of a text, with room for a quarter of it to be spoilt or mirrored."""
    matrix = segno.make(text, micro=False, error="m").matrix
    runs = [run for y, row in enumerate(matrix) for run in _runs(bytes(row), y)]
    return QrCode(len(matrix) + 2 * QUIET, "".join(runs))


def _runs(row: bytes, y: int) -> list[str]:
    """Each stretch of dark modules in a row as a bar one module high."""
    found, x = [], 0
    while x < len(row):
        length = len(row[x:]) - len(row[x:].lstrip(b"\x01"))
        if length:
            found.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
        x += max(length, 1)
    return found
