"""Reads the tables of a TOML file into frozen dataclasses, and names at once all that is missing, blank or wrong.

A field is one entry: text, a whole number, a tuple of either, or a dataclass of its own.
"""

from collections.abc import Callable
from dataclasses import Field, field, fields
from typing import Any, get_args, get_origin, get_type_hints

Check = Callable[[Any], str]
# Says of a field that it stands in no file.
APART = {"apart": True}


def entry(check: Check | None = None, *, may_be_blank: bool = False) -> Any:
    """A field whose value `check` finds nothing wrong with: it answers a fault to add to the name, or nothing."""
    return field(metadata={"check": check, "may_be_blank": may_be_blank})


def known(kind: Any) -> list[Field[Any]]:
    """The fields of a dataclass that stand in the file."""
    return [each for each in fields(kind) if each.metadata != APART]


def read_record(kind: Any, table: object, name: str, faults: list[str]) -> Any:
    """A dataclass of this kind from a TOML table, or None; what is wrong goes to `faults`, so that all is named."""
    if not isinstance(table, dict):
        faults.append(f"{name}: must be a table")
        return None
    hints = get_type_hints(kind)
    entries = {each.name: each.metadata for each in known(kind)}
    prefix = f"{name}." if name else ""
    faults.extend(f"{prefix}{key}: is not an entry we know" for key in table if key not in entries)
    faults.extend(f"{prefix}{key}: is missing" for key in entries if key not in table)
    values = {
        key: _value(hints[key], table[key], f"{prefix}{key}", metadata, faults)
        for key, metadata in entries.items()
        if key in table
    }
    return kind(**values) if len(values) == len(entries) else None


def _value(kind: Any, value: Any, name: str, rules: Any, faults: list[str]) -> Any:
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], value, name, rules, faults)
    if kind not in (str, int):
        return read_record(kind, value, name, faults)
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
