"""Who runs this service, read from one file that feeds the site, the form and the letters.

Reading names every blank or wrong entry at once. It cannot know whether what is written there is true.
"""

import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from intake.errors import OperatorFileBroken

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

Check = Callable[[Any], str]


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


def _entry(check: Check | None = None, *, may_be_blank: bool = False) -> Any:
    return field(metadata={"check": check, "may_be_blank": may_be_blank})


@dataclass(frozen=True, slots=True)
class Service:
    """The service by its names, and who runs it."""

    name: str
    legal_name: str
    run_by: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How, when and in which languages (codes, best first) to reach us; `messenger` may be empty."""

    telephone: str = _entry(_telephone)
    messenger: str = _entry(may_be_blank=True)
    postal_address: str = _entry()
    email: str = _entry(_mailbox)
    coordinators_mailbox: str = _entry(_mailbox)
    hours: str = _entry()
    time_zone: str = _entry(_time_zone)
    languages: tuple[str, ...] = _entry(_language)


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
    extras: tuple[Price, ...] = _entry(may_be_blank=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom we cannot serve; both lists may be empty."""

    countries_not_served: tuple[str, ...] = _entry(_country, may_be_blank=True)
    conditions_not_served: tuple[str, ...] = _entry(may_be_blank=True)
    adult_age: int = _entry(_age)
    age_rule: str = _entry()


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

    cases: int = _entry(_months)
    records: int = _entry(_months)
    reports: int = _entry(_months)
    letters: int = _entry(_months)
    receipts: int = _entry(_months)
    journal: int = _entry(_months)


@dataclass(frozen=True, slots=True)
class Privacy:
    """The fill-in parts of the privacy notice. `specialist_countries` are ISO alpha-2 codes."""

    controller: str
    data_protection_contact: str
    recipients: tuple[str, ...]
    specialist_countries: tuple[str, ...] = _entry(_country)
    transfer_basis: str = _entry()
    retention_months: RetentionMonths = _entry()


@dataclass(frozen=True, slots=True)
class QuotePartner:
    """A company that quotes prices for treatment, with its interest disclosed; all three are empty to show no link."""

    name: str = _entry(may_be_blank=True)
    address: str = _entry(_web_address, may_be_blank=True)
    disclosure: str = _entry(may_be_blank=True)

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
    """The whole file, one attribute a table."""

    service: Service
    contact: Contact
    prices: Prices
    scope: Scope
    legal: Legal
    privacy: Privacy
    quote_partner: QuotePartner
    times: Times


def read_operator(path: Path) -> Operator:
    """The operator file at `path`. Raises OperatorFileBroken naming every blank or wrong entry at once."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise OperatorFileBroken([f"{path.name}: cannot be read"]) from None
    except ValueError as wrong:
        raise OperatorFileBroken([f"{path.name}: is not TOML in UTF-8: {wrong}"]) from None
    faults: list[str] = []
    operator = _record(Operator, table, "", faults)
    faults.extend(_half_set(operator.quote_partner, "quote_partner") if operator else ())
    if faults:
        raise OperatorFileBroken(faults)
    return operator


def entries(part: Any, name: str = "") -> Iterator[tuple[str, str | int]]:
    """Every single entry, named as in the file: ("contact.email", …), ("prices.fees[1].amount", …)."""
    if isinstance(part, str | int):
        yield name, part
    elif isinstance(part, tuple):
        for number, each in enumerate(part, start=1):
            yield from entries(each, f"{name}[{number}]")
    else:
        for each in fields(part):
            yield from entries(getattr(part, each.name), f"{name}.{each.name}".lstrip("."))


def blanks(operator: Operator) -> list[str]:
    """Names of the entries that still hold example values; production refuses to start while any is left."""
    return [name for name, value in entries(operator) if isinstance(value, str) and EXAMPLE.search(value)]


def _half_set(part: Any, name: str) -> Iterator[str]:
    """Faults of a table that may be blank as a whole, but not in parts: no link without its disclosure."""
    values = {each.name: getattr(part, each.name) for each in fields(part)} if part else {}
    if any(values.values()):
        yield from (f"{name}.{key}: is blank" for key, value in values.items() if value == "")


def _record(kind: Any, table: object, name: str, faults: list[str]) -> Any:
    """A dataclass of this kind from a TOML table; what is wrong goes to `faults`, so that all is named."""
    if not isinstance(table, dict):
        faults.append(f"{name}: must be a table")
        return None
    hints = get_type_hints(kind)
    known = {each.name: each.metadata for each in fields(kind)}
    prefix = f"{name}." if name else ""
    faults.extend(f"{prefix}{key}: is not an entry we know" for key in table if key not in known)
    faults.extend(f"{prefix}{key}: is missing" for key in known if key not in table)
    values = {
        key: _value(hints[key], table[key], f"{prefix}{key}", metadata, faults)
        for key, metadata in known.items()
        if key in table
    }
    return kind(**values) if len(values) == len(known) else None


def _value(kind: Any, value: Any, name: str, rules: Any, faults: list[str]) -> Any:
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], value, name, rules, faults)
    if kind not in (str, int):
        return _record(kind, value, name, faults)
    if type(value) is not kind:
        faults.append(f"{name}: must be {'text in quotes' if kind is str else 'a whole number'}")
        return value
    value = value.strip() if kind is str else value
    check = rules.get("check")
    fault = "is blank" if value == "" else check(value) if check else ""
    if fault and not (value == "" and rules.get("may_be_blank")):
        faults.append(f"{name}: {fault}")
    return value


def _list(kind: Any, value: Any, name: str, rules: Any, faults: list[str]) -> Any:
    if not isinstance(value, list):
        faults.append(f"{name}: must be a list")
        return ()
    if not value and not rules.get("may_be_blank"):
        faults.append(f"{name}: is blank")
    each = {"check": rules.get("check")}
    parts = enumerate(value, start=1)
    return tuple(_value(kind, part, f"{name}[{number}]", each, faults) for number, part in parts)
