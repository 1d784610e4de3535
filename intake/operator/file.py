"""Who runs this service, read from one file that feeds the site, the form and the letters.

Files beside it say the same in further languages. Reading names every blank or wrong entry at once. It cannot know
whether what is written there is true.
"""

import re
import tomllib
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from intake.errors import OperatorFileBroken
from intake.operator.tables import APART, Check, entry, known, read_record
from intake.operator.words import with_words, word_files

# The marker of the development example, and names and numbers set aside for examples and drama.
EXAMPLE = re.compile(r"EXAMPLE|(?i:\bexample\.(?:com|net|org)\b|\.example\b|\b7946 ?0\d{3}\b)")

_ISO_3166 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
    BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
    FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
    MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
    PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
    YT ZA ZM ZW
"""
KOSOVO = "XK"  # the code in use, though the standard has none
COUNTRIES = frozenset([*re.findall("[A-Z]{2}", _ISO_3166), KOSOVO])

def _like(pattern: str, fault: str) -> Check:
    return lambda value: "" if re.fullmatch(pattern, value) else fault


def _from_to(least: int, most: int, fault: str) -> Check:
    return lambda value: "" if least <= value <= most else fault


def _time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return "is not a time zone such as Europe/Lisbon"
    return ""


def _country(value: str) -> str:
    return "" if value in COUNTRIES else "is not a country code of two capital letters such as PT (ISO 3166)"


_mailbox = _like(r"[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+", "is not one e-mail address")
_telephone = _like(r"\+\d[\d ().-]{6,24}", "is not a telephone number with + and country code")
_language = _like(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "is not a language code such as en")
_web_address = _like(r"https://[^\s<>()\[\]\"]+", "is not a web address that begins with https://")
_age = _from_to(12, 25, "is not an age in years at which people decide for themselves")
_months = _from_to(1, 600, "is not a number of months from 1 to 600")


@dataclass(frozen=True, slots=True)
class Service:
    """The service by its names, and who runs it."""

    name: str
    legal_name: str
    run_by: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How, when and in which languages (codes, best first) to reach us; `messenger` may be empty."""

    telephone: str = entry(_telephone)
    messenger: str = entry(may_be_blank=True)
    postal_address: str = entry()
    email: str = entry(_mailbox)
    coordinators_mailbox: str = entry(_mailbox)
    hours: str = entry()
    time_zone: str = entry(_time_zone)
    languages: tuple[str, ...] = entry(_language)

    @property
    def dial(self) -> str:
        """The telephone number as a telephone dials it: without "(0)", which people dial at home only."""
        return re.sub(r"[^+\d]", "", self.telephone.replace("(0)", ""))


@dataclass(frozen=True, slots=True)
class Price:
    """One line of the price list: what it is, how much with its currency, and who pays whom."""

    what: str
    amount: str
    paid_by: str
    paid_to: str


@dataclass(frozen=True, slots=True)
class Prices:
    """`extras` are the costs that may come on top; `nothing_before` says when the first charge is made."""

    who_pays: str
    nothing_before: str
    refund_rule: str
    fees: tuple[Price, ...]
    extras: tuple[Price, ...] = entry(may_be_blank=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom we cannot serve; both lists may be empty."""

    countries_not_served: tuple[str, ...] = entry(_country, may_be_blank=True)
    conditions_not_served: tuple[str, ...] = entry(may_be_blank=True)
    adult_age: int = entry(_age)
    age_rule: str = entry()


@dataclass(frozen=True, slots=True)
class Legal:
    """`terms` are the paragraphs of the terms of use."""

    governing_law: str
    complaints_contact: str
    complaints_route: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetentionMonths:
    """How many months each kind of thing is kept after the case has closed."""

    cases: int = entry(_months)
    records: int = entry(_months)
    reports: int = entry(_months)
    letters: int = entry(_months)
    receipts: int = entry(_months)
    journal: int = entry(_months)


@dataclass(frozen=True, slots=True)
class Privacy:
    """The fill-in parts of the privacy notice. `specialist_countries` are ISO alpha-2 codes."""

    controller: str
    data_protection_contact: str
    recipients: tuple[str, ...]
    specialist_countries: tuple[str, ...] = entry(_country)
    transfer_basis: str = entry()
    retention_months: RetentionMonths = entry()


@dataclass(frozen=True, slots=True)
class QuotePartner:
    """A company that quotes prices for treatment, with its interest disclosed; all three are empty to show no link."""

    name: str = entry(may_be_blank=True)
    address: str = entry(_web_address, may_be_blank=True)
    disclosure: str = entry(may_be_blank=True)

    @property
    def shown(self) -> bool:
        """Whether there is a link to show."""
        return bool(self.address)


@dataclass(frozen=True, slots=True)
class Times:
    """What we tell people to expect, in words; until it is measured, say so."""

    first_answer: str
    opinion: str


@dataclass(frozen=True, slots=True)
class Operator:
    """The whole file, one attribute a table; `translated` holds it again for each further language."""

    service: Service
    contact: Contact
    prices: Prices
    scope: Scope
    legal: Legal
    privacy: Privacy
    quote_partner: QuotePartner
    times: Times
    translated: "tuple[tuple[str, Operator], ...]" = field(default=(), metadata=APART)

    def in_language(self, code: str) -> "Operator":
        """The same in a language; what nobody has said in it stays in the words of the file."""
        return dict(self.translated).get(code, self)


def read_operator(path: Path) -> Operator:
    """The operator file at `path`, with what is said in further languages in files beside it.

    Raises OperatorFileBroken naming every blank or wrong entry of all of them at once.
    """
    table = _table(path)
    faults: list[str] = []
    operator = _checked(table, faults)
    translated = []
    for code, words in word_files(path) if operator else ():
        wrong: list[str] = []
        translated.append((code, _checked(with_words(table, _table(words), wrong), wrong)))
        faults.extend(f"{words.name}: {fault}" for fault in wrong)
    if faults:
        raise OperatorFileBroken(faults)
    return replace(operator, translated=tuple(translated))


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise OperatorFileBroken([f"{path.name}: cannot be read"]) from None
    except ValueError as wrong:
        raise OperatorFileBroken([f"{path.name}: is not TOML in UTF-8: {wrong}"]) from None


def _checked(table: dict[str, Any], faults: list[str]) -> Any:
    operator = read_record(Operator, table, "", faults)
    faults.extend(_half_set(operator.quote_partner, "quote_partner") if operator else ())
    return operator


def entries(part: Any, name: str = "") -> Iterator[tuple[str, str | int]]:
    """Every single entry, named as in the file: ("contact.email", …), ("prices.fees[1].amount", …)."""
    if isinstance(part, str | int):
        yield name, part
    elif isinstance(part, tuple):
        for number, each in enumerate(part, start=1):
            yield from entries(each, f"{name}[{number}]")
    else:
        for each in known(type(part)):
            yield from entries(getattr(part, each.name), f"{name}.{each.name}".lstrip("."))


def blanks(operator: Operator) -> list[str]:
    """Names of the entries that still hold example values; production refuses to start while any is left."""
    own = dict(entries(operator))
    found = [name for name, value in own.items() if EXAMPLE.search(str(value))]
    for code, words in operator.translated:
        said = (name for name, value in entries(words) if value != own[name] and EXAMPLE.search(str(value)))
        found += [f"{name} (in {code})" for name in said]
    return found


def _half_set(part: Any, name: str) -> Iterator[str]:
    """Faults of a table that may be blank as a whole, but not in parts: no link without its disclosure."""
    values = {each.name: getattr(part, each.name) for each in fields(part)} if part else {}
    if any(values.values()):
        yield from (f"{name}.{key}: is blank" for key, value in values.items() if value == "")
