"""Languages offered, their direction, their strings (gettext) and their dates and country names (Babel, CLDR).

A language is offered only when its catalogue is complete; English is the language of the message ids.
"""

import io
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_datetime, format_skeleton, get_timezone, get_timezone_gmt
from babel.languages import get_official_languages
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from intake.errors import N_

__all__ = ["N_", "Languages"]

CATALOGUES = Path(__file__).parent / "locale"
# Form, case, letters and desk. A test holds each of them to saying everything.
OFFERED = ("en", "es", "ar")
# Codes of CLDR that are areas or reserved, not countries a person lives in.
NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})
TATWEEL = "\u0640"  # stretches an Arabic word and is no letter

# Dates in English are read by people from everywhere: the day comes first, and the month is a word.
FORMATS = {"en": "en_GB"}


class Languages:
    """What the service can say, and how it says it in each language."""

    def __init__(self, offered: tuple[str, ...] = OFFERED) -> None:
        self.offered = offered

    def direction(self, code: str) -> str:
        """"ltr" or "rtl"."""
        return _direction(code)

    def name(self, code: str) -> str:
        """The language's name in itself."""
        return _name(code)

    def choose(self, code: str | None) -> str:
        """`code` if it is offered, else the first offered."""
        return code if code in self.offered else self.offered[0]

    def gettext(self, code: str) -> Callable[[str], str]:
        """The translating function of a language; an unknown string comes back as it is."""
        return _catalogue(code).gettext

    def ngettext(self, code: str) -> Callable[[str, str, int], str]:
        """The translating function for counted things."""
        return _catalogue(code).ngettext

    def plural_samples(self, code: str) -> dict[str, int]:
        """A whole number for each plural form of a language, by the form's name in CLDR, as browsers know it too.

        With it a script gets the forms of the catalogue, whatever their order there; "other" is always among them.
        """
        form_of = Locale.parse(code).plural_form
        samples: dict[str, int] = {}
        for number in (*range(200), 10**6):
            samples.setdefault(form_of(number), number)
        return samples

    def format_date(self, code: str, day: date) -> str:
        """A date with the month written out."""
        return format_date(day, format="long", locale=FORMATS.get(code, code))

    def format_short_date(self, code: str, day: date) -> str:
        """Day and month of a date, the month shortened where the language does so."""
        return format_skeleton("MMMd", day, locale=FORMATS.get(code, code))

    def format_month(self, code: str, day: date) -> str:
        """Month and year of a date, with the month written out."""
        return format_skeleton("yMMMM", day, locale=code)

    def format_datetime(self, code: str, moment: datetime, zone: str = "UTC") -> str:
        """A moment in a time zone, with the zone named; by its distance from Greenwich where it has no short name."""
        locale, here = FORMATS.get(code, code), get_timezone(zone)
        clock = format_datetime(moment, "HH:mm z", tzinfo=here, locale=locale)
        if clock[-5] in "+-":
            clock = format_datetime(moment, "HH:mm ZZZZ", tzinfo=here, locale=locale)
        day = format_date(moment.astimezone(here), format="long", locale=locale)
        return str(Locale.parse(locale).datetime_formats["medium"]).format(clock, day)

    def listed(self, code: str, names: list[str]) -> str:
        """Several things in one sentence, as the language strings them together: "a, b and c"."""
        return format_list(names, locale=FORMATS.get(code, code))

    def format_number(self, code: str, number: int) -> str:
        """A whole number, grouped as the language groups it."""
        return format_decimal(number, locale=FORMATS.get(code, code))

    def country_names(self, code: str) -> list[tuple[str, str]]:
        """ISO 3166 codes with their names in a language, sorted by name; accents and marks do not matter."""
        return list(_countries(code))

    def written_in(self, country: str) -> str:
        """The language to write to an office of a country in, if we offer it: the most spoken of its official ones, or
        English where that is official too; else ""."""
        official = get_official_languages(country, de_facto=True)
        fit = [code for code in official if code in self.offered and code in (official[0], "en")]
        return fit[0] if fit else ""

    def language_names(self, code: str) -> list[tuple[str, str]]:
        """ISO 639 codes with their names in a language, sorted by name; accents and marks do not matter."""
        return list(_languages(code))

    def zone_names(self, code: str, country: str, moment: datetime) -> list[tuple[str, str]]:
        """IANA time zones of a country with their city and their distance from Greenwich at a moment, east to west.

        Empty for a country of which we know none. A zone is never left out: where two cities share their clocks,
        both are named, for people look for their own.
        """
        zones = get_global("territory_zones").get(country, ())
        clocks = [(zone, moment.astimezone(get_timezone(zone))) for zone in zones]
        named = [(here.utcoffset(), _city(code, zone), zone, here) for zone, here in clocks]
        named.sort(key=lambda each: (-(each[0] or timedelta()), as_sorted(each[1])))
        return [(zone, f"{city} ({get_timezone_gmt(here, locale=code)})") for _, city, zone, here in named]

    @cached_property
    def directions(self) -> dict[str, str]:
        """Direction of every offered language."""
        return {code: self.direction(code) for code in self.offered}


@lru_cache(maxsize=64)
def _direction(code: str) -> str:
    return Locale.parse(code).text_direction


@lru_cache(maxsize=64)
def _name(code: str) -> str:
    return Locale.parse(code).get_display_name() or code


@lru_cache(maxsize=64)
def _catalogue(code: str) -> NullTranslations:
    """Read from the text that translators write, in a twentieth of a second: so no second, binary one can be stale."""
    path = CATALOGUES / code / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    packed = io.BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Translations(packed)


@lru_cache(maxsize=64)
def _countries(code: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(code).territories
    found = [(c, n) for c, n in names.items() if len(c) == 2 and c.isalpha() and c not in NOT_COUNTRIES]
    return tuple(sorted(found, key=lambda pair: as_sorted(pair[1])))


@lru_cache(maxsize=64)
def _languages(code: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(code).languages
    found = [(c, n) for c, n in names.items() if len(c) in (2, 3) and c.isalpha() and c not in ("mul", "und", "zxx")]
    return tuple(sorted(found, key=lambda pair: as_sorted(pair[1])))


def as_sorted(name: str) -> str:
    """What a name is put in order by: its letters without case, accents and marks, so that Ål stands at A."""
    parted = unicodedata.normalize("NFD", name.casefold())
    return "".join(sign for sign in parted if not unicodedata.combining(sign) and sign != TATWEEL)


def _city(code: str, zone: str) -> str:
    """The city of a zone in a language. CLDR files some under an older name of the zone; else the id names it."""
    known = Locale.parse(code).time_zones
    aliases = [old for old, new in get_global("zone_aliases").items() if new == zone]
    named = (known[each]["city"] for each in (zone, *aliases) if "city" in known.get(each, {}))
    return next(named, zone.rsplit("/", 1)[1].replace("_", " "))
