"""A request body over a bad line: it may end early, by silence or by a reset, and what arrived is kept.

The bodies are gunicorn's own readers on a real socket: that they can be read past depends on how they are made.
"""

import io
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.unreader import SocketUnreader

from intake.records import line as lines
from intake.records.line import PIECE_BYTES, TICK_SECONDS, Line

WAIT_OPTION = (socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.calcsize("@ll"))


class Ends:
    """The two ends of a line, and what gunicorn makes of ours."""

    def __init__(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self.theirs, self.ours = pair
        self.unreader = SocketUnreader(self.ours)

    def line(self, length: int | None) -> Line:
        """The line of a request whose headers have been read."""
        reader: Any = ChunkedReader(None, self.unreader) if length is None else LengthReader(self.unreader, length)
        environ = {"wsgi.input": Body(reader), "gunicorn.socket": self.ours, "wsgi.input_terminated": True}
        return Line(environ, length)

    def say(self, *pieces: bytes, pause: float = 0, close: bool = False) -> threading.Thread:
        """Send from the other end, in a thread of its own."""

        def send() -> None:
            with suppress(OSError):
                for piece in pieces:
                    self.theirs.sendall(piece)
                    time.sleep(pause)
            if close:
                self.theirs.close()

        sending = threading.Thread(target=send)
        sending.start()
        return sending


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends(socket.socketpair())
    yield made
    made.theirs.close()
    made.ours.close()


def _all(line: Line) -> bytes:
    return b"".join(bytes(piece) for piece in line)  # each piece is only good until the next


def test_a_whole_body_comes_in_large_pieces(ends: Ends) -> None:
    body = bytes(range(256)) * (2 * PIECE_BYTES // 256) + b"tail!"
    sending, line = ends.say(body), ends.line(len(body))
    came = [bytes(piece) for piece in line]
    sending.join()
    assert [len(piece) for piece in came] == [PIECE_BYTES, PIECE_BYTES, 5]
    assert b"".join(came) == body and not line.cut


def test_bytes_that_came_with_the_headers_stand_first_and_the_next_request_is_left_alone(ends: Ends) -> None:
    ends.unreader.unread(b"the body, GET /next")
    line = ends.line(9)
    assert _all(line) == b"the body," and not line.cut
    assert ends.unreader.read(10) == b" GET /next"
    ends.unreader.unread(b"begun ")
    sending = ends.say(b"and ended, GET /third")
    assert _all(ends.line(15)) == b"begun and ended"
    sending.join()
    assert ends.unreader.read(12) == b", GET /third"


def test_the_server_knows_afterwards_that_nothing_of_the_body_is_left(ends: Ends) -> None:
    reader = LengthReader(ends.unreader, 4)
    line = Line({"wsgi.input": Body(reader), "gunicorn.socket": ends.ours}, 4)
    sending = ends.say(b"body")
    assert _all(line) == b"body" and reader.length == 0
    sending.join()


def test_how_long_the_server_waits_is_put_back(ends: Ends) -> None:
    ends.ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 17, 0))
    sending = ends.say(b"body")
    assert _all(ends.line(4)) == b"body"
    sending.join()
    assert struct.unpack("@ll", ends.ours.getsockopt(*WAIT_OPTION))[0] == 17


def test_on_a_slow_line_what_came_is_given_every_moment_also_when_it_is_nothing(ends: Ends) -> None:
    sending = ends.say(b"one", b"two", pause=3 * TICK_SECONDS)
    came = [bytes(piece) for piece in ends.line(6)]
    sending.join()
    assert came[0] == b"one" and came[-1] == b"two" and set(came[1:-1]) <= {b""}


@pytest.mark.parametrize("length", [10, None])
def test_a_line_that_is_closed_early_just_ends_the_body(ends: Ends, length: int | None) -> None:
    sending, line = ends.say(b"abc" if length else b"a\r\nabc", close=True), ends.line(length)
    assert _all(line) == b"abc"
    assert line.cut or length is None
    sending.join()


@pytest.mark.parametrize("length", [1000, None])
def test_everything_that_had_come_before_a_reset_is_kept(length: int | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = socket.create_connection(listener.getsockname())
        ends = Ends((theirs, listener.accept()[0]))
    theirs.sendall((b"" if length else b"3e8\r\n") + b"x" * 700)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    resetting = threading.Timer(0.3, theirs.close)
    resetting.start()
    line = ends.line(length)
    assert _all(line) == b"x" * 700 and line.cut
    resetting.join()
    ends.ours.close()


def test_a_line_that_is_silent_for_long_ends_the_body(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "SILENCE_SECONDS", 2)
    sending, line = ends.say(b"abc"), ends.line(10)
    assert _all(line) == b"abc" and line.cut
    sending.join()


def test_a_body_that_is_refused_is_heard_to_its_end(ends: Ends) -> None:
    sending, line = ends.say(bytes(3 * PIECE_BYTES), b"next"), ends.line(3 * PIECE_BYTES)
    for piece in line:
        assert len(piece) == PIECE_BYTES
        break
    line.listen_on()
    sending.join()
    assert not line.cut and ends.ours.recv(4) == b"next"
    assert ends.ours.getsockopt(*WAIT_OPTION) == bytes(WAIT_OPTION[2]), "the server's own patience is put back"


def test_a_refused_body_is_not_waited_for(ends: Ends) -> None:
    sending, line = ends.say(b"a little"), ends.line(1 << 40)
    line.listen_on()
    sending.join()
    assert not line.cut


def test_other_servers_are_read_through_their_own_stream() -> None:
    body = bytes(2 * PIECE_BYTES + 5)
    line = Line({"wsgi.input": io.BytesIO(body)}, len(body))
    assert [len(piece) for piece in line] == [PIECE_BYTES, PIECE_BYTES, 5] and not line.cut


def test_nothing_beyond_the_announced_length_is_read() -> None:
    stream = io.BytesIO(b"bodynext request")
    assert _all(Line({"wsgi.input": stream}, 4)) == b"body" and stream.read() == b"next request"


def test_without_a_length_only_a_server_that_ends_the_stream_is_read_to_its_end() -> None:
    assert _all(Line({"wsgi.input": io.BytesIO(b"chunks")}, None)) == b""
    assert _all(Line({"wsgi.input": io.BytesIO(b"chunks"), "wsgi.input_terminated": True}, None)) == b"chunks"


class Broken:
    """A stream that gives one piece, then fails."""

    def __init__(self, fault: Exception) -> None:
        self._fault, self._body = fault, io.BytesIO(bytes(PIECE_BYTES))

    def read(self, size: int) -> bytes:
        """What is left, or the fault."""
        if data := self._body.read(size):
            return data
        raise self._fault


@pytest.mark.parametrize("fault", [TimeoutError(), ConnectionResetError(), OSError("gone")])
def test_another_server_whose_stream_breaks_ends_the_body_early(fault: OSError) -> None:
    line = Line({"wsgi.input": Broken(fault)}, PIECE_BYTES + 3)
    assert _all(line) == bytes(PIECE_BYTES) and line.cut


def test_a_fault_of_ours_while_reading_is_not_taken_for_a_broken_line() -> None:
    with pytest.raises(ValueError, match="ours"):
        _all(Line({"wsgi.input": Broken(ValueError("a fault of ours"))}, PIECE_BYTES + 3))
