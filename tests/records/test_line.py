"""A request body over a bad line: it may end early, by silence or by a reset, and what arrived is kept."""

import io
from types import SimpleNamespace

import pytest

from intake.records.line import PIECE_BYTES, SILENCE_SECONDS, Line


class Breaking:
    """A stream like a server's: it gives `body`, then fails, keeping in its buffer what it had of the piece."""

    def __init__(self, body: bytes, fault: OSError | None, *, kept: bytes = b"") -> None:
        self._body, self._fault = io.BytesIO(body), fault
        self.buf = io.BytesIO()
        self.reader = SimpleNamespace(unreader=SimpleNamespace(take_buffered=lambda: kept))

    def read(self, size: int) -> bytes:
        """The next bytes, or the fault."""
        data = self._body.read(size)
        if not data and self._fault:
            raise self._fault
        return data


class Connection:
    """Remembers how long it was told to wait."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def settimeout(self, seconds: float | None) -> None:
        """Remember it."""
        self.waits.append(seconds)


def _line(stream: object, length: int | None, **more: object) -> Line:
    return Line({"wsgi.input": stream} | more, length)


def test_a_whole_body_comes_in_large_pieces() -> None:
    body = bytes(2 * PIECE_BYTES + 5)
    line = _line(io.BytesIO(body), len(body))
    assert [len(piece) for piece in line] == [PIECE_BYTES, PIECE_BYTES, 5] and not line.cut


def test_nothing_beyond_the_announced_length_is_read() -> None:
    stream = io.BytesIO(b"bodynext request")
    assert b"".join(_line(stream, 4)) == b"body" and stream.read() == b"next request"


def test_without_a_length_only_a_server_that_ends_the_stream_is_read_to_its_end() -> None:
    assert b"".join(_line(io.BytesIO(b"chunks"), None)) == b""
    assert b"".join(_line(io.BytesIO(b"chunks"), None, **{"wsgi.input_terminated": True})) == b"chunks"


@pytest.mark.parametrize("fault", [None, TimeoutError(), ConnectionResetError(), OSError("gone")])
def test_a_body_that_breaks_off_just_ends_early(fault: OSError | None) -> None:
    line = _line(Breaking(b"abc", fault), 10)
    assert b"".join(line) == b"abc" and line.cut


def test_what_the_server_had_of_the_broken_piece_is_not_lost() -> None:
    line = _line(Breaking(b"", ConnectionResetError(), kept=b"the beginning of a piece"), 100)
    assert b"".join(line) == b"the beginning of a piece" and line.cut
    short = _line(Breaking(b"", ConnectionResetError(), kept=b"body and the next request"), 4)
    assert b"".join(short) == b"body"


def test_silence_is_limited_while_the_body_is_read_and_not_after() -> None:
    connection = Connection()
    assert b"".join(_line(io.BytesIO(b"abc"), 3, **{"gunicorn.socket": connection})) == b"abc"
    assert connection.waits == [SILENCE_SECONDS, None]


def test_a_fault_of_ours_while_reading_is_not_taken_for_a_broken_line() -> None:
    class Faulty:
        def read(self, size: int) -> bytes:
            raise ValueError("a fault of ours")

    with pytest.raises(ValueError, match="ours"):
        list(_line(Faulty(), 3))
