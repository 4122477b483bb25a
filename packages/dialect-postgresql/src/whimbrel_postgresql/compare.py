"""What PostgreSQL answers to the questions of autogenerate: when are two things the same here?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Inspector,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UnaryExpression,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import AddConstraint, CreateIndex
from sqlalchemy.sql import operators
from sqlalchemy.types import NullType

from whimbrel.ddl import plain_text
from whimbrel.impl.comparing import Comparing, normalize_sql
from whimbrel.operations.construct import referred_to
from whimbrel_postgresql.enum_replacement import literal_in
from whimbrel_postgresql.server_types import as_server_prints, is_sqlalchemys, name_and_arguments

if TYPE_CHECKING:
    from whimbrel.impl.comparison import ComparisonResult, Expressions
    from whimbrel.impl.reflected import ReflectedTable
    from whimbrel_postgresql.asking import Question
    from whimbrel_postgresql.printed_types import PrintedTypes

_CAST: Final = re.compile(r"('(?:[^']|'')*'|NULL)::(.+)")
_NUMBER: Final = re.compile(r"'([-+]?\d+(?:\.\d+)?)'")
_NUMERIC: Final = ("integer", "bigint", "smallint", "numeric", "real", "double precision")
_NOW: Final = frozenset({"now()", "transaction_timestamp()", "current_timestamp"})
"""https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT"""

_MADE_BY_OTHERS: Final = """
    SELECT c.relname AS name, CASE WHEN h.inhrelid IS NOT NULL THEN
            CASE WHEN c.relispartition THEN 'partition of ' ELSE 'child of ' END || CAST(h.inhparent AS regclass)
        ELSE (SELECT 'extension ' || e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
            WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid
                AND d.refclassid = CAST('pg_extension' AS regclass) AND d.deptype = 'e') END AS owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_inherits h ON h.inhrelid = c.oid AND h.inhseqno = 1
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'f')
        AND (h.inhrelid IS NOT NULL OR EXISTS (SELECT 1 FROM pg_depend d
            WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid AND d.deptype = 'e'))
"""

_SYSTEM_SCHEMAS: Final = """
    SELECT n.nspname FROM pg_namespace n WHERE n.nspname LIKE 'pg\\_%' OR n.nspname = 'information_schema'
        OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_namespace' AS regclass) AND d.objid = n.oid
            AND d.deptype = 'e')
"""


class PostgresqlComparing(Comparing):
    """Compares as the server does: by what it prints, and, where texts differ, by asking it."""

    constraint_convention: ClassVar[Mapping[str, str]] = {
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
    """The names that the server makes up itself."""

    @cached_property
    def renamed_values(self) -> dict[str, dict[str, str]]:
        """Enum types, with old values and their new names, as far as a comparison has found values renamed."""
        return {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_tables(
        self, inspector: Inspector, schema: str | None, names: Collection[str], *, checks: bool
    ) -> Iterator[ReflectedTable]:
        """Read tables in a constant number of queries; see :class:`whimbrel_postgresql.sweep.Sweep`."""
        from whimbrel_postgresql.sweep import Sweep

        assert self.connection is not None
        return Sweep(self.connection, schema).read(names)

    def not_ours(self, schema: str | None) -> dict[str, str]:
        """Return the partitions, the tables that inherit from others, and those that belong to an extension."""
        assert self.connection is not None
        rows = self.connection.execute(text(_MADE_BY_OTHERS), {"schema": schema or self.dialect.default_schema_name})
        return {row.name: row.owner for row in rows}

    def system_schemas(self) -> frozenset[str]:
        """Return the server's own schemas, those of temporary tables, and those that belong to an extension."""
        assert self.connection is not None
        return frozenset(self.connection.execute(text(_SYSTEM_SCHEMAS)).scalars())

    # -- types --------------------------------------------------------------------------------------------------------

    def normalize_type(self, spelled: str) -> str:
        """Return a type as the server prints it, without the default schema before it."""
        name = as_server_prints(spelled).replace(' collate "default"', "")
        default = self.dialect.default_schema_name
        return name.removeprefix(f"{as_server_prints(default)}.") if default else name

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Return whether two columns differ in type; a type without a schema may be in any that is searched."""
        theirs, ours = self.spell_type(inspector_column.type), self.spell_type(metadata_column.type)
        if theirs == ours or self._prints_alike(theirs, ours):
            return False
        schema, _, name = theirs.partition(".")
        return name != ours or schema not in {as_server_prints(item) for item in self.search_path()}

    @cached_property
    def _printed_types(self) -> PrintedTypes:
        from whimbrel_postgresql.printed_types import PrintedTypes

        assert self.connection is not None
        return PrintedTypes(self.connection)

    def _prints_alike(self, theirs: str, ours: str) -> bool:
        """Return whether the server prints alike what differs in parentheses only, as types of packages may."""
        name, other = (name_and_arguments(spelling)[0] for spelling in (theirs, ours))
        cls = self.dialect.ischema_names.get(name.removesuffix("[]"))  # type: ignore[attr-defined]  # PGDialect's
        if name != other or self.connection is None or is_sqlalchemys(cls):
            return False
        printed = self._printed_types(ours)
        return printed is not None and printed == self._printed_types(theirs)

    def search_path(self) -> Sequence[str]:
        """Return the schemas in which names without a schema are looked up."""
        assert self.connection is not None
        found: Sequence[str] = (
            self.connection.execute(text("SELECT array_to_string(current_schemas(true), chr(10))"))
            .scalar_one()
            .splitlines()
        )
        return found

    # -- defaults -----------------------------------------------------------------------------------------------------

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two columns differ in their default, as text.

        That of SERIAL is the models' autoincrement; that of an enum may have another name now.
        """
        renamed = self.renamed_values.get(self.spell_type(metadata_column.type), {})
        if renamed and rendered_metadata_default and rendered_inspector_default:
            theirs, ours = (literal_in(text) for text in (rendered_inspector_default, rendered_metadata_default))
            if theirs is not None and renamed.get(theirs) == ours:
                return False
        if (
            rendered_inspector_default is None
            and inspector_column.autoincrement is True
            and (rendered_metadata_default or "").lower().startswith("nextval(")
        ):
            return False
        return super().compare_server_default(
            inspector_column, metadata_column, rendered_metadata_default, rendered_inspector_default
        )

    def normalize_default(self, spelled: str | None, column: Column[Any]) -> str | None:
        """Return a default without the cast to the column's type that the server prints; ``NULL`` is none."""
        default = super().normalize_default(spelled, column)
        if default is None:
            return None
        type_ = self.spell_type(column.type).partition("(")[0]
        cast = _CAST.fullmatch(default)
        if cast is not None and _same_word(as_server_prints(cast[2]), type_):
            default = cast[1]
        if type_ in _NUMERIC:
            default = _NUMBER.sub(r"\1", default)
        if default.upper() == "NULL":
            return None
        return "now()" if default.lower() in _NOW else default

    def same_expressions(self, pairs: Sequence[Expressions]) -> list[bool]:
        """Return for each pair whether the server prints, or evaluates, both spellings alike."""
        from whimbrel_postgresql.asking import ask

        if self.connection is None:
            return super().same_expressions(pairs)
        questions = [self._question(pair) for pair in pairs]
        # A default says nothing of its table: those of many tables are one question.
        keys = [
            (question.kind, self._type_in(pair), question.models, question.database)
            if question.kind in ("default", "value")
            else question
            for question, pair in zip(questions, pairs, strict=True)
        ]
        asked = dict(zip(keys, questions, strict=True))
        said = ask(self.connection, list(asked.values()))
        if isinstance(said, str):
            self.compared_as_text(said)
            return super().same_expressions(pairs)
        answers = dict(zip(asked, said, strict=True))
        return [answers[key] for key in keys]

    def _type_in(self, pair: Expressions) -> str:
        return next(self.spell_type(info["type"]) for info in pair.table.columns if info["name"] == pair.column)

    def _question(self, pair: Expressions) -> Question:
        from whimbrel_postgresql.asking import Question, is_constant

        preparer = self._written_dialect.identifier_preparer
        names = (pair.table.schema or self.dialect.default_schema_name, pair.table.name)
        table = ".".join(preparer.quote_identifier(name) for name in names if name)
        constants = pair.kind == "default" and is_constant(pair.models) and is_constant(pair.database)
        return Question(table, "value" if constants else pair.kind, pair.column, pair.models, pair.database)

    # -- keys and indexes ---------------------------------------------------------------------------------------------

    def compare_unique_constraint(
        self, metadata_constraint: UniqueConstraint, reflected_constraint: UniqueConstraint
    ) -> ComparisonResult:
        """Say whether two UNIQUE constraints are the same: when they are looked at, and all options, included."""
        from whimbrel.impl.comparison import ComparisonResult

        answer = super().compare_unique_constraint(metadata_constraint, reflected_constraint)
        theirs, ours = (key_options(item) for item in (reflected_constraint, metadata_constraint))
        if answer.is_different or theirs == ours:
            return answer
        return ComparisonResult.Different(_told(theirs, ours))

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Leave out what says of a primary key that it is unique: in CREATE TABLE the server makes one key of both."""
        names = {item.name for item in conn_uniques}
        columns = [list(item.columns.keys()) for item in conn_uniques]
        for item in list(metadata_unique_constraints):
            key = item.table.primary_key
            there = item.name in names if item.name is not None else list(item.columns.keys()) in columns
            if not there and list(item.columns) == list(key.columns) and key_options(item) == key_options(key):
                metadata_unique_constraints.remove(item)

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Say whether two indexes are the same, as far as text can tell; see :meth:`index_question`."""
        from whimbrel.impl.comparison import ComparisonResult

        theirs, ours = (self._index_facts(index) for index in (reflected_index, metadata_index))
        return ComparisonResult.Equal() if theirs == ours else ComparisonResult.Different(_told(theirs, ours))

    def index_question(
        self, table: ReflectedTable, metadata_index: Index, reflected_index: Index
    ) -> Expressions | None:
        """Return what to ask the server about two indexes of one name, where either has an SQL expression in it."""
        from whimbrel.impl.comparison import Expressions

        if not _has_expressions(metadata_index) and not _has_expressions(reflected_index):
            return None
        preparer = self._written_dialect.identifier_preparer
        names = (table.schema or self.dialect.default_schema_name, reflected_index.name)
        existing = ".".join(preparer.quote_identifier(name) for name in names if name)
        return Expressions("index", table, None, existing, self._create_index(metadata_index))

    def _create_index(self, index: Index) -> str:
        """Return the statement that creates an index, for ``format()``: without a name, and with %s for its table."""
        assert index.table is not None
        dialect = self._written_dialect
        sql = str(CreateIndex(index).compile(dialect=dialect))
        table = dialect.identifier_preparer.format_table(index.table)
        _, _, tail = sql.partition(f"{dialect.identifier_preparer.format_index(index)} ON {table} ")
        return f"CREATE {'UNIQUE ' if index.unique else ''}INDEX ON %s {tail.replace('%', '%%')}"

    def spell_exclusion(self, constraint: ExcludeConstraint) -> str:
        """Return an exclusion constraint as SQL text, without its name."""
        sql = str(AddConstraint(constraint).compile(dialect=self._written_dialect))
        return f"EXCLUDE {sql.partition('EXCLUDE ')[2]}"

    def _index_facts(self, index: Index) -> dict[str, Any]:
        options = index.dialect_options["postgresql"]
        where = options["where"]
        parts = [_index_part(part) for part in index.expressions]
        classes = {name: str(class_) for name, class_ in (options["ops"] or {}).items()}
        return {
            "unique": bool(index.unique),
            "columns": [
                (self.spell_index_part(part), sorting, classes.get(getattr(part, "key", "")) or classes.get(name))
                for (part, name, sorting) in parts
            ],
            "where": normalize_sql(self.render_ddl_sql_expr(_expression(where))) if where is not None else None,
            "using": (options["using"] or "btree").lower(),
            "include": [getattr(item, "name", item) for item in options["include"] or ()],
            "with": {name: str(value) for name, value in (options["with"] or {}).items()},
            "nulls_not_distinct": bool(options["nulls_not_distinct"]),
        }

    def correct_for_autogen_foreignkeys(
        self, conn_fks: set[ForeignKeyConstraint], metadata_fks: set[ForeignKeyConstraint]
    ) -> None:
        """Let a key to a table in a schema that is searched be one to that name without a schema, as models have it."""
        unqualified = {_target(item) for item in metadata_fks if _target(item)[0] is None}
        for item in list(conn_fks):
            schema, *rest = _target(item)
            if schema is not None and (None, *rest) in unqualified and schema in self.search_path():
                conn_fks.remove(item)
                conn_fks.add(_without_schema(item))


def key_options(item: UniqueConstraint | PrimaryKeyConstraint) -> dict[str, Any]:
    """Return what a UNIQUE constraint or a primary key says beside its columns."""
    options = item.dialect_options["postgresql"]
    return {
        "deferrable": bool(item.deferrable),
        "initially": (item.initially or "IMMEDIATE").upper(),
        "include": [getattr(column, "name", column) for column in options.get("include") or ()],
        "nulls_not_distinct": bool(options.get("nulls_not_distinct")),
    }


def _told(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    return [f"{name} {theirs[name]} to {ours[name]}" for name in ours if theirs[name] != ours[name]]


def _same_word(cast: str, type_: str) -> bool:
    """Return whether a cast that the server prints is to the column's type; it prints no length, and CHAR as bpchar."""
    word = cast.partition("(")[0]
    return word == type_ or (word == "bpchar" and type_ == "character")


def _has_expressions(index: Index) -> bool:
    options = index.dialect_options["postgresql"]
    return options["where"] is not None or not all(
        isinstance(_index_part(part)[0], Column) for part in index.expressions
    )


def _index_part(part: Any) -> tuple[Any, str, str]:
    """Return a part of an index without its sorting, its name, and the sorting in full."""
    said = set()
    while isinstance(part, UnaryExpression) and part.modifier in _SORTINGS:
        said.add(_SORTINGS[part.modifier])
        part = part.element
    descends = "DESC" in said
    first = "NULLS FIRST" in said or (descends and "NULLS LAST" not in said)
    return part, getattr(part, "name", ""), f"{'DESC' if descends else 'ASC'} NULLS {'FIRST' if first else 'LAST'}"


def _expression(value: Any) -> Any:
    return plain_text(value) if isinstance(value, str) else value


def _target(item: ForeignKeyConstraint) -> tuple[Any, ...]:
    targets = [referred_to(element) for element in item.elements]
    return (*targets[0][:2], tuple(element.parent.name for element in item.elements), tuple(to[2] for to in targets))


def _without_schema(item: ForeignKeyConstraint) -> ForeignKeyConstraint:
    _, table, columns, targets = _target(item)
    copy = ForeignKeyConstraint(
        columns,
        [f"{table}.{column}" for column in targets],
        name=item.name,
        onupdate=item.onupdate,
        ondelete=item.ondelete,
        deferrable=item.deferrable,
        initially=item.initially,
        match=item.match,
    )
    Table(item.table.name, MetaData(), *(Column(name, NullType()) for name in columns), copy, schema=item.table.schema)
    return copy


_SORTINGS: Final = {
    operators.asc_op: "ASC",
    operators.desc_op: "DESC",
    operators.nulls_first_op: "NULLS FIRST",
    operators.nulls_last_op: "NULLS LAST",
}
