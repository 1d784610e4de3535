"""A line that breaks: stands between a client and the service and cuts each PATCH after so many bytes of its body.

What it has taken from the client by then has reached the service's machine: it cuts as a router dies, not in the middle
of its own memory. So what is sent twice is the service's doing, or the client's, and can be measured here.
"""

import fcntl
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

DRAIN_SECONDS = 10
DIAL_SECONDS = 0.05  # until a new line is there: what a telephone needs at the very best
RESET = struct.pack("ii", 1, 0)


class CuttingLine:
    """Listens on `port`. `after` says for each PATCH how many bytes of its body come through; None: all of them."""

    def __init__(self, target: int, after: Callable[[], int | None], resets: Callable[[], bool]) -> None:
        self._target, self._after, self._resets = target, after, resets
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.carried = 0  # bytes of bodies that came through
        self.cuts = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        time.sleep(DIAL_SECONDS)
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as service:
            head, body = _head(client)
            service.sendall(head)
            back = threading.Thread(target=_pump, args=(service, client), daemon=True)
            back.start()
            after = self._after() if head.startswith(b"PATCH") else None
            if self._carry_body(client, service, body, after):
                back.join(DRAIN_SECONDS)
                return
            self.cuts += 1
            _drained(service)
            if self._resets():
                service.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            service.shutdown(socket.SHUT_RD)  # else our own reader would keep it open
            back.join(DRAIN_SECONDS)

    def _carry_body(self, client: socket.socket, service: socket.socket, piece: bytes, after: int | None) -> bool:
        """Hand the body on. False once the line is to be cut; True when the client has said everything."""
        carried = 0
        while piece or (piece := client.recv(65536)):
            allowed = piece if after is None else piece[: after - carried]
            service.sendall(allowed)
            carried += len(allowed)
            self.carried += len(allowed)
            if after is not None and carried >= after:
                return False
            piece = b""
        return True


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    came = b""
    while b"\r\n\r\n" not in came:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionError
        came += piece
    end = came.index(b"\r\n\r\n") + 4
    return came[:end], came[end:]


def _pump(service: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while piece := service.recv(65536):
            client.sendall(piece)
        client.shutdown(socket.SHUT_RDWR)


def _drained(line: socket.socket) -> None:
    """Wait until the other side's machine has taken everything."""
    until = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until:
        if struct.unpack("i", fcntl.ioctl(line, termios.TIOCOUTQ, b"\0\0\0\0"))[0] == 0:
            return
        time.sleep(0.001)


@contextmanager
def cutting_line(
    target: int, after: Callable[[], int | None], resets: Callable[[], bool] = lambda: False
) -> Iterator[CuttingLine]:
    """Such a line for as long as it is needed."""
    line = CuttingLine(target, after, resets)
    try:
        yield line
    finally:
        line.close()
