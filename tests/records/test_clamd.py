"""The client of ClamAV, against a real clamd: only OK to every byte is clean, and everything else is not."""

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from intake.config import Settings, read_settings
from intake.errors import ScannerDown, SettingsIncomplete
from intake.records.clamd import ClamAV, make_scanner, read_answer
from intake.records.scanner import NoScanner, Scan
from intake.records.upload import Verdict
from tests.components.clamav import EICAR, MAX_BYTES, PLANTED, Clamd
from tests.records.bench import in_pieces

CLEAN = Scan(Verdict.CLEAN)
INFECTED = Scan(Verdict.REJECTED, "infected")
TOO_LARGE = Scan(Verdict.HELD, "too_large_to_scan")


def scan(scanner: ClamAV, body: bytes, size: int = 100_000) -> Scan:
    """What it says of these bytes, given in pieces."""
    return scanner.scan("pdf", len(body), lambda start, stop: in_pieces(body[start:stop], size))


def zipped(body: bytes, *, streamed: bool = False) -> bytes:
    """A ZIP with these bytes in it; `streamed` as programs make it that do not know the length beforehand."""
    place = io.BytesIO()
    made = zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED)
    with made, made.open("a.bin", "w", force_zip64=streamed) as file:
        file.write(body)
    return place.getvalue()


def test_harmless_bytes_are_clean_and_known_ones_are_found(clamd: Clamd) -> None:
    assert scan(clamd.scanner(), b"a letter" * 100_000) == CLEAN
    assert scan(clamd.scanner(), EICAR) == INFECTED
    assert scan(clamd.scanner(), b"a letter" * 100_000 + PLANTED, size=7_777) == INFECTED
    assert scan(clamd.scanner(), b"") == CLEAN


def test_over_tcp_it_is_the_same(clamd: Clamd) -> None:
    scanner = ClamAV(("127.0.0.1", clamd.port), MAX_BYTES)
    assert scanner.answers() and scan(scanner, EICAR) == INFECTED and scan(scanner, b"a letter") == CLEAN


def test_many_at_once_get_their_own_answers(clamd: Clamd) -> None:
    scanner, bodies = clamd.scanner(), [EICAR if number % 3 == 0 else b"x" * number * 1000 for number in range(24)]
    with ThreadPoolExecutor(8) as hands:
        said = list(hands.map(lambda body: scan(scanner, body), bodies))
    assert said == [INFECTED if body == EICAR else CLEAN for body in bodies]


def test_what_is_longer_than_we_send_is_not_sent_and_not_clean(clamd: Clamd) -> None:
    sent: list[bytes] = []

    def pieces(start: int, stop: int) -> Iterator[bytes]:
        sent.append(b"")
        yield b""

    assert clamd.scanner(max_bytes=100).scan("pdf", 101, pieces) == TOO_LARGE
    assert sent == []


def test_the_stream_limit_of_clamd_is_not_clean(clamd: Clamd) -> None:
    length = MAX_BYTES + 8_000_000
    piece = bytes(1_000_000)
    said = clamd.scanner(10**10).scan("pdf", length, lambda *_: (piece for _ in range(length // 1_000_000 + 1)))
    assert said == TOO_LARGE


def test_the_file_limit_of_clamd_is_not_clean(own_clamd: Clamd) -> None:
    place = own_clamd.place / "clamd.conf"
    place.write_text(place.read_text().replace(f"MaxFileSize {MAX_BYTES}", "MaxFileSize 1M"))
    own_clamd.start()
    assert scan(own_clamd.scanner(), bytes(2_000_000)) == TOO_LARGE
    assert scan(own_clamd.scanner(), bytes(500_000)) == CLEAN


def test_what_it_cannot_open_is_held_for_the_password(clamd: Clamd) -> None:
    whole = bytearray(zipped(b"secret" * 100))
    whole[6] |= 1
    whole[whole.rfind(b"PK\x01\x02") + 8] |= 1
    assert scan(clamd.scanner(), bytes(whole)) == Scan(Verdict.HELD, "password")


def test_the_hole_that_makes_us_open_archives_ourselves_is_still_there(clamd: Clamd) -> None:
    """When this fails, clamd has learnt to unpack them (Cisco-Talos/clamav#1527): look again at decision 0012."""
    assert scan(clamd.scanner(), zipped(EICAR)) == INFECTED
    assert scan(clamd.scanner(), zipped(EICAR, streamed=True)) == CLEAN


def test_a_scanner_that_is_not_there_is_down(own_clamd: Clamd) -> None:
    assert not own_clamd.scanner().answers()
    with pytest.raises(ScannerDown):
        scan(own_clamd.scanner(), b"a letter")
    with pytest.raises(ScannerDown):
        scan(ClamAV(("127.0.0.1", own_clamd.port), MAX_BYTES), b"a letter")


def test_a_scanner_that_was_killed_is_down_and_comes_back(own_clamd: Clamd) -> None:
    own_clamd.start()
    own_clamd.kill()
    with pytest.raises(ScannerDown):  # its socket is still there, and stale
        scan(own_clamd.scanner(), b"a letter")
    own_clamd.start()
    assert scan(own_clamd.scanner(), b"a letter") == CLEAN


def test_a_scanner_that_dies_in_the_middle_is_down(own_clamd: Clamd) -> None:
    own_clamd.start()

    def pieces(start: int, stop: int) -> Iterator[bytes]:
        for number in range(40):
            if number == 3:
                own_clamd.kill()
            yield bytes(500_000)

    with pytest.raises(ScannerDown):
        own_clamd.scanner().scan("pdf", 20_000_000, pieces)


def answering(say: Callable[[socket.socket], None]) -> tuple[ClamAV, threading.Thread, socket.socket]:
    """A listener that answers once, in a way that clamd does not."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with closing(connection):
            say(connection)

    hand = threading.Thread(target=serve)
    hand.start()
    return ClamAV(("127.0.0.1", listening.getsockname()[1]), 10**9, answer_seconds=1), hand, listening


def read_all(connection: socket.socket) -> None:
    """Take the stream to its end."""
    kept = b""
    while not kept.endswith(b"\0\0\0\0"):
        kept = (kept + connection.recv(65536))[-8:]


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"OK\0", b"stream: OK \x07\0", b"PONG\0", b"stream: \0", b"\0"])
def test_half_an_answer_or_another_one_is_none(answer: bytes) -> None:
    def say(connection: socket.socket) -> None:
        read_all(connection)
        connection.sendall(answer)

    scanner, hand, listening = answering(say)
    with listening, pytest.raises(ScannerDown):
        scan(scanner, b"a letter")
    hand.join()


def test_an_ok_to_half_of_a_file_is_not_clean() -> None:
    def say(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"stream: OK\0")
        connection.shutdown(socket.SHUT_WR)

    scanner, hand, listening = answering(say)
    with listening, pytest.raises(ScannerDown):
        scan(scanner, bytes(50_000_000))
    hand.join()


def test_a_file_that_gives_less_than_its_length_is_not_clean(clamd: Clamd) -> None:
    with pytest.raises(ScannerDown):
        clamd.scanner().scan("pdf", 1000, lambda start, stop: iter([bytes(999)]))


def test_a_scanner_that_says_nothing_is_not_waited_for_for_ever() -> None:
    silent = threading.Event()
    scanner, hand, listening = answering(lambda connection: silent.wait(30) and None)
    with listening, pytest.raises(ScannerDown):
        scan(scanner, b"a letter")
    silent.set()
    hand.join()


@pytest.mark.parametrize(
    "answer, said",
    [
        ("stream: OK", CLEAN),
        ("stream: Win.Test.EICAR_HDB-1 FOUND", INFECTED),
        ("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", TOO_LARGE),
        ("stream: Heuristics.Encrypted.PDF FOUND", Scan(Verdict.HELD, "password")),
        ("stream: Heuristics.Broken.Media.JPEG FOUND", Scan(Verdict.HELD, "suspected")),
        ("stream: PUA.Win.Packer FOUND", Scan(Verdict.HELD, "suspected")),
        ("INSTREAM size limit exceeded. ERROR", TOO_LARGE),
        ("stream: Can't allocate memory ERROR", Scan(Verdict.HELD, "scan_failed")),
    ],
)
def test_what_an_answer_means(answer: str, said: Scan) -> None:
    assert read_answer(answer) == said


def scanner_of(scanner: str) -> Settings:
    """Development settings with this scanner."""
    return read_settings({"INTAKE_ENV": "development", "INTAKE_SCANNER": scanner})


def test_the_settings_name_the_scanner(clamd: Clamd) -> None:
    assert isinstance(make_scanner(scanner_of("none")), NoScanner)
    assert isinstance(make_scanner(scanner_of("")), NoScanner)
    for place in (f"unix:{clamd.path}", f"tcp:127.0.0.1:{clamd.port}", f"tcp:localhost:{clamd.port}"):
        assert make_scanner(scanner_of(place)).answers(), place
    for wrong in ("clamd", "unix:", "unix:relative", "tcp:host", "tcp::3310", "http://host:1"):
        with pytest.raises(SettingsIncomplete):
            scanner_of(wrong)
