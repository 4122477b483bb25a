"""Named types, ENUM and DOMAIN: the statements about them, and which ones a column brings along.

https://www.postgresql.org/docs/current/sql-createtype.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, Column, Dialect, MetaData, Table
from sqlalchemy.dialects.postgresql import DOMAIN, ENUM, CreateDomainType, CreateEnumType
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import SchemaType, TypeDecorator, TypeEngine, to_instance

from whimbrel.ddl import TypeArgument, format_literal, format_table_name
from whimbrel_postgresql.blocks import do_block
from whimbrel_postgresql.names import name_literal

NamedType: TypeAlias = ENUM | DOMAIN


class EnsureType(ExecutableDDLElement):
    """Create a type unless its name already means one; the same statement serves where nobody can look.

    :param type_: the type.
    """

    def __init__(self, type_: NamedType) -> None:
        self.type_ = type_


class AboutType(ExecutableDDLElement):
    """A statement about a type: the base of the others.

    :param name: the type, unquoted.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, name: str, schema: str | None = None) -> None:
        self.name = name
        self.schema = schema


class DropType(AboutType):
    """Drop a type.

    :param if_exists: say nothing when it is not there.
    """

    def __init__(self, name: str, schema: str | None = None, *, if_exists: bool | None = None) -> None:
        super().__init__(name, schema)
        self.if_exists = if_exists


class DropTypeIfUnused(AboutType):
    """Drop a type that nothing needs any more; leave one that another column, say, still has."""


class RenameType(AboutType):
    """Give a type another name.

    :param new_name: the new name; the schema stays.
    """

    def __init__(self, name: str, new_name: str, schema: str | None = None) -> None:
        super().__init__(name, schema)
        self.new_name = new_name


class AddEnumValue(AboutType):
    """Add a value to an enum type.

    :param value: the new value.
    :param before: an old value that it comes before; ``None`` with *after* ``None`` for the end.
    :param after: an old value that it comes after.
    :param if_not_exists: say nothing when it is there already.
    """

    def __init__(
        self,
        name: str,
        value: str,
        schema: str | None = None,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool | None = None,
    ) -> None:
        super().__init__(name, schema)
        self.value = value
        self.before = before
        self.after = after
        self.if_not_exists = if_not_exists


class RenameEnumValue(AboutType):
    """Give a value of an enum type another name, in every row that has it.

    :param old_value: the value now.
    :param new_value: the value afterwards.
    """

    def __init__(self, name: str, old_value: str, new_value: str, schema: str | None = None) -> None:
        super().__init__(name, schema)
        self.old_value = old_value
        self.new_value = new_value


def named_types(type_: TypeEngine[Any], dialect: Dialect, *, others: bool = False) -> Iterator[NamedType]:
    """Yield the types that must be there before a column of this type can be, the innermost first.

    Those with ``create_type=False`` are somebody else's business and left out.

    :param type_: the type of a column.
    :param dialect: PostgreSQL's.
    :param others: somebody else's too.
    """
    concrete = type_.dialect_impl(dialect)
    while isinstance(concrete, TypeDecorator):
        concrete = concrete.load_dialect_impl(dialect).dialect_impl(dialect)
    if isinstance(concrete, ARRAY):
        yield from named_types(concrete.item_type, dialect, others=others)
    elif isinstance(concrete, DOMAIN):
        yield from named_types(concrete.data_type, dialect, others=others)
    if isinstance(concrete, ENUM | DOMAIN) and (concrete.create_type or others) and concrete.name is not None:
        yield concrete


def type_in_table(type_: TypeArgument, schema: str | None) -> TypeEngine[Any]:
    """Return the type as a column of a table in that schema has it: an Enum may take its schema from there.

    :param type_: the type; SQLAlchemy tells it its schema. A copy of it would not listen.
    :param schema: the schema of the table.
    """
    instance = to_instance(type_)
    if not isinstance(instance, SchemaType):
        return instance
    column: Column[Any] = Column("x", instance)
    Table("x", MetaData(), column, schema=schema)
    return column.type


@compiles(EnsureType, "postgresql")
def _ensure_type(element: EnsureType, compiler: DDLCompiler, **kw: Any) -> str:
    type_ = element.type_
    create = CreateDomainType(type_) if isinstance(type_, DOMAIN) else CreateEnumType(type_)
    name = name_literal(compiler, str(type_.name), type_.schema)
    return do_block(
        f"    IF to_regtype({name}) IS NULL THEN",
        f"        {compiler.process(create)};",
        "    END IF;",
    )


@compiles(DropType, "postgresql")
def _drop_type(element: DropType, compiler: DDLCompiler, **kw: Any) -> str:
    return f"DROP TYPE {'IF EXISTS ' if element.if_exists else ''}{_name(element, compiler)}"


@compiles(DropTypeIfUnused, "postgresql")
def _drop_type_if_unused(element: DropTypeIfUnused, compiler: DDLCompiler, **kw: Any) -> str:
    return do_block(
        f"    DROP TYPE IF EXISTS {_name(element, compiler)};",
        "EXCEPTION WHEN dependent_objects_still_exist THEN",
        "    NULL;",
    )


@compiles(RenameType, "postgresql")
def _rename_type(element: RenameType, compiler: DDLCompiler, **kw: Any) -> str:
    return f"{_alter(element, compiler)} RENAME TO {compiler.preparer.quote(element.new_name)}"


@compiles(AddEnumValue, "postgresql")
def _add_enum_value(element: AddEnumValue, compiler: DDLCompiler, **kw: Any) -> str:
    words = [f"{_alter(element, compiler)} ADD VALUE"]
    words += ["IF NOT EXISTS"] if element.if_not_exists else []
    words.append(format_literal(compiler, element.value))
    for where, neighbour in (("BEFORE", element.before), ("AFTER", element.after)):
        words += [f"{where} {format_literal(compiler, neighbour)}"] if neighbour is not None else []
    return " ".join(words)


@compiles(RenameEnumValue, "postgresql")
def _rename_enum_value(element: RenameEnumValue, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_literal(compiler, value) for value in (element.old_value, element.new_value))
    return f"{_alter(element, compiler)} RENAME VALUE {old} TO {new}"


def _name(element: AboutType, compiler: DDLCompiler) -> str:
    return format_table_name(compiler, element.name, element.schema)


def _alter(element: AboutType, compiler: DDLCompiler) -> str:
    return f"ALTER TYPE {_name(element, compiler)}"
