"""What an upload is: one file that somebody sends, from its announcement to the verdict of its check.

Its name and what the check found are sealed; what must be counted or searched (size, state, verdict, kind) is not.
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from intake.keys import context, open_json, seal_json

# An unfinished upload that nobody adds to is given up after this long.
IDLE_TIME = timedelta(days=7)
# Who adds to a case and takes away what is unfinished, in the journal.
SENDER = "requester"
# Why a record was not kept: who sent it took it out again.
TAKEN_OUT = "taken_out"


class State(StrEnum):
    """Where an upload stands. Only the first takes bytes; the last two hold none."""

    RECEIVING = "receiving"
    RECEIVED = "received"
    CHECKED = "checked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Verdict(StrEnum):
    """What the check says. Never clean for what was not scanned; rejected files are not kept."""

    CLEAN = "clean"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class About:
    """What the sender said of the file. `metadata` is the protocol's own text, given back as it came."""

    name: str
    claimed_type: str = ""
    fingerprint: str = ""
    metadata: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the check found: checksums of the whole file, and counts such as the files in an archive.

    `disc` is what a disc of scans holds (`disc.DiscSummary.from_json`), `look` how well a picture can be read.
    """

    sha256: str
    crc32: int
    facts: dict[str, int] = field(default_factory=dict)
    disc: dict[str, Any] | None = None
    look: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as its row stands. `about`, `findings` and `described` are sealed; `length` is in bytes."""

    id: str
    case_id: str
    grant_id: str | None
    session_id: str | None
    about: bytes = field(repr=False)
    length: int
    generation: int
    state: State
    verdict: Verdict | None
    reason: str | None
    kind: str | None
    findings: bytes | None = field(repr=False)
    made_at: datetime
    touched_at: datetime
    received_at: datetime | None
    checked_at: datetime | None
    expires_at: datetime
    described: bytes | None = field(default=None, repr=False)

    @property
    def complete(self) -> bool:
        """True once every byte has arrived."""
        return self.state in (State.RECEIVED, State.CHECKED)

    @property
    def gone(self) -> bool:
        """True when it was cancelled or ran out of time."""
        return self.state in (State.CANCELLED, State.EXPIRED)

    @property
    def opens(self) -> str:
        """How a coordinator may open it: "freely", "deliberately" (a second act, journalled) or "never"."""
        if self.verdict is Verdict.CLEAN:
            return "freely"
        return "deliberately" if self.verdict is Verdict.HELD else "never"


def key_owner(case_id: str) -> str:
    """Whose key seals the records of a case."""
    return f"case:{case_id}"


def seal_about(key: bytes, upload_id: str, about: About) -> bytes:
    """Seal what the sender said."""
    return seal_json(key, asdict(about), context("uploads", upload_id, "about"))


def open_about(key: bytes, upload: Upload) -> About:
    """What the sender said. Raises SealBroken."""
    return About(**_mapping(open_json(key, upload.about, context("uploads", upload.id, "about"))))


def seal_findings(key: bytes, upload_id: str, findings: Findings) -> bytes:
    """Seal what the check found."""
    return seal_json(key, asdict(findings), context("uploads", upload_id, "findings"))


def open_findings(key: bytes, upload: Upload) -> Findings | None:
    """What the check found, or None before it. Raises SealBroken."""
    if upload.findings is None:
        return None
    return Findings(**_mapping(open_json(key, upload.findings, context("uploads", upload.id, "findings"))))


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("sealed with something else than named values")
    return value
