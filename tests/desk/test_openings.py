"""The deliberate act: remembered for one coordinator and one record."""

import pytest

from intake.desk import coordinators, openings


@pytest.fixture
def two(database, keys, ring, now):
    with database.transaction() as tx:
        return [
            coordinators.invite(tx, keys, ring, "Ines", f"{name}@clinic.example", "en", now).id
            for name in ("one", "two")
        ]


def test_the_act_opens_one_record_for_one_coordinator(database, two, now):
    mine, theirs = two
    with database.transaction() as tx:
        assert openings.open_deliberately(tx, mine, "upload-1", now)
    with database.read() as tx:
        assert openings.may_open(tx, mine, "upload-1")
        assert not openings.may_open(tx, mine, "upload-2")
        assert not openings.may_open(tx, theirs, "upload-1")
        assert openings.opened_among(tx, mine, ["upload-1", "upload-2"]) == {"upload-1"}


def test_the_act_done_twice_is_one(database, two, now):
    with database.transaction() as tx:
        assert openings.open_deliberately(tx, two[0], "upload-1", now)
        assert not openings.open_deliberately(tx, two[0], "upload-1", now)
