"""The database: engine, transactions and the shared metadata. SQLite or PostgreSQL, the same promise on both.

A transaction is durable when it returns. Knows no table; never retries.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, DateTime, Dialect, Index, MetaData, Row, create_engine, event, make_url, text
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeDecorator

from intake.errors import SettingsIncomplete
from intake.prepared import Prepared

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)
# Whether SQLite syncs the commits of a connection.
HURRY, PATIENCE = "PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"


def few_alone(name: str, which: str, *columns: str) -> Index:
    """An index of some rows alone: of what still waits, never of what is over. `which` is SQL of constants.

    A query is answered from it only where it says `which` in the same words, as `text`: SQLite looks at no parameter.
    """
    return Index(name, *columns, sqlite_where=text(which), postgresql_where=text(which))


class Instant(TypeDecorator[datetime]):
    """A moment, aware and in UTC on our side; SQLite keeps it without a zone, PostgreSQL with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would mean different things on different machines."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment back aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Tx:
    """One open transaction: run statements, and leave work for just before the commit.

    A `Prepared` runs on the driver beside SQLAlchemy, in the same transaction: SQLAlchemy's own connection is made when
    something else is asked for, as making and closing one takes longer than what a page of the request asks.
    """

    def __init__(self, engine: Engine, driver: PoolProxiedConnection) -> None:
        self._engine = engine
        self.driver = driver
        self.pending: dict[str, list[Any]] = {}
        self._before_commit: list[Callable[[], None]] = []
        self._after_commit: list[Callable[[], None]] = []

    @cached_property
    def connection(self) -> Connection:
        """SQLAlchemy's connection on the same driver."""
        return Connection(self._engine, self.driver)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement; `parameters` is a mapping, or a list of them for many rows."""
        return self.connection.execute(statement, parameters)

    def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    def one_or_none(self, statement: Executable | Prepared, parameters: Any = None) -> Any:
        """The only row, or None."""
        if isinstance(statement, Prepared):
            return statement.row(self.driver, self._engine.dialect, parameters)
        return self.connection.execute(statement, parameters).one_or_none()

    def run(self, statement: Prepared, parameters: Mapping[str, Any]) -> int:
        """Run a prepared statement; returns how many rows it changed."""
        return statement.run(self.driver, self._engine.dialect, parameters).rowcount

    def all(self, statement: Executable, parameters: Any = None) -> Sequence[Row[Any]]:
        """Every row."""
        return self.connection.execute(statement, parameters).all()

    def before_commit(self, act: Callable[[], None]) -> None:
        """Do `act` as the last thing of this transaction, in the order asked for."""
        self._before_commit.append(act)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do `act` once this transaction is durable, never if it is rolled back. A crash may leave it undone."""
        self._after_commit.append(act)

    def finish(self) -> None:
        """Do what was left for the end, and commit."""
        while self._before_commit:
            self._before_commit.pop(0)()
        if "connection" in self.__dict__:
            self.connection.commit()
        self.driver.commit()

    def let_go(self) -> None:
        """Give the driver back; what was not committed is rolled back."""
        if "connection" in self.__dict__:
            self.connection.close()
        self.driver.close()

    def follow_up(self) -> None:
        """Do what was left for after the commit."""
        while self._after_commit:
            self._after_commit.pop(0)()


class Database:
    """Reads and transactions on one database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _sqlite(self.url) if self.url.get_backend_name() == "sqlite" else _postgresql(self.url)
        self._turn = threading.Lock()
        self._lock: tuple[int, int] | None = None

    @property
    def dialect(self) -> str:
        """"sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A consistent look that changes nothing: whatever is written in it is rolled back."""
        tx = self._begin("BEGIN", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        try:
            yield tx
        finally:
            tx.let_go()

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[Tx]:
        """All or nothing, durable on return. On SQLite one writer at a time, in turn.

        Not `lasting`: everybody sees it at once, and it is durable with the next that is. A loss of power may take it
        back, so it is for what only those who are running now must know.
        """
        with self._writing():
            if lasting:
                tx = self._begin("BEGIN IMMEDIATE")
            else:
                tx = self._begin(f"{HURRY}; BEGIN IMMEDIATE", "SET LOCAL synchronous_commit TO off")
            try:
                yield tx
                tx.finish()
                tx.follow_up()
            finally:
                if not lasting and self.dialect == "sqlite":
                    tx.driver.rollback()  # what was committed stays; within a transaction the next would do nothing
                    tx.driver.cursor().execute(PATIENCE)
                tx.let_go()

    def _begin(self, sqlite: str, postgresql: str = "") -> Tx:
        """A transaction on a driver of its own, begun as each kind of database is told to; psycopg begins by itself."""
        driver = self.engine.raw_connection()
        try:
            for order in filter(None, (sqlite if self.dialect == "sqlite" else postgresql).split("; ")):
                driver.cursor().execute(order)
        except BaseException:
            driver.close()
            raise
        return Tx(self.engine, driver)

    def need_answer(self, setting: str) -> None:
        """Raise SettingsIncomplete, naming the setting that holds the address, unless the database answers."""
        try:
            self.engine.connect().close()
        except DBAPIError:  # its text repeats the address
            raise SettingsIncomplete([f"{setting}: the database there does not answer"]) from None

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock[1])
            self._lock = None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # SQLite's own waiting sleeps and polls, which ruins the slowest answers; a lock of the kernel's wakes in turn.
        if self.dialect != "sqlite" or not self.url.database or self.url.database == ":memory:":
            yield
            return
        with self._turn:
            lock = self._lock_file()
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def _lock_file(self) -> int:
        # A process that was forked opens it anew: one description shared by two would let both in.
        if self._lock is None or self._lock[0] != os.getpid():
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            self._lock = (os.getpid(), os.open(f"{self.url.database}.lock", flags, 0o600))
        return self._lock[1]


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        Path(url.database).touch(mode=0o600)
    engine = create_engine(url, connect_args={"timeout": 30}, pool_size=32, max_overflow=64)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not connection.connection.driver_connection.in_transaction:  # a Tx has begun it already
            connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_size=16, max_overflow=32, pool_pre_ping=True)
