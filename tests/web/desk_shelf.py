"""Records for tests of the desk: received and checked by the real verbs, by a scanner that says what it is told."""

from dataclasses import dataclass

from intake.db import Tx
from intake.records import receiving
from intake.records.checking import check_record
from intake.records.receiving import From, Limits
from intake.records.scanner import Pieces, Scan
from intake.records.upload import About, Upload, Verdict
from intake.services import Services

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 3000  # over one sealed record, so that ranges cross a border
LIMITS = Limits(10_000_000, 0, "10 MB")


@dataclass(frozen=True)
class Says:
    """A scanner with a fixed opinion."""

    verdict: Verdict
    reason: str | None = None

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """What it was told to say."""
        return Scan(self.verdict, self.reason)


CLEAN = Says(Verdict.CLEAN)
HELD = Says(Verdict.HELD, "not_scanned")


def no_quota(tx: Tx, grant_id: str, size: int) -> None:
    """Tests of the desk do not count."""


def a_record(
    services: Services, case_id: str, *, scanner: Says | None = CLEAN, body: bytes = PDF, name: str = "letter.pdf"
) -> Upload:
    """A record of this case; without a scanner it is received and not checked yet."""
    now, key = services.clock(), services.keys.get(f"case:{case_id}")
    source = From(case_id, "grant", "session")
    with services.database.transaction() as tx:
        upload = receiving.begin_upload(
            tx, key, services.vault, source, About(name), len(body), LIMITS, no_quota, now
        )
    receiving.append(services.database, services.vault, key, upload.id, 0, [body], services.clock)
    if scanner is None:
        return upload
    return check_record(services.database, services.vault, key, upload.id, scanner, no_quota, now)
