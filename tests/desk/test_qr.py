"""A QR code as a page draws it is the one that a well-kept library makes, module for module."""

import re

import segno

from intake.desk.qr import QUIET, qr_code

LINK = "otpauth://totp/Our%20desk:ines%40clinic.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Our%20desk"
BAR = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def drawn(path: str) -> set[tuple[int, int]]:
    """Every module that the path fills."""
    return {(int(x) + step, int(y)) for x, y, length, _ in BAR.findall(path) for step in range(int(length))}


def test_the_path_fills_the_dark_modules_and_no_other() -> None:
    made, known = qr_code(LINK), segno.make(LINK, micro=False, error="m").matrix
    dark = {(x + QUIET, y + QUIET) for y, row in enumerate(known) for x, module in enumerate(row) if module}
    assert BAR.sub("", made.path) == "" and drawn(made.path) == dark
    assert made.size == len(known) + 2 * QUIET


def test_a_margin_stays_white() -> None:
    made = qr_code(LINK)
    inside = range(QUIET, made.size - QUIET)
    assert all(x in inside and y in inside for x, y in drawn(made.path))
