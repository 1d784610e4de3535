"""Which bytes of a file a request asks for: RFC 9110, sections 13 and 14, as far as one range at a time goes.

Headers in, plain values out; knows no web framework. Tags are strong: our bytes never change under one tag.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

RANGE = re.compile(r"bytes[ \t]*=[ \t]*(.*)", re.IGNORECASE | re.ASCII)
SPEC = re.compile(r"(?P<first>[0-9]{1,30})?-(?P<last>[0-9]{1,30})?", re.ASCII)
TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')
BLANK = " \t"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to answer: a status (200, 206, 304, 412, 416), and for the first two the bytes from `start` to `stop`."""

    status: int
    start: int = 0
    stop: int = 0


def wanted(method: str, headers: Headers, length: int, tag: str) -> Wanted:
    """The answer to a request for a file of `length` bytes under the strong tag `tag` (without its quotes).

    Several ranges at once, and ranges that are none, are passed over: the whole file is a right answer to both.
    """
    mine = f'"{tag}"'
    if "If-Match" in headers and not _among(headers["If-Match"], mine, weakly=False):
        return Wanted(412)
    if "If-None-Match" in headers and _among(headers["If-None-Match"], mine, weakly=True):
        return Wanted(304)
    whole = Wanted(200, 0, length)
    if method != "GET" or "Range" not in headers or headers.get("If-Range", mine).strip(BLANK) != mine:
        return whole
    return _one_range(headers["Range"], length) or whole


def _one_range(text: str, length: int) -> Wanted | None:
    """The range that is asked for, 416 if the file has no such bytes; None for another unit, several, or none."""
    found = RANGE.fullmatch(text.strip(BLANK))
    specs = [spec.strip(BLANK) for spec in found[1].split(",")] if found else []
    specs = [spec for spec in specs if spec]
    spec = SPEC.fullmatch(specs[0]) if len(specs) == 1 else None
    if spec is None or spec[0] == "-":
        return None
    if spec["first"] is None:
        start, stop = max(0, length - int(spec["last"])), length
    else:
        start = int(spec["first"])
        stop = length if spec["last"] is None else min(length, int(spec["last"]) + 1)
        if spec["last"] is not None and int(spec["last"]) < start:
            return None
    return Wanted(206, start, stop) if start < length else Wanted(416)


def _among(text: str, mine: str, *, weakly: bool) -> bool:
    """Whether our tag is in a list of them; "*" is any. Weak ones count only where a weak comparison is asked for."""
    if text.strip(BLANK) == "*":
        return True
    named = [found[0] for found in TAG.finditer(text)]
    return mine in named or (weakly and f"W/{mine}" in named)
