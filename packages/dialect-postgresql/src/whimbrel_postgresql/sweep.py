"""Reading tables: all that the catalog says of the tables of a schema, in a constant number of queries.

What comes out has the shapes of SQLAlchemy's Inspector, and beside them, as facts of the table, what it does not read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM
from sqlalchemy.engine.interfaces import (
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIdentity,
    ReflectedIndex,
    ReflectedPrimaryKeyConstraint,
    ReflectedUniqueConstraint,
)

from whimbrel.impl.comparing import unparenthesized
from whimbrel.impl.reflected import ReflectedTable
from whimbrel_postgresql.server_types import ServerTypes

COUNTING: Final = "postgresql_counting"
"""The fact that holds the columns that count by a sequence of their own, each with its default."""

EXCLUSIONS: Final = "postgresql_exclusions"
"""The fact that holds the exclusion constraints, each by its name."""

_TABLES: Final = """
    SELECT c.oid, c.relname AS name, obj_description(c.oid, 'pg_class') AS comment, c.relpersistence = 'u' AS unlogged,
        pg_get_partkeydef(c.oid) AS partition_by, array_to_string(c.reloptions, chr(10)) AS options
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'f')
    ORDER BY c.relname
"""

_COLUMNS: Final = """
    SELECT a.attrelid AS table_oid, a.attnum AS number, a.attname AS name, a.attnotnull AS not_null,
        format_type(a.atttypid, a.atttypmod) AS type, format_type(e.oid, -1) AS element, e.oid AS element_oid,
        e.typtype IN ('e', 'd') AS is_named, a.attidentity AS identity, a.attgenerated AS computed,
        CASE WHEN d.oid IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END AS default_,
        a.attcollation AS collation_oid, CASE WHEN a.attcollation <> t.typcollation THEN
            (SELECT collname FROM pg_collation WHERE oid = a.attcollation) END AS collation_,
        remark.description AS comment
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_description remark ON remark.objoid = a.attrelid AND remark.objsubid = a.attnum
        AND remark.classoid = CAST('pg_class' AS regclass)
    WHERE a.attrelid = ANY (CAST(CAST(:oids AS text) AS oid[])) AND a.attnum > 0 AND NOT a.attisdropped
"""

_SEQUENCES: Final = """
    SELECT d.refobjid AS table_oid, d.refobjsubid AS number, s.seqstart AS start, s.seqincrement AS increment,
        s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqcache AS cache, s.seqcycle AS cycle,
        format('nextval(%L::regclass)', CAST(s.seqrelid AS regclass)) AS counts
    FROM pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid
    WHERE d.classid = CAST('pg_class' AS regclass) AND d.refclassid = CAST('pg_class' AS regclass)
        AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        AND d.refobjid = ANY (CAST(CAST(:oids AS text) AS oid[]))
"""
"""The sequences that belong to columns: a SERIAL's, and an identity's."""

_INDEXES: Final = """
    SELECT i.indrelid AS table_oid, i.indexrelid AS oid, c.relname AS name, i.indisunique AS is_unique,
        CAST(i.indkey AS text) AS numbers, i.indnkeyatts AS length, CAST(i.indoption AS text) AS sorting,
        CAST(i.indcollation AS text) AS collations,
        {nulls_not_distinct} AS nulls_not_distinct, m.amname AS method,
        array_to_string(c.reloptions, chr(10)) AS options,
        CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS where_,
        CASE WHEN i.indexprs IS NOT NULL THEN CAST((
            SELECT json_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n)
            FROM generate_series(1, i.indnkeyatts) n) AS text) END AS expressions,
        CASE WHEN {any_class} THEN CAST((
            SELECT json_agg(CASE WHEN NOT o.opcdefault THEN o.opcname END ORDER BY k.n)
            FROM unnest(CAST(i.indclass AS oid[])) WITH ORDINALITY k(oid, n)
            JOIN pg_opclass o ON o.oid = k.oid) AS text) END AS classes,
        con.conname AS carries,
        i.indpred IS NULL AND i.indexprs IS NULL AND c.reloptions IS NULL AND m.amname = 'btree'
            AND i.indnatts = i.indnkeyatts AND NOT {nulls_not_distinct} AND 0 = ALL (CAST(i.indoption AS int2[]))
            AND NOT {any_class} AS is_plain
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
        AND con.contype IN ('p', 'u', 'x')
    WHERE i.indrelid = ANY (CAST(CAST(:oids AS text) AS oid[]))
    ORDER BY i.indrelid, c.relname
"""

_ANY_CLASS: Final = "CAST(i.indclass AS oid[]) && (SELECT array_agg(oid) FROM pg_opclass WHERE NOT opcdefault)"
"""Whether an index has an operator class that is not its type's default; the list of them is made once."""

_CONSTRAINTS: Final = """
    SELECT con.conrelid AS table_oid, con.conname AS name, con.contype AS kind, con.conindid AS index_oid,
        array_to_string(con.conkey, ' ') AS numbers, con.condeferrable AS deferrable, con.condeferred AS deferred,
        con.convalidated AS validated, con.connoinherit AS no_inherit, con.confupdtype AS onupdate,
        con.confdeltype AS ondelete, con.confmatchtype AS match, n.nspname AS to_schema, c.relname AS to_table,
        CASE WHEN con.contype = 'f' THEN CAST((
            SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY k(number, n)
            JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number) AS text) END AS to_columns,
        {set_columns} AS set_columns,
        CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, con.conrelid)
            WHEN con.contype = 'x' THEN pg_get_constraintdef(con.oid) END AS words,
        CASE WHEN con.contype = 'x' THEN CAST((
            SELECT json_agg(p.oprname ORDER BY k.n) FROM unnest(con.conexclop) WITH ORDINALITY k(oid, n)
            JOIN pg_operator p ON p.oid = k.oid) AS text) END AS operators,
        CASE WHEN con.contype = 'x' THEN CAST((
            SELECT json_agg(pg_get_indexdef(con.conindid, k, true) ORDER BY k)
            FROM generate_series(1, cardinality(con.conexclop)) k) AS text) END AS elements
    FROM pg_constraint con
    LEFT JOIN pg_class c ON c.oid = con.confrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE con.conrelid = ANY (CAST(CAST(:oids AS text) AS oid[])) AND con.contype IN ('p', 'u', 'f', 'c', 'x')
        AND con.conparentid = 0
    ORDER BY con.conrelid, con.conname
"""

_SET_COLUMNS: Final = """
    CASE WHEN con.contype = 'f' AND con.confdelsetcols IS NOT NULL THEN array_to_string(con.confdelsetcols, ' ') END
"""

_NAMED_TYPES: Final = """
    SELECT t.oid, format_type(t.oid, -1) AS printed, t.typname AS name, n.nspname AS schema, t.typtype AS kind,
        format_type(t.typbasetype, t.typtypmod) AS base, t.typnotnull AS not_null, t.typdefault AS default_,
        CASE WHEN t.typcollation <> b.typcollation THEN
            (SELECT collname FROM pg_collation WHERE oid = t.typcollation) END AS collation_,
        CAST((SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS text)
            AS labels,
        checked.name AS check_name, checked.words AS check_words
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN LATERAL (
        SELECT CASE WHEN count(*) = 1 THEN min(conname) END AS name,
            string_agg(pg_get_expr(conbin, 0), ' AND ' ORDER BY conname) AS words
        FROM pg_constraint WHERE contypid = t.oid AND contype = 'c') checked ON t.typtype = 'd'
    WHERE t.typtype IN ('e', 'd') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""

_COLLATIONS: Final = "SELECT oid, quote_ident(collname) AS name FROM pg_collation"

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
        self._newer = tuple(version) >= (15,)

    def read(self, names: Collection[str]) -> Iterator[ReflectedTable]:
        """Yield the tables of these names, by name; one that is gone meanwhile is left out."""
        wanted = set(names)
        rows = [row for row in self._rows(_TABLES, schema=self.schema or self._default) if row.name in wanted]
        if not rows:
            return
        oids = _array(row.oid for row in rows)
        columns = self._grouped(_COLUMNS, oids)
        indexes = self._grouped(
            _INDEXES.format(
                nulls_not_distinct="i.indnullsnotdistinct" if self._newer else "false", any_class=_ANY_CLASS
            ),
            oids,
        )
        constraints = self._grouped(
            _CONSTRAINTS.format(set_columns=_SET_COLUMNS if self._newer else "CAST(NULL AS text)"), oids
        )
        self._sequences = {(row.table_oid, row.number): row for row in self._rows(_SEQUENCES, oids=oids)}
        self._types = self._read_types([column for group in columns.values() for column in group])
        for row in rows:
            yield _Reading(self, row, columns.get(row.oid, [])).table(
                indexes.get(row.oid, []), constraints.get(row.oid, [])
            )

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
            self._collations.update({row.oid: row.name for row in self._rows(_COLLATIONS)})
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
        types = ServerTypes(self._connection.dialect, named)
        needed = {column.element for column in columns if column.is_named}
        if needed:
            rows = {row.printed: row for row in self._rows(_NAMED_TYPES)}

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
            default=text(row.default_.replace(":", "\\:")) if row.default_ is not None else None,
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
                table.check_constraints.append(_check(constraint))
            else:
                index = by_oid[constraint.index_oid]
                table.facts.setdefault(EXCLUSIONS, {})[constraint.name] = self._exclusion(constraint, index)
        self._count(table)
        return table

    def _names(self, numbers: str) -> list[str]:
        return [self._by_number[number].name for number in numbers.split()]

    def _options(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._row.partition_by:
            found["postgresql_partition_by"] = self._row.partition_by
        if self._row.options:
            found["postgresql_with"] = _parameters(self._row.options)
        return found

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
        if options := self._key_options(row, indexes):
            key["dialect_options"] = options
        return key

    def _unique(self, row: Row[Any], indexes: Mapping[int, Row[Any]]) -> ReflectedUniqueConstraint:
        unique: ReflectedUniqueConstraint = {"name": row.name, "column_names": self._names(row.numbers)}
        if options := self._key_options(row, indexes):
            unique["dialect_options"] = options
        return unique

    def _key_options(self, row: Row[Any], indexes: Mapping[int, Row[Any]]) -> dict[str, Any]:
        options: dict[str, Any] = _when(row)
        index = indexes.get(row.index_oid)
        if index is not None:
            if included := self._names(" ".join(index.numbers.split()[index.length :])):
                options["postgresql_include"] = included
            if index.nulls_not_distinct:
                options["postgresql_nulls_not_distinct"] = True
        return options

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
        if given := {name: value for name, value in options.items() if value}:
            index["dialect_options"] = given
        return index

    def _collation(self, number: str, oid: str) -> str | None:
        """Return the collation of a part of an index where it is not the column's own."""
        if number == "0" or oid == "0" or int(oid) == self._by_number[number].collation_oid:
            return None
        return self._sweep.collation(int(oid))


def _check(row: Row[Any]) -> Any:
    options = {"postgresql_not_valid": not row.validated, "postgresql_no_inherit": row.no_inherit}
    given = {name: True for name, value in options.items() if value}
    words = unparenthesized(row.words)
    return {"name": row.name, "sqltext": words, **({"dialect_options": given} if given else {})}


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
