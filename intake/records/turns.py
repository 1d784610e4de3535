"""Requests for one upload that meet in this process: the newer one asks, the older one settles what it has.

Nothing hangs on it for truth, which the generation of the row guards. It spares bytes from being sent twice: somebody
whose line broke asks at once where the upload stands, while what came over the old line is still being made durable;
and it frees the place of a request whose line died without a word.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

PATIENCE_SECONDS = 5  # how long anybody waits for another request to settle; a tick of its line and a sync are due
FLOWING_SECONDS = 1  # how long a line that brings one full piece after the other may go on before it settles


class Turn:
    """One request that adds to an upload, as others see it. `is_over` once a newer one has the turn."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.is_over = False
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._asking: list[threading.Event] = []
        self._asked_at = 0.0

    def is_due(self, *, dry: bool) -> bool:
        """Whether somebody waits for this request to settle; not yet while its line still gives what it holds."""
        return bool(self._asking) and (dry or monotonic() - self._asked_at >= FLOWING_SECONDS)

    def settled(self) -> None:
        """All that came is durable: whoever asked may go on."""
        with self._lock:
            asking, self._asking = self._asking, []
        for each in asking:
            each.set()

    def ask(self) -> threading.Event:
        """What is set as soon as this request has settled. It never waits for itself."""
        waited_for = threading.Event()
        if self._thread == threading.get_ident():
            waited_for.set()
            return waited_for
        with self._lock:
            self._asked_at = self._asked_at if self._asking else monotonic()
            self._asking.append(waited_for)
        return waited_for


_running: dict[str, list[Turn]] = {}
_lock = threading.Lock()


@contextmanager
def take_turn(upload_id: str, generation: int) -> Iterator[Turn]:
    """This request adds to the upload: those of an older generation are over. Who asks is let go at its end at last."""
    turn = Turn(generation)
    with _lock:
        running = _running.setdefault(upload_id, [])
        running.append(turn)
        newest = max(each.generation for each in running)
        for each in running:
            each.is_over = each.generation < newest
    try:
        yield turn
    finally:
        with _lock:
            running.remove(turn)
            if not running:
                del _running[upload_id]
        turn.settled()


def settle(upload_id: str) -> bool:
    """Wait, for some seconds at most, until what came so far is durable. False if nobody adds to it now."""
    with _lock:
        waited_for = [turn.ask() for turn in _running.get(upload_id, ())]
    until = monotonic() + PATIENCE_SECONDS
    for each in waited_for:
        each.wait(max(0.0, until - monotonic()))
    return bool(waited_for)
