"""Scripts that are written in several pieces and served as one, squeezed and packed: a records page on a poor line.

The pieces share one scope, in the order of PIECES. Squeezing is no more than leaving out: comments on a line of their
own, indentation, and the spaces around signs that JavaScript does not need. A test holds it to what the pieces say.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache

from flask import Blueprint, Response, request, url_for

from intake.web.drawing import STATIC

blueprint = Blueprint("scripts", __name__)

PIECES = {"records": ("words.js", "folder.js", "send.js", "page.js")}
SIGNS = re.compile(r" (=>|[=!]==|&&|\|\||>>>|[<>]=|[=<>?:*/%&|^]) ")
BRACKETS = re.compile(r"(?<=[,;{(]) | (?=[})]|\{)")


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is served: its text, the same packed, and a name for exactly these bytes."""

    plain: bytes
    packed: bytes
    digest: str


@cache
def script(name: str) -> Script:
    """The pieces of a script, joined and squeezed."""
    pieces = [squeezed((STATIC / name / piece).read_text(encoding="utf-8")) for piece in PIECES[name]]
    plain = "\n".join(['"use strict";{', *pieces, "}"]).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:10])


def squeezed(text: str) -> str:
    """JavaScript of ours without what only its reader needs."""
    lines = (line.strip() for line in text.splitlines())
    said = "\n".join(line for line in lines if line and not line.startswith("//"))
    return BRACKETS.sub("", SIGNS.sub(r"\1", said))


def script_address(name: str) -> str:
    """Where a page finds it. The address changes with the bytes, so that browsers may keep it."""
    return url_for("scripts.give", name=name, v=script(name).digest)


@blueprint.get("/scripts/<any(records):name>.js")
def give(name: str) -> Response:
    """The script itself."""
    made, packs = script(name), "gzip" in request.accept_encodings
    response = Response(made.packed if packs else made.plain, mimetype="text/javascript")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    same = request.args.get("v") == made.digest
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if same else "no-cache"
    return response
