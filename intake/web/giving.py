"""Bytes given to a visitor: streamed, resumable by range, saved under a name, never shown in a page of ours.

The first bytes are taken from the vault before anything is promised: what cannot be opened is a page that says so, and
not half a file. Of a large file that is one sealed record, so a download begins as quickly as a small one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable

from intake.records.names import content_disposition
from intake.records.ranges import wanted

POLICY = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class Gift:
    """What can be given: its bytes from any place to any place, its length, strong tag, name and media type."""

    pieces: Callable[[int, int], Iterator[bytes]]
    length: int
    tag: str
    name: str
    media_type: str


def give(gift: Gift, before_first_byte: Callable[[int], None]) -> Response:
    """The answer: all of it, one range, or nothing new. Raises the framework's 412 and 416, and what opening raises.

    `before_first_byte(start)` is called once the first bytes are in hand, and before any of them leaves.
    """
    asked = wanted(request.method, request.headers, gift.length, gift.tag)
    if asked.status == 412:
        raise PreconditionFailed
    if asked.status == 416:
        raise RequestedRangeNotSatisfiable(length=gift.length)
    body: Iterator[bytes] = iter(())
    if request.method != "HEAD" and asked.status != 304:
        body = _begun(gift.pieces(asked.start, asked.stop))
        before_first_byte(asked.start)
    response = Response(body, asked.status, direct_passthrough=True)
    response.headers.update(_headers(gift))
    if asked.status == 304:
        del response.headers["Content-Type"]
        return response
    response.headers["Content-Type"] = gift.media_type
    response.headers["Content-Length"] = str(asked.stop - asked.start)
    if asked.status == 206:
        response.headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{gift.length}"
    return response


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, the first of them already here."""
    first = next(pieces, None)
    return iter(()) if first is None else _going_on(first, pieces)


def _going_on(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _headers(gift: Gift) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes", "ETag": f'"{gift.tag}"', "Content-Disposition": content_disposition(gift.name),
        "Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip
