"""A bare HTTP line for measuring: one connection, kept open, bodies by sendfile, so that the client costs little."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ANSWER_SECONDS = 120
DISCARD_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """Status, headers (in lower case) and how many bytes of body came, which are thrown away."""

    status: int
    headers: dict[str, str]
    length: int


class Wire:
    """One connection to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._host = f"localhost:{port}"
        self._line = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line.setblocking(True)
        self._sink = bytearray(DISCARD_BYTES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._line.close()

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: tuple[int, int, int] | None = None
    ) -> Answer:
        """Send a request and read its answer. `body` is an open file with the bytes to send: (file, from, how many)."""
        file, start, count = body or (-1, 0, 0)
        said = {"Host": self._host, "Content-Length": str(count)} | headers
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        self._line.sendall("\r\n".join(lines).encode())
        while count:
            sent = os.sendfile(self._line.fileno(), file, start, count)
            start, count = start + sent, count - sent
        return self._answer(method)

    def _answer(self, method: str) -> Answer:
        came = b""
        while b"\r\n\r\n" not in came:
            piece = self._line.recv(65536)
            if not piece:
                raise ConnectionError("the server hung up")
            came += piece
        head, _, rest = came.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        left = length - len(rest)
        while left > 0:
            came_now = self._line.recv_into(self._sink, min(left, DISCARD_BYTES))
            if not came_now:
                raise ConnectionError("the server hung up in the middle of its answer")
            left -= came_now
        return Answer(int(first.split()[1]), headers, length)


def upload(wire: Wire, headers: dict[str, str], source: Path, size: int, piece: int) -> str:
    """A file by tus, in PATCHes of `piece` bytes; returns its address."""
    tus = {"Tus-Resumable": "1.0.0"} | headers
    begun = wire.ask("POST", "/uploads", tus | {"Upload-Length": str(size)})
    if begun.status != 201:
        raise SystemExit(f"an upload could not be announced: {begun.status}")
    address = "/uploads/" + begun.headers["location"].rsplit("/", 1)[1]
    descriptor = os.open(source, os.O_RDONLY)
    try:
        for offset in range(0, size, piece):
            count = min(piece, size - offset)
            said = tus | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = wire.ask("PATCH", address, said, (descriptor, offset, count))
            if (answer.status, answer.headers.get("upload-offset")) != (204, str(offset + count)):
                raise SystemExit(f"bytes were not taken: {answer.status}")
    finally:
        os.close(descriptor)
    return address
