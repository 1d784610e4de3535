"""Every beast of the zoo gets its verdict for its reason, from a real clamd and within limits, whatever it tries."""


import pytest

from intake.links import grants
from intake.records.apart import allowance_for
from intake.records.checking import check_record
from intake.records.limits import most_unpacked
from intake.records.names import clean_name, content_disposition, given_name
from intake.records.reasons import REASONS, verdict_for
from intake.records.scanner import MEMBER, NoScanner, Pieces, Scan, Scanner
from intake.records.upload import Upload, Verdict, open_findings
from tests.components.clamav import Clamd
from tests.records.bench import KEY, Bench
from tests.records.zoo import MIB, ZOO, Beast

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is the files that differ here


class Counting:
    """A scanner that counts what goes through to another."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self.members = 0

    def scan(self, kind: str, length: int, pieces: Pieces) -> Scan:
        """What the other says."""
        self.members += length * (kind == MEMBER)
        return self._scanner.scan(kind, length, pieces)

    def answers(self) -> bool:
        """As the other."""
        return self._scanner.answers()


def check(bench: Bench, beast: Beast, scanner: Scanner) -> Upload:
    """Receive and check it."""
    upload = bench.receive(beast.make(), beast.name)
    return check_record(bench.database, bench.vault, KEY, upload.id, scanner, grants.release, bench.now)


@pytest.mark.parametrize("animal", ZOO)
@ONE_DATABASE
def test_the_verdict_on(bench: Bench, clamd: Clamd, animal: str) -> None:
    beast, scanner = ZOO[animal], Counting(clamd.scanner())
    checked = check(bench, beast, scanner)
    assert (checked.verdict.value, checked.reason, checked.kind) == (beast.verdict, beast.reason, beast.kind)
    assert (checked.verdict is Verdict.REJECTED) == (bench.objects() == set())
    assert scanner.members <= most_unpacked(checked.length)
    # What bounds the time: CPU seconds by length alone, and what the scanner is given by length alone.
    assert allowance_for(checked.length).cpu_seconds <= 10 + checked.length / (2 * MIB)


@pytest.mark.parametrize("animal", [name for name, beast in ZOO.items() if beast.verdict == "clean"])
@ONE_DATABASE
def test_without_a_scanner_not_one_is_clean(bench: Bench, animal: str) -> None:
    checked = check(bench, ZOO[animal], NoScanner())
    assert (checked.verdict, checked.reason) == (Verdict.HELD, "not_scanned")


@ONE_DATABASE
def test_a_disc_with_its_viewer_tells_that_it_holds_a_program(bench: Bench, clamd: Clamd) -> None:
    findings = open_findings(KEY, check(bench, ZOO["a disc with its viewer"], clamd.scanner()))
    assert findings is not None and findings.facts == {"files": 4, "scans": 1, "programs": 1}


def test_the_table_says_the_same_as_the_reasons() -> None:
    for beast in ZOO.values():
        assert beast.reason is None or (beast.reason in REASONS and verdict_for(beast.reason).value == beast.verdict)


NAMES = ["a\u202efdp.exe", "a\0.pdf", "a\r\nSet-Cookie: x=1.pdf", "a" * 300 + ".pdf", "../../etc/x"]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_its_name_is_harmless(name: str) -> None:
    given = given_name("AB12", 1, clean_name(name), ".pdf")
    header = content_disposition(given)
    assert len(given) < 110 and given.endswith(".pdf") and "/" not in given and ".." not in given
    assert given.isprintable() and header.isascii() and header.isprintable()
