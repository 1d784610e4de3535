"""The database keeps its promises on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import StatementError

from intake.db import Database, Instant
from intake.prepared import Prepared

metadata = MetaData()
shelf = Table(
    "shelf",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("held", Integer, nullable=False),
    Column("at", Instant, nullable=True),
)


@pytest.fixture(autouse=True)
def one_row(database: Database) -> None:
    """A table of our own with one row in it."""
    metadata.create_all(database.engine)
    with database.transaction() as tx:
        tx.execute(insert(shelf), {"name": "first", "held": 0, "at": None})


def held(database: Database) -> int:
    """What the row says."""
    with database.read() as tx:
        return tx.scalar(select(shelf.c.held))


def test_the_dialect_is_named_plainly(database: Database) -> None:
    assert database.dialect in ("sqlite", "postgresql")


def test_a_read_changes_nothing_even_if_it_writes(database: Database) -> None:
    with database.read() as tx:
        tx.execute(update(shelf).values(held=7))
        assert tx.scalar(select(shelf.c.held)) == 7
    assert held(database) == 0


def test_a_transaction_stays(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(update(shelf).values(held=7))
    assert held(database) == 7


def test_one_that_need_not_last_is_seen_at_once_and_the_next_is_as_durable_as_ever(database: Database) -> None:
    asked = text("PRAGMA synchronous" if database.dialect == "sqlite" else "SHOW synchronous_commit")

    def durability(*, lasting: bool) -> str:
        with database.transaction(lasting=lasting) as tx:
            return str(tx.scalar(asked))

    before = durability(lasting=True)
    with database.transaction(lasting=False) as tx:
        tx.execute(update(shelf).values(held=7))
    with pytest.raises(RuntimeError), database.transaction(lasting=False) as tx:
        tx.execute(update(shelf).values(held=8))
        raise RuntimeError
    assert held(database) == 7
    assert durability(lasting=False) == {"sqlite": "1", "postgresql": "off"}[database.dialect]  # 1 is NORMAL
    assert durability(lasting=True) == before
    assert before == "2" or database.dialect == "postgresql", "2 is FULL; the PostgreSQL of the tests never syncs"


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail_halfway() -> None:
        with database.transaction() as tx:
            tx.execute(update(shelf).values(held=7))
            tx.execute(insert(shelf), {"name": "second", "held": 1, "at": None})
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        fail_halfway()
    with database.read() as tx:
        assert [(row.name, row.held) for row in tx.all(select(shelf))] == [("first", 0)]


def test_what_was_left_for_the_end_is_done_in_order_and_inside_the_transaction(database: Database) -> None:
    with database.transaction() as tx:
        tx.before_commit(lambda: tx.execute(update(shelf).values(held=shelf.c.held + 1)))
        tx.before_commit(lambda: tx.execute(update(shelf).values(held=shelf.c.held * 10)))
        assert tx.scalar(select(shelf.c.held)) == 0
    assert held(database) == 10


def test_what_was_left_for_the_end_may_leave_more(database: Database) -> None:
    with database.transaction() as tx:
        tx.before_commit(lambda: tx.before_commit(lambda: tx.execute(update(shelf).values(held=3))))
    assert held(database) == 3


def test_a_failing_last_act_undoes_the_whole(database: Database) -> None:
    def fail() -> None:
        raise RuntimeError("at the end")

    with pytest.raises(RuntimeError), database.transaction() as tx:
        tx.execute(update(shelf).values(held=7))
        tx.before_commit(fail)
    assert held(database) == 0


def test_nothing_is_left_over_after_a_failure(database: Database) -> None:
    for _ in range(120):  # more than the pools hold: a leaked connection or lock would stop this
        with pytest.raises(RuntimeError), database.transaction():
            raise RuntimeError("again")
    with database.transaction() as tx:
        tx.execute(update(shelf).values(held=1))
    assert held(database) == 1


def test_eight_threads_count_exactly(database: Database) -> None:
    rounds = 25

    def count() -> None:
        for _ in range(rounds):
            with database.transaction() as tx:
                before = tx.scalar(select(shelf.c.held).where(shelf.c.name == "first").with_for_update())
                tx.execute(update(shelf).values(held=before + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert held(database) == 8 * rounds


def test_two_openings_of_one_database_count_exactly(database: Database, database_url: str) -> None:
    other = Database(database_url)

    def count(opened: Database) -> None:
        for _ in range(25):
            with opened.transaction() as tx:
                before = tx.scalar(select(shelf.c.held).where(shelf.c.name == "first").with_for_update())
                tx.execute(update(shelf).values(held=before + 1))

    threads = [threading.Thread(target=count, args=(opened,)) for opened in (database, other, database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    other.dispose()
    assert held(database) == 100


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 6, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(1931, 1, 1, tzinfo=timezone(timedelta(hours=-11))),
    ],
)
def test_a_moment_comes_back_the_same_and_in_utc(database: Database, moment: datetime) -> None:
    with database.transaction() as tx:
        tx.execute(update(shelf).values(at=moment))
    with database.read() as tx:
        found = tx.scalar(select(shelf.c.at))
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_moments_of_different_zones_are_compared_as_moments(database: Database) -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    earlier_elsewhere = datetime(2026, 3, 10, 13, tzinfo=timezone(timedelta(hours=9)))
    with database.transaction() as tx:
        tx.execute(update(shelf).values(at=noon))
    with database.read() as tx:
        assert tx.scalar(select(shelf.c.name).where(shelf.c.at > earlier_elsewhere)) == "first"
        assert tx.scalar(select(shelf.c.name).where(shelf.c.at <= earlier_elsewhere)) is None


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    without_zone = datetime(2026, 3, 10, 12)  # that is the point
    with pytest.raises(StatementError, match="needs its zone"), database.transaction() as tx:
        tx.execute(update(shelf).values(at=without_zone))
    assert held(database) == 0


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    with database.read() as tx:
        first = tx.scalar(select(shelf.c.held))
        with database.transaction() as writing:
            writing.execute(update(shelf).values(held=5))
        again = tx.scalar(select(shelf.c.held))
    assert (first, held(database)) == (0, 5)
    if database.dialect == "sqlite":  # a snapshot; PostgreSQL shows each statement what is committed by then
        assert again == 0


def test_a_look_shows_one_moment_however_long_it_lasts(database: Database) -> None:
    with database.read() as look:
        before = look.scalar(select(shelf.c.held))
        with database.transaction() as tx:
            tx.execute(update(shelf).values(held=7))
        assert look.scalar(select(shelf.c.held)) == before == 0
    assert held(database) == 7


# -- Statements made once -----------------------------------------------------------------------------------------

ONE = Prepared(select(shelf).where(shelf.c.name == bindparam("name")))
FILL = Prepared(
    update(shelf)
    .where(shelf.c.name == bindparam("which"))
    .values({name: bindparam(name) for name in ("held", "at")})
)


def test_a_prepared_statement_gives_what_sqlalchemy_gives(database: Database, now: datetime) -> None:
    with database.transaction() as tx:
        assert tx.run(FILL, {"which": "first", "held": 3, "at": now}) == 1
        assert tx.run(FILL, {"which": "nobody", "held": 3, "at": now}) == 0
    with database.read() as tx:
        mine, theirs = tx.one_or_none(ONE, {"name": "first"}), tx.one_or_none(select(shelf))
    assert tuple(mine) == tuple(theirs) == ("first", 3, now)
    assert (mine.name, mine.held, mine.at) == (theirs.name, theirs.held, theirs.at)


def test_a_prepared_statement_that_finds_nothing_gives_none(database: Database) -> None:
    with database.read() as tx:
        assert tx.one_or_none(ONE, {"name": "nobody"}) is None


def test_a_prepared_statement_brings_what_it_says_itself(database: Database) -> None:
    first = Prepared(select((shelf.c.held + 7).label("more")).where(shelf.c.name == bindparam("name")).limit(1))
    raise_ = Prepared(update(shelf).where(shelf.c.name == bindparam("which")).values(held=shelf.c.held + 2))
    with database.transaction() as tx:
        assert tx.run(raise_, {"which": "first"}) == 1
        assert tx.one_or_none(first, {"name": "first"}).more == 9


def test_prepared_and_other_statements_stand_in_one_transaction(database: Database, now: datetime) -> None:
    with pytest.raises(RuntimeError), database.transaction() as tx:
        tx.run(FILL, {"which": "first", "held": 5, "at": now})
        tx.execute(update(shelf).values(held=shelf.c.held + 1))
        assert tx.one_or_none(ONE, {"name": "first"}).held == 6
        raise RuntimeError
    assert held(database) == 0


def test_a_look_that_begins_with_a_prepared_statement_sees_one_moment(database: Database, now: datetime) -> None:
    with database.read() as tx:
        assert tx.one_or_none(ONE, {"name": "first"}).held == 0
        with database.transaction() as other:
            other.run(FILL, {"which": "first", "held": 9, "at": now})
        assert tx.one_or_none(ONE, {"name": "first"}).held == 0
        assert tx.scalar(select(shelf.c.held)) == 0
    assert held(database) == 9


def test_a_prepared_moment_needs_its_zone_too(database: Database) -> None:
    with pytest.raises(ValueError, match="zone"), database.transaction() as tx:
        tx.run(FILL, {"which": "first", "held": 1, "at": datetime(2026, 3, 1)})


def test_a_prepared_row_must_be_the_only_one(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(insert(shelf), {"name": "second", "held": 0, "at": None})
        with pytest.raises(ValueError, match="more than one"):
            tx.one_or_none(Prepared(select(shelf)), {})
