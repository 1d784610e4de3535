"""The upload protocol tus 1.0: core, creation, expiration, termination. Headers in, plain values out, and back again.

Knows no web framework. Not offered: concatenation, a deferred length, reading back.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from intake.errors import HeaderWrong, MediaTypeWrong, ProtocolUnsupported
from intake.records.names import clean_name
from intake.records.upload import About

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
OFFSET_TYPE = "application/offset+octet-stream"

NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
KEY = re.compile(r"[!-+\--~]{1,80}", re.ASCII)  # printable, neither space nor comma
FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)
MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
LONGEST_METADATA = 4096

Headers = Mapping[str, str]


def need_version(headers: Headers) -> None:
    """Every request but OPTIONS says which version it speaks. Raises ProtocolUnsupported for any but ours."""
    if headers.get("Tus-Resumable") != VERSION:
        raise ProtocolUnsupported


def length_of(headers: Headers) -> int:
    """The size that a new upload is announced with. Raises HeaderWrong: a deferred length is not offered."""
    return _number(headers, "Upload-Length")


def offset_of(headers: Headers) -> int:
    """Where the bytes of this request belong. Raises HeaderWrong."""
    return _number(headers, "Upload-Offset")


def need_offset_type(headers: Headers) -> None:
    """Raises MediaTypeWrong unless the body is said to be the bytes themselves."""
    if headers.get("Content-Type", "").split(";", 1)[0].strip().lower() != OFFSET_TYPE:
        raise MediaTypeWrong


def about_of(headers: Headers) -> About:
    """What the sender says of the file. Raises HeaderWrong for metadata that does not follow the protocol.

    Values are a stranger's: the name is cleaned, and whatever has not the expected shape is left out.
    """
    text = headers.get("Upload-Metadata", "")
    said = read_metadata(text)
    name = said.get("filename") or said.get("name") or b""
    claimed = _text(said.get("filetype") or said.get("type") or b"")
    fingerprint = _text(said.get("fingerprint", b""))
    return About(
        name=clean_name(_text(name)),
        claimed_type=claimed if MEDIA_TYPE.fullmatch(claimed) else "",
        fingerprint=fingerprint if FINGERPRINT.fullmatch(fingerprint) else "",
        metadata=text,
    )


def read_metadata(text: str) -> dict[str, bytes]:
    """Key and value pairs, parted by commas; values in Base64, or none. Raises HeaderWrong."""
    said: dict[str, bytes] = {}
    if not text:
        return said
    if len(text) > LONGEST_METADATA or not text.isascii():
        raise HeaderWrong(header="Upload-Metadata")
    for pair in text.split(","):
        key, _, value = pair.strip(" ").partition(" ")
        if not KEY.fullmatch(key) or key in said:
            raise HeaderWrong(header="Upload-Metadata")
        try:
            said[key] = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise HeaderWrong(header="Upload-Metadata") from error
    return said


def greeting(longest_bytes: int) -> dict[str, str]:
    """The headers that answer OPTIONS: what we speak, and how large a file may be."""
    return {
        "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(longest_bytes),
    }  # fmt: skip


def standing(
    offset: int | None = None, length: int | None = None, expires_at: datetime | None = None
) -> dict[str, str]:
    """The headers that say where an upload stands. `expires_at` only while it is unfinished."""
    headers = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
    if offset is not None:
        headers["Upload-Offset"] = str(offset)
    if length is not None:
        headers["Upload-Length"] = str(length)
    if expires_at is not None:
        headers["Upload-Expires"] = format_datetime(expires_at.astimezone(UTC), usegmt=True)
    return headers


def _number(headers: Headers, header: str) -> int:
    text = headers.get(header, "")
    if not NUMBER.fullmatch(text):
        raise HeaderWrong(header=header)
    return int(text)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
