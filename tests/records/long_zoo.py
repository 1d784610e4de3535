"""The largest animals of the zoo: some minutes and much memory of their own, so `make long` alone looks at them."""

import zipfile

from intake.records.upload import Verdict
from tests.components.clamav import MAX_BYTES, Clamd
from tests.records.bench import Bench, some_bytes
from tests.records.test_zoo import ONE_DATABASE, check
from tests.records.zips import crowded_zip, honest_zip
from tests.records.zoo import HELD, MIB, REJECTED, Beast, behind


@ONE_DATABASE
def test_the_verdict_on_a_million_entries(bench: Bench, clamd: Clamd) -> None:
    checked = check(bench, Beast(lambda: crowded_zip(1_000_000), HELD), clamd.scanner())
    assert (checked.verdict, checked.reason) == (Verdict.HELD, "archive_too_large")


@ONE_DATABASE
def test_the_verdict_on_eicar_behind_200_mib(bench: Bench, own_clamd: Clamd) -> None:
    own_clamd.allow(300 * MIB)
    own_clamd.start()
    scanner = own_clamd.scanner(300 * MIB)
    checked = check(bench, Beast(lambda: behind(200), REJECTED), scanner)
    assert (checked.verdict, checked.reason) == (Verdict.REJECTED, "infected")


@ONE_DATABASE
def test_a_large_zip_of_files_that_the_scanner_takes_is_clean_although_it_does_not_take_the_whole(
    bench: Bench, clamd: Clamd
) -> None:
    files = {f"{number}.bin": some_bytes(MIB, number) * 10 for number in range(10)}
    assert 100 * MIB > MAX_BYTES
    checked = check(bench, Beast(lambda: honest_zip(files, zipfile.ZIP_STORED), "clean"), clamd.scanner())
    assert checked.verdict is Verdict.CLEAN
