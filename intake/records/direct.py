"""Writing past the page cache: what nobody reads soon goes to the disk from our own memory, without a copy in between.

A lane is memory of two halves and a thread: one half is filled while the other is on its way to the disk. Lanes are
few, because memory is; who finds none free writes as ever. What a file system does not take directly is written as ever
too.
"""

import errno
import fcntl
import mmap
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import FileIO

LANES = 6  # of 2 MiB each: enough for four uploads at the speed of the disk, and little beside 32 of them
PAGE_BYTES = 4096  # what is written directly begins in memory and file at whole pages, and ends there
HALF_BYTES = 1024 * 1024  # of a lane: on its way to the disk as soon as it is full
ROOM_BYTES = HALF_BYTES + 2 * PAGE_BYTES  # a half also takes what two records have beyond it, and what was left over
LARGEST_BYTES = HALF_BYTES  # that can be asked for at once
_HUGE_PAGE_BYTES = 2 * 1024 * 1024
_DIRECT = getattr(os, "O_DIRECT", 0)  # Linux has it


class Lane:
    """Two halves of memory and the thread that writes them. For one file at a time; see `borrow`."""

    def __init__(self) -> None:
        memory = mmap.mmap(-1, 2 * _HUGE_PAGE_BYTES)  # what of it is never touched costs nothing
        # The disk is handed one huge page instead of hundreds of small ones: half of the time of a write.
        with suppress(AttributeError, OSError):
            memory.madvise(mmap.MADV_HUGEPAGE, 0, _HUGE_PAGE_BYTES)
        view = memoryview(memory)
        self.halves = (view[:ROOM_BYTES], view[ROOM_BYTES : 2 * ROOM_BYTES])
        self.writer = ThreadPoolExecutor(1, "intake-disk")


class Direct:
    """The bytes of one file on their way to the disk. `finish` or `drop` it: both give the lane back."""

    def __init__(self, file: FileIO, lane: Lane) -> None:
        self._file = file
        self._lane: Lane | None = lane
        self._filling, self._other = lane.halves
        self._writer = lane.writer
        self._length = 0  # of what waits in the half that is filled
        self._at = 0  # where in the file that half begins
        self._going: Future[None] | None = None

    def room(self, size: int) -> memoryview:
        """Memory for `size` bytes, at most LARGEST_BYTES, good until `filled`. Raises OSError as `filled`."""
        if self._length + size > ROOM_BYTES:
            self._send()
        return self._filling[self._length : self._length + size]

    def filled(self, size: int) -> None:
        """The first `size` bytes of the room are there. Raises OSError if what came before found no place."""
        self._length += size
        if self._length >= HALF_BYTES:
            self._send()

    def finish(self) -> None:
        """Write what waits; all of it is with the file system then, to be synced. Raises OSError."""
        try:
            self._send()
            self._wait()
            _set_direct(self._file, wanted=False)
            _write_all(self._file, self._filling[: self._length], self._at)
        finally:
            self.drop()

    def drop(self) -> None:
        """Let go of the lane, once nothing is on its way from it. Harmless to do twice."""
        with suppress(OSError):
            self._wait()
        lane, self._lane = self._lane, None
        if lane is not None:
            _give_back(lane)

    def forget(self) -> None:
        """As `drop`, for a finalizer: it may run in any thread, so it waits for none. The lane comes back by itself."""
        going, self._going = self._going, None
        lane, self._lane = self._lane, None
        if lane is not None and going is not None:
            going.add_done_callback(lambda _: _give_back(lane))
        elif lane is not None:
            _give_back(lane)

    def _send(self) -> None:
        """Have the whole pages written, and go on in the other half with what is left."""
        self._wait()
        whole = self._length // PAGE_BYTES * PAGE_BYTES
        left = self._length - whole
        self._other[:left] = self._filling[whole : self._length]
        if whole:
            self._going = self._writer.submit(_write_all, self._file, self._filling[:whole], self._at)
        self._at, self._length = self._at + whole, left
        self._filling, self._other = self._other, self._filling

    def _wait(self) -> None:
        going, self._going = self._going, None
        if going is not None:
            going.result()


def _write_all(file: FileIO, data: memoryview, at: int) -> None:
    """Takes the file, not its number: until all is written nobody can close it and give its number to another."""
    while data:
        try:
            written = os.pwrite(file.fileno(), data, at)
        except OSError as error:
            if error.errno != errno.EINVAL or not _set_direct(file, wanted=False):
                raise
            continue  # a file system that promised to take it directly and does not, or not at this length
        data, at = data[written:], at + written


def _set_direct(file: FileIO, *, wanted: bool) -> bool:
    """Whether that changed anything. Raises OSError where it cannot be had."""
    flags = fcntl.fcntl(file, fcntl.F_GETFL)
    changed = flags | _DIRECT if wanted else flags & ~_DIRECT
    if changed != flags:
        fcntl.fcntl(file, fcntl.F_SETFL, changed)
    return changed != flags


def take_directly(file: FileIO) -> Direct | None:
    """Begin to write an empty file past the page cache; None where no lane is free or the file system will not."""
    lane = _borrow() if _DIRECT else None
    if lane is None:
        return None
    try:
        _set_direct(file, wanted=True)
    except OSError:
        _give_back(lane)
        return None
    return Direct(file, lane)


# Finalizers give lanes back too, and may run while this thread holds the lock.
_lock = threading.RLock()
# Every lane there is: one that were garbage together with what borrowed it would come back without its thread, which
# ends when the collector finds its pool.
_lanes: list[Lane] = []
_free: list[Lane] = []


def _borrow() -> Lane | None:
    with _lock:
        if _free:
            return _free.pop()
        if len(_lanes) >= LANES:
            return None
        lane = Lane()
        _lanes.append(lane)
        return lane


def _give_back(lane: Lane) -> None:
    with _lock:
        _free.append(lane)


def _begin_anew() -> None:
    """In a process that was forked: the threads of its lanes stayed behind."""
    global _lock, _lanes, _free
    _lock, _lanes, _free = threading.RLock(), [], []


os.register_at_fork(after_in_child=_begin_anew)
