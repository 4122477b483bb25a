"""The SQL text of the statements that MySQL and MariaDB spell in their own way.

https://dev.mysql.com/doc/refman/8.4/en/alter-table.html, https://mariadb.com/kb/en/alter-table/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Computed, Constraint, DateTime, Index, PrimaryKeyConstraint, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, DropIndex, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import JSON, LargeBinary, Text, TypeEngine

from whimbrel.ddl import (
    AddColumn,
    AlterColumn,
    AlterTable,
    ColumnName,
    ServerDefault,
    alter_column,
    alter_table,
    format_column_name,
    format_literal,
    format_server_default,
    format_table_name,
    format_type,
)
from whimbrel_mysql.clauses import items
from whimbrel_mysql.definition import AsIs, Definition, concrete_type
from whimbrel_mysql.options import AS_USUAL, Options

# What DEFAULT takes without parentheses of ours: a literal, or an expression that has its own ...
_LITERAL: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|0x[\da-f]+|0b[01]+|null|true|false", re.I)
_INTRODUCER: Final = re.compile(r"[bnx]|_\w+", re.I)
# ... and, in the definition of a DATETIME or TIMESTAMP, the current time by any of its names.
_NOW: Final = re.compile(r"\s*(?:current_timestamp|now|localtime|localtimestamp)\b(?:\s*\(\s*\d*\s*\))?\s*", re.I)
_EXPRESSION_ONLY: Final = re.compile(r"(?:tiny|medium|long)?(?:text|blob)\b|json\b|geom|point|line|polygon|multi", re.I)


class WithOptions(ExecutableDDLElement):
    """A statement that says how it is to be carried out.

    :param statement: the statement.
    :param how: ``ALGORITHM`` and ``LOCK``.
    """

    def __init__(self, statement: ExecutableDDLElement, how: Options) -> None:
        self.statement = statement
        self.how = how


class MySQLAddColumn(AddColumn):
    """Add a column at a place.

    :param how: says where.
    """

    def __init__(self, *args: Any, how: Options, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.how = how


class MySQLAlterDefault(AlterColumn):
    """Set or drop a default without repeating the column's definition.

    :param default: the new default; ``None`` for none.
    :param type_: the type of the column, where it is known.
    """

    def __init__(
        self,
        name: str,
        column_name: str,
        default: ServerDefault | AsIs | None,
        schema: str | None = None,
        type_: TypeEngine[Any] | AsIs | None = None,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default
        self.type_ = type_


class MySQLDefineColumn(AlterColumn):
    """Define a column anew (``MODIFY``, or ``CHANGE`` where its name changes): what is not said here is lost.

    :param definition: its definition.
    :param newname: its new name; ``None`` where it keeps the one it has.
    :param how: says where it is to stand, if not where it is.
    """

    def __init__(
        self,
        name: str,
        column_name: str,
        definition: Definition,
        schema: str | None = None,
        newname: str | None = None,
        how: Options = AS_USUAL,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.definition = definition
        self.newname = newname
        self.how = how


class MySQLDropConstraint(AlterTable):
    """Drop a constraint by the words for its kind.

    :param kind: ``PRIMARY KEY``, ``FOREIGN KEY``, ``INDEX``, ``CHECK`` or ``CONSTRAINT``.
    :param constraint: the constraint, which knows its name.
    :param if_exists: say nothing when it is not there (MariaDB).
    """

    def __init__(self, kind: str, constraint: Constraint, if_exists: bool = False) -> None:
        super().__init__(constraint.table.name, constraint.table.schema)
        self.kind = kind
        self.constraint = constraint
        self.if_exists = if_exists


class MySQLReplaceIndex(AlterTable):
    """Drop an index, and add others in the same statement.

    :param index: the index, or the constraint that it is.
    :param added: the columns of each other, by its name.
    """

    def __init__(self, index: Index | Constraint, added: Mapping[str, Sequence[str]]) -> None:
        assert index.table is not None
        super().__init__(index.table.name, index.table.schema)
        self.index = index
        self.added = added


class ShowCreateTable(AlterTable):
    """Ask for the statement that would create a table."""


def mentions_on_update(compiler: DDLCompiler, default: ServerDefault) -> bool:
    """Return whether a default says ``ON UPDATE`` too, and so can only be set by defining the column anew."""
    return any(item.word == "ON" for item in items(format_server_default(compiler, default)))


@compiles(WithOptions, "mysql", "mariadb")
def _with_options(element: WithOptions, compiler: DDLCompiler, **kw: Any) -> str:
    statement, words = element.statement, element.how.words
    if isinstance(statement, CreateIndex):
        return " ".join([compiler.process(statement, **kw), *words])
    if isinstance(statement, DropIndex):
        # MariaDB's DROP INDEX takes neither of them, its ALTER TABLE does.
        index = statement.element
        assert index.table is not None
        name = compiler.preparer.format_index(index)
        table = alter_table(compiler, index.table.name, index.table.schema)
        return ", ".join([f"{table} DROP INDEX {'IF EXISTS ' if statement.if_exists else ''}{name}", *words])
    return ", ".join([compiler.process(statement, **kw), *words])


@compiles(AddColumn, "mysql", "mariadb")
def _add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell the constraints of the column as further actions of the same statement.

    Inside of the column MariaDB takes no name for a CHECK, and MySQL reads REFERENCES and forgets it.
    """
    column = element.column
    words = "ADD COLUMN IF NOT EXISTS" if element.if_not_exists else "ADD COLUMN"
    added = f"{words} {compiler.get_column_specification(column, **kw)}"
    if element.inline_primary_key and column.primary_key:
        added += " PRIMARY KEY"
    if isinstance(element, MySQLAddColumn):
        added += _position(element.how, compiler)
    constraints = list(column.constraints)
    if element.inline_references:
        constraints += [key.constraint for key in column.foreign_keys if key.constraint is not None]
    actions = [added] + [f"ADD {compiler.process(constraint)}" for constraint in constraints]
    return f"{alter_table(compiler, element.table_name, element.schema)} {', '.join(actions)}"


@compiles(ColumnName, "mysql", "mariadb")
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME COLUMN {old} TO {new}"


@compiles(MySQLAlterDefault, "mysql", "mariadb")
def _alter_default(element: MySQLAlterDefault, compiler: DDLCompiler, **kw: Any) -> str:
    altered = (
        f"{alter_table(compiler, element.table_name, element.schema)} {alter_column(compiler, element.column_name)}"
    )
    if element.default is None:
        return f"{altered} DROP DEFAULT"
    return f"{altered} SET DEFAULT {_default(element.default, element.type_, compiler, now=False)}"


@compiles(MySQLDefineColumn, "mysql", "mariadb")
def _define_column(element: MySQLDefineColumn, compiler: DDLCompiler, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    words = f"MODIFY {column}"
    if element.newname is not None:
        words = f"CHANGE {column} {format_column_name(compiler, element.newname)}"
    definition = _definition(element.definition, compiler)
    return f"{table} {words} {definition}{_position(element.how, compiler)}"


@compiles(MySQLDropConstraint, "mysql", "mariadb")
def _drop_constraint(element: MySQLDropConstraint, compiler: DDLCompiler, **kw: Any) -> str:
    words = f"{alter_table(compiler, element.table_name, element.schema)} DROP {element.kind}"
    if element.kind == "PRIMARY KEY":
        return words
    name = compiler.preparer.format_constraint(element.constraint)
    return f"{words} {'IF EXISTS ' if element.if_exists else ''}{name}"


@compiles(MySQLReplaceIndex, "mysql", "mariadb")
def _replace_index(element: MySQLReplaceIndex, compiler: DDLCompiler, **kw: Any) -> str:
    actions = [f"DROP {_index(element.index, compiler)}"]
    for key, columns in element.added.items():
        spelt = ", ".join(format_column_name(compiler, column) for column in columns)
        actions.append(f"ADD INDEX {format_column_name(compiler, key)} ({spelt})")
    return f"{alter_table(compiler, element.table_name, element.schema)} {', '.join(actions)}"


def _index(dropped: Index | Constraint, compiler: DDLCompiler) -> str:
    if isinstance(dropped, PrimaryKeyConstraint):
        return "PRIMARY KEY"
    preparer = compiler.preparer
    return (
        f"INDEX {preparer.format_index(dropped) if isinstance(dropped, Index) else preparer.format_constraint(dropped)}"
    )


@compiles(ShowCreateTable, "mysql", "mariadb")
def _show_create_table(element: ShowCreateTable, compiler: DDLCompiler, **kw: Any) -> str:
    return f"SHOW CREATE TABLE {format_table_name(compiler, element.table_name, element.schema)}"


def _position(options: Options, compiler: DDLCompiler) -> str:
    if options.first:
        return " FIRST"
    return "" if options.after is None else f" AFTER {format_column_name(compiler, options.after)}"


def _definition(column: Definition, compiler: DDLCompiler) -> str:
    words = [_type(column.type_, compiler), *(_as_is(clause.text, compiler) for clause in column.details)]
    if column.is_generated:
        computed = column.generated if column.generated is not None else column.default
        words.append(compiler.process(computed) if isinstance(computed, Computed) else _as_is(str(computed), compiler))
        # MariaDB takes neither NULL nor NOT NULL after it; being able to hold NULL goes without saying.
        words += [] if column.nullable else ["NOT NULL"]
    else:
        words.append("NULL" if column.nullable else "NOT NULL")
        if column.default is not None:
            words.append(f"DEFAULT {_default(column.default, column.type_, compiler, now=True)}")
        if column.on_update is not None:
            words.append(_as_is(column.on_update, compiler))
    words += [_as_is(other, compiler) for other in column.others]
    if column.autoincrement:
        words.append("AUTO_INCREMENT")
    if column.comment:
        words.append(f"COMMENT {_literal(column.comment, compiler)}")
    if column.check is not None:
        words.append(_as_is(column.check, compiler))
    return " ".join(words)


def _type(type_: object, compiler: DDLCompiler) -> str:
    if isinstance(type_, AsIs):
        return _as_is(type_, compiler)
    assert isinstance(type_, TypeEngine)
    return format_type(compiler, type_)


def _literal(text: str, compiler: DDLCompiler) -> str:
    return _as_is(text, compiler) if isinstance(text, AsIs) else format_literal(compiler, text)


def _as_is(sql: str, compiler: DDLCompiler) -> str:
    """Return SQL text as it is, but for what the driver would take for a placeholder."""
    return str(compiler.sql_compiler.process(literal_column(sql)))


def _default(default: ServerDefault | AsIs, type_: object, compiler: DDLCompiler, *, now: bool) -> str:
    """Return a default as DEFAULT takes it.

    :param type_: the type of the column, where it is known.
    :param now: whether the current time may stand there by itself, and ``ON UPDATE`` after it.
    """
    if isinstance(default, AsIs):
        return _as_is(default, compiler)
    return default_words(format_server_default(compiler, default), type_, compiler, now=now)


def default_words(spelt: str, type_: object, compiler: DDLCompiler, *, now: bool) -> str:
    """Return the SQL text of a default as DEFAULT takes it: with parentheses where the server wants them.

    :param spelt: the text.
    :param type_: the type of the column, where it is known.
    :param compiler: of the dialect.
    :param now: whether the current time may stand there by itself, and ``ON UPDATE`` after it.
    """
    if now and _is_time(type_, compiler) and (_NOW.fullmatch(spelt) or any(i.word == "ON" for i in items(spelt))):
        return spelt
    return f"({spelt})" if _takes_expression_only(type_, compiler) and spelt[:1] != "(" else _parenthesised(spelt)


def _is_time(type_: object, compiler: DDLCompiler) -> bool:
    if isinstance(type_, AsIs):
        return type_.lower().startswith(("datetime", "timestamp"))
    return isinstance(type_, TypeEngine) and isinstance(concrete_type(type_, compiler.dialect), DateTime)


def _takes_expression_only(type_: object, compiler: DDLCompiler) -> bool:
    """Return whether MySQL wants parentheses around any default of the type, be it a literal.

    https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html#data-type-defaults-explicit
    """
    if getattr(compiler.dialect, "is_mariadb", False):
        return False
    if isinstance(type_, AsIs):
        return _EXPRESSION_ONLY.match(type_) is not None
    if not isinstance(type_, TypeEngine):
        return False
    concrete = concrete_type(type_, compiler.dialect)
    return isinstance(concrete, Text | LargeBinary | JSON)


def _parenthesised(default: str) -> str:
    """Return a default in parentheses, unless it is a literal: MySQL wants them, MariaDB does not mind.

    https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html#data-type-defaults-explicit
    """
    parts = [item.text for item in items(default)]
    if len(parts) == 2 and _INTRODUCER.fullmatch(parts[0]):
        parts = parts[1:]
    plain = len(parts) == 1 and (parts[0][0] in "'\"(" or _LITERAL.fullmatch(parts[0]) is not None)
    return default if plain else f"({default})"
