"""ClamAV by its INSTREAM command: each file, and each file inside an archive, is streamed to clamd.

Fails shut. Only "OK" to every byte that we sent is clean; a limit, an error, a cut line or a word that we do not know
is not. What clamd does not look into although it says OK (`docs/maintainers/decisions/0012`) is why archives are opened
by us, and why nothing longer than `max_bytes` is sent at all.
"""

import re
import socket
import struct
from collections.abc import Iterator

from intake.config import SCANNER_PLACE, Settings
from intake.errors import ScannerDown
from intake.records.scanner import NoScanner, Pieces, Scan, Scanner
from intake.records.upload import Verdict

CHUNK_BYTES = 256 * 1024
CONNECT_SECONDS = 5.0
# clamd gives up one file after MaxScanTime (2 minutes unless set); a busy one answers later.
ANSWER_SECONDS = 300.0
LONGEST_ANSWER = 4096
CHUNK = struct.Struct(">I")
FOUND = re.compile(r"stream: (\S.*) FOUND")
# Names that are no signature of something known, but clamd saying what it did not do or what it thinks.
LIMITS, LOCKED, GUESSES = "Heuristics.Limits.", "Heuristics.Encrypted.", ("Heuristics.", "PUA.")


class ClamAV:
    """clamd at a unix socket (a path) or at (host, port). `max_bytes` is what it is set to take: no more is sent."""

    def __init__(
        self, address: str | tuple[str, int], max_bytes: int, *, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._address = address
        self._max_bytes = max_bytes
        self._answer_seconds = answer_seconds

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """The verdict on `length` bytes. Raises ScannerDown when clamd does not answer, or not in time."""
        if length > self._max_bytes:
            return Scan(Verdict.HELD, "too_large_to_scan")
        with self._connected() as connection:
            whole = _stream(connection, pieces(0, length), length)
            said = read_answer(_answer(connection))
        if said.verdict is Verdict.CLEAN and not whole:
            raise ScannerDown  # it said OK, but it has not seen all of it
        return said

    def answers(self) -> bool:
        """Whether clamd is there."""
        try:
            with self._connected(CONNECT_SECONDS) as connection:
                connection.sendall(b"zPING\0")
                return _answer(connection) == "PONG"
        except (ScannerDown, OSError):
            return False

    def _connected(self, seconds: float | None = None) -> socket.socket:
        try:
            connection = self._connect()
        except OSError as error:
            raise ScannerDown from error
        connection.settimeout(seconds or self._answer_seconds)
        return connection

    def _connect(self) -> socket.socket:
        if isinstance(self._address, tuple):
            return socket.create_connection(self._address, CONNECT_SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT_SECONDS)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


def make_scanner(settings: Settings) -> Scanner:
    """The scanner that the settings name, or the one of a service that has none."""
    place = SCANNER_PLACE.fullmatch(settings.scanner)
    if place is None or not (place["path"] or place["host"]):
        return NoScanner()
    address = place["path"] or (place["host"].strip("[]"), int(place["port"]))
    return ClamAV(address, settings.scanner_max_bytes)


def read_answer(answer: str) -> Scan:
    """What clamd's answer to INSTREAM means. Raises ScannerDown for what is no answer of it."""
    if answer == "stream: OK":
        return Scan(Verdict.CLEAN)
    if answer == "INSTREAM size limit exceeded. ERROR":
        return Scan(Verdict.HELD, "too_large_to_scan")
    if found := FOUND.fullmatch(answer):
        name = found[1]
        if name.startswith(LIMITS):
            return Scan(Verdict.HELD, "too_large_to_scan")
        if name.startswith(LOCKED):
            return Scan(Verdict.HELD, "password")
        return Scan(Verdict.HELD, "suspected") if name.startswith(GUESSES) else Scan(Verdict.REJECTED, "infected")
    if answer.startswith("stream: ") and answer.endswith("ERROR"):
        return Scan(Verdict.HELD, "scan_failed")  # this file is too much for it, today and tomorrow
    raise ScannerDown


def _stream(connection: socket.socket, pieces: Iterator[bytes], length: int) -> bool:
    """Send the whole file; False if clamd would not take all of it: then its answer says why."""
    try:
        connection.sendall(b"zINSTREAM\0")
        for piece in pieces:
            for at in range(0, len(piece), CHUNK_BYTES):
                chunk = piece[at : at + CHUNK_BYTES]
                connection.sendall(CHUNK.pack(len(chunk)))
                connection.sendall(chunk)
            length -= len(piece)
        connection.sendall(CHUNK.pack(0))
    except TimeoutError as error:
        raise ScannerDown from error
    except (BrokenPipeError, ConnectionResetError):
        return False
    return length == 0


def _answer(connection: socket.socket) -> str:
    """One line, which must be whole. Raises ScannerDown."""
    told = b""
    try:
        while not told.endswith(b"\0") and len(told) < LONGEST_ANSWER:
            came = connection.recv(LONGEST_ANSWER)
            if not came:
                break
            told += came
    except OSError as error:
        raise ScannerDown from error
    if not told.endswith(b"\0"):
        raise ScannerDown
    return told[:-1].decode("utf-8", "replace").strip()
