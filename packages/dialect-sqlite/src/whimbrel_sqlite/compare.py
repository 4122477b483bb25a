"""What SQLite answers to the questions of autogenerate: when are two things the same here?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from sqlalchemy import CheckConstraint, Column, DefaultClause, Index, Inspector, Table
from sqlalchemy.types import INTEGER, NUMERIC, REAL, TEXT, TypeEngine

from whimbrel.ddl import plain_text
from whimbrel.impl.comparing import Comparing

if TYPE_CHECKING:
    from whimbrel.impl.comparison import ComparisonResult, Expressions
    from whimbrel.impl.reflected import ReflectedTable

# What reads SQL text is imported where it is needed: a run that only migrates does without.

_COLLATION: Final = re.compile(r'\s*\bCOLLATE "?([^"]+)"?\Z', re.I)
_ABOUT_SIGNS: Final = re.compile(r"\s*([(),])\s*")
_TRUTH: Final = {"true": "1", "false": "0"}
_NUMERIC_AFFINITIES: Final = (INTEGER, NUMERIC, REAL)
_SHADOWS: Final = re.compile(r"_(?:content|segments|segdir|docsize|stat|data|idx|config|node|rowid|parent)\Z", re.I)
"""What the tables that FTS and R*Tree keep their rows in are called behind the name of their virtual table."""

_VIRTUAL: Final = "SELECT name FROM {}.sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'"
_SHADOW: Final = "SELECT name FROM pragma_table_list WHERE schema = ? AND type = 'shadow'"
SHADOWS_SINCE: Final = (3, 37)  # https://www.sqlite.org/pragma.html#pragma_table_list


class SQLiteComparing(Comparing):
    """Compares texts word by word: SQLite keeps them as they were written."""

    type_synonyms: ClassVar[Sequence[frozenset[str]]] = (
        *Comparing.type_synonyms,
        frozenset({"BOOL", "BOOLEAN"}),
        frozenset({"DOUBLE", "DOUBLE PRECISION", "DOUBLE_PRECISION"}),
    )

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_tables(
        self, inspector: Inspector, schema: str | None, names: Collection[str], *, checks: bool
    ) -> Iterator[ReflectedTable]:
        """Read tables in a constant number of statements; see :class:`whimbrel_sqlite.sweep.Sweep`."""
        from whimbrel_sqlite.sweep import SINCE, Sweep

        version = self.dialect.server_version_info
        assert self.connection is not None
        if version is not None and version < SINCE:
            return super().read_tables(inspector, schema, names, checks=checks)
        return Sweep(self.connection, inspector, schema, checks=checks).read(names)

    def not_ours(self, schema: str | None) -> dict[str, str]:
        """Return the virtual tables, and those in which their modules keep the rows."""
        from whimbrel_sqlite.names import quoted

        place = schema or "main"
        virtual = self._names(_VIRTUAL.format(quoted(place)))
        if not virtual:
            return {}
        found = dict.fromkeys(virtual, "a virtual table")
        for name in self._names(f"SELECT name FROM {quoted(place)}.sqlite_master WHERE type = 'table'"):
            owner = _SHADOWS.sub("", name)
            if owner != name and owner in virtual:
                found[name] = f"virtual table {owner}"
        version = self.dialect.server_version_info
        if version is None or version >= SHADOWS_SINCE:
            for name in self._names(_SHADOW, place):
                found.setdefault(name, "a virtual table")
        return found

    def _names(self, sql: str, *values: str) -> list[str]:
        assert self.connection is not None
        return list(self.connection.exec_driver_sql(sql, values).scalars())

    def system_schemas(self) -> frozenset[str]:
        """Return the schema of temporary tables, which go with the connection."""
        return frozenset({"temp"})

    # -- types --------------------------------------------------------------------------------------------------------

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Return whether two columns differ in type.

        They do not where the database has the models' word for it, or one that SQLAlchemy takes for the models' type:
        ``MEDIUMINT`` for ``INTEGER``.
        """
        from whimbrel_sqlite.types import declared

        theirs, ours = self.spell_type(inspector_column.type), self.spell_type(metadata_column.type)
        if not theirs or not ours or theirs == ours:
            return False
        said = declared(inspector_column.type)
        return said is None or self.normalize_type(said) != ours

    def normalize_type(self, spelled: str) -> str:
        """Return a type in the spelling that is compared, without the collation that is the default one."""
        text = super().normalize_type(_ABOUT_SIGNS.sub(r"\1", spelled))
        found = _COLLATION.search(text)
        if found is None:
            return text
        name = found[1].upper()
        return text[: found.start()] + ("" if name == "BINARY" else f" COLLATE {name}")

    # -- defaults -----------------------------------------------------------------------------------------------------

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two columns differ in their default: what SQLite would store for it counts."""
        default = metadata_column.server_default
        if default is not None and not isinstance(default, DefaultClause):
            return False  # FetchedValue: whatever the database says
        ours, theirs = (
            self.normalize_default(text, inspector_column)
            for text in (rendered_metadata_default, rendered_inspector_default)
        )
        return ours != theirs

    def normalize_default(self, spelled: str | None, column: Column[Any]) -> str | None:
        """Return a default in the spelling that is compared: its words, or the value as its column would store it."""
        from whimbrel_sqlite.tokens import wording
        from whimbrel_sqlite.types import affinity, declared

        if spelled is None:
            return None
        words = wording(spelled, literal=True)
        sign, value = ("-", words[1]) if len(words) == 2 and words[0] in "+-" else ("", words[0] if words else "")
        if len(words) != (2 if sign or words[:1] == ("+",) else 1):
            return " ".join(words)
        if value == "null":
            return None
        name = declared(column.type)
        kind = affinity(self.spell_type(column.type) if name is None else name)
        return _stored(("-" if words[0] == "-" else "") + _TRUTH.get(value, value), kind)

    # -- expressions --------------------------------------------------------------------------------------------------

    def same_expressions(self, pairs: Sequence[Expressions]) -> list[bool]:
        """Return for each pair whether both have the same words: nothing that SQLite could be asked knows more."""
        from whimbrel_sqlite.tokens import wording

        return [wording(pair.database) == wording(pair.models) for pair in pairs]

    def compare_check_constraint(
        self, metadata_constraint: CheckConstraint, reflected_constraint: CheckConstraint
    ) -> ComparisonResult:
        """Say whether two CHECK constraints of one name have the same words."""
        from whimbrel.impl.comparison import ComparisonResult

        ours, theirs = (self._words(item.sqltext) for item in (metadata_constraint, reflected_constraint))
        return ComparisonResult.Equal() if ours == theirs else ComparisonResult.Different(f"{theirs} to {ours}")

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Say whether two indexes of one name are the same, the condition of a partial one included."""
        from whimbrel.impl.comparison import ComparisonResult

        told = []
        answer = super().compare_indexes(metadata_index, reflected_index)
        if answer.is_different:
            told.append(answer.message)
        ours, theirs = (self._condition(index) for index in (metadata_index, reflected_index))
        if ours != theirs:
            told.append(f"WHERE {theirs or 'nothing'} to {ours or 'nothing'}")
        return ComparisonResult.Different(told) if told else ComparisonResult.Equal()

    def spell_index_part(self, part: Any) -> str:
        """Return one column or expression of an index, word by word, without the ASC that goes without saying."""
        from whimbrel_sqlite.names import folded

        if isinstance(part, Column):
            return folded(part.name)
        return self._words(part).removesuffix(" asc")

    def _condition(self, index: Index) -> str:
        where = index.dialect_options["sqlite"]["where"]
        return "" if where is None else self._words(plain_text(where) if isinstance(where, str) else where)

    def _words(self, expression: Any) -> str:
        from whimbrel_sqlite.tokens import wording

        return " ".join(wording(self.render_ddl_sql_expr(expression)))

    # -- rendering ----------------------------------------------------------------------------------------------------

    def render_type(self, type_obj: TypeEngine[Any], autogen_context: Any) -> str | Literal[False]:
        """Return SQLite's types of dates and times with the format they store, which their own repr leaves out."""
        from sqlalchemy.dialects.sqlite import DATE, DATETIME, TIME

        class_: Any = type(type_obj)
        if class_ not in (DATE, DATETIME, TIME):
            return False
        held: Any = type_obj  # SQLAlchemy hands out neither of the two
        words = []
        if held._storage_format != class_._storage_format:
            words.append(f"storage_format={held._storage_format!r}")
        if held._reg is not None:
            words.append(f"regexp={held._reg.pattern!r}")
        autogen_context.imports.add("from sqlalchemy.dialects import sqlite")
        return f"sqlite.{class_.__name__}({', '.join(words)})"


def option_notes(reflected: ReflectedTable, models: Table) -> Iterator[str]:
    """Yield what is to be known of a table whose options differ.

    :param reflected: the table as the database has it.
    :param models: the table as the models have it.
    """
    said = models.dialect_options["sqlite"]
    options = {"AUTOINCREMENT": "autoincrement", "WITHOUT ROWID": "with_rowid", "STRICT": "strict"}
    for words, option in options.items():
        default = option == "with_rowid"
        wanted = said.get(option, default)  # SQLAlchemy knows strict since 2.0.37
        if bool(wanted) is bool(reflected.options.get(f"sqlite_{option}", default)):
            continue
        here, there = ("models", "database") if bool(wanted) is not default else ("database", "models")
        remedy = (
            f"op.batch_alter_table({models.name!r}, recreate='always', table_kwargs={{'sqlite_{option}': {wanted}}})"
        )
        yield f"Table {models.name} is {words} in the {here} and not in the {there}. To make it anew: {remedy}."


def _stored(literal: str, affinity: type[TypeEngine[Any]]) -> str:
    """Return a literal as a column would store it.

    :param literal: a string with its quotes, or a number.
    :param affinity: what the column takes values for.
    """
    inside = literal[1:-1] if literal.startswith("'") else literal
    if affinity in _NUMERIC_AFFINITIES and re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", inside, re.I):
        return str(Decimal(inside.strip()).normalize() + 0)
    if affinity is TEXT and re.fullmatch(r"-?\d+", literal):
        return f"'{literal}'"
    return literal
