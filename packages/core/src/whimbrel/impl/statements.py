"""Which statements a change to a schema becomes, one method a verb."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Column, Table
from sqlalchemy.schema import (
    AddConstraint,
    Constraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
    DropTableComment,
    Index,
    SetColumnComment,
    SetTableComment,
)

from whimbrel.ddl.elements import (
    AddColumn,
    AlterColumn,
    ColumnComment,
    ColumnName,
    ColumnNullable,
    ColumnType,
    DropColumn,
    RenameTable,
    ServerDefault,
    TypeArgument,
    default_change,
)
from whimbrel.impl import needs
from whimbrel.impl.capabilities import Capability, Capable
from whimbrel.impl.session import ImplSession
from whimbrel.unset import UNSET, UnsetType


class Statements(Capable, ImplSession):
    """The statements that changes of tables, columns, constraints and indexes become."""

    # -- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, table: Table, *, if_not_exists: bool | None = None, **kw: Any) -> None:
        """Create a table, its indexes and comments, and what its types bring along.

        :param table: the table.
        :param if_not_exists: say nothing when it is there already.
        :param kw: further keywords of SQLAlchemy's ``CreateTable``.
        """
        if if_not_exists:
            self.require(Capability.IF_EXISTS_TABLE, "create_table", table.name)
        runner = self.event_connection()
        table.dispatch.before_create(table, runner, checkfirst=False, _ddl_runner=self)
        self.execute(CreateTable(table, if_not_exists=bool(if_not_exists), **kw))
        table.dispatch.after_create(table, runner, checkfirst=False, _ddl_runner=self)
        index_kw = {"if_not_exists": True} if if_not_exists else {}
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            self.create_index(index, **index_kw)
        if self.comments_apart:
            if table.comment:
                self.create_table_comment(table)
            for column in table.columns:
                if column.comment:
                    self.create_column_comment(column)

    def drop_table(self, table: Table, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a table, and what its types brought along.

        :param table: the table.
        :param if_exists: say nothing when it is not there.
        :param kw: further keywords of SQLAlchemy's ``DropTable``.
        """
        if if_exists:
            self.require(Capability.IF_EXISTS_TABLE, "drop_table", table.name)
        runner = self.event_connection()
        table.dispatch.before_drop(table, runner, checkfirst=False, _ddl_runner=self)
        self.execute(DropTable(table, if_exists=bool(if_exists), **kw))
        table.dispatch.after_drop(table, runner, checkfirst=False, _ddl_runner=self)

    def rename_table(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        """Give a table another name; its schema stays."""
        self.require(Capability.RENAME_TABLE, "rename_table", old_table_name, new_table_name)
        self.execute(RenameTable(old_table_name, new_table_name, schema=schema))

    def create_table_comment(self, table: Table) -> None:
        """Set the comment of a table to ``table.comment``; ``None`` takes it away."""
        if table.comment is None:
            self.drop_table_comment(table)  # not every database reads NULL there: MySQL and MariaDB do not
            return
        self.require(Capability.TABLE_COMMENT, "create_table_comment", table.name)
        self.execute(SetTableComment(table))

    def drop_table_comment(self, table: Table) -> None:
        """Take the comment of a table away."""
        self.require(Capability.TABLE_COMMENT, "drop_table_comment", table.name)
        self.execute(DropTableComment(table))

    def create_column_comment(self, column: Column[Any]) -> None:
        """Set the comment of a column to ``column.comment``."""
        self.execute(SetColumnComment(column))

    @property
    def comments_apart(self) -> bool:
        """Whether comments are statements of their own here."""
        return self.dialect.supports_comments and not self.dialect.inline_comments

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Add a column, with its comment; its constraints and indexes come by ``add_constraint``, ``create_index``.

        :param column: the column, attached to a table of that name.
        :param if_not_exists: say nothing when it is there already.
        :param inline_references: spell its foreign keys inside of the column.
        :param inline_primary_key: spell ``PRIMARY KEY`` inside of the column.
        :param kw: keywords that other dialects understand.
        """
        for needed in needs.of_new_column(column, if_not_exists):
            self.require(needed, "add_column", table_name, column.name)
        self.execute(
            AddColumn(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
        )
        if column.comment and self.comments_apart:
            self.create_column_comment(column)

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column.

        :param column: only its name is looked at.
        :param if_exists: say nothing when it is not there.
        :param kw: keywords that other dialects understand.
        """
        self.require(Capability.DROP_COLUMN, "drop_column", table_name, column.name)
        if if_exists:
            self.require(Capability.IF_EXISTS_COLUMN, "drop_column", table_name, column.name)
        self.execute(DropColumn(table_name, column, schema=schema, if_exists=if_exists))

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        name: str | None = None,
        type_: TypeArgument | None = None,
        schema: str | None = None,
        autoincrement: bool | Literal["auto", "ignore_fk"] | None = None,
        comment: str | UnsetType | None = UNSET,
        existing_comment: str | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | Literal["auto", "ignore_fk"] | None = None,
        **kw: Any,
    ) -> None:
        """Change what is given of a column; what is ``existing_`` tells what it was.

        :param nullable: whether it may hold NULL.
        :param server_default: its default; ``None`` for none.
        :param name: its new name.
        :param type_: its type.
        :param autoincrement: whether it counts by itself, on databases where that is part of the column (MySQL).
        :param comment: its comment; ``None`` for none.
        :param kw: keywords that other dialects understand.
        """
        known: dict[str, Any] = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_nullable": existing_nullable,
            "existing_server_default": existing_server_default,
            "existing_comment": existing_comment,
        }
        changes: list[AlterColumn] = []
        if nullable is not None:
            changes.append(ColumnNullable(table_name, column_name, nullable, **known))
        if server_default is not UNSET:
            changes.append(default_change(table_name, column_name, server_default, self, **known))
        if type_ is not None:
            changes.append(ColumnType(table_name, column_name, type_, **known))
        if comment is not UNSET:
            changes.append(ColumnComment(table_name, column_name, comment, **known))
        if name is not None:
            changes.append(ColumnName(table_name, column_name, name, **known))
        for change in changes:
            self.require(needs.of_change(change), "alter_column", table_name, column_name)
        for change in changes:
            self.execute(change)

    # -- constraints and indexes --------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint to its table.

        :param kw: further keywords of SQLAlchemy's ``AddConstraint``.
        """
        if self.wants(const):
            if (needed := needs.of_new_constraint(const)) is not None:
                self.require(*needed, const.table.name, str(const.name))
            self.execute(AddConstraint(const, **kw))

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drop a constraint from its table.

        :param kw: further keywords of SQLAlchemy's ``DropConstraint``, such as ``if_exists``.
        """
        self.require(Capability.DROP_CONSTRAINT, "drop_constraint", const.table.name, str(const.name))
        if kw.get("if_exists"):
            self.require(Capability.IF_EXISTS_CONSTRAINT, "drop_constraint", const.table.name, str(const.name))
        self.execute(DropConstraint(const, **kw))

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index.

        :param kw: further keywords of SQLAlchemy's ``CreateIndex``, such as ``if_not_exists``.
        """
        assert index.table is not None
        for needed in needs.of_new_index(index, kw.get("if_not_exists")):
            self.require(needed, "create_index", index.table.name, str(index.name))
        self.execute(CreateIndex(index, **kw))

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index.

        :param kw: further keywords of SQLAlchemy's ``DropIndex``, such as ``if_exists``.
        """
        if kw.get("if_exists"):
            self.require(Capability.IF_EXISTS_INDEX, "drop_index", str(index.name))
        self.execute(DropIndex(index, **kw))

    def wants(self, const: Constraint) -> bool:
        """Return whether this database has the constraint: the CHECK of a Boolean is only for those without BOOLEAN."""
        rule = getattr(const, "_create_rule", None)  # set by SQLAlchemy's Boolean and Enum
        if rule is None:
            return True
        compiler = self.dialect.ddl_compiler(self.dialect, None)  # type: ignore[arg-type]  # only its dialect is read
        return bool(rule(compiler))
