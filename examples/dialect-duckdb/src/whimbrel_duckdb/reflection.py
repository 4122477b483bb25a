"""What DuckDB's catalog says of a table, in the words of SQLAlchemy's Inspector.

https://duckdb.org/docs/stable/sql/meta/duckdb_table_functions
"""

from __future__ import annotations

import re
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import TypeEngine, UserDefinedType

HERE: Final = "database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
TYPES: Final[dict[str, type[TypeEngine[Any]]]] = {
    "BIGINT": sa.BigInteger,
    "BLOB": sa.LargeBinary,
    "BOOLEAN": sa.Boolean,
    "DATE": sa.Date,
    "DOUBLE": sa.Double,
    "FLOAT": sa.Float,
    "INTEGER": sa.Integer,
    "SMALLINT": sa.SmallInteger,
    "TIME": sa.Time,
    "TIMESTAMP": sa.DateTime,
    "UUID": sa.Uuid,
    "VARCHAR": sa.String,
}
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")


class Spelt(UserDefinedType[Any]):
    """A type that SQLAlchemy has none for, as DuckDB spells it: ``VARCHAR[]``, ``STRUCT(a INTEGER)``."""

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **kw: Any) -> str:
        """Return the spelling."""
        return self.spelling


class DuckDBInspector:
    """Answers what SQLAlchemy's ``Inspector`` answers elsewhere.

    :param connection: a connection to the database.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect

    def get_table_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the tables."""
        found = self._ask("SELECT table_name FROM duckdb_tables()", "NOT internal ORDER BY table_name", schema)
        return [row["table_name"] for row in found]

    def get_table_comment(self, table_name: str, schema: str | None = None) -> dict[str, str | None]:
        """Return ``{"text": comment}``."""
        (row,) = self._ask("SELECT comment FROM duckdb_tables()", "table_name = :table", schema, table_name)
        return {"text": row["comment"]}

    def get_columns(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return the columns."""
        asked = (
            'SELECT column_name AS name, data_type, is_nullable AS nullable, column_default AS "default", comment, '
            "is_generated, generation_expression FROM duckdb_columns()"
        )
        columns = []
        for row in self._ask(asked, "table_name = :table ORDER BY column_index", schema, table_name):
            column = dict(row)
            data_type = column.pop("data_type")
            column["type"] = _type(data_type)
            sqltext, generated = column.pop("generation_expression"), column.pop("is_generated")
            if generated:
                column.update(computed={"sqltext": _without_cast(sqltext, data_type), "persisted": False}, default=None)
            columns.append(column)
        return columns

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> dict[str, Any]:
        """Return the primary key."""
        for row in self._constraints("PRIMARY KEY", table_name, schema):
            return {"name": row["constraint_name"], "constrained_columns": row["constraint_column_names"]}
        return {"name": None, "constrained_columns": []}

    def get_foreign_keys(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return the foreign keys; they know neither ON DELETE nor ON UPDATE."""
        return [
            {
                "name": row["constraint_name"],
                "constrained_columns": row["constraint_column_names"],
                "referred_schema": schema,
                "referred_table": row["referenced_table"],
                "referred_columns": row["referenced_column_names"],
                "options": {},
            }
            for row in self._constraints("FOREIGN KEY", table_name, schema)
        ]

    def get_unique_constraints(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return the unique constraints."""
        found = self._constraints("UNIQUE", table_name, schema)
        return [{"name": row["constraint_name"], "column_names": row["constraint_column_names"]} for row in found]

    def get_check_constraints(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return the check constraints."""
        found = self._constraints("CHECK", table_name, schema)
        return [{"name": row["constraint_name"], "sqltext": row["expression"]} for row in found]

    def get_indexes(self, table_name: str, schema: str | None = None) -> list[dict[str, Any]]:
        """Return the indexes, without those of constraints."""
        asked = "SELECT index_name, is_unique, expressions::VARCHAR[] AS items FROM duckdb_indexes()"
        columns = {
            self.dialect.identifier_preparer.quote(column["name"]): column["name"]
            for column in self.get_columns(table_name, schema)
        }
        indexes = []
        for row in self._ask(asked, "table_name = :table ORDER BY index_name", schema, table_name):
            names = [columns.get(item, columns.get(item.strip('"'))) for item in row["items"]]
            index: dict[str, Any] = {"name": row["index_name"], "unique": row["is_unique"], "column_names": names}
            if None in names:
                pairs = zip(row["items"], names, strict=True)
                index["expressions"] = [item if name is None else name for item, name in pairs]
            indexes.append(index)
        return indexes

    def _constraints(self, kind: str, table_name: str, schema: str | None) -> list[Any]:
        condition = "table_name = :table AND constraint_type = :kind ORDER BY constraint_index"
        return self._ask("SELECT * FROM duckdb_constraints()", condition, schema, table_name, kind=kind)

    def _ask(
        self, asked: str, condition: str, schema: str | None, table: str | None = None, **values: Any
    ) -> list[Any]:
        statement = sa.text(f"{asked} WHERE {HERE} AND {condition}")
        parameters = {"schema": schema, **({} if table is None else {"table": table}), **values}
        return list(self.connection.execute(statement, parameters).mappings())


def reflected_table(
    inspector: DuckDBInspector, table_name: str, schema: str | None, *reflect_args: Any, **reflect_kwargs: Any
) -> sa.Table:
    """Return a table as the catalog has it.

    :param inspector: reads the catalog.
    :param table_name: the table.
    :param schema: its schema; ``None`` for the connection's default.
    :param reflect_args: columns and constraints that replace or complete what is there.
    :param reflect_kwargs: keywords of the Table.
    :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
    """
    if table_name not in inspector.get_table_names(schema):
        raise NoSuchTableError(table_name)
    said = {item.name for item in reflect_args if isinstance(item, sa.Column)}
    columns = [_column(column) for column in inspector.get_columns(table_name, schema) if column["name"] not in said]
    table = sa.Table(
        table_name,
        sa.MetaData(),
        *columns,
        *reflect_args,
        schema=schema,
        comment=inspector.get_table_comment(table_name, schema)["text"],
        **reflect_kwargs,
    )
    key = inspector.get_pk_constraint(table_name, schema)
    if key["constrained_columns"]:
        table.append_constraint(sa.PrimaryKeyConstraint(*key["constrained_columns"], name=key["name"]))
    for foreign in inspector.get_foreign_keys(table_name, schema):
        referred = [
            ".".join(filter(None, (schema, foreign["referred_table"], name))) for name in foreign["referred_columns"]
        ]
        constraint = sa.ForeignKeyConstraint(
            foreign["constrained_columns"], referred, name=foreign["name"], link_to_name=True
        )
        table.append_constraint(constraint)
    for unique in inspector.get_unique_constraints(table_name, schema):
        table.append_constraint(sa.UniqueConstraint(*unique["column_names"], name=unique["name"]))
    for check in inspector.get_check_constraints(table_name, schema):
        table.append_constraint(sa.CheckConstraint(check["sqltext"], name=check["name"]))
    for index in inspector.get_indexes(table_name, schema):
        pairs = zip(index["column_names"], index.get("expressions", index["column_names"]), strict=True)
        items = [sa.text(expression) if name is None else table.c[name] for name, expression in pairs]
        sa.Index(index["name"], *items, unique=index["unique"], _table=table)
    return table


def _column(column: dict[str, Any]) -> sa.Column[Any]:
    computed = column.get("computed")
    default = None if column["default"] is None else sa.text(column["default"])
    return sa.Column(
        column["name"],
        column["type"],
        *([sa.Computed(computed["sqltext"], persisted=False)] if computed else []),
        server_default=default,
        nullable=column["nullable"],
        autoincrement=False,
        comment=column["comment"],
    )


def _without_cast(sqltext: str, data_type: str) -> str:
    """Return what a column computes without the CAST to its type that DuckDB puts around it: it would do so again."""
    cast, _, end = sqltext.rpartition(" AS ")
    inner = cast.removeprefix("CAST(")
    if inner == cast or end.replace(" ", "") != f"{data_type})".replace(" ", ""):
        return sqltext
    depth = 0
    for character in inner:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:  # the first parenthesis and the last are not a pair
            return sqltext
    return inner


def _type(spelling: str) -> TypeEngine[Any]:
    if found := _DECIMAL.fullmatch(spelling):
        return sa.Numeric(int(found[1]), int(found[2]))
    if spelling == "TIMESTAMP WITH TIME ZONE":
        return sa.DateTime(timezone=True)
    return TYPES[spelling]() if spelling in TYPES else Spelt(spelling)
