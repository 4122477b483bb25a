"""What MySQL and MariaDB answer to the questions of autogenerate: when are two things the same here?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Inspector,
    String,
    Table,
    UnaryExpression,
    UniqueConstraint,
    text,
)
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from whimbrel.impl.comparing import Comparing, normalize_sql
from whimbrel.operations.construct import referred_to
from whimbrel_mysql.defaults import plain_default
from whimbrel_mysql.server_types import ServerType, plain_charset

if TYPE_CHECKING:
    from whimbrel.impl.comparison import ComparisonResult, Expressions
    from whimbrel.impl.reflected import ReflectedTable
    from whimbrel_mysql.asking import Question
    from whimbrel_mysql.clauses import Syntax

# https://mariadb.com/kb/en/json-data-type/
_JSON_HAS_CHECK_SINCE: Final = (10, 4, 3)


class MySQLComparing(Comparing):
    """Compares as the server does: by what it makes of types and defaults, and, where texts differ, by asking it."""

    # -- reading ------------------------------------------------------------------------------------------------------

    def read_tables(
        self, inspector: Inspector, schema: str | None, names: Collection[str], *, checks: bool
    ) -> Iterator[ReflectedTable]:
        """Read tables in a constant number of statements; see :class:`whimbrel_mysql.sweep.Sweep`."""
        from whimbrel_mysql.sweep import Sweep

        assert self.connection is not None
        return Sweep(self.connection, schema).read(names, checks=checks)

    def folded_table_name(self, name: str) -> str:
        """Return the name in lower case where ``lower_case_table_names`` has the server take both for one.

        https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
        """
        lower = name.lower()
        return lower if lower != name and self._folds_table_names else name

    @cached_property
    def _folds_table_names(self) -> bool:
        assert self.connection is not None
        return bool(self.connection.exec_driver_sql("SELECT @@lower_case_table_names").scalar_one())

    def system_schemas(self) -> frozenset[str]:
        """Return the server's own databases."""
        return frozenset({"information_schema", "mysql", "performance_schema", "sys"})

    # -- types --------------------------------------------------------------------------------------------------------

    def normalize_type(self, spelled: str) -> str:
        """Return a type as the server keeps it."""
        return str(ServerType.of(spelled))

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Return whether two columns differ in type; which characters they hold counts where the models say so."""
        spelled = self.spell_type(inspector_column.type), self.spell_type(metadata_column.type)
        if spelled[0] == spelled[1] or not all(spelled):
            return False
        theirs, ours = (ServerType.of(one) for one in spelled)
        if ours.word == "JSON" and not self._json_has_check:
            ours = ServerType("LONGTEXT")
        collation = theirs.collation or _option(inspector_column.table, self.dialect.name, "collate")
        charset = theirs.charset or plain_charset((collation or "").partition("_")[0])
        ours = ours.sized(charset)
        return (
            theirs.without_characters != ours.without_characters
            or ours.charset not in (None, charset)
            or not _is_collation(ours.collation, collation)
            or (ours.binary and not (collation or "").endswith("_bin"))
        )

    def existing_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> TypeEngine[Any]:
        """Return the type that a column has; with its characters, be they its table's, where the models say some.

        Where the models have a type without characters, a script loses them, and its way back has to know them.
        """
        type_ = inspector_column.type
        ours = ServerType.of(self.spell_type(metadata_column.type))
        collation = _option(inspector_column.table, self.dialect.name, "collate")
        says = bool(ours.charset or ours.collation or ours.binary) or not ours.holds_characters
        if not isinstance(type_, String) or says == bool(getattr(type_, "collation", None)) or collation is None:
            return type_
        # What the models do not speak of stays as it is, whatever the script changes.
        copy = type_.copy()
        copy.collation = collation if says else None
        if not says and hasattr(copy, "charset"):
            copy.charset = None
        return copy

    @property
    def _json_has_check(self) -> bool:
        """Whether JSON can be told from the text that it is on MariaDB."""
        version = self.dialect.server_version_info
        is_mariadb = getattr(self.dialect, "is_mariadb", False)
        return not is_mariadb or version is None or version >= _JSON_HAS_CHECK_SINCE

    # -- defaults -----------------------------------------------------------------------------------------------------

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two columns differ in their default, as far as text tells.

        A TIMESTAMP that cannot hold NULL has a default on old servers, whether one is said or not:
        https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_explicit_defaults_for_timestamp
        """
        if (
            rendered_metadata_default is None
            and not metadata_column.nullable
            and self.spell_type(metadata_column.type).startswith("TIMESTAMP")
            and not self._says_defaults_of_timestamps
        ):
            return False
        return super().compare_server_default(
            inspector_column, metadata_column, rendered_metadata_default, rendered_inspector_default
        )

    @cached_property
    def _says_defaults_of_timestamps(self) -> bool:
        assert self.connection is not None
        return bool(self.connection.execute(text("SELECT @@explicit_defaults_for_timestamp")).scalar_one())

    def normalize_default(self, spelled: str | None, column: Column[Any]) -> str | None:
        """Return a default as it is compared; see :func:`whimbrel_mysql.defaults.plain_default`."""
        return plain_default(spelled, ServerType.of(self.spell_type(column.type)))

    def same_expressions(self, pairs: Sequence[Expressions]) -> list[bool]:
        """Return for each pair whether the server prints both spellings alike; all are asked about at once."""
        from whimbrel_mysql.asking import MayNotAsk, ask
        from whimbrel_mysql.catalog import session_syntax

        answers = super().same_expressions(pairs)
        if self.connection is None or all(answers):
            return answers
        syntax = session_syntax(self.connection)
        questions = [None if same else self._questions(pair, syntax) for pair, same in zip(pairs, answers, strict=True)]
        asked = [question for both in questions if both is not None for question in both]
        try:
            printed = ask(self.connection, pairs[0].table.schema, asked)
        except MayNotAsk:
            self.compared_as_text("This account may make no temporary tables (GRANT CREATE TEMPORARY TABLES ON ...).")
            return answers
        for number, both in enumerate(questions):
            if both is not None and both[0] in printed:
                answers[number] = printed[both[0]] == printed.get(both[1])
        return answers

    def _questions(self, pair: Expressions, syntax: Syntax) -> tuple[Question, Question] | None:
        """Return what to ask about both spellings."""
        from whimbrel_mysql.asking import Question, mentioned
        from whimbrel_mysql.sweep import COLUMN_TYPES

        kind = pair.kind
        types = pair.table.facts.get(COLUMN_TYPES)
        if kind not in ("default", "computed", "check") or types is None:
            return None
        spellings = (pair.database, pair.models)
        names = dict.fromkeys(name for spelling in spellings for name in mentioned(spelling, types, syntax))
        columns = tuple((name, types[name]) for name in names if name != pair.column or kind == "check")
        scope = (pair.table.schema or "", pair.table.name) if columns else ()
        type_ = types.get(pair.column, "") if pair.column is not None else ""
        database, models = (Question(kind, type_, spelling, columns, scope) for spelling in spellings)
        return database, models

    # -- keys and indexes ---------------------------------------------------------------------------------------------

    def is_implied_index(self, index: Index, models: Table) -> bool:
        """Return whether an index is there for a foreign key that the models have too: it cannot be dropped.

        https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-keys-limits
        """
        name = str(index.name).lower()
        if any(str(other.name).lower() == name for other in models.indexes):
            return False
        columns = _names(index)
        if "duplicates_constraint" in index.info and (index.unique or _serves(index, models)):
            return True
        if index.unique or _spelled_options(index, self.dialect.name):
            return False
        needed = [_local(key) for key in models.foreign_key_constraints]
        serves = [key for key in needed if columns[: len(key)] == key]
        others = [_names(other) for other in models.indexes]
        others += [
            [column.name.lower() for column in key.columns]
            for key in models.constraints
            if isinstance(key, UniqueConstraint) or key is models.primary_key
        ]
        return any(not any(other[: len(key)] == key for other in others) for key in serves)

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Take a UNIQUE constraint for an index where the models have an index of its name: they are one here."""
        indexes = {str(index.name).lower() for index in metadata_indexes}
        for unique in list(conn_uniques):
            if str(unique.name).lower() in indexes:
                conn_uniques.remove(unique)
                conn_indexes.add(Index(str(unique.name), *unique.columns, unique=True))

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Say whether two indexes of one name are the same, lengths of prefixes and kinds of indexes included."""
        from whimbrel.impl.comparison import ComparisonResult

        theirs, ours = (self._index_facts(index) for index in (reflected_index, metadata_index))
        using = ours.pop("using"), theirs.pop("using")
        told = [f"{name} {theirs[name]} to {ours[name]}" for name in ours if theirs[name] != ours[name]]
        engine = _option(reflected_index.table, self.dialect.name, "engine")
        if using[0] and using[0] != (using[1] or "btree") and (using[1] or (engine or "").upper() == "MEMORY"):
            told.append(f"using {using[1] or 'btree'} to {using[0]}")  # others take the word, and make a B-tree
        return ComparisonResult.Different(told) if told else ComparisonResult.Equal()

    def _index_facts(self, index: Index) -> dict[str, Any]:
        options = index.dialect_options[self.dialect.name]
        return {
            "unique": bool(index.unique),
            "kind": (options["prefix"] or "").upper(),
            "columns": [self._index_part(part, options["length"]) for part in index.expressions],
            "using": (options["using"] or "").lower(),
        }

    def _index_part(self, part: Any, lengths: Any) -> tuple[str, int | None, str]:
        """Return the name or expression, how much of it is in the index, and its order."""
        order = ""
        while isinstance(part, UnaryExpression) and part.modifier in (operators.asc_op, operators.desc_op):
            order = "desc" if part.modifier is operators.desc_op else ""
            part = part.element
        if not isinstance(part, Column):
            said = _KEY_PART.fullmatch(normalize_sql(self.render_ddl_sql_expr(part)))
            assert said is not None  # any text is one
            return said["name"], int(said["length"]) if said["length"] else None, said["order"] or order
        length = lengths.get(part.name, lengths.get(part.key)) if isinstance(lengths, dict) else lengths
        whole = ServerType.of(self.spell_type(part.type))
        if length is not None and whole.word in _WITH_LENGTH and int(length) >= int(whole.arguments):
            length = None  # is all of it
        return part.name.lower(), None if length is None else int(length), order

    def correct_for_autogen_foreignkeys(
        self, conn_fks: set[ForeignKeyConstraint], metadata_fks: set[ForeignKeyConstraint]
    ) -> None:
        """Take out foreign keys that both sides have: names in any case, ``RESTRICT`` is what is so unless said."""
        facts = {key: self._foreign_facts(key) for key in conn_fks | metadata_fks}
        for ours in sorted(metadata_fks, key=lambda key: str(key.name)):
            same = [key for key in conn_fks if facts[key] == facts[ours]]
            if same:
                conn_fks.remove(min(same, key=lambda key: (str(key.name) != str(ours.name), str(key.name))))
                metadata_fks.remove(ours)

    def _foreign_facts(self, key: ForeignKeyConstraint) -> tuple[Any, ...]:
        targets = [referred_to(element) for element in key.elements]
        schema, table, _ = targets[0]
        default = self.dialect.default_schema_name
        return (
            _local(key),
            None if schema in (None, default) else schema,
            table,
            [column.lower() for _, _, column in targets],
            *(_rule(word) for word in (key.onupdate, key.ondelete)),
        )


_KEY_PART: Final = re.compile(r"(?P<name>.*?)(?: \( (?P<length>\d+) \))?(?: asc| (?P<order>desc))?", re.S)
"""What stands between two commas of an index, once white space and case are plain."""

_WITH_LENGTH: Final = frozenset({"CHAR", "VARCHAR", "BINARY", "VARBINARY"})


def _option(table: Table | None, dialect: str, name: str) -> str | None:
    """Return an option of a table as SQLAlchemy's keywords have it."""
    value = None if table is None else table.kwargs.get(f"{dialect}_{name}")
    return None if value is None else str(value)


def _is_collation(ours: str | None, theirs: str | None) -> bool:
    """Return whether a column has the collation that the models say; some are said without their character set."""
    if ours is None:
        return True
    there = plain_charset(theirs or "")
    return there == ours or there.endswith(f"_{ours}")


def _names(index: Index) -> list[str]:
    return [str(getattr(part, "name", "")).lower() for part in index.expressions]


def _serves(index: Index, models: Table) -> bool:
    """Return whether an index is the one that a foreign key of the models has brought along."""
    return any(_local(key) == _names(index) for key in models.foreign_key_constraints)


def _local(key: ForeignKeyConstraint) -> list[str]:
    return [element.parent.name.lower() for element in key.elements]


def _spelled_options(index: Index, dialect: str) -> bool:
    return any(index.dialect_options[dialect][name] for name in ("prefix", "length"))


def _rule(word: str | None) -> str:
    rule = (word or "").upper()
    return "" if rule in ("RESTRICT", "NO ACTION") else rule
