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


class Arrival:
    """One request that adds to an upload, as others see it. `is_over` once a newer one has begun."""

    def __init__(self, upload_id: str) -> None:
        self.upload_id = upload_id
        self.is_over = False
        self._generation: int | None = None
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._asking: list[threading.Event] = []
        self._asked_at = 0.0

    def begin(self, generation: int) -> None:
        """Its bytes come from now on, under this generation of the row; those of an older one are over."""
        self._generation = generation
        with _lock:
            begun = [arrival for arrival in _running[self.upload_id] if arrival._generation is not None]
            newest = max(arrival._generation or 0 for arrival in begun)
            for arrival in begun:
                arrival.is_over = (arrival._generation or 0) < newest

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


_running: dict[str, list[Arrival]] = {}
_lock = threading.Lock()


@contextmanager
def enter(upload_id: str) -> Iterator[Arrival]:
    """A request that will add to the upload is there. Whoever asks is let go at its end at last."""
    arrival = Arrival(upload_id)
    with _lock:
        _running.setdefault(upload_id, []).append(arrival)
    try:
        yield arrival
    finally:
        with _lock:
            _running[upload_id].remove(arrival)
            if not _running[upload_id]:
                del _running[upload_id]
        arrival.settled()


def settle(upload_id: str, before: Arrival | None = None) -> bool:
    """Wait, for some seconds at most, until what came so far is durable; for a Arrival, what came `before` it.

    False if nobody adds to the upload now.
    """
    with _lock:
        running = _running.get(upload_id, [])
        waited_for = [arrival.ask() for arrival in (running if before is None else running[: running.index(before)])]
    until = monotonic() + PATIENCE_SECONDS
    for each in waited_for:
        each.wait(max(0.0, until - monotonic()))
    return bool(waited_for)
