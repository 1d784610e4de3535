"""A throwaway PostgreSQL: one server a session, one database a test, all gone at the end, even after SIGKILL.

Not durable (fsync is off) and open to every process of this machine's own account: for tests only.
"""

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from intake import schema
from intake.db import Database
from tests.components import need

HOW = "Install it: apt-get install postgresql"
START_SECONDS = 30
OWNER = "postgres"
TEMPLATE = "migrated"
PREFIX, HELD = "intake-postgresql-", "held-by-a-session"


def programs() -> Path | None:
    """The newest installed PostgreSQL's programs, or None."""
    found = [place.parent for place in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda place: int(place.parent.name), default=None)


class PostgreSQL:
    """A running server that hands out migrated databases."""

    def __init__(self, place: Path, where: Path) -> None:
        self.place = place
        self.process = _start(place, where)
        self._sql("postgres", "SELECT 1")
        self._sql("postgres", f"CREATE DATABASE {TEMPLATE}")
        database = Database(self.url(TEMPLATE))
        schema.migrate(database)
        database.dispose()

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.place}"

    def make(self, *, migrated: bool = True) -> str:
        """A fresh database; returns its name."""
        name = f"test_{secrets.token_hex(6)}"
        self._sql("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template0'}")
        return name

    def drop(self, name: str) -> None:
        """Throw a database away, whoever is still connected."""
        self._sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """End the server at once."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _sql(self, name: str, statement: str) -> None:
        with psycopg.connect(host=str(self.place), user=OWNER, dbname=name, autocommit=True) as connection:
            connection.execute(statement)


def _start(place: Path, where: Path) -> subprocess.Popen[bytes]:
    data = place / "data"
    make = ["-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([*_as_owner(), where / "initdb", *make], check=True, capture_output=True, cwd=place)
    options = {
        "listen_addresses": "", "unix_socket_directories": place, "fsync": "off", "full_page_writes": "off",
        "synchronous_commit": "off", "max_connections": "300", "shared_buffers": "64MB", "autovacuum": "off",
    }  # fmt: skip
    said = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (place / "server.txt").open("wb") as output:
        process = subprocess.Popen(
            [*_as_owner(), where / "postgres", "-D", data, *said],
            stdout=output, stderr=output, cwd=place, start_new_session=True,
        )  # fmt: skip
    _wait_until_it_answers(place, process)
    return process


def _as_owner() -> list[str]:
    """PostgreSQL refuses root, so root steps down; the server dies with the process that started it."""
    step_down = ["--reuid", OWNER, "--regid", OWNER, "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *step_down, "--pdeathsig", "QUIT"]


def _wait_until_it_answers(place: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(host=str(place), user=OWNER, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    pytest.fail("PostgreSQL did not start:\n" + (place / "server.txt").read_text()[-2000:])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The session's PostgreSQL server."""
    with a_server() as server:
        yield server


@contextmanager
def a_server() -> Iterator[PostgreSQL]:
    """A server that ends with the block."""
    where = programs()
    need(where and shutil.which("setpriv"), "PostgreSQL", HOW)
    assert where is not None
    _sweep_up()
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (place / HELD).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(place, owner.pw_uid, owner.pw_gid)
        server = PostgreSQL(place, where)
        yield server
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


def _sweep_up() -> None:
    """Remove what sessions left behind that were killed: nobody holds their lock any more."""
    for held in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{HELD}"):
        with suppress(OSError), held.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(held.parent, ignore_errors=True)
