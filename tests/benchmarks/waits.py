"""How long somebody waits: until a first byte is safe; until an upload goes on after an outage. Part of `uploads`."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from tests.components.sending import House, committed, running_house

TIMES, RARE_TIMES = 15, 3
LENGTH = 1024 * 1024
SLOW_BYTES = 50_000  # a second: 400 kbit/s
LONGEST_SECONDS = 60


def waits(place: Path) -> Iterator[str]:
    """The rows of the table."""
    yield from ("", "| How long | seconds, median | from–to |", "|---|---|---|")
    with running_house(place / "waits", "serve") as house:
        for what, act, times in (
            ("from choosing a file to its first acknowledged byte", first_byte, TIMES),
            ("until a byte sent at 400 kbit/s is safe, with nobody asking", safe_on_a_slow_line, RARE_TIMES),
            ("a line is cut: until the next byte is acknowledged on another", after_a_cut, TIMES),
            ("a line dies without a word: the same", after_a_silence, TIMES),
            ("the service is killed and started again: the same", after_a_kill, RARE_TIMES),
        ):
            took = [act(house) for _ in range(times)]
            yield f"| {what} | {median(took):.2f} | {min(took):.2f}–{max(took):.2f} |"


def first_byte(house: House) -> float:
    """Announce, send a byte, be answered."""
    began = time.perf_counter()
    address = house.sender.announce(LENGTH)
    assert house.sender.patch(address, 0, b"x").offset == 1
    return time.perf_counter() - began


def safe_on_a_slow_line(house: House) -> float:
    """Send slowly; look into the books, not at the service, which would make it hurry."""
    address = house.sender.announce(LENGTH)
    line = socket.create_connection(("127.0.0.1", house.sender.port))
    stop, began = threading.Event(), time.perf_counter()

    def send() -> None:
        line.sendall(house.sender.patch_head(address, 0, LENGTH))
        while not stop.wait(0.1):
            line.sendall(bytes(SLOW_BYTES // 10))

    sending = threading.Thread(target=send)
    sending.start()
    _until(lambda: committed(house.services, address) > 0)
    took = time.perf_counter() - began
    stop.set()
    sending.join()
    line.close()
    return took


def after_a_cut(house: House) -> float:
    """The line ends; ask where it stands, and go on."""
    return _after(house, lambda line: line.close())


def after_a_silence(house: House) -> float:
    """A telephone changes its network: nobody tells the service that the old line is dead."""
    return _after(house, lambda line: None)


def after_a_kill(house: House) -> float:
    """SIGKILL, and whatever starts services starts it at once."""

    def kill(line: socket.socket) -> None:
        house.server.kill9("serve")
        house.server.restart("serve")

    return _after(house, kill)


def _after(house: House, happens: Callable[[socket.socket], None]) -> float:
    address = house.sender.announce(LENGTH)
    with socket.create_connection(("127.0.0.1", house.sender.port)) as line:
        line.sendall(house.sender.patch_head(address, 0, LENGTH) + bytes(LENGTH // 2))
        time.sleep(0.3)
        began = time.perf_counter()
        happens(line)
        offset = house.sender.head(address).offset or 0
        assert house.sender.patch(address, offset, b"x").offset == offset + 1
        return time.perf_counter() - began


def _until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not happened():
        if time.monotonic() > until:
            raise SystemExit("it never happened")
        time.sleep(0.05)
