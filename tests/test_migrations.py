"""The hand-written history leads to exactly the tables that the code defines, on both databases, up and down."""

import importlib

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, MetaData, inspect, text

from intake import schema
from intake.db import Database, Instant, metadata
from intake.errors import SchemaOutdated
from intake.keys import keys_metadata
from tests.components import ROOT

BOTH = pytest.mark.parametrize("empty_database", ["sqlite", "postgresql"], indirect=True)
HISTORIES = pytest.mark.parametrize("history", [schema.MAIN, schema.KEYS])


def defined(history: str) -> MetaData:
    """The tables that the code of today defines."""
    for path in sorted((ROOT / "intake").rglob("*.py")):
        if "migrations" not in path.parts and " = Table(" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return metadata if history == schema.MAIN else keys_metadata


def configured(history: str) -> Config:
    """Alembic's own configuration of a history."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("version_locations", str(schema.MIGRATIONS / history))
    config.set_main_option("path_separator", "os")
    return config


def step(database: Database, history: str, move: str, revision: str) -> None:
    """Upgrade or downgrade to a revision."""
    with database.engine.connect() as connection:
        config = configured(history)
        config.attributes["connection"] = connection
        {"up": command.upgrade, "down": command.downgrade}[move](config, revision)
        connection.commit()


def shape(database: Database) -> set[str]:
    """Every table, column and index but those of the table that says where the schema stands."""
    seen = inspect(database.engine)
    tables = set(seen.get_table_names()) - {"schema_version"}
    indexes = {
        f"{table}: {index['name']} {index['column_names']}" for table in tables for index in seen.get_indexes(table)
    }
    return tables | indexes | {f"{table}.{column['name']}" for table in tables for column in seen.get_columns(table)}


@BOTH
@HISTORIES
def test_the_history_leads_to_the_tables_of_the_code(empty_database: Database, history: str) -> None:
    schema.migrate(empty_database, history)
    with empty_database.engine.connect() as connection:
        options = {"version_table": "schema_version", "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        drift = compare_metadata(context, defined(history))
    assert not drift, "\n".join(map(str, drift))


@BOTH
@HISTORIES
def test_every_step_can_be_taken_back_and_again(empty_database: Database, history: str) -> None:
    revisions = [each.revision for each in ScriptDirectory.from_config(configured(history)).walk_revisions()][::-1]
    before: set[str] = set()
    for number, revision in enumerate(revisions):
        step(empty_database, history, "up", revision)
        stands = shape(empty_database)
        assert stands != before
        step(empty_database, history, "down", revisions[number - 1] if number else "base")
        assert shape(empty_database) == before
        step(empty_database, history, "up", revision)
        assert shape(empty_database) == stands
        before = stands
    step(empty_database, history, "down", "base")
    assert shape(empty_database) == set()


@BOTH
def test_migrating_twice_is_harmless(empty_database: Database) -> None:
    schema.migrate(empty_database)
    with empty_database.engine.begin() as connection:
        connection.execute(text("UPDATE journal_head SET number = 7"))
    schema.migrate(empty_database)
    with empty_database.read() as tx:
        assert tx.scalar(text("SELECT number FROM journal_head")) == 7


@BOTH
@HISTORIES
def test_an_old_schema_is_refused(empty_database: Database, history: str) -> None:
    with pytest.raises(SchemaOutdated, match="intake migrate"):
        schema.need_newest(empty_database, history)
    schema.migrate(empty_database, history)
    schema.need_newest(empty_database, history)
    step(empty_database, history, "down", "-1")
    with pytest.raises(SchemaOutdated):
        schema.need_newest(empty_database, history)


@HISTORIES
def test_the_history_is_one_line_of_numbered_steps(history: str) -> None:
    revisions = [each.revision for each in ScriptDirectory.from_config(configured(history)).walk_revisions()][::-1]
    assert revisions == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


@HISTORIES
def test_every_moment_is_kept_as_an_instant(history: str) -> None:
    for table in defined(history).sorted_tables:
        for column in table.columns:
            if isinstance(column.type, DateTime) or column.name.endswith("_at"):
                assert isinstance(column.type, Instant), f"{table.name}.{column.name}"
