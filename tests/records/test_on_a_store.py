"""Receiving, removing and reading on a real object store: a slice of the sentences that hold on a directory.

The tests are those of the directory, taken over word by word; only the room in which they happen is another one. Both
databases have been tried with the directory: here one is enough.
"""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from intake.db import Database
from intake.records.staging import Staged
from tests.components.seaweedfs import SeaweedFS
from tests.records.bench import Bench, make_bench, some_bytes
from tests.records.test_engine import (  # noqa: F401  # collected here once more
    small,
    test_many_uploads_at_once_share_one_database,
    test_two_clients_that_race_from_start_to_end_leave_one_true_file,
)
from tests.records.test_receiving import (  # noqa: F401
    test_a_body_that_ends_early_keeps_everything_that_came,
    test_a_cancelled_upload_frees_its_room_and_its_bytes_and_takes_no_more,
    test_a_file_in_one_request_comes_out_as_it_went_in,
    test_a_large_file_is_cut_into_parts_of_sixteen_mebibytes,
    test_an_empty_request_changes_nothing,
    test_an_upload_cancelled_while_it_arrives_leaves_nothing_behind,
    test_an_upload_that_stops_in_the_middle_of_a_failure_goes_on_from_the_last_part,
    test_byte_by_byte_a_file_still_arrives_in_one_part,
    test_each_upload_renews_its_time_with_each_part_and_runs_out_when_nobody_adds,
    test_on_a_slow_line_a_part_is_committed_every_few_seconds,
    test_short_parts_are_sealed_again_with_what_comes_after_them,
    test_the_newest_request_wins_and_the_older_stops_at_its_next_part,
)
from tests.records.test_removing import (  # noqa: F401
    test_a_forgotten_case_leaves_neither_rows_nor_bytes,
    test_an_object_that_belongs_to_nothing_goes_after_an_hour_and_records_stay,
    test_what_gets_its_row_between_two_sweeps_stays,
)

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def bench(database: Database, var: Path, now: datetime, seaweedfs: SeaweedFS) -> Bench:
    """A room on a fresh database and an empty store."""
    return make_bench(database, var, now, now + timedelta(days=30), vault=seaweedfs.vault())


def test_every_range_of_a_file_of_many_records_comes_from_the_store_as_it_is(bench: Bench) -> None:
    body = some_bytes(3_000_000)
    upload = bench.receive(body)
    for start, stop in ((0, 1), (524_287, 524_289), (1_000_000, 3_000_000), (2_999_999, 3_000_000), (5, 5)):
        assert bench.read(upload, start, stop) == body[start:stop]


def test_a_store_has_no_disk_that_could_be_full(bench: Bench) -> None:
    assert bench.vault.free_bytes() is None
    assert bench.begin(10**11).length == 10**11


@pytest.mark.parametrize("length", [0, 1, 17 * 1024 * 1024])
def test_what_was_set_aside_in_a_store_is_read_again_and_then_gone(bench: Bench, length: int) -> None:
    vault, body = bench.vault, some_bytes(length)
    staged = Staged(vault, "letter.pdf")
    for first in range(0, length, 600_000):
        staged.write(body[first : first + 600_000])
    staged.finish()
    assert staged.length == length and b"".join(staged) == body
    staged.discard()
    assert list(vault.every()) == []
