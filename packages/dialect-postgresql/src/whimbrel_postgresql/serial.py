"""SERIAL, which is no type but a sequence that belongs to a column: statements that give one, change it, take it away.

https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DefaultClause, Identity, Integer, TextClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeEngine

from whimbrel.ddl import alter_column, alter_table, format_literal, format_table_name, format_type
from whimbrel_postgresql.blocks import do_block
from whimbrel_postgresql.names import name_literal, sequence_name


class AboutSequence(ExecutableDDLElement):
    """A statement about the sequence of a column: the base of the others.

    :param table_name: the table, unquoted.
    :param column_name: the column.
    :param schema: the table's schema, and the sequence's; ``None`` for the connection's default.
    """

    def __init__(self, table_name: str, column_name: str, schema: str | None = None) -> None:
        self.table_name = table_name
        self.column_name = column_name
        self.schema = schema


class CreateSequenceOf(AboutSequence):
    """Create the sequence of a column, named as SERIAL would, which goes when the column goes.

    :param type_: the column's type; ``None`` where it is not known.
    """

    def __init__(
        self, table_name: str, column_name: str, schema: str | None, type_: TypeEngine[Any] | None = None
    ) -> None:
        super().__init__(table_name, column_name, schema)
        self.type_ = type_


class CountBySequence(AboutSequence):
    """Make the next number of that sequence the default of the column."""


class DropSequenceOf(AboutSequence):
    """Drop the sequence that belongs to a column, whatever its name; a sequence shared by others does not."""


class TypeOfSequence(AboutSequence):
    """Let the sequence of a column count as far as the column's type goes.

    :param type_: the column's new type.
    """

    def __init__(self, table_name: str, column_name: str, schema: str | None, type_: TypeEngine[Any]) -> None:
        super().__init__(table_name, column_name, schema)
        self.type_ = type_


class CountOn(AboutSequence):
    """Let the sequence of a column, an identity's too, go on after the greatest number in the table."""


@dataclass(frozen=True)
class SequenceOf:
    """What becomes of the sequence of a column when the column changes.

    :param stays: there is one, and it stays.
    :param goes: there is one, and it goes.
    :param comes: there is none, and one comes.
    """

    stays: bool
    goes: bool
    comes: bool

    @classmethod
    def before_and_after(
        cls, default_was: object, autoincrement_was: object, default_is: object, autoincrement_is: object
    ) -> SequenceOf:
        """Tell it from what was said of the column.

        :param default_was: its default; ``nextval(...)``, as reflection has it, means a sequence.
        :param autoincrement_was: ``True`` means a sequence too, and ``False`` none.
        :param default_is: its new default; an Identity has a sequence of its own.
        :param autoincrement_is: ``False`` to have none any more, ``True`` for one where there is none.
        """
        there = autoincrement_was is True or counts(default_was)
        goes = there and (autoincrement_is is False or isinstance(default_is, Identity))
        comes = not there and autoincrement_is is True and autoincrement_was is False
        return cls(stays=there and not goes, goes=goes, comes=comes)


def counts(default: object) -> bool:
    """Return whether a default is the next number of a sequence, as SERIAL and reflection have it."""
    plain = default.arg if isinstance(default, DefaultClause) else default
    return isinstance(plain, TextClause) and plain.text.lstrip().lower().startswith("nextval(")


def start_counting(
    table_name: str, column_name: str, schema: str | None, type_: TypeEngine[Any] | None
) -> Iterator[AboutSequence]:
    """Yield what makes of a column what SERIAL would have made of it.

    :param type_: the column's type; ``None`` where it is not known.
    """
    integer = type_ if isinstance(type_, Integer) else None
    yield CreateSequenceOf(table_name, column_name, schema, integer)
    yield CountBySequence(table_name, column_name, schema)
    yield CountOn(table_name, column_name, schema)


@compiles(CreateSequenceOf, "postgresql")
def _create_sequence_of(element: CreateSequenceOf, compiler: DDLCompiler, **kw: Any) -> str:
    type_ = f" AS {format_type(compiler, element.type_)}" if element.type_ is not None else ""
    owner = f"{_table(element, compiler)}.{compiler.preparer.quote(element.column_name)}"
    name = format_table_name(compiler, sequence_name(element.table_name, element.column_name), element.schema)
    return f"CREATE SEQUENCE {name}{type_} OWNED BY {owner}"


@compiles(CountBySequence, "postgresql")
def _count_by_sequence(element: CountBySequence, compiler: DDLCompiler, **kw: Any) -> str:
    altered = f"{alter_table(compiler, element.table_name, element.schema)} "
    altered += alter_column(compiler, element.column_name)
    name = name_literal(compiler, sequence_name(element.table_name, element.column_name), element.schema)
    return f"{altered} SET DEFAULT nextval({name}::regclass)"


@compiles(DropSequenceOf, "postgresql")
def _drop_sequence_of(element: DropSequenceOf, compiler: DDLCompiler, **kw: Any) -> str:
    return _if_there(element, compiler, "'DROP SEQUENCE ' || {sequence}")


@compiles(TypeOfSequence, "postgresql")
def _type_of_sequence(element: TypeOfSequence, compiler: DDLCompiler, **kw: Any) -> str:
    type_ = format_type(compiler, element.type_)
    return _if_there(element, compiler, f"'ALTER SEQUENCE ' || {{sequence}} || ' AS {type_}'")


@compiles(CountOn, "postgresql")
def _count_on(element: CountOn, compiler: DDLCompiler, **kw: Any) -> str:
    column = compiler.preparer.quote(element.column_name)
    next_ = f"GREATEST(MAX({column}), 0) + 1"
    return f"SELECT setval({_sequence_found(element, compiler)}, {next_}, false) FROM {_table(element, compiler)}"


def _if_there(element: AboutSequence, compiler: DDLCompiler, statement: str) -> str:
    """Return a block that executes *statement*, an expression, if the column has a sequence of its own."""
    sequence = _sequence_found(element, compiler)
    return do_block(
        f"    IF {sequence} IS NOT NULL THEN",
        f"        EXECUTE {statement.replace('{sequence}', sequence)};",
        "    END IF;",
    )


def _sequence_found(element: AboutSequence, compiler: DDLCompiler) -> str:
    """Return the call that finds the sequence of a column; it takes the table quoted and the column as it is."""
    table = name_literal(compiler, element.table_name, element.schema)
    return f"pg_get_serial_sequence({table}, {format_literal(compiler, element.column_name)})"


def _table(element: AboutSequence, compiler: DDLCompiler) -> str:
    return format_table_name(compiler, element.table_name, element.schema)
