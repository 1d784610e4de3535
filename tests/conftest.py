"""Fixtures that every room shares. A test that asks for `database` runs on SQLite and on PostgreSQL.

`settings`, `services`, `app`, `client` and `live_server` stand on the same database as `database` does; without it
they run on SQLite alone.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from intake import schema
from intake.app import create_app
from intake.config import Settings, read_settings
from intake.db import Database
from intake.keys import KeyRing, KeyStore
from intake.knowledge.reader import read_knowledge
from intake.mail import outbox
from intake.mail.message import Message
from intake.operator import read_operator
from intake.services import Services, make_services
from intake.site.build import build_site
from tests.components import ROOT, free_port
from tests.components.browser import axe, browser, desktop, phone, playwright, visitors  # noqa: F401  # fixtures
from tests.components.clamav import clamd, own_clamd  # noqa: F401  # fixtures
from tests.components.dcmtk import dcmtk  # noqa: F401
from tests.components.guard.sitecustomize import refuse_network
from tests.components.node import node  # noqa: F401
from tests.components.nursery import nursery  # noqa: F401
from tests.components.postgresql import PostgreSQL, postgresql  # noqa: F401
from tests.components.seaweedfs import seaweedfs  # noqa: F401
from tests.components.smtp import smtp_server  # noqa: F401
from tests.live import live_server, start_server  # noqa: F401
from tests.visitor import Visitor

GUARD = ROOT / "tests" / "components" / "guard"
BOTH = ["sqlite", "postgresql"]
MEMORY, ROOM_NEEDED = Path("/dev/shm"), 8 * 1024**3


def _room_in_memory() -> int:
    """How many bytes of files this machine's memory can take. Thousands of databases are quicker there: nothing that
    they promise of a disk can be seen by killing a process, and what is measured against a disk has a place of its own.
    """
    with suppress(OSError):
        said = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        return min(shutil.disk_usage(MEMORY).free, int(said["MemAvailable"].split()[0]) * 1024)
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Refuse the network from here on, to this process and to every Python process that it starts."""
    sys.addaudithook(refuse_network)
    if _room_in_memory() > ROOM_NEEDED:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # pytest's own way to say where folders go
    os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *filter(None, [os.environ.get("PYTHONPATH")])])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true everything must have run: a test that was skipped, for whatever reason, fails the session."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for `database` on each of them, unless the test says itself which it wants."""
    said = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "database" in metafunc.fixturenames and "database_url" not in said:
        metafunc.parametrize("database_url", BOTH, indirect=True)


@dataclass
class StillClock:
    """A clock that stands until it is moved."""

    moment: datetime = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment at which it stands."""
        return self.moment

    def advance(self, *, to: datetime | None = None, **by: float) -> datetime:
        """Move on by `days=…`, `hours=…`, `seconds=…`, or straight `to` a moment; returns where it stands then."""
        self.moment = to if to is not None else self.moment + timedelta(**by)
        return self.moment


@pytest.fixture
def still_clock() -> StillClock:
    """A clock that the test moves. Hand on `still_clock.now`."""
    return StillClock()


@pytest.fixture
def now(still_clock: StillClock) -> datetime:
    """The moment at which the still clock stands when the test begins."""
    return still_clock.now()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """The state of the service in this test: an empty directory that only its owner may open."""
    place = tmp_path / "var"
    place.mkdir(mode=0o700)
    return place


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """SQLite files at the newest schema, made once: "versions" and "keys"."""
    place = tmp_path_factory.mktemp("migrated")
    for history in (schema.MAIN, schema.KEYS):
        database = Database(f"sqlite:///{place / history}")
        schema.migrate(database, history)
        database.dispose()
    return {history: place / history for history in (schema.MAIN, schema.KEYS)}


@pytest.fixture
def database_url(request: pytest.FixtureRequest, var: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: SQLite, or what the test is parametrized with."""
    if getattr(request, "param", "sqlite") == "sqlite":
        files = request.getfixturevalue("migrated_files")
        shutil.copyfile(files[schema.MAIN], var / "intake.db")
        yield f"sqlite:///{var / 'intake.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.make()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table; parametrize it with "sqlite" or "postgresql" (`indirect=True`)."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield opened
        opened.dispose()
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.make(migrated=False)
    opened = Database(server.url(name))
    yield opened
    opened.dispose()
    server.drop(name)


@pytest.fixture
def ring(var: Path) -> KeyRing:
    """A fresh key ring, in the place where the settings look for it."""
    return KeyRing.create(var / "key-ring.json")


@pytest.fixture
def keys(var: Path, ring: KeyRing, migrated_files: dict[str, Path]) -> Iterator[KeyStore]:
    """An empty key store (SQLite), in the place where the settings look for it."""
    shutil.copyfile(migrated_files[schema.KEYS], var / "keys.db")
    store = KeyStore(Database(f"sqlite:///{var / 'keys.db'}"), ring)
    yield store
    store.database.dispose()


@pytest.fixture
def settings(var: Path, database_url: str) -> Settings:
    """Development settings whose whole state is in this test's directory."""
    port = free_port()
    said = {"env": "development", "var": var, "database_url": database_url, "port": port, "rate_limits": "off"}
    said |= {"fastest_request_seconds": 0}  # tests are quicker than people
    places = {"operator_file": ROOT / "operator.toml", "templates": ROOT / "templates"}
    return read_settings({f"INTAKE_{name.upper()}": str(value) for name, value in (said | places).items()})


@pytest.fixture
def services(settings: Settings, keys: KeyStore, still_clock: StillClock) -> Iterator[Services]:
    """The services of a house of this test's own, on a still clock."""
    made = make_services(settings, still_clock.now)
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def _rules_compiled_once() -> Iterator[None]:
    """Werkzeug compiles two functions for each of our two hundred rules; an application of each test's own asks for the
    same ones again. They know nothing of the application, which they are handed when they are called."""
    compiled: dict[tuple[object, ...], object] = {}
    really = Rule._compile_builder

    def once(rule: Rule, append_unknown: bool = True) -> object:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = really(rule, append_unknown)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", once)
        yield


@pytest.fixture
def app(services: Services) -> Flask:
    """The web application on those services."""
    made = create_app(services)
    made.testing = False  # errors are answered as they are in the world
    made.test_client_class = Visitor
    return made


@pytest.fixture
def client(app: Flask, settings: Settings) -> Visitor:
    """A visitor with an empty cookie jar. More of them: `new_client()`."""
    return _visitor(app, settings)


@pytest.fixture
def new_client(app: Flask, settings: Settings) -> Callable[[], Visitor]:
    """Call it for another visitor with a cookie jar of their own."""
    return lambda: _visitor(app, settings)


def _visitor(app: Flask, settings: Settings) -> Visitor:
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.base_url = settings.base_url
    return visitor


@pytest.fixture
def outbox_letters(services: Services) -> Callable[..., list[Message]]:
    """Call it for every letter in the outbox, opened, oldest first; `outbox_letters("case_opened")` for one kind."""
    table = outbox.letters

    def opened(kind: str = "") -> list[Message]:
        with services.database.read() as tx:
            rows = tx.all(select(table.c.id, table.c.letter).order_by(table.c.made_at))
            return [outbox.open_letter(tx, services.keys, row.id) for row in rows if kind in ("", row.letter)]

    return opened


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guidance site, built once. Hand it on with `start_server(site=built_site)`."""
    target = tmp_path_factory.mktemp("built") / "site"
    build_site(read_operator(ROOT / "operator.toml"), read_knowledge(), target, ROOT)
    return target
