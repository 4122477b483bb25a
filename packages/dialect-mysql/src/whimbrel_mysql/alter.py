"""What a change of a column becomes: a statement about one thing where there is one, else its definition anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Computed, Dialect, Identity, String
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeEngine

from whimbrel.ddl import AlterTable, ColumnName, ServerDefault
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mysql.clauses import Syntax
from whimbrel_mysql.conversion import WAY, goes_by_text
from whimbrel_mysql.ddl import MySQLAlterDefault, MySQLDefineColumn, mentions_on_update
from whimbrel_mysql.definition import AsIs, Change, Definition, concrete_type, names_characters
from whimbrel_mysql.options import Options
from whimbrel_mysql.server import Server

log = logging.getLogger("whimbrel.mysql")


@dataclass(frozen=True)
class ColumnChange:
    """What ``alter_column()`` was asked for.

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema; ``None`` for the connection's default.
    :param new_name: the column's new name; ``None`` where it keeps the one it has.
    :param change: what changes besides.
    :param assumed: what the column is said to be now; counts where there is no database to ask.
    :param default_known: whether *assumed* knows about its default.
    :param nullable_known: whether it knows about NULL.
    :param options: how it is to be carried out, and where the column is to stand.
    """

    table_name: str
    column_name: str
    schema: str | None
    new_name: str | None
    change: Change
    assumed: Definition
    default_known: bool
    nullable_known: bool
    options: Options

    def is_one_of_name(self, renames_columns: bool) -> bool:
        """Return whether it takes no more than RENAME COLUMN, or nothing at all.

        :param renames_columns: whether the server knows RENAME COLUMN.
        """
        named = self.new_name is None or renames_columns
        return named and not self.options.has_position and self.change == Change(on_update=self.change.on_update)

    def statements(self, read: Definition | None, syntax: Syntax, server: Server) -> Iterator[AlterTable]:
        """Yield the statements.

        :param read: what the database says that the column is now; ``None`` where it was not asked.
        :param syntax: how that is written.
        :param server: the server.
        :raises CommandError: the definition is wanted, and the type is not known.
        :raises UnsupportedOperation: the column is to become, or to cease to be, an identity or a virtual column.
        """
        existing = self.assumed if read is None else read
        if self.change.default is not UNSET:
            self._check_generated(existing, self.default_known or read is not None, server.dialect.name)
        if self._takes_definition(existing) or (self.new_name is not None and not server.renames_columns):
            definition = self._definition(existing, syntax, server.dialect)
            if read is None and not self.nullable_known and self.change.nullable is UNSET:
                self._say_what_is_assumed()
            if goes_by_text(existing.type_, definition.definition.type_, server.dialect) and not existing.is_generated:
                way = Change(type_=WAY, default=None, on_update=True)
                yield self._defined(existing.changed(way, server.dialect))
            yield definition
            return
        if self.change.default is not UNSET:
            type_ = None if existing.type_ is UNSET else existing.type_
            default = self.change.default
            if default is None and existing.nullable and (read is not None or self.nullable_known):
                # Without any default, an INSERT that leaves the column out is refused.
                default = AsIs("NULL")
            yield MySQLAlterDefault(self.table_name, self.column_name, default, self.schema, type_)
        if self.new_name is not None:
            yield ColumnName(self.table_name, self.column_name, self.new_name, schema=self.schema)

    def _say_what_is_assumed(self) -> None:
        assumed = ["it can hold NULL"]
        if not self.default_known and self.change.default is UNSET:
            assumed.append("has no default")
        if self.assumed.comment is None and self.change.comment is UNSET:
            assumed.append("has no comment")
        log.warning(
            "alter_column(%r, %r) repeats the whole definition of the column, and is not told all of it. It takes for "
            "granted: %s. Say what is so with existing_nullable, existing_server_default, existing_comment.",
            self.table_name,
            self.column_name,
            ", ".join(assumed),
        )

    def _takes_definition(self, existing: Definition) -> bool:
        """Return whether the change repeats the definition of the column: all do, but those of a default or a name.

        With ``SET DEFAULT``, MariaDB takes ``ON UPDATE`` away together with a default of the current time.
        """
        if self.options.has_position or not (self.change.is_of_default or self.change == Change()):
            return True
        if self.change.default is UNSET:
            return False
        generated = existing.is_generated or isinstance(self.change.default, Computed)
        return generated or self.change.on_update or existing.on_update is not None

    def _definition(self, existing: Definition, syntax: Syntax, dialect: Dialect) -> MySQLDefineColumn:
        if self._loses_characters(dialect):
            existing = replace(existing, details=())
        definition = existing.changed(self.change, dialect)
        if definition.type_ is UNSET:
            raise CommandError(
                f"alter_column({self.table_name!r}, {self.column_name!r}): MySQL wants the column's whole definition "
                "repeated, and its type is not given.",
                "Give existing_type (and existing_nullable, existing_server_default, existing_comment, which are lost "
                "otherwise).",
            )
        if self.new_name is not None:
            definition = definition.renamed(self.column_name, self.new_name, syntax)
        return self._defined(definition, self.new_name)

    def _defined(self, definition: Definition, new_name: str | None = None) -> MySQLDefineColumn:
        return MySQLDefineColumn(
            self.table_name,
            self.column_name,
            definition,
            schema=self.schema,
            newname=new_name,
            how=self.options,
        )

    def _loses_characters(self, dialect: Dialect) -> bool:
        """Return whether the column is said to have had characters of its own, and the new type says none."""
        if self.change.type_ is UNSET or not isinstance(self.assumed.type_, TypeEngine):
            return False
        was, becomes = (self.assumed.type_, self.change.type_)
        if not all(isinstance(concrete_type(type_, dialect), String) for type_ in (was, becomes)):
            return False
        return names_characters(was, dialect) and not names_characters(becomes, dialect)

    def _check_generated(self, existing: Definition, is_known: bool, dialect_name: str) -> None:
        """Refuse what the server would refuse, too: it stores what it computes, or it does not, and that stays.

        https://dev.mysql.com/doc/refman/8.4/en/alter-table-generated-columns.html
        """
        default = self.change.default
        if isinstance(default, Identity) or isinstance(existing.default, Identity):
            raise self._unsupported(
                dialect_name,
                f"{dialect_name} has no identity columns: {self.table_name}.{self.column_name} neither is one nor can "
                "become one with alter_column().",
                "An integer key counts up with autoincrement=True.",
            )
        was = "stored" if existing.is_stored else "virtual" if existing.is_generated else "plain"
        becomes = "plain"
        if isinstance(default, Computed):
            becomes = "stored" if default.persisted else "virtual"
        if was != becomes and "virtual" in (was, becomes) and (is_known or existing.is_generated):
            raise self._unsupported(
                dialect_name,
                f"{dialect_name} cannot turn the {was} column {self.table_name}.{self.column_name} into a {becomes} "
                "one with alter_column().",
                "Drop the column and add it again.",
            )

    def _unsupported(self, dialect_name: str, message: str, remedy: str) -> UnsupportedOperation:
        return UnsupportedOperation(message, remedy, dialect=dialect_name, operation="alter_column")


def says_on_update(dialect: Dialect, *defaults: ServerDefault | UnsetType | None) -> bool:
    """Return whether one of *defaults* speaks of ``ON UPDATE``."""
    compiler = _compiler(dialect)
    return any(
        mentions_on_update(compiler, default)
        for default in defaults
        if default is not None and default is not UNSET and not isinstance(default, Computed | Identity)
    )


def _compiler(dialect: Dialect) -> DDLCompiler:
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # SQLAlchemy's own habit
    assert isinstance(compiler, DDLCompiler)
    return compiler
