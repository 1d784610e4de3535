"""Text as people type it, made plain: composed, trimmed, free of what cannot be seen. No visible sign is ever
lost."""

import unicodedata

# They reorder the text around them, so that a name could pretend to be another. Joiners stay: Persian needs
# them.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
KEPT_CONTROLS = frozenset("\n\t")
UNSEEN_CATEGORIES = ("Cc", "Cs")


def visible(text: str) -> str:
    """The text without control signs (new lines and tabs stay), lone surrogates and bidi overrides; composed
    (NFC)."""
    kept = "".join(sign for sign in text if sign in KEPT_CONTROLS or not _unseen(sign))
    return unicodedata.normalize("NFC", kept)


def apart(text: str) -> str:
    """Words between the signs that keep their direction from turning what stands around them; nothing stays nothing."""
    return f"\u2068{text}\u2069" if text else ""


def one_line(text: str) -> str:
    """Text for a box of one line: visible, every run of white space one blank, trimmed."""
    return " ".join(visible(text.replace("\r", "\n")).split())


def many_lines(text: str) -> str:
    """Text for a larger box: visible, new lines as `\\n`, no blanks at line ends, trimmed as a whole."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in visible(unified).split("\n")).strip()


def ascii_digits(text: str) -> str:
    """Every decimal digit of any script as 0 to 9 (Arabic-Indic, Persian, Devanagari and all others)."""
    return "".join(_digit(sign) for sign in text)


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


def _unseen(sign: str) -> bool:
    return sign in BIDI_CONTROLS or unicodedata.category(sign) in UNSEEN_CATEGORIES
