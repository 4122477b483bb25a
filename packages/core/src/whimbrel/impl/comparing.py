"""Comparing: the narrow questions about a database that autogenerate asks, with answers that fit most of them.

A dialect's package overrides, in its ``compare.py``, those that its database answers in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from sqlalchemy import CheckConstraint, Column, Computed, Identity, Index, Inspector, Table, UniqueConstraint
from sqlalchemy.schema import ForeignKeyConstraint
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import NullType, TypeEngine

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from whimbrel.impl.comparison import ComparisonResult, Expressions
    from whimbrel.impl.reflected import ReflectedTable

# The values are imported where they are needed: a run that only migrates does without.

_SPACE = r"\s+"


class Comparing:
    """What a database reflects, and when that is the same as what models say.

    The base of :class:`~whimbrel.impl.DefaultImpl`.
    """

    dialect: Dialect
    connection: Connection | None

    type_synonyms: ClassVar[Sequence[frozenset[str]]] = (
        frozenset({"NUMERIC", "DECIMAL"}),
        frozenset({"INTEGER", "INT"}),
    )
    """Words, in upper case, that mean the same type here."""

    type_arg_extract: ClassVar[Sequence[str]] = ()
    """Regular expressions of what may stand in a type and is compared only where both sides say it, such as
    ``character set (\\w+)``; the case of letters does not count."""

    identity_attrs_ignore: ClassVar[Collection[str]] = ()
    """Parameters of ``Identity`` that are not compared here, such as ``cache``."""

    constraint_convention: ClassVar[Mapping[str, str]] = {
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
    """The names that a script gives to constraints without one, so that its downgrade can drop them: as in
    ``MetaData(naming_convention=...)``."""

    @cached_property
    def comparison_notes(self) -> list[str]:
        """What a person should know of how things were compared here; autogenerate tells it with its own notes."""
        return []

    def compared_as_text(self, why: str) -> None:
        """Take note that spellings are compared as texts where the database itself would know better.

        :param why: what stands in the way, as a sentence.
        """
        note = (
            f"{why} Defaults, conditions and expressions that differ as texts were not put to the database, which "
            "knows which of them mean the same: some differences may be none."
        )
        if note not in self.comparison_notes:
            self.comparison_notes.append(note)

    # -- reading --------------------------------------------------------------------------------------------------

    def read_tables(
        self, inspector: Inspector, schema: str | None, names: Collection[str], *, checks: bool
    ) -> Iterator[ReflectedTable]:
        """Read tables, in as few statements as this database allows.

        :param inspector: on the connection.
        :param schema: the schema; ``None`` for the connection's default.
        :param names: the tables in it.
        :param checks: whether CHECK constraints are wanted.
        """
        from whimbrel.impl.reflected import read_tables

        return read_tables(inspector, schema, names, checks=checks)

    def not_ours(self, schema: str | None) -> dict[str, str]:
        """Return the tables of a schema that belong to something else, and to what: an extension, a partitioned table.

        They are neither compared nor dropped, unless the models name them.
        """
        return {}

    def folded_table_name(self, name: str) -> str:
        """Return a table's name as the server tells it from others; by default each name is a name of its own."""
        return name

    def system_schemas(self) -> frozenset[str]:
        """Return the schemas that belong to the database itself; ``include_schemas`` leaves them out."""
        return frozenset({"information_schema"})

    def autogen_column_reflect(self, inspector: Inspector, table: ReflectedTable, column_info: ReflectedColumn) -> None:
        """Mend what SQLAlchemy says of a column, in place, before anything is compared: nothing.

        :param inspector: on the connection.
        :param table: the table.
        :param column_info: what was reflected.
        """

    def adjust_reflected_dialect_options(self, reflected_object: Mapping[str, Any], kind: str) -> dict[str, Any]:
        """Return the options of this database that a constraint or an index is taken to have.

        :param reflected_object: what was reflected of it.
        :param kind: ``index`` or ``unique_constraint``.
        """
        return dict(reflected_object.get("dialect_options") or {})

    # -- types ----------------------------------------------------------------------------------------------------

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Return whether two columns differ in type.

        :param inspector_column: as the database has it.
        :param metadata_column: as the models have it.
        """
        theirs, ours = self.spell_type(inspector_column.type), self.spell_type(metadata_column.type)
        for pattern in self.type_arg_extract:
            there, asked = (re.search(pattern, spelled, re.IGNORECASE) for spelled in (theirs, ours))
            if there and asked and there[0].lower() != asked[0].lower():
                return True
            theirs, ours = (_without(found, spelled) for found, spelled in ((there, theirs), (asked, ours)))
        return theirs != ours

    def spell_type(self, type_: TypeEngine[Any]) -> str:
        """Return the one spelling that a type has on this database, whichever way it is declared.

        Empty for a type that is not known (``NullType``), which is never told to differ.
        """
        if isinstance(type_.dialect_impl(self.dialect), NullType):
            return ""
        # The type itself, as CREATE TABLE spells it: what drivers make of it may be another, VARCHAR of a CHAR.
        return self.normalize_type(str(self.dialect.type_compiler_instance.process(type_)))

    def existing_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> TypeEngine[Any]:
        """Return the type that a column has, saying all that a change to the models' type may take away.

        :param inspector_column: as the database has it.
        :param metadata_column: as the models have it.
        """
        return inspector_column.type

    def normalize_type(self, spelled: str) -> str:
        """Return the compiled text of a type in the spelling that is compared.

        :param spelled: such as ``DECIMAL(10, 2)``.
        """
        text = re.sub(_SPACE, " ", spelled).strip().replace(", ", ",")
        head = re.match(r"[A-Za-z_ ]*[A-Za-z_]", text)
        if head is None:
            return text
        word = head[0].upper()
        for same in self.type_synonyms:
            if word in same:
                word = min(same)
        return word + text[head.end() :]

    # -- defaults -------------------------------------------------------------------------------------------------

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether two columns differ in their default.

        :param inspector_column: as the database has it.
        :param metadata_column: as the models have it.
        :param rendered_metadata_default: the models' default as SQL text; ``None`` for none.
        :param rendered_inspector_default: the database's.
        """
        return self.normalize_default(rendered_metadata_default, metadata_column) != self.normalize_default(
            rendered_inspector_default, inspector_column
        )

    def normalize_default(self, spelled: str | None, column: Column[Any]) -> str | None:
        """Return a default in the spelling that is compared.

        :param spelled: SQL text; ``None`` for none.
        :param column: its column.
        """
        if spelled is None:
            return None
        return unparenthesized(re.sub(_SPACE, " ", spelled).strip())

    def spell_default(self, column: Column[Any]) -> str | None:
        """Return the default of a column as SQL text, as ``CREATE TABLE`` would have it; ``None`` for none."""
        if column.server_default is None or isinstance(column.server_default, Computed | Identity):
            return None
        return self._ddl_compiler().get_column_default_string(column)

    def same_expressions(self, pairs: Sequence[Expressions]) -> list[bool]:
        """Return for each pair whether both spellings mean the same: as text, unless a database can be asked.

        :param pairs: those that differ as text. All are asked about at once.
        """
        return [normalize_sql(pair.database) == normalize_sql(pair.models) for pair in pairs]

    # -- keys and indexes -----------------------------------------------------------------------------------------

    def compare_unique_constraint(
        self, metadata_constraint: UniqueConstraint, reflected_constraint: UniqueConstraint
    ) -> ComparisonResult:
        """Say whether two UNIQUE constraints of one name, or of the same columns, are the same."""
        from whimbrel.impl.comparison import ComparisonResult

        ours = [column.name for column in metadata_constraint.columns]
        theirs = [column.name for column in reflected_constraint.columns]
        if sorted(ours) != sorted(theirs):
            return ComparisonResult.Different(f"columns ({', '.join(theirs)}) to ({', '.join(ours)})")
        return ComparisonResult.Equal()

    def compare_indexes(self, metadata_index: Index, reflected_index: Index) -> ComparisonResult:
        """Say whether two indexes of one name are the same."""
        from whimbrel.impl.comparison import ComparisonResult

        told = []
        if bool(metadata_index.unique) != bool(reflected_index.unique):
            told.append(f"unique {bool(reflected_index.unique)} to {bool(metadata_index.unique)}")
        ours, theirs = (
            [self.spell_index_part(part) for part in index.expressions] for index in (metadata_index, reflected_index)
        )
        if ours != theirs:
            told.append(f"({', '.join(theirs)}) to ({', '.join(ours)})")
        return ComparisonResult.Different(told) if told else ComparisonResult.Equal()

    def index_question(
        self, table: ReflectedTable, metadata_index: Index, reflected_index: Index
    ) -> Expressions | None:
        """Return what to ask the database about two indexes of one name; ``None`` to :meth:`compare_indexes` instead.

        :param table: their table, as the database has it.
        :param metadata_index: as the models have it.
        :param reflected_index: as the database has it.
        """
        return None

    def is_implied_index(self, index: Index, models: Table) -> bool:
        """Return whether an index is there only because of something else that the models have too, a constraint.

        :param index: as the database has it.
        :param models: its table, as the models have it.
        """
        return "duplicates_constraint" in index.info

    def spell_index_part(self, part: Any) -> str:
        """Return one column or expression of an index in the spelling that is compared."""
        if isinstance(part, Column):
            return part.name
        return normalize_sql(self.render_ddl_sql_expr(part))

    def compare_check_constraint(
        self, metadata_constraint: CheckConstraint, reflected_constraint: CheckConstraint
    ) -> ComparisonResult:
        """Say whether two CHECK constraints of one name are the same; their texts are compared as SQL."""
        from whimbrel.impl.comparison import ComparisonResult

        ours, theirs = (
            normalize_sql(self.render_ddl_sql_expr(item.sqltext))
            for item in (metadata_constraint, reflected_constraint)
        )
        return ComparisonResult.Equal() if ours == theirs else ComparisonResult.Different(f"{theirs} to {ours}")

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Take out of the four sets, in place, what one side has only because of how this database works: nothing."""

    def correct_for_autogen_foreignkeys(
        self, conn_fks: set[ForeignKeyConstraint], metadata_fks: set[ForeignKeyConstraint]
    ) -> None:
        """Take out of both sets, in place, what one side has only because of how this database works: nothing."""

    # -- rendering ------------------------------------------------------------------------------------------------

    def render_type(self, type_obj: TypeEngine[Any], autogen_context: Any) -> str | Literal[False]:
        """Return a type as Python source, where this database knows better than the type itself; ``False`` if not.

        :param type_obj: the type.
        :param autogen_context: the comparison; its ``imports`` may be added to.
        """
        return False

    def render_ddl_sql_expr(self, expr: ClauseElement, is_server_default: bool = False, **kw: Any) -> str:
        """Return an expression as SQL text, without names of tables and with values in it.

        :param expr: the expression.
        :param is_server_default: whether it is a default.
        :param kw: ``is_index``, for an expression that stands in an index; keywords that other dialects understand.
        """
        if kw.get("is_index"):
            expr = self.index_expression(expr)
        compiled = expr.compile(
            dialect=self._written_dialect, compile_kwargs={"literal_binds": True, "include_table": False}
        )
        return str(compiled)

    def index_expression(self, expr: ClauseElement) -> ClauseElement:
        """Return an expression with the parentheses that it needs in an index.

        :param expr: the expression.
        """
        return expr.self_group()

    @cached_property
    def _written_dialect(self) -> Dialect:
        """The dialect as it writes for people: a percent sign stands once, whatever the driver wants."""
        from whimbrel.ddl.literals import text_dialect

        return text_dialect(self.dialect)

    def _ddl_compiler(self) -> DDLCompiler:
        dialect = self._written_dialect
        compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # only its dialect is read
        assert isinstance(compiler, DDLCompiler)
        return compiler


def _without(found: re.Match[str] | None, text: str) -> str:
    """Return *text* without what was found in it."""
    return text if found is None else " ".join((text[: found.start()] + text[found.end() :]).split())


def unparenthesized(text: str) -> str:
    """Return SQL text without parentheses around all of it."""
    while text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        text = text[1:-1].strip()
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    quote = ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return place == len(text) - 1
    return False


_TOKEN = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\w+|\S"""


def normalize_sql(text: str) -> str:
    """Return an SQL expression without what means nothing: white space, outer parentheses, quotes and case of names.

    Example::

        >>> normalize_sql('("Balance"  >=0)') == normalize_sql("balance >= 0")
        True
    """
    words = []
    for token in re.findall(_TOKEN, unparenthesized(text.strip())):
        if token[0] in '"`' and re.fullmatch(r"\w+", token[1:-1]):
            token = token[1:-1]
        words.append(token if token[0] == "'" else token.lower())
    return " ".join(words)


def plain_name(name: object) -> str | None:
    """Return a name as text; ``None`` for one that is none, or that a naming convention has yet to make."""
    return str(name) if isinstance(name, str) else None
