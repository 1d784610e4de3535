"""Statements that every request runs: made into text once, then run on the driver itself.

SQLAlchemy takes some sixty microseconds to run a statement that SQLite answers in four, and a page of the request asks
three. The text, the parameters and the columns are SQLAlchemy's own; only the way to the driver is shorter.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as the driver of one kind of database takes it."""

    sql: str
    order: tuple[str, ...] | None  # of the parameters; None where the driver takes them by name
    fixed: Mapping[str, Any]  # what the statement itself says, such as a limit
    binds: tuple[tuple[str, Convert], ...]  # parameters that must be converted first
    row: Callable[[Any], Any]
    reads: tuple[tuple[int, Convert], ...]  # columns that must be converted afterwards


class Prepared:
    """A statement with `bindparam`s for all that changes. Run it through a `Tx`."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def row(self, driver: Any, dialect: Dialect, parameters: Mapping[str, Any]) -> Any:
        """The only row, with the columns as attributes, or None. Raises ValueError when there are more."""
        rows = self.run(driver, dialect, parameters).fetchmany(2)
        if len(rows) > 1:
            raise ValueError("more than one row")
        text, values = self._texts[dialect.name], list(rows[0]) if rows else None
        if values is None:
            return None
        for index, convert in text.reads:
            values[index] = convert(values[index])
        return text.row(values)

    def run(self, driver: Any, dialect: Dialect, parameters: Mapping[str, Any]) -> Any:
        """Run it in the transaction that the driver is in; returns its cursor."""
        text = self._texts.get(dialect.name) or self._prepare(dialect)
        given = {**text.fixed, **parameters}
        for name, convert in text.binds:
            given[name] = convert(given[name])
        cursor = driver.cursor()
        cursor.execute(text.sql, given if text.order is None else [given[name] for name in text.order])
        return cursor

    def _prepare(self, dialect: Dialect) -> _Text:
        compiled = self._statement.compile(dialect=dialect)
        columns = list(self._statement.selected_columns) if isinstance(self._statement, Select) else []
        said = compiled.binds  # type: ignore[attr-defined]
        binds = ((name, _in(bind.type, dialect)) for name, bind in said.items())
        reads = ((index, _out(column.type, dialect)) for index, column in enumerate(columns))
        order = compiled.positiontup  # type: ignore[attr-defined]
        text = _Text(
            str(compiled), tuple(order) if order is not None else None,
            {name: bind.value for name, bind in said.items() if not bind.required},
            tuple((name, convert) for name, convert in binds if convert),
            namedtuple("Row", [column.name for column in columns])._make if columns else tuple,
            tuple((index, convert) for index, convert in reads if convert),
        )  # fmt: skip
        self._texts[dialect.name] = text
        return text


def _in(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
