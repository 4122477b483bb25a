"""NewNames: what tables and columns are called now and afterwards; a reflected table under its new names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Dialect

from whimbrel.impl import Expressions, ReflectedTable
from whimbrel.operations.batch.names import ColumnNames

Key = tuple[str | None, str]


@dataclass(slots=True)
class NewNames:
    """What was renamed.

    :param dialect: whose SQL the texts are.
    :param tables: schemas and old names of tables, with their new names.
    :param columns: schemas and *new* names of tables, with old names of columns and their new names.
    """

    dialect: Dialect
    tables: dict[Key, str] = field(default_factory=dict)
    columns: dict[Key, dict[str, str]] = field(default_factory=dict)
    _originals: dict[Key, ReflectedTable] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tables or self.columns)

    def of(self, schema: str | None, table: str, column: str) -> tuple[str, str]:
        """Return what a table and a column of it are called afterwards.

        :param schema: the schema; ``None`` for the connection's default.
        :param table: the table's name in the database.
        :param column: the column's name in the database.
        """
        name = self.tables.get((schema, table), table)
        return name, self.columns.get((schema, name), {}).get(column, column)

    def renamed(self, table: ReflectedTable) -> ReflectedTable:
        """Return what was reflected of a table as it would be read after the renames; itself where none touches it.

        :param table: what was reflected.
        """
        key = (table.schema, self.tables.get((table.schema, table.name), table.name))
        columns = self.columns.get(key, {})
        if not columns and key[1] == table.name and not any(self._touches(item) for item in table.foreign_keys):
            return table
        self._originals.setdefault(key, table)
        return _Renamed(self, table, key[1], ColumnNames(columns, self.dialect)).table()

    def as_it_is(self, pair: Expressions) -> Expressions:
        """Return a question with the names that the database knows now.

        :param pair: the question, about a table under its new names.
        """
        key = (pair.table.schema, pair.table.name)
        original = self._originals.get(key)
        if original is None:
            return pair
        back = {new: old for old, new in self.columns.get(key, {}).items()}
        names = ColumnNames(back, self.dialect)
        return replace(
            pair,
            table=original,
            column=back.get(pair.column, pair.column) if pair.column is not None else None,
            # An index is asked about by its name, which it keeps.
            database=pair.database if pair.kind == "index" else names.in_sql(pair.database),
            models=names.in_sql(pair.models),
        )

    def foreign_key(self, key: Any) -> Any:
        """Return a reflected foreign key with the new names of what it refers to."""
        schema, name = key["referred_schema"], key["referred_table"]
        table = self.tables.get((schema, name), name)
        columns = self.columns.get((schema, table), {})
        return {
            **key,
            "referred_table": table,
            "referred_columns": [columns.get(name, name) for name in key["referred_columns"]],
        }

    def _touches(self, key: Any) -> bool:
        return bool(self.foreign_key(key) != key)


class _Renamed:
    def __init__(self, names: NewNames, table: ReflectedTable, name: str, columns: ColumnNames) -> None:
        self._names = names
        self._table = table
        self._name = name
        self._columns = columns

    def table(self) -> ReflectedTable:
        was, names = self._table, self._columns
        return replace(
            was,
            name=self._name,
            columns=[self._column(info) for info in was.columns],
            primary_key=self._key(was.primary_key, "constrained_columns"),
            unique_constraints=[self._key(item, "column_names") for item in was.unique_constraints],
            indexes=[self._index(item) for item in was.indexes],
            foreign_keys=[self._names.foreign_key(self._key(item, "constrained_columns")) for item in was.foreign_keys],
            check_constraints=[
                {**self._options(item), "sqltext": names.in_sql(item["sqltext"])}  # type: ignore[typeddict-item]  # its own keys
                for item in was.check_constraints
            ],
            options={key: self._option(key, value) for key, value in was.options.items()},
            facts={key: names(value) if not isinstance(value, str) else value for key, value in was.facts.items()},
        )

    def _column(self, info: Any) -> Any:
        found = {**info, "name": self._columns(info["name"])}
        if "computed" in info:
            found["computed"] = {**info["computed"], "sqltext": self._columns.in_sql(info["computed"]["sqltext"])}
        return found

    def _key(self, item: Any, columns: str) -> Any:
        return {**self._options(item), columns: self._columns(list(item[columns]))}

    def _index(self, item: Any) -> Any:
        found = self._key(item, "column_names")
        if "expressions" in item:
            found["expressions"] = [self._columns.in_sql(text) for text in item["expressions"]]
        for key in ("include_columns", "column_sorting"):
            if key in item:
                found[key] = self._columns(item[key])
        return found

    def _options(self, item: Any) -> dict[str, Any]:
        options: Mapping[str, Any] = item.get("dialect_options") or {}
        if not options:
            return dict(item)
        return {**item, "dialect_options": {key: self._option(key, value) for key, value in options.items()}}

    def _option(self, key: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._columns.in_sql(value) if key.endswith("_where") else value
        return self._columns(value)
