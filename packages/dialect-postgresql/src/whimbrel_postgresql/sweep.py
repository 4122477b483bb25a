"""Reading tables: all that the catalog says of the tables of a schema, in a constant number of queries.

What comes out has the shapes of SQLAlchemy's Inspector, and beside them, as facts of the table, what it does not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Row,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy import __version__ as sqlalchemy_version
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM
from sqlalchemy.engine.interfaces import (
    ReflectedCheckConstraint,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIdentity,
    ReflectedIndex,
    ReflectedPrimaryKeyConstraint,
    ReflectedUniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from whimbrel.impl.comparing import unparenthesized
from whimbrel.impl.reflected import ReflectedTable
from whimbrel_postgresql import queries
from whimbrel_postgresql.enum_replacement import literal_in
from whimbrel_postgresql.printed_types import PrintedTypes
from whimbrel_postgresql.server_types import ServerTypes

COUNTING: Final = "postgresql_counting"
"""The fact that holds the columns that count by a sequence of their own, each with its default."""

EXCLUSIONS: Final = "postgresql_exclusions"
"""The fact that holds the exclusion constraints, each by its name."""

_ACTIONS: Final = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_MATCHES: Final = {"f": "FULL", "p": "PARTIAL"}


class Sweep:
    """Reads the tables of one schema.

    :param connection: to the database.
    :param schema: the schema; ``None`` for the connection's default.
    """

    def __init__(self, connection: Connection, schema: str | None) -> None:
        self._connection = connection
        self.quote = connection.dialect.identifier_preparer.quote
        self.schema = schema
        self._default = connection.dialect.default_schema_name
        version = connection.dialect.server_version_info or (0,)
        self._collations: dict[int, str] = {}
        arguments = getattr(connection.dialect, "construct_arguments", None) or ()
        self._accepted = {cls: {f"postgresql_{name}" for name in names} for cls, names in arguments}
        self._newer = tuple(version) >= (15,)

    def read(self, names: Collection[str]) -> Iterator[ReflectedTable]:
        """Yield the tables of these names, by name; one that is gone meanwhile is left out."""
        wanted = set(names)
        rows = [row for row in self._rows(queries.TABLES, schema=self.schema or self._default) if row.name in wanted]
        if not rows:
            return
        oids = _array(row.oid for row in rows)
        columns = self._grouped(queries.COLUMNS, oids)
        indexes = self._grouped(
            queries.INDEXES.format(
                nulls_not_distinct="i.indnullsnotdistinct" if self._newer else "false", any_class=queries.ANY_CLASS
            ),
            oids,
        )
        constraints = self._grouped(
            queries.CONSTRAINTS.format(set_columns=queries.SET_COLUMNS if self._newer else "CAST(NULL AS text)"), oids
        )
        self._sequences = {(row.table_oid, row.number): row for row in self._rows(queries.SEQUENCES, oids=oids)}
        self._types = self._read_types([column for group in columns.values() for column in group])
        for row in rows:
            yield _Reading(self, row, columns.get(row.oid, [])).table(
                indexes.get(row.oid, []), constraints.get(row.oid, [])
            )

    def accepted(self, cls: type[SchemaItem], options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that say something, without those that SQLAlchemy, of this release, has no keyword for."""
        known = self._accepted.get(cls, ())
        return {
            name: value
            for name, value in options.items()
            if value and (name in known or not name.startswith("postgresql_"))
        }

    def schema_of(self, name: str) -> str | None:
        """Return a schema as the Inspector names it: ``None`` for the default one."""
        return None if name == self._default else name

    def column(self, row: Row[Any]) -> ReflectedColumn:
        """Return a column in the Inspector's shape."""
        column: ReflectedColumn = {
            "name": row.name,
            "type": self._types.type_of(row.type, row.collation_),
            "nullable": not row.not_null,
            "default": row.default_,
            "autoincrement": False,
            "comment": row.comment,
        }
        if row.computed:
            column["default"] = None
            column["computed"] = {"sqltext": row.default_, "persisted": row.computed == "s"}
        elif row.identity:
            column["autoincrement"] = True
            column["identity"] = self._identity(row)
        return column

    def counts(self, row: Row[Any]) -> bool:
        """Return whether the default of a column is the next number of a sequence that belongs to it."""
        sequence = self._sequences.get((row.table_oid, row.number))
        return sequence is not None and not row.identity and row.default_ == sequence.counts

    def _identity(self, row: Row[Any]) -> ReflectedIdentity:
        sequence = self._sequences[row.table_oid, row.number]
        return {
            "always": row.identity == "a",
            "start": sequence.start,
            "increment": sequence.increment,
            "minvalue": sequence.minvalue,
            "maxvalue": sequence.maxvalue,
            "cache": sequence.cache,
            "cycle": sequence.cycle,
        }  # type: ignore[typeddict-item]  # on_null and order are Oracle's

    def collation(self, oid: int) -> str:
        """Return the name of a collation, quoted."""
        if oid not in self._collations:
            self._collations.update({row.oid: row.name for row in self._rows(queries.COLLATIONS)})
        return self._collations[oid]

    def _rows(self, sql: str, **parameters: Any) -> list[Row[Any]]:
        return list(self._connection.execute(text(sql), parameters).all())

    def _grouped(self, sql: str, oids: str) -> dict[int, list[Row[Any]]]:
        found: dict[int, list[Row[Any]]] = {}
        for row in self._rows(sql, oids=oids):
            found.setdefault(row.table_oid, []).append(row)
        return found

    def _read_types(self, columns: list[Row[Any]]) -> ServerTypes:
        named: dict[str, ENUM | DOMAIN] = {}
        types = ServerTypes(self._connection.dialect, named, PrintedTypes(self._connection))
        needed = {column.element for column in columns if column.is_named}
        if needed:
            rows = {row.printed: row for row in self._rows(queries.NAMED_TYPES)}

            def add(printed: str) -> None:
                if printed in rows and printed not in named:
                    add((rows[printed].base or "").removesuffix("[]"))  # a domain may be over another one
                    named[printed] = self._named(rows[printed], types)

            for printed in needed:
                add(printed)
        return types

    def _named(self, row: Row[Any], types: ServerTypes) -> ENUM | DOMAIN:
        schema = self.schema_of(row.schema)
        if row.kind == "e":
            return ENUM(*json.loads(row.labels or "[]"), name=row.name, schema=schema)
        return DOMAIN(
            row.name,
            types.type_of(row.base, row.collation_),
            not_null=row.not_null or None,
            default=_domain_default(row.default_),
            constraint_name=row.check_name,
            check=text(row.check_words.replace(":", "\\:")) if row.check_words else None,
            schema=schema,
        )


class _Reading:
    """One table that is being read.

    :param sweep: knows the types.
    :param row: what the catalog says of the table.
    :param columns: and of its columns.
    """

    def __init__(self, sweep: Sweep, row: Row[Any], columns: list[Row[Any]]) -> None:
        self._sweep = sweep
        self._row = row
        self._columns = sorted(columns, key=lambda column: column.number)
        self._by_number = {str(column.number): column for column in columns}

    def table(self, indexes: list[Row[Any]], constraints: list[Row[Any]]) -> ReflectedTable:
        """Return the table."""
        by_oid = {index.oid: index for index in indexes}
        table = ReflectedTable(
            self._sweep.schema,
            self._row.name,
            [self._sweep.column(column) for column in self._columns],
            indexes=[self._index(index) for index in indexes if index.carries is None],
            comment=self._row.comment,
            options=self._options(),
        )
        for constraint in constraints:
            if constraint.kind == "p":
                table.primary_key = self._primary_key(constraint, by_oid)
            elif constraint.kind == "u":
                table.unique_constraints.append(self._unique(constraint, by_oid))
            elif constraint.kind == "f":
                table.foreign_keys.append(self._foreign_key(constraint))
            elif constraint.kind == "c":
                table.check_constraints.append(self._check(constraint))
            else:
                index = by_oid[constraint.index_oid]
                table.facts.setdefault(EXCLUSIONS, {})[constraint.name] = self._exclusion(constraint, index)
        self._count(table)
        return table

    def _names(self, numbers: str) -> list[str]:
        return [self._by_number[number].name for number in numbers.split()]

    def _options(self) -> dict[str, Any]:
        said = {
            "postgresql_partition_by": self._row.partition_by,
            "postgresql_with": _parameters(self._row.options or ""),
        }
        return self._sweep.accepted(Table, said)

    def _count(self, table: ReflectedTable) -> None:
        """Take the default of a column that counts as SERIAL does for what it is: no default that somebody gave it."""
        key = table.primary_key["constrained_columns"]
        for row, column in zip(self._columns, table.columns, strict=True):
            if row.default_ is not None and self._sweep.counts(row):
                table.facts.setdefault(COUNTING, {})[row.name] = row.default_
                if row.name in key:
                    column["default"] = None
                    column["autoincrement"] = True

    # -- constraints --------------------------------------------------------------------------------------------------

    def _primary_key(self, row: Row[Any], indexes: Mapping[int, Row[Any]]) -> ReflectedPrimaryKeyConstraint:
        key: ReflectedPrimaryKeyConstraint = {"constrained_columns": self._names(row.numbers), "name": row.name}
        if options := self._key_options(PrimaryKeyConstraint, row, indexes):
            key["dialect_options"] = options
        return key

    def _unique(self, row: Row[Any], indexes: Mapping[int, Row[Any]]) -> ReflectedUniqueConstraint:
        unique: ReflectedUniqueConstraint = {"name": row.name, "column_names": self._names(row.numbers)}
        if options := self._key_options(UniqueConstraint, row, indexes):
            unique["dialect_options"] = options
        return unique

    def _key_options(self, cls: type[SchemaItem], row: Row[Any], indexes: Mapping[int, Row[Any]]) -> dict[str, Any]:
        options: dict[str, Any] = _when(row)
        index = indexes.get(row.index_oid)
        if index is not None:
            options["postgresql_include"] = self._names(" ".join(index.numbers.split()[index.length :]))
            options["postgresql_nulls_not_distinct"] = index.nulls_not_distinct
        return self._sweep.accepted(cls, options)

    def _check(self, row: Row[Any]) -> ReflectedCheckConstraint:
        check: ReflectedCheckConstraint = {"name": row.name, "sqltext": unparenthesized(row.words)}
        if options := self._sweep.accepted(CheckConstraint, {"postgresql_not_valid": not row.validated}):
            check["dialect_options"] = options
        return check

    def _foreign_key(self, row: Row[Any]) -> ReflectedForeignKeyConstraint:
        options: dict[str, Any] = _when(row)
        if row.onupdate in _ACTIONS:
            options["onupdate"] = _ACTIONS[row.onupdate]
        if row.ondelete in _ACTIONS:
            quote = self._sweep.quote
            columns = [quote(name) for name in self._names(row.set_columns or "")]
            options["ondelete"] = _ACTIONS[row.ondelete] + (f" ({', '.join(columns)})" if columns else "")
        if row.match in _MATCHES:
            options["match"] = _MATCHES[row.match]
        return {
            "name": row.name,
            "constrained_columns": self._names(row.numbers),
            "referred_schema": self._sweep.schema_of(row.to_schema),
            "referred_table": row.to_table,
            "referred_columns": json.loads(row.to_columns),
            "options": options,
        }

    def _exclusion(self, row: Row[Any], index: Row[Any]) -> dict[str, Any]:
        classes = json.loads(index.classes) if index.classes else []
        elements = json.loads(row.elements)
        numbers = index.numbers.split()[: index.length]
        names = [self._by_number[number].name if number != "0" else None for number in numbers]
        return {
            "words": row.words,
            "using": index.method,
            "elements": list(zip(names, elements, json.loads(row.operators), strict=True)),
            "where": unparenthesized(index.where_) if index.where_ else None,
            "ops": {name: class_ for name, class_ in zip(names, classes, strict=False) if name and class_},
            **_when(row),
        }

    # -- indexes ------------------------------------------------------------------------------------------------------

    def _index(self, row: Row[Any]) -> ReflectedIndex:
        numbers = row.numbers.split()
        if row.is_plain and not any(
            self._collation(*pair) for pair in zip(numbers, row.collations.split(), strict=True)
        ):
            return {"name": row.name, "unique": row.is_unique, "column_names": [*self._names(row.numbers)]}
        keys, included = numbers[: row.length], self._names(" ".join(numbers[row.length :]))
        names: list[str | None] = [self._by_number[number].name if number != "0" else None for number in keys]
        classes = json.loads(row.classes) if row.classes else [None] * len(keys)
        sortings = [_sorting(int(number)) for number in row.sorting.split()[: row.length]]
        collations = [self._collation(*pair) for pair in zip(keys, row.collations.split(), strict=False)]
        index: ReflectedIndex = {"name": row.name, "unique": row.is_unique, "column_names": names}
        if any(name is None for name in names) or any(collations):
            expressions = json.loads(row.expressions) if row.expressions else [self._sweep.quote(str(x)) for x in names]
            for place, (collation, class_, sorting) in enumerate(zip(collations, classes, sortings, strict=True)):
                if names[place] is None or collation is not None:
                    names[place] = None  # what stands beside an expression is not told apart from it
                    words = [expressions[place], collation and f"COLLATE {collation}", class_, *_sorting_words(sorting)]
                    expressions[place] = " ".join(word for word in words if word)
            index["expressions"] = expressions
        if sorted_ := {name: sorting for name, sorting in zip(names, sortings, strict=True) if name and sorting}:
            index["column_sorting"] = sorted_  # type: ignore[typeddict-item]  # SQLAlchemy says a tuple of one
        options: dict[str, Any] = {
            "postgresql_using": row.method if row.method != "btree" else None,
            "postgresql_ops": {name: class_ for name, class_ in zip(names, classes, strict=True) if name and class_},
            "postgresql_where": row.where_,
            "postgresql_include": included,
            "postgresql_with": _parameters(row.options or ""),
            "postgresql_nulls_not_distinct": row.nulls_not_distinct,
        }
        if given := self._sweep.accepted(Index, options):
            index["dialect_options"] = given
        return index

    def _collation(self, number: str, oid: str) -> str | None:
        """Return the collation of a part of an index where it is not the column's own."""
        if number == "0" or oid == "0" or int(oid) == self._by_number[number].collation_oid:
            return None
        return self._sweep.collation(int(oid))


def _domain_default(sql: str | None) -> Any:
    """Return the default of a domain for SQLAlchemy, which before 2.1 takes a string, and spells that as a literal."""
    if sql is None or sqlalchemy_version >= "2.1":
        return text(sql.replace(":", "\\:")) if sql is not None else None
    return literal_in(sql) or (sql if re.fullmatch(r"-?[\d.]+", sql) else None)


def _when(row: Row[Any]) -> dict[str, Any]:
    """Return when a constraint is looked at, where that is not at once."""
    if not row.deferrable:
        return {}
    return {"deferrable": True, "initially": "DEFERRED" if row.deferred else "IMMEDIATE"}


def _sorting(bits: int) -> tuple[str, ...]:
    """Return the Inspector's words for the bits of ``indoption``: 1 is DESC, 2 is NULLS FIRST."""
    return {0: (), 1: ("desc", "nulls_last"), 2: ("nulls_first",), 3: ("desc",)}[bits & 3]


def _sorting_words(sorting: tuple[str, ...]) -> list[str]:
    return [word.upper().replace("_", " ") for word in sorting]


def _parameters(lines: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines.splitlines())


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(str(number) for number in numbers)}}}"
