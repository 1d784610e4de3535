"""What a disc of scans holds. A stand-in until the real one is merged: it says nothing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from intake.records.members import Member


@dataclass(frozen=True, slots=True)
class DiscSummary:
    """What was found on a disc."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "DiscSummary":
        """The other way round."""
        return cls(**value)


def summarise(members: Iterable[Member]) -> DiscSummary:
    """What these files are together."""
    del members
    return DiscSummary()
