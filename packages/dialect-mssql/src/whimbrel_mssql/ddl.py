"""The SQL text of the statements that SQL Server spells in its own way.

What has no statement of its own is a batch of Transact-SQL that looks into the catalog where it runs, so that text
written beforehand is right there too. Such a batch has variables, hence stands between two batch separators.

https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, Final, Literal

from sqlalchemy import Executable, Index, Unicode
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import (
    CreateIndex,
    CreateTable,
    DropIndex,
    DropTableComment,
    ExecutableDDLElement,
    SetColumnComment,
    SetTableComment,
)
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import to_instance

from whimbrel.ddl import (
    AddColumn,
    AlterColumn,
    AlterTable,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    RenameTable,
    TypeArgument,
    add_column,
    alter_column,
    alter_table,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
    tidy_create_table,
)

ConstraintKind = Literal["default", "check", "foreign_key"]

_NEXT: Final = "\n    "

_NAME_PART: Final = re.compile(r"\[(?:[^\]]|\]\])*\]|[^.\[\]]+")

# Where the catalog keeps the constraints of a column, as ``item``, and the column's number.
_CONSTRAINTS: Final[dict[ConstraintKind, tuple[str, str]]] = {
    # https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-default-constraints-transact-sql
    "default": ("{db}sys.default_constraints AS item", "item.parent_column_id"),
    # https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-check-constraints-transact-sql
    "check": ("{db}sys.check_constraints AS item", "item.parent_column_id"),
    # https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-foreign-key-columns-transact-sql
    "foreign_key": (
        "{db}sys.foreign_keys AS item\n"
        "    JOIN {db}sys.foreign_key_columns AS part ON part.constraint_object_id = item.object_id",
        "part.parent_column_id",
    ),
}


class MSSQLAlterColumn(AlterColumn):
    """Define the type of a column anew, and whether it may hold NULL: one is not said without the other.

    :param type_: its type.
    :param nullable: whether it may hold NULL; ``None`` to leave that as it is.
    """

    def __init__(
        self, name: str, column_name: str, type_: TypeArgument, nullable: bool | None, schema: str | None = None
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.type_ = to_instance(type_)
        self.nullable = nullable


class MSSQLDropConstraints(AlterColumn):
    """Drop the constraints of one kind that a column has, whatever their names are.

    :param kind: ``default``, ``check`` or ``foreign_key``.
    """

    def __init__(self, name: str, column_name: str, kind: ConstraintKind, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema=schema)
        self.kind: ConstraintKind = kind


class MSSQLComment(AlterTable):
    """Set the comment of a table or of a column, whether it has one or not, or take it away.

    :param comment: the comment; ``None`` for none.
    :param column_name: the column; ``None`` for the table itself.
    """

    def __init__(
        self, table_name: str, comment: str | None, column_name: str | None = None, schema: str | None = None
    ) -> None:
        super().__init__(table_name, schema)
        self.comment = comment
        self.column_name = column_name


class MSSQLDropIndexIfExists(ExecutableDDLElement):
    """Drop an index IF EXISTS, words that SQLAlchemy 2.0 leaves out.

    :param index: the index.
    """

    def __init__(self, index: Index) -> None:
        self.index = index


class MSSQLIf(ExecutableDDLElement):
    """Execute a statement only where something holds.

    :param condition: returns it as Transact-SQL.
    :param statement: the statement.
    """

    def __init__(self, condition: Callable[[DDLCompiler], str], statement: ExecutableDDLElement) -> None:
        self.condition = condition
        self.statement = statement


def spelt(statement: Executable | str) -> Executable | str:
    """Return what to execute instead of a statement of SQLAlchemy's that SQL Server has not, or not for every case.

    There is no IF NOT EXISTS. A comment is a property that is either added or updated, and that SQLAlchemy cannot
    write without knowing the default schema.
    """
    if isinstance(statement, CreateTable) and statement.if_not_exists:
        table = statement.element
        return MSSQLIf(
            lambda compiler: f"OBJECT_ID({_table(compiler, table.name, table.schema)}, N'U') IS NULL", _bare(statement)
        )
    if isinstance(statement, CreateIndex) and statement.if_not_exists:
        index = statement.element
        return MSSQLIf(lambda compiler: f"NOT EXISTS ({_index(compiler, index)})", _bare(statement))
    if isinstance(statement, DropIndex) and statement.if_exists:
        return MSSQLDropIndexIfExists(statement.element)
    if isinstance(statement, SetTableComment):
        table = statement.element
        return MSSQLComment(table.name, table.comment, schema=table.schema)
    if isinstance(statement, DropTableComment):
        table = statement.element
        return MSSQLComment(table.name, None, schema=table.schema)
    if isinstance(statement, SetColumnComment):
        column = statement.element
        return MSSQLComment(column.table.name, column.comment, column.name, column.table.schema)
    return statement


def unicode_literal(text: str) -> str:
    """Return a text as a literal in one piece, as EXECUTE and the catalog's functions want a name.

    ``%`` stays: no driver of SQL Server wants it doubled.
    """
    return "N'{}'".format(text.replace("'", "''"))


def _bare(statement: CreateTable | CreateIndex) -> CreateTable | CreateIndex:
    copied = copy.copy(statement)
    copied.if_not_exists = False
    return copied


# -- words ------------------------------------------------------------------------------------------------------------


def _table(compiler: DDLCompiler, name: str, schema: str | None) -> str:
    """Return the quoted name of a table as a literal."""
    return unicode_literal(format_table_name(compiler, name, schema))


def database_of(compiler: DDLCompiler, schema: str | None) -> str:
    """Return the database that SQLAlchemy's ``database.schema`` names, with its dot; nothing for the current one."""
    parts = _NAME_PART.findall(compiler.preparer.quote_schema(schema)) if schema else []
    return "".join(f"{part}." for part in parts[:-1])


def _column(compiler: DDLCompiler, table: AlterTable, column_name: str, wanted: str, between: str = " ") -> str:
    """Return a query for something that the catalog knows of a column.

    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql
    """
    return (
        f"SELECT {wanted} FROM {database_of(compiler, table.schema)}sys.columns{between}"
        f"WHERE object_id = OBJECT_ID({_table(compiler, table.table_name, table.schema)})"
        f" AND name = {unicode_literal(column_name)}"
    )


def _index(compiler: DDLCompiler, index: Any) -> str:
    """Return a query for an index.

    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-indexes-transact-sql
    """
    table = index.table
    name = compiler.preparer.format_index(index)  # may be made of a naming convention
    return (
        f"SELECT 1 FROM {database_of(compiler, table.schema)}sys.indexes"
        f" WHERE object_id = OBJECT_ID({_table(compiler, table.name, table.schema)})"
        f" AND name = {unicode_literal(_unquoted(name))}"
    )


def _unquoted(name: str) -> str:
    return name[1:-1].replace("]]", "]") if name.startswith("[") else name


# -- statements -------------------------------------------------------------------------------------------------------


@compiles(MSSQLIf, "mssql")
def _if(element: MSSQLIf, compiler: DDLCompiler, **kw: Any) -> str:
    statement = compiler.process(element.statement, **kw).strip()
    if isinstance(element.statement, CreateTable):
        statement = tidy_create_table(statement)
    return f"IF {element.condition(compiler)}\n{statement}"


@compiles(MSSQLDropIndexIfExists, "mssql")
def _drop_index_if_exists(element: MSSQLDropIndexIfExists, compiler: DDLCompiler, **kw: Any) -> str:
    table = element.index.table
    assert table is not None
    name = compiler.preparer.format_index(element.index)
    return f"DROP INDEX IF EXISTS {name} ON {format_table_name(compiler, table.name, table.schema)}"


@compiles(RenameTable, "mssql")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell the old name quoted within the literal, and the new one as it is.

    https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql
    """
    old = _table(compiler, element.table_name, element.schema)
    return f"EXEC sp_rename {old}, {unicode_literal(element.new_table_name)}, N'OBJECT'"


@compiles(ColumnName, "mssql")
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    old = unicode_literal(f"{table}.{format_column_name(compiler, element.column_name)}")
    return f"EXEC sp_rename {old}, {unicode_literal(element.newname)}, N'COLUMN'"


@compiles(AddColumn, "mssql")
def _add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    added = add_column(
        compiler,
        element.column,
        inline_references=element.inline_references,
        inline_primary_key=element.inline_primary_key,
        **kw,
    )
    table = alter_table(compiler, element.table_name, element.schema)
    statement = f"{table} ADD {added.removeprefix('ADD COLUMN ')}"
    if not element.if_not_exists:
        return statement
    return f"IF NOT EXISTS ({_column(compiler, element, element.column.name, '1')})\n{statement}"


@compiles(MSSQLAlterColumn, "mssql")
def _alter_column(element: MSSQLAlterColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """Say NULL or NOT NULL always: what is not said becomes NULL.

    https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql#null--not-null
    """
    altered = (
        f"{alter_table(compiler, element.table_name, element.schema)} {alter_column(compiler, element.column_name)}"
        f" {format_type(compiler, element.type_)}"
    )
    if element.nullable is not None:
        return f"{altered} {'NULL' if element.nullable else 'NOT NULL'}"
    wanted = "CASE is_nullable WHEN 0 THEN N'NOT NULL' END"
    return (
        "DECLARE @null nvarchar(8) = COALESCE((\n"
        f"    {_column(compiler, element, element.column_name, wanted, between=_NEXT)}\n"
        "), N'NULL');\n"
        f"EXEC ({unicode_literal(f'{altered} ')} + @null)"
    )


@compiles(MSSQLDropConstraints, "mssql")
def _drop_constraints(element: MSSQLDropConstraints, compiler: DDLCompiler, **kw: Any) -> str:
    """Collect the names quoted, and drop all of them with one statement.

    https://learn.microsoft.com/sql/t-sql/functions/string-agg-transact-sql (SQL Server 2017),
    https://learn.microsoft.com/sql/t-sql/functions/quotename-transact-sql
    """
    database = database_of(compiler, element.schema)
    source, number = _CONSTRAINTS[element.kind]
    table = _table(compiler, element.table_name, element.schema)
    dropped = unicode_literal(f"{alter_table(compiler, element.table_name, element.schema)} DROP CONSTRAINT ")
    return (
        "DECLARE @names nvarchar(max) = (\n"
        "    SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')\n"
        f"    FROM {source.format(db=database)}\n"
        f"    JOIN {database}sys.columns AS col\n"
        f"        ON col.object_id = item.parent_object_id AND col.column_id = {number}\n"
        f"    WHERE item.parent_object_id = OBJECT_ID({table}) AND col.name = {unicode_literal(element.column_name)}\n"
        ");\n"
        "IF @names IS NOT NULL\n"
        f"    EXEC ({dropped} + @names)"
    )


@compiles(ColumnDefault, "mssql")
def _column_default(element: ColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    """Add a default to a column that has none; dropping one is :class:`MSSQLDropConstraints`."""
    if element.default is None:
        gone = MSSQLDropConstraints(element.table_name, element.column_name, "default", element.schema)
        return str(compiler.process(gone, **kw))
    default = format_server_default(compiler, element.default)
    column = format_column_name(compiler, element.column_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} ADD DEFAULT {default} FOR {column}"


@compiles(ColumnComment, "mssql")
def _column_comment(element: ColumnComment, compiler: DDLCompiler, **kw: Any) -> str:
    comment = MSSQLComment(element.table_name, element.comment, element.column_name, element.schema)
    return str(compiler.process(comment, **kw))


@compiles(MSSQLComment, "mssql")
def _comment(element: MSSQLComment, compiler: DDLCompiler, **kw: Any) -> str:
    """Add, update or drop the property ``MS_Description``, which SQL Server's own tools and SQLAlchemy take for it.

    https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-addextendedproperty-transact-sql,
    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/extended-properties-catalog-views-sys-extended-properties
    """
    database = database_of(compiler, element.schema)
    table = f"OBJECT_ID({_table(compiler, element.table_name, element.schema)})"
    within = f", DB_ID({unicode_literal(_unquoted(database[:-1]))})" if database else ""
    place = f"N'SCHEMA', @schema, N'TABLE', {unicode_literal(element.table_name)}"
    minor = "0"
    if element.column_name is not None:
        place += f", N'COLUMN', {unicode_literal(element.column_name)}"
        minor = f"({_column(compiler, element, element.column_name, 'column_id')})"
    there = (
        "IF EXISTS (\n"
        f"    SELECT 1 FROM {database}sys.extended_properties\n"
        f"    WHERE class = 1 AND major_id = {table} AND name = N'MS_Description'\n"
        f"    AND minor_id = {minor}\n"
        ")"
    )
    schema = f"@schema sysname = OBJECT_SCHEMA_NAME({table}{within})"
    if element.comment is None:
        gone = f"EXEC {database}sys.sp_dropextendedproperty N'MS_Description', {place}"
        return f"DECLARE {schema};\n{there}\n    {gone}"
    # A variable, because EXECUTE takes no expression, and a literal may have become one.
    value = f"@comment sql_variant = {compiler.sql_compiler.render_literal_value(element.comment, Unicode())}"
    words = f"N'MS_Description', @comment, {place}"
    return (
        f"DECLARE {schema};\nDECLARE {value};\n{there}\n"
        f"    EXEC {database}sys.sp_updateextendedproperty{_NEXT}    {words};\n"
        "ELSE\n"
        f"    EXEC {database}sys.sp_addextendedproperty{_NEXT}    {words}"
    )
