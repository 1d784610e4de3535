"""What a page or a job asks of the database, and how the database would go about it: no look through a growing table.

A plan is read, not timed. Whoever looks through all of a table, or all of an index, is named with the statement.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from intake.db import Database, Tx
from intake.prepared import Prepared

# Tables that do not grow with the cases, and why. What is not named here grows.
FIXED: Mapping[str, str] = {
    "coordinators": "people who work here", "passkeys": "a few of each", "passwords": "one of each",
    "challenges": "minutes long, of those who sign in", "routing_rules": "written by hand",
    "routing_people": "a few for each rule", "replies": "written by hand", "partners": "registered by hand",
    "partner_starts": "a line a month for each partner",
    "journal_head": "one row", "quota_turn": "one row", "schema_version": "one row",
    "strays": "what a crash left, for two hours", "call_backs": "a month long, one for each number",
}  # fmt: skip
# Indexes of what still waits: reading all of one is reading what waits. Each is partial; a test sees to it.
OF_FEW = frozenset({
    "ix_cases_held", "ix_cases_unopened", "ix_jobs_due_at", "ix_jobs_dead_code", "ix_letters_unsettled",
    "ix_helper_links_unsettled", "ix_cases_at_work",
})  # fmt: skip
STATEMENTS = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
# SCAN t · SCAN t USING INDEX i · SCAN t USING COVERING INDEX i; "(subquery-1)" and the like are no tables.
SQLITE_SCAN = re.compile(r"^SCAN (?P<table>\w+)(?: AS \w+)?(?: USING (?:COVERING )?INDEX (?P<index>\w+))?")
MADE_UP = re.compile(r"CONSTANT|\d+|anon_\d+")

SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")

Asked = dict[str, Any]


@contextmanager
def asked_of(database: Database) -> Iterator[Asked]:
    """Every statement that is run meanwhile, each once, with the values that it first came with."""
    asked: Asked = {}

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        asked.setdefault(statement, parameters[0] if executemany else parameters)

    def run(self: Prepared, driver: Any, dialect: Any, parameters: Mapping[str, Any]) -> Any:
        text_ = self._texts.get(dialect.name) or self._prepare(dialect)
        given = {**text_.fixed, **parameters}
        given |= {name: convert(given[name]) for name, convert in text_.binds}
        if driver.dbapi_connection in ours:
            asked.setdefault(text_.sql, given if text_.order is None else tuple(given[name] for name in text_.order))
        return really(self, driver, dialect, parameters)

    really, ours = Prepared.run, _Connections(database)
    event.listen(database.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "run", run)
        yield asked
    event.remove(database.engine, "before_cursor_execute", note)


class _Connections:
    """Tells connections of one database from those of another: a `Prepared` knows only what it runs on."""

    def __init__(self, database: Database) -> None:
        self._seen: set[int] = set()
        event.listen(database.engine, "checkout", lambda connection, record, proxy: self._seen.add(id(connection)))

    def __contains__(self, connection: Any) -> bool:
        return id(connection) in self._seen


def scans(database: Database, asked: Asked) -> list[str]:
    """What goes through all of a growing table, statement by statement: empty if nothing does."""
    found = []
    with database.read() as tx:
        if database.dialect == "postgresql":  # a few thousand rows are read through gladly; show what else there is
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        partial = partial_indexes(tx)
        for statement, parameters in asked.items():
            if statement.lstrip().upper().startswith(STATEMENTS):
                wrong = sorted(set(_through(tx, statement, parameters, partial)))
                found += [f"{', '.join(wrong)}: {' '.join(statement.split())}"] if wrong else []
    return found


def _through(tx: Tx, statement: str, parameters: Any, partial: set[str]) -> Iterator[str]:
    """The tables, or the indexes of them, that the plan reads from end to end."""
    if tx.connection.dialect.name == "sqlite":
        for row in tx.connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters).all():
            scan = SQLITE_SCAN.match(row[-1])
            if scan and not MADE_UP.fullmatch(scan["table"]) and _grows(scan["table"], scan["index"], partial):
                yield str(row[-1])
        return
    plan = tx.connection.exec_driver_sql("EXPLAIN (FORMAT JSON) " + statement, parameters).scalar()
    yield from _walk((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"], partial)


def _walk(node: Mapping[str, Any], partial: set[str]) -> Iterator[str]:
    kind, table, index = node["Node Type"], node.get("Relation Name"), node.get("Index Name")
    if kind in SCANS and "Index Cond" not in node and _grows(table, index, partial):
        yield f"{kind} of {index or table}"
    for below in node.get("Plans", ()):
        yield from _walk(below, partial)


def _grows(table: str | None, index: str | None, partial: set[str]) -> bool:
    return table not in FIXED and index not in OF_FEW & partial


def partial_indexes(tx: Tx) -> set[str]:
    """The indexes that hold some rows alone."""
    if tx.connection.dialect.name == "sqlite":
        found = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'"
    else:
        found = "SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid " \
                "WHERE i.indpred IS NOT NULL"
    return {row.name for row in tx.all(text(found))}
