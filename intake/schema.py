"""Brings a database to the schema of this release, and says whether it is there. Never run by a serving process."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from intake.db import Database
from intake.errors import SchemaOutdated

MIGRATIONS = Path(__file__).parent / "migrations"
MAIN = "versions"
KEYS = "keys"


def migrate(database: Database, history: str = MAIN) -> None:
    """Bring `database` to the newest schema of a history (MAIN or KEYS). Safe to run again."""
    with database.engine.connect() as connection:
        config = _config(history)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def need_newest(database: Database, history: str = MAIN) -> None:
    """Raise SchemaOutdated unless the database stands at the newest schema."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
        if context.get_current_revision() != ScriptDirectory.from_config(_config(history)).get_current_head():
            raise SchemaOutdated


def _config(history: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(MIGRATIONS / history))
    config.set_main_option("path_separator", "os")
    return config
