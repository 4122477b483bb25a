"""The SQL text of the statements that Oracle spells in its own way.

Oracle Database SQL Language Reference, "ALTER TABLE": https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf/
"""

from __future__ import annotations

import copy
from typing import Any, Final

from sqlalchemy import Computed, Executable, Identity
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import (
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
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
    ColumnName,
    DropColumn,
    RenameTable,
    ServerDefault,
    TypeArgument,
    add_column,
    alter_table,
    drop_column,
    format_column_name,
    format_literal,
    format_server_default,
    format_table_name,
    format_type,
    tidy_create_table,
)
from whimbrel.unset import UNSET, UnsetType

# https://docs.oracle.com/en/error-help/db/ora-00942/ and so on.
TABLE_NOT_THERE: Final = 942
NAME_TAKEN: Final = 955
COLUMN_NOT_THERE: Final = 904
COLUMN_THERE: Final = 1430
INDEX_NOT_THERE: Final = 1418
CONSTRAINT_NOT_THERE: Final = 2443

_UNLESS: Final[dict[type[ExecutableDDLElement], tuple[str, int]]] = {
    CreateTable: ("if_not_exists", NAME_TAKEN),
    DropTable: ("if_exists", TABLE_NOT_THERE),
    CreateIndex: ("if_not_exists", NAME_TAKEN),
    DropIndex: ("if_exists", INDEX_NOT_THERE),
    DropConstraint: ("if_exists", CONSTRAINT_NOT_THERE),
    AddColumn: ("if_not_exists", COLUMN_THERE),
    DropColumn: ("if_exists", COLUMN_NOT_THERE),
}


class OracleModifyColumn(AlterColumn):
    """Change type, default and NULL of a column in one statement.

    :param type_: the new type; ``None`` to leave it.
    :param default: the new default, ``None`` for none, or how the column computes or counts; ``UNSET`` to leave it.
    :param nullable: whether it may hold NULL; ``None`` to leave it.
    """

    def __init__(
        self,
        name: str,
        column_name: str,
        type_: TypeArgument | None = None,
        default: ServerDefault | UnsetType | None = UNSET,
        nullable: bool | None = None,
        schema: str | None = None,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.type_ = None if type_ is None else to_instance(type_)
        self.default = default
        self.nullable = nullable


class OracleDropIdentity(AlterColumn):
    """Make an identity column plain."""


class OracleTableComment(AlterTable):
    """Set the comment of a table, or take it away.

    :param comment: the comment; ``None`` for none.
    """

    def __init__(self, table_name: str, comment: str | None, schema: str | None = None) -> None:
        super().__init__(table_name, schema)
        self.comment = comment


class OracleUnless(ExecutableDDLElement):
    """Execute a statement, and pass over one error: what it was to make or to drop is there, or is not, already.

    IF [NOT] EXISTS came with 23ai and 19.28, and never for columns; this works everywhere.

    :param statement: the statement.
    :param error: the number of the error.
    """

    def __init__(self, statement: ExecutableDDLElement, error: int) -> None:
        self.statement = statement
        self.error = error


def spelt(statement: Executable | str) -> Executable | str:
    """Return what to execute instead of a statement that Oracle does not know, or not in every version."""
    if isinstance(statement, SetTableComment):
        table = statement.element
        return OracleTableComment(table.name, table.comment, table.schema)
    if isinstance(statement, DropTableComment):
        table = statement.element
        return OracleTableComment(table.name, None, table.schema)
    if isinstance(statement, SetColumnComment):
        column = statement.element
        return ColumnComment(column.table.name, column.name, column.comment, schema=column.table.schema)
    attribute, error = _UNLESS.get(type(statement), ("", 0))  # type: ignore[arg-type]  # any other is not in it
    if isinstance(statement, ExecutableDDLElement) and attribute and getattr(statement, attribute):
        bare = copy.copy(statement)
        setattr(bare, attribute, False)
        return OracleUnless(bare, error)
    return statement


@compiles(OracleUnless, "oracle")
def _unless(element: OracleUnless, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell a block of PL/SQL.

    Oracle Database PL/SQL Language Reference, "EXECUTE IMMEDIATE Statement", "SQLCODE Function".
    """
    statement = compiler.process(element.statement, **kw).strip()
    if isinstance(element.statement, CreateTable):
        statement = tidy_create_table(statement)
    return (
        "BEGIN\n"
        f"    EXECUTE IMMEDIATE {_quoted(statement)};\n"
        "EXCEPTION\n"
        "    WHEN OTHERS THEN\n"
        f"        IF SQLCODE != -{element.error} THEN\n"
        "            RAISE;\n"
        "        END IF;\n"
        "END;"
    )


@compiles(RenameTable, "oracle")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: the table stays where it is.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(AddColumn, "oracle")
def _add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    added = add_column(
        compiler,
        element.column,
        inline_references=element.inline_references,
        inline_primary_key=element.inline_primary_key,
        **kw,
    )
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} ADD ({added.removeprefix('ADD COLUMN ')})"


@compiles(DropColumn, "oracle")
def _drop_column(element: DropColumn, compiler: DDLCompiler, **kw: Any) -> str:
    return f"{alter_table(compiler, element.table_name, element.schema)} {drop_column(compiler, element.column.name)}"


@compiles(ColumnName, "oracle")
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME COLUMN {old} TO {new}"


@compiles(OracleModifyColumn, "oracle")
def _modify_column(element: OracleModifyColumn, compiler: DDLCompiler, **kw: Any) -> str:
    words = [format_column_name(compiler, element.column_name)]
    if element.type_ is not None:
        words.append(format_type(compiler, element.type_))
    if isinstance(element.default, Computed | Identity):
        words.append(compiler.process(element.default))
    elif element.default is None:
        words.append("DEFAULT NULL")
    elif element.default is not UNSET:
        words.append(f"DEFAULT {format_server_default(compiler, element.default)}")
    if element.nullable is not None:
        words.append("NULL" if element.nullable else "NOT NULL")
    return f"{alter_table(compiler, element.table_name, element.schema)} MODIFY ({' '.join(words)})"


@compiles(OracleDropIdentity, "oracle")
def _drop_identity(element: OracleDropIdentity, compiler: DDLCompiler, **kw: Any) -> str:
    column = format_column_name(compiler, element.column_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} MODIFY ({column} DROP IDENTITY)"


@compiles(OracleTableComment, "oracle")
def _table_comment(element: OracleTableComment, compiler: DDLCompiler, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    return _comment(compiler, f"COMMENT ON TABLE {table} IS ", element.comment)


@compiles(ColumnComment, "oracle")
def _column_comment(element: ColumnComment, compiler: DDLCompiler, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    return _comment(compiler, f"COMMENT ON COLUMN {table}.{column} IS ", element.comment)


def _comment(compiler: DDLCompiler, statement: str, comment: str | None) -> str:
    """Return a COMMENT, which takes a literal and nothing else; an empty one takes the comment away.

    Where the literal of a script has become an expression, PL/SQL makes one of it again.
    Oracle Database SQL Language Reference, "COMMENT".
    """
    literal = format_literal(compiler, comment or "")
    if literal.startswith("'") and literal.count("'") == (comment or "").count("'") * 2 + 2:
        return f"{statement}{literal}"
    quoted = f"REPLACE({literal}, '''', '''''')"
    return f"BEGIN\n    EXECUTE IMMEDIATE {_quoted(statement)[:-1]}'''\n    || {quoted} || '''';\nEND;"


def _quoted(statement: str) -> str:
    """Return a statement as a literal of PL/SQL."""
    return "'{}'".format(statement.replace("'", "''"))
