"""Names of files: as people gave them, made harmless; and as we give files out again (RFC 6266).

A cleaned name is for showing and for `Content-Disposition` only: nothing on our disk is ever called by it.
"""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

LONGEST_NAME = 150
LONGEST_STEM = 80
# File systems count otherwise: 255 bytes of UTF-8 (Linux) or 255 units of UTF-16 after taking letters apart (macOS).
LONGEST_STEM_BYTES = 160
NAMELESS = "file"
# Letters that may not stand in a file name on some system, or that mean something in a path or a header.
TROUBLE = frozenset('<>:"/\\|?*%;')


def clean_name(name: str) -> str:
    """The name a person gave, for showing: NFC, without folders, controls and direction marks, at most 150 letters."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(" " if _is_blank(letter) else letter for letter in last if not _is_hidden(letter))
    shown = " ".join(shown.split()).strip()
    if len(shown) > LONGEST_NAME:
        ending = PurePosixPath(shown).suffix[:12]
        shown = shown[: LONGEST_NAME - len(ending)].rstrip() + ending
    return shown if shown.strip(". ") else NAMELESS


def stem_of(name: str) -> str:
    """A name without its ending, if it has one of up to five signs."""
    shown = clean_name(name)
    path = PurePosixPath(shown)
    return path.stem if 1 < len(path.suffix) <= 6 else shown


def given_name(reference: str, number: int, name: str, extension: str, page: int | None = None) -> str:
    """The name we give a record out under, as "AB12-01 own name.pdf" or, for a page of one, "AB12-01 p02 own name.jpg":
    safe everywhere, with the ending of its kind.
    """
    stem = PurePosixPath(clean_name(name)).stem
    stem = "".join("_" if letter in TROUBLE else letter for letter in stem)[:LONGEST_STEM]
    stem = stem.encode()[:LONGEST_STEM_BYTES].decode("utf-8", "ignore").strip(". ")
    paged = "" if page is None else f"p{page:02d} "
    return f"{reference}-{number:02d} {paged}{stem or NAMELESS}{extension}"


def content_disposition(name: str) -> str:
    """The header that makes a browser save a file under `name`, whatever its letters (RFC 6266, RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join("_" if letter in TROUBLE or not letter.isprintable() else letter for letter in plain).strip()
    return f"attachment; filename=\"{plain or NAMELESS}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_blank(letter: str) -> bool:
    return unicodedata.category(letter) in ("Zs", "Zl", "Zp") or letter in "\t\r\n"


def _is_hidden(letter: str) -> bool:
    # Cc controls, Cf direction marks and zero-width signs, Cs lone surrogates, Co and Cn unassigned.
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") and letter not in "\t\r\n"
