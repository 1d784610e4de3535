"""How much of an archive is unpacked: both sides of the process apart keep to these figures."""

MIB = 1024**2
GIB = 1024**3

MOST_FILES = 50_000  # all depths together; a large disc of scans holds about 10,000
MOST_BYTES = 60 * GIB  # unpacked, all depths together: as much as a whole case may hold
# Scans of a blank background unpack to a few hundred times their size; a whole disc of them to a few times its own.
MEMBER_RATIO, MEMBER_FREE = 200, 16 * MIB
WHOLE_RATIO, WHOLE_FREE = 50, 64 * MIB
MOST_DEPTH = 3  # a ZIP, a ZIP in it, a ZIP in that
LONGEST_DIRECTORY = 16 * MIB


def most_unpacked(length: int) -> int:
    """How many bytes the files in an archive of this length may have together, all depths, in bytes."""
    return min(MOST_BYTES, max(WHOLE_FREE, WHOLE_RATIO * length))
