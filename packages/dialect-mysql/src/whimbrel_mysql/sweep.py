"""Reading tables: all that ``information_schema`` says of the tables of a schema, in at most six statements.

What comes out has the shapes of SQLAlchemy's Inspector.

https://dev.mysql.com/doc/refman/8.4/en/information-schema.html, https://mariadb.com/kb/en/information-schema/
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.dialects.mysql import JSON
from sqlalchemy.dialects.mysql.reflection import MySQLTableDefinitionParser
from sqlalchemy.engine.interfaces import (
    ReflectedCheckConstraint,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
)
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import NullType, TypeEngine

from whimbrel.impl.reflected import NO_PRIMARY_KEY, ReflectedTable

COLUMN_TYPES: Final = "mysql_column_types"
"""The fact that holds the type of each column as the server prints it, with character set and collation."""

_TABLES: Final = """
    SELECT table_name, engine, table_collation, create_options, table_comment
    FROM information_schema.tables WHERE table_schema = :schema
"""
_COLUMNS: Final = """
    SELECT table_name, ordinal_position, column_name, column_default, is_nullable, column_type, character_set_name,
        collation_name, extra, column_comment, generation_expression
    FROM information_schema.columns WHERE table_schema = :schema
"""
_INDEXES: Final = """
    SELECT table_name, index_name, seq_in_index, non_unique, column_name, collation, sub_part, index_type, {expression}
    FROM information_schema.statistics WHERE table_schema = :schema
"""
_FOREIGN_COLUMNS: Final = """
    SELECT table_name, constraint_name, ordinal_position, column_name, referenced_table_schema, referenced_table_name,
        referenced_column_name
    FROM information_schema.key_column_usage WHERE table_schema = :schema AND referenced_table_name IS NOT NULL
"""
_FOREIGN_RULES: Final = """
    SELECT table_name, constraint_name, update_rule, delete_rule
    FROM information_schema.referential_constraints WHERE constraint_schema = :schema
"""
_CHECKS: Final = {
    "MariaDB": """
        SELECT table_name, constraint_name, check_clause
        FROM information_schema.check_constraints WHERE constraint_schema = :schema
    """,
    "MySQL": """
        SELECT t.table_name, c.constraint_name, c.check_clause
        FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
            ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
        WHERE c.constraint_schema = :schema AND t.constraint_type = 'CHECK'
    """,
}

# https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-13.html, .../news-8-0-16.html
_EXPRESSIONS_SINCE: Final = (8, 0, 13)
_CHECKS_SINCE: Final = {"MySQL": (8, 0, 16), "MariaDB": (10, 2, 22)}
# Since then defaults are kept as SQL text: https://mariadb.com/kb/en/information-schema-columns-table/
_DEFAULTS_AS_SQL_SINCE: Final = (10, 2, 7)

_BYTES: Final = frozenset({bytes, bytearray})

_OPTION: Final = re.compile(r"(?:^|\s)([A-Za-z_]+)=(\"[^\"]*\"|'[^']*'|[^\s\"']+)")
_NOW: Final = re.compile(r"(?:current_timestamp|now)\b.*", re.I)
_ON_UPDATE: Final = re.compile(r"\bon update (\S+)", re.I)
_JSON_VALID: Final = re.compile(r"\(?json_valid\(`((?:[^`]|``)+)`\)\)?", re.I)


class Sweep:
    """Reads the tables of one schema.

    :param connection: to the database.
    :param schema: the schema; ``None`` for the connection's default.
    """

    def __init__(self, connection: Connection, schema: str | None) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        self._schema = schema
        self._default_schema = connection.dialect.default_schema_name
        self._is_mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
        self._version = connection.dialect.server_version_info or (999,)

    def read(self, names: Collection[str], *, checks: bool) -> Iterator[ReflectedTable]:
        """Yield tables.

        :param names: those that are wanted.
        :param checks: whether CHECK constraints are.
        """
        if not names:
            return
        wanted = frozenset(names)
        tables = {row[0]: row for row in self._rows(_TABLES, wanted)}
        columns = _by_table(self._rows(_COLUMNS, wanted))
        indexes = self._indexes(wanted)
        foreign = self._foreign_keys(wanted)
        # On MariaDB, JSON is a text with a CHECK.
        found_checks = self._checks(wanted) if checks or self._is_mariadb else {}
        types = self._types(columns, {name: row[2] for name, row in tables.items()})
        for name in sorted(tables.keys() & columns.keys()):
            _, engine, collation, create_options, comment = tables[name]
            own_checks = found_checks.get(name, [])
            json = {found[1].replace("``", "`") for _, said in own_checks if (found := _JSON_VALID.fullmatch(said))}
            keys = indexes.get(name, {})
            rows = sorted(columns[name], key=lambda row: row[1])
            yield ReflectedTable(
                self._schema,
                name,
                [self._column(row, JSON() if row[2] in json else types[_type_key(row, collation)]) for row in rows],
                {"constrained_columns": [row[4] for row in keys["PRIMARY"]], "name": None}
                if "PRIMARY" in keys
                else NO_PRIMARY_KEY,
                [
                    {"name": key, "column_names": [row[4] for row in parts], "duplicates_index": key}
                    for key, parts in sorted(keys.items())
                    if key != "PRIMARY" and _is_constraint(parts)
                ],
                [
                    _index(key, parts, self._dialect.name, foreign.get(name, []))
                    for key, parts in sorted(keys.items())
                    if key != "PRIMARY"
                ],
                foreign.get(name, []),
                _check_constraints(own_checks) if checks else [],
                comment or None,
                self._options(engine, collation, create_options),
                {COLUMN_TYPES: {row[2]: " ".join(filter(None, _type_text(row, None))) for row in rows}},
            )

    # -- columns --------------------------------------------------------------------------------------------------

    def _types(
        self, columns: dict[str, list[tuple[Any, ...]]], collations: dict[str, str | None]
    ) -> dict[Any, TypeEngine[Any]]:
        """Return SQLAlchemy's type for each that occurs: its own reading of a CREATE TABLE, one of our making."""
        occurring = {
            _type_key(row, collations.get(table)): (table, row) for table, rows in columns.items() for row in rows
        }
        lines, keys = [], {}
        for key, (table, row) in occurring.items():
            name = re.sub(r"[`\s]", "_", f"{table}.{row[2]}")
            keys[name] = key
            lines.append(f"  `{name}` {' '.join(filter(None, _type_text(row, collations.get(table))))},")
        parser = MySQLTableDefinitionParser(self._dialect, self._dialect.identifier_preparer)  # type: ignore[arg-type]  # is MySQL's
        with warnings.catch_warnings():
            # Autogenerate has a note about each column of such a type, which names the column itself.
            warnings.filterwarnings("ignore", "Did not recognize type", SAWarning)
            state = parser.parse("\n".join(["CREATE TABLE `whimbrel` (", *lines, ")"]), "utf8mb4")
        found = {keys[info["name"]]: info["type"] for info in state.columns if info["name"] in keys}
        return {key: found.get(key, NullType()) for key in occurring}

    def _column(self, row: tuple[Any, ...], type_: TypeEngine[Any]) -> ReflectedColumn:
        _, _, name, default, nullable, column_type, _, _, extra, comment, generated = row
        info: ReflectedColumn = {
            "name": name,
            "type": type_,
            "nullable": nullable == "YES",
            "default": None,
            "comment": comment or None,
        }
        if generated:
            info["computed"] = {
                "sqltext": self._as_sql(generated),
                "persisted": "STORED" in extra or "PERSISTENT" in extra,
            }
            return info
        info["default"] = self._default(default, column_type, extra)
        if "auto_increment" in extra:
            info["autoincrement"] = True
        elif "int" in column_type:
            info["autoincrement"] = False
        return info

    def _default(self, default: str | None, column_type: str, extra: str) -> str | None:
        """Return a default as SHOW CREATE TABLE has it, with what is done on an update after it."""
        on_update = _ON_UPDATE.search(extra)
        if default is not None and not (self._is_mariadb and self._version >= _DEFAULTS_AS_SQL_SINCE):
            default = self._quoted(default, column_type, extra)
        if default is not None and default.upper() == "NULL":
            default = None
        if on_update is None:
            return default
        return f"{default or 'NULL'} ON UPDATE {on_update[1]}"

    def _quoted(self, default: str, column_type: str, extra: str) -> str:
        """Return the SQL text of a default that is kept without quotes, as MySQL does.

        https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html
        """
        if column_type.startswith(("datetime", "timestamp")) and _NOW.match(default):
            return default
        if "DEFAULT_GENERATED" in extra:
            return f"({self._as_sql(default)})"
        if column_type.startswith("bit") or (column_type.startswith(("binary", "varbinary")) and default[:2] == "0x"):
            return default
        return "'" + default.replace("\\", "\\\\").replace("'", "''") + "'"

    def _as_sql(self, expression: str) -> str:
        """Return an expression without the backslashes that MySQL puts before each quote."""
        return expression if self._is_mariadb else expression.replace("\\'", "'")

    # -- the rest of a table --------------------------------------------------------------------------------------

    def _indexes(self, wanted: frozenset[str]) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
        """Return the parts of each index, in their order, by table and name."""
        knows = not self._is_mariadb and self._version >= _EXPRESSIONS_SINCE
        found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        for row in self._rows(_INDEXES.format(expression="expression" if knows else "NULL"), wanted):
            found.setdefault(row[0], {}).setdefault(row[1], []).append(
                (*row[:8], self._as_sql(row[8]) if row[8] else None)
            )
        for keys in found.values():
            for parts in keys.values():
                parts.sort(key=lambda row: int(row[2]))
        return found

    def _foreign_keys(self, wanted: frozenset[str]) -> dict[str, list[ReflectedForeignKeyConstraint]]:
        keys: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for row in self._rows(_FOREIGN_COLUMNS, wanted):
            keys.setdefault((row[0], row[1]), []).append(row)
        if not keys:
            return {}
        rules = {(row[0], row[1]): row for row in self._rows(_FOREIGN_RULES, wanted)}
        found: dict[str, list[ReflectedForeignKeyConstraint]] = {}
        for (table, name), rows in sorted(keys.items()):
            rows.sort(key=lambda row: int(row[2]))
            _, _, update, delete = rules[table, name]
            schema = rows[0][4]
            found.setdefault(table, []).append(
                {
                    "name": name,
                    "constrained_columns": [row[3] for row in rows],
                    "referred_schema": None if schema == self._default_schema else schema,
                    "referred_table": rows[0][5],
                    "referred_columns": [row[6] for row in rows],
                    "options": {
                        word: rule
                        for word, rule in (("onupdate", update), ("ondelete", delete))
                        if rule not in ("RESTRICT", "NO ACTION")  # which are the same, and what is so unless said
                    },
                }
            )
        return found

    def _checks(self, wanted: frozenset[str]) -> dict[str, list[tuple[str, str]]]:
        server = "MariaDB" if self._is_mariadb else "MySQL"
        if self._version < _CHECKS_SINCE[server]:
            return {}
        found: dict[str, list[tuple[str, str]]] = {}
        for table, name, said in self._rows(_CHECKS[server], wanted):
            found.setdefault(table, []).append((name, self._as_sql(said)))
        return found

    def _options(self, engine: str | None, collation: str | None, create_options: str | None) -> dict[str, Any]:
        """Return a table's options, by SQLAlchemy's keywords."""
        options = {name.lower(): value for name, value in _OPTION.findall(create_options or "")}
        options |= {"engine": engine, "default_charset": charset_of(collation), "collate": collation}
        return {f"{self._dialect.name}_{name}": value for name, value in options.items() if value is not None}

    def _rows(self, sql: str, wanted: frozenset[str]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows about tables that are wanted; text that some drivers give as bytes as text."""
        for row in self._connection.execute(text(sql), {"schema": self._schema or self._default_schema}).all():
            values: tuple[Any, ...] = tuple(row)
            if not _BYTES.isdisjoint(map(type, values)):
                values = tuple(value.decode() if isinstance(value, bytes | bytearray) else value for value in values)
            if values[0] in wanted:
                yield values


def charset_of(collation: str | None) -> str | None:
    """Return the character set that a collation is of; its name begins with it."""
    return None if collation is None else collation.partition("_")[0]


def _by_table(rows: Iterator[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _type_key(row: tuple[Any, ...], collation: str | None) -> Any:
    """Return what makes a column's type: characters count where they are not the table's."""
    return (row[5], None) if row[7] == collation else (row[5], row[7])


def _type_text(row: tuple[Any, ...], collation: str | None) -> tuple[str | None, ...]:
    """Return the words of a column's type, with its characters where they are not the table's."""
    if row[7] is None or row[7] == collation:
        return (row[5],)
    return (row[5], f"CHARACTER SET {row[6]}", f"COLLATE {row[7]}")


def _is_constraint(parts: list[tuple[Any, ...]]) -> bool:
    """Return whether a UNIQUE constraint is all that an index is: whole columns, none of them descending."""
    return not int(parts[0][3]) and all(
        column is not None and order != "D" and length is None for _, _, _, _, column, order, length, _, _ in parts
    )


def _index(
    name: str, parts: list[tuple[Any, ...]], dialect: str, foreign: list[ReflectedForeignKeyConstraint]
) -> ReflectedIndex:
    _, _, _, non_unique, *_, kind, _ = parts[0]
    columns = [row[4] for row in parts]
    index: ReflectedIndex = {"name": name, "column_names": columns, "unique": not int(non_unique)}
    if any(row[8] for row in parts):
        index["expressions"] = [row[8] or row[4] for row in parts]
    descending = {row[4]: ("desc",) for row in parts if row[5] == "D" and row[4] is not None}
    if descending:
        index["column_sorting"] = descending
    options: dict[str, Any] = {}
    if kind in ("FULLTEXT", "SPATIAL"):
        options[f"{dialect}_prefix"] = kind
    elif kind != "BTREE":
        options[f"{dialect}_using"] = kind.lower()
    lengths = {row[4]: int(row[6]) for row in parts if row[6] is not None and kind != "SPATIAL"}
    if lengths:
        options[f"{dialect}_length"] = lengths
    if options:
        index["dialect_options"] = options
    if _is_constraint(parts):
        index["duplicates_constraint"] = name
    elif not options and not descending and any(key["name"] == name for key in foreign):
        serves = next(key for key in foreign if key["name"] == name)
        if serves["constrained_columns"] == columns:
            index["duplicates_constraint"] = name  # the server has made it for the foreign key
    return index


def _check_constraints(checks: list[tuple[str, str]]) -> list[ReflectedCheckConstraint]:
    """Return the CHECK constraints, but for those that make a text JSON."""
    return [{"name": name, "sqltext": said} for name, said in sorted(checks) if not _JSON_VALID.fullmatch(said)]
