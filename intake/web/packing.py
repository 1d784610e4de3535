"""Packs long pages for lines that are slow: a list of records asks for 37 KB, and 5 KB packed say the same.

Whoever watches a line may learn from the length of packed bytes (BREACH), if they can put words of their own beside a
secret and have the page fetched again and again. Here they cannot: sessions are never sent with requests from other
places, a page's signature changes with every showing, and a random length is added.
"""

import gzip
import secrets

from flask import Response, request

LONG = 12_000  # bytes; what is shorter is not worth the work
PADDING = 64


def pack(response: Response) -> Response:
    """The same answer, packed if it is a long page and the browser reads gzip."""
    long = response.mimetype == "text/html" and not response.direct_passthrough and len(response.get_data()) > LONG
    if not long or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        page = response.get_data() + b"<!--%s-->" % secrets.token_hex(secrets.randbelow(PADDING)).encode()
        response.set_data(gzip.compress(page, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
