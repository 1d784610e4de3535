"""Memory that is lent to whoever makes bytes for an object, so that they need not be made elsewhere and copied."""

from typing import Protocol


class Lender(Protocol):
    """What takes bytes in memory of its own: ask for `room`, put them there, and say how many with `filled`."""

    def room(self, size: int) -> memoryview:
        """Memory for `size` bytes, good until `filled`. Raises OSError as `filled`."""

    def filled(self, size: int) -> None:
        """The first `size` bytes of the room are there, and belong at the end. Raises OSError if there is no place."""


class Lending:
    """A Lender for what has a `write`: one room that is lent again and again, and written each time it is filled.

    Fresh memory for each half megabyte is taken from the kernel page by page: it costs more than sealing it.
    """

    _memory = memoryview(b"")

    def room(self, size: int) -> memoryview:
        """Memory for `size` bytes, good until `filled`. Raises OSError as `filled`."""
        if len(self._memory) < size:
            self._memory = memoryview(bytearray(size))
        return self._memory[:size]

    def filled(self, size: int) -> None:
        """The first `size` bytes of the room belong at the end. Raises what `write` raises."""
        self.write(self._memory[:size])

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        raise NotImplementedError
