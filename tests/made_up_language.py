"""A made-up language, offered in tests only: each sentence of the catalogue in brackets, with accents, and 40 % longer.

What stands on a page without brackets was never handed to the catalogue; what is too long for its place in this
language will be so in another. Names of countries, dates and the operator's own words are changed in the same way.
"""

import json
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from intake.languages import Languages
from ops.catalogue import collect
from tests.components import ROOT
from tests.placeholders import PLACEHOLDER

CODE = "eo"  # made up too, by Ludwik Zamenhof: Babel knows its code, and we shall hardly ever offer it
LONGER = 1.4
ACCENTS = str.maketrans("AEIOUYaeiouycgnsz", "ÀÉÎÖÚÝàéîöúýçğñşž")
VOWELS = frozenset("aeiouyAEIOUY")


def changed(text: str) -> str:
    """A sentence in the made-up language. Placeholders stay as they are."""
    parts, last = [], 0
    for found in PLACEHOLDER.finditer(text):
        parts += [_stretched(text[last : found.start()]), found.group()]
        last = found.end()
    said = "".join([*parts, _stretched(text[last:])])
    more = max(0, round(LONGER * len(text)) - len(said))
    return f"⟦{said}{(' ööööö' * more)[:more].rstrip()}⟧"


def _stretched(text: str) -> str:
    """Each vowel twice, so that words grow and not only sentences."""
    return "".join(letter * (1 + (letter in VOWELS)) for letter in text).translate(ACCENTS)


@cache
def known() -> frozenset[str]:
    """Every text that the catalogue would hold if it were collected now, the two forms of counted ones apart."""
    ids = [message.id for message in collect() if message.id]
    return frozenset(text for each in ids for text in ([each] if isinstance(each, str) else each))


class WithMadeUp(Languages):
    """The languages of the house, and the made-up one beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.offered = (*self.offered, CODE)

    def gettext(self, code: str) -> Callable[[str], str]:
        """A text that the catalogue does not hold stays as it is, as it would in any language."""
        if code != CODE:
            return super().gettext(code)
        return lambda text: changed(text) if text in known() else text

    def ngettext(self, code: str) -> Callable[[str, str, int], str]:
        """Both forms are spoken, by the rule of English."""
        say = self.gettext(code)
        return super().ngettext(code) if code != CODE else lambda one, many, count: say(one if count == 1 else many)

    def name(self, code: str) -> str:
        """Named in itself."""
        return super().name(code) if code != CODE else changed("Made up")

    def direction(self, code: str) -> str:
        """From left to right."""
        return super().direction(code if code != CODE else "en")

    def format_date(self, code: str, day: date) -> str:
        """As in English, in brackets."""
        return super().format_date(code, day) if code != CODE else changed(super().format_date("en", day))

    def format_short_date(self, code: str, day: date) -> str:
        """As in English, in brackets."""
        return super().format_short_date(code, day) if code != CODE else changed(super().format_short_date("en", day))

    def format_month(self, code: str, day: date) -> str:
        """As in English, in brackets."""
        return super().format_month(code, day) if code != CODE else changed(super().format_month("en", day))

    def format_datetime(self, code: str, moment: datetime, zone: str = "UTC") -> str:
        """As in English, in brackets."""
        said = super().format_datetime(code if code != CODE else "en", moment, zone)
        return said if code != CODE else changed(said)

    def listed(self, code: str, names: list[str]) -> str:
        """As in English, in brackets around all of it."""
        return super().listed(code, names) if code != CODE else f"⟦{super().listed('en', names)}⟧"

    def country_names(self, code: str) -> list[tuple[str, str]]:
        """Each name in brackets."""
        return super().country_names(code) if code != CODE else _each_changed(super().country_names("en"))

    def language_names(self, code: str) -> list[tuple[str, str]]:
        """Each name in brackets."""
        return super().language_names(code) if code != CODE else _each_changed(super().language_names("en"))

    def zone_names(self, code: str, country: str, moment: datetime) -> list[tuple[str, str]]:
        """Each name in brackets."""
        named = super().zone_names(code if code != CODE else "en", country, moment)
        return named if code != CODE else _each_changed(named)


def _each_changed(names: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, changed(name)) for code, name in names]


def operator_file(place: Path) -> Path:
    """A copy of the example operator's file in `place`, with the same words in the made-up language beside it.

    What can be said in another language is what the Spanish file says.
    """
    own, spanish = (tomllib.loads((ROOT / name).read_text()) for name in ("operator.toml", "operator.es.toml"))
    (place / "operator.toml").write_text((ROOT / "operator.toml").read_text())
    tables = (f"[{name}]\n" + "".join(_lines(own[name], said)) for name, said in spanish.items())
    (place / f"operator.{CODE}.toml").write_text("\n".join(tables))
    return place / "operator.toml"


def _lines(own: dict[str, Any], said: dict[str, Any]) -> list[str]:
    return [f"{key} = {_as_toml(own[key], value)}\n" for key, value in said.items()]


def _as_toml(own: Any, said: Any) -> str:
    """What the operator says, changed wherever the Spanish file has words for it."""
    if isinstance(said, list):
        return f"[{', '.join(_as_toml(*pair) for pair in zip(own, said, strict=True))}]"
    if isinstance(said, dict):
        return "{" + ", ".join(f"{key} = {_as_toml(own[key], value)}" for key, value in said.items()) + "}"
    return json.dumps(changed(own), ensure_ascii=False)
