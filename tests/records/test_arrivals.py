"""Requests for one upload that meet: whoever asks learns of all that came, and the older one makes place."""

import threading
import time
from collections.abc import Iterator

import pytest

from intake.errors import UploadReplaced
from intake.records import arrivals
from intake.records.line import PIECE_BYTES
from intake.records.upload import Upload
from tests.records.bench import Bench, some_bytes


class Slowly:
    """Pieces as a line brings them whose end is held back until the test lets it come."""

    def __init__(self, *pieces: bytes, then: bytes = b"") -> None:
        self._pieces, self._then = pieces, then
        self.waits, self.go_on = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        self.waits.set()
        for _ in range(600):
            if self.go_on.wait(0.05):
                yield self._then
                return
            yield b""  # a tick of the line


def _in_the_background(bench: Bench, upload: Upload, line: Slowly) -> tuple[threading.Thread, list[object]]:
    came: list[object] = []

    def send() -> None:
        try:
            came.append(bench.append(upload, 0, line))
        except Exception as fault:
            came.append(fault)

    sending = threading.Thread(target=send)
    sending.start()
    assert line.waits.wait(20)
    return sending, came


def test_whoever_asks_learns_of_all_that_came_and_the_request_goes_on(bench: Bench) -> None:
    upload, line = bench.begin(10), Slowly(b"12345", then=b"67890")
    sending, came = _in_the_background(bench, upload, line)
    assert bench.offset(upload) == 0
    assert arrivals.settle(upload.id) and bench.offset(upload) == 5
    line.go_on.set()
    sending.join()
    assert bench.again(upload).complete and bench.read(bench.again(upload)) == b"1234567890", came


def test_nobody_waits_when_nobody_adds(bench: Bench) -> None:
    upload = bench.begin(10)
    bench.append(upload, 0, [b"12345"])
    assert not arrivals.settle(upload.id) and not arrivals.settle("nobody's")


def test_a_newer_request_goes_on_where_the_older_settled_and_the_older_ends_at_once(bench: Bench) -> None:
    body = some_bytes(1000)
    upload, line = bench.begin(1000), Slowly(body[:400])
    sending, came = _in_the_background(bench, upload, line)
    arrivals.settle(upload.id)
    newer = Slowly(body[400:600], then=body[600:])
    at_400 = threading.Thread(target=lambda: bench.append(upload, 400, newer))
    at_400.start()
    sending.join(20)
    assert not sending.is_alive() and isinstance(came[0], UploadReplaced), "though nothing came over its line"
    newer.go_on.set()
    at_400.join()
    assert bench.read(bench.again(upload)) == body


def test_a_line_that_flows_is_left_to_bring_what_it_holds_before_it_settles(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "FLOWING_SECONDS", 1000)
    full, asked = some_bytes(PIECE_BYTES), threading.Event()
    upload = bench.begin(3 * PIECE_BYTES + 5)
    seen: list[int] = []

    def flowing() -> Iterator[bytes]:
        yield full
        asked.set()
        time.sleep(0.5)  # somebody asks now
        yield full
        seen.append(bench.offset(upload))
        yield full
        yield b"tail!"
        seen.append(bench.offset(upload))

    sending = threading.Thread(target=lambda: bench.append(upload, 0, flowing()))
    sending.start()
    assert asked.wait(20)
    assert arrivals.settle(upload.id)
    sending.join()
    assert seen == [0, 3 * PIECE_BYTES + 5]


def test_a_request_that_came_before_does_not_end_one_of_a_newer_generation() -> None:
    enter = arrivals.enter
    with enter("an upload") as first, enter("an upload") as second, enter("an upload") as third:
        second.begin(2)
        assert not first.is_over and not second.is_over, "who only entered is neither over nor ends another"
        first.begin(1)
        assert first.is_over and not second.is_over
        third.begin(3)
        assert second.is_over and not third.is_over


def test_patience_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "PATIENCE_SECONDS", 0.2)
    stuck, free = threading.Event(), threading.Event()

    def hold() -> None:
        with arrivals.enter("stuck"):
            stuck.set()
            free.wait(20)

    holding = threading.Thread(target=hold)
    holding.start()
    stuck.wait(20)
    assert arrivals.settle("stuck")
    free.set()
    holding.join()
