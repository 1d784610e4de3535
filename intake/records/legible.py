"""What was seen of a photographed page, and the gentle words for it. Never a reason to refuse a record.

Only what can be said honestly: that a page is small, dark, pale or blurred. Whether words are cut off at an edge cannot
be told from the picture alone, so nothing is said of that. `pictures` does the looking, apart from the web.
"""

from dataclasses import asdict, dataclass
from typing import Any

from intake.errors import N_

# A page of A4 on fewer points than this leaves about 8 for the height of a small letter: hard to read.
SMALL_SIDE = 900


@dataclass(frozen=True, slots=True)
class Look:
    """One picture: its size in points as it is shown, and what may make it hard to read.

    `sharpness` is the measure behind `blurred`, or None where nothing on the picture could be measured (a blank page).
    `broken` says that it could not be opened to its end, `huge` that it is too large to be looked at.
    """

    width: int = 0
    height: int = 0
    small: bool = False
    dark: bool = False
    pale: bool = False
    blurred: bool = False
    sharpness: float | None = None
    broken: bool = False
    huge: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept among the findings."""
        return asdict(self)


def from_json(said: Any) -> Look | None:
    """What was kept; None where nothing was, or nothing that we know."""
    if not isinstance(said, dict):
        return None
    known = {name: said[name] for name in Look.__dataclass_fields__ if name in said}
    return Look(**known)


HINTS = {
    "broken": N_("Page %(page)s could not be opened to its end. Please send it again, or take it again."),
    "small": N_("Page %(page)s is a small picture. If you cannot read it on the screen, send the original photo."),
    "dark": N_("Page %(page)s looks dark. If you cannot read it on the screen, take it again in daylight."),
    "pale": N_("Page %(page)s looks very bright. If you cannot read it on the screen, take it again out of the sun."),
    "blurred": N_(
        "Page %(page)s looks blurred. If you cannot read it yourself on the screen, take it again in daylight."
    ),
}


def hints(look: Look | None) -> list[str]:
    """Message ids with the place `page`, the most telling first, at most two; none for a page that looks well."""
    if look is None:
        return []
    return [text for name, text in HINTS.items() if getattr(look, name)][:2]
