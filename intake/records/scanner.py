"""What looks for harmful content. Without a scanner nothing is ever clean: every file is held as not scanned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from intake.records.upload import Verdict

Pieces = Callable[[int, int], Iterator[bytes]]
MEMBER = "member"  # the kind by which a file inside an archive is handed to a scanner


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner says of one file; `reason` is a code for everything but clean."""

    verdict: Verdict
    reason: str | None = None


class Scanner(Protocol):
    """Looks at one file of a known kind, or at one MEMBER of an archive. `pieces(start, stop)` streams its bytes."""

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """The verdict. Clean only if every byte was looked at. Raises ScannerDown when nobody answers."""
        ...

    def answers(self) -> bool:
        """Whether it can be asked now."""
        ...


class NoScanner:
    """The scanner of a service that has none."""

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """Held, for nobody has looked."""
        return Scan(Verdict.HELD, "not_scanned")

    def answers(self) -> bool:
        """Nobody is there."""
        return False


class SilentScanner:
    """Stands in for a scanner that has not answered for so long that the record stops waiting."""

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """Held, to be checked again when it is back."""
        return Scan(Verdict.HELD, "scanner_down")

    def answers(self) -> bool:
        """It has not."""
        return False
