"""ConstraintVerbs: the verbs of ``op`` about constraints, with their types and their manual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, TextClause

from whimbrel.operations import ops
from whimbrel.operations.abstract import AbstractOperations
from whimbrel.operations.directives.any_constraint import ConstraintType


class ConstraintVerbs(AbstractOperations):
    """The part of :class:`~whimbrel.operations.facade.Operations` that is about constraints."""

    def create_primary_key(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Make columns the primary key of their table.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param table_name: the table.
        :param columns: names of its columns.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords, such as ``postgresql_include`` or
            ``mssql_clustered``.
        """
        ops.CreatePrimaryKeyOp.create_primary_key(self, constraint_name, table_name, columns, schema=schema, **kw)

    def create_unique_constraint(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Forbid two rows that are alike in some columns.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param table_name: the table.
        :param columns: names of its columns.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords.
        """
        ops.CreateUniqueConstraintOp.create_unique_constraint(
            self, constraint_name, table_name, columns, schema=schema, **kw
        )

    def create_foreign_key(
        self,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Make columns refer to those of another table.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param source_table: the table that refers.
        :param referent_table: the table that is referred to.
        :param local_cols: names of the columns that refer.
        :param remote_cols: names of the columns that are referred to, in the same order.
        :param onupdate: what happens when the row referred to changes, such as ``CASCADE``.
        :param ondelete: what happens when it is deleted.
        :param deferrable: whether the check can wait until commit.
        :param initially: ``DEFERRED`` or ``IMMEDIATE``: whether it does.
        :param match: ``FULL``, ``PARTIAL`` or ``SIMPLE``.
        :param source_schema: the schema of the table that refers.
        :param referent_schema: the schema of the table that is referred to.
        :param dialect_kw: dialects' keywords, such as ``postgresql_not_valid``.

        Example::

            op.create_foreign_key("fk_account_owner", "account", "person", ["owner_id"], ["id"], ondelete="CASCADE")
        """
        ops.CreateForeignKeyOp.create_foreign_key(
            self,
            constraint_name,
            source_table,
            referent_table,
            local_cols,
            remote_cols,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            source_schema=source_schema,
            referent_schema=referent_schema,
            **dialect_kw,
        )

    def create_check_constraint(
        self,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Forbid rows that do not meet a condition.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param table_name: the table.
        :param condition: SQL text, or an expression such as ``sa.column("balance") >= 0``.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords.
        """
        ops.CreateCheckConstraintOp.create_check_constraint(
            self, constraint_name, table_name, condition, schema=schema, **kw
        )

    def drop_constraint(
        self,
        constraint_name: str,
        table_name: str,
        type_: ConstraintType | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a constraint.

        :param constraint_name: its name.
        :param table_name: the table.
        :param type_: ``check``, ``foreignkey``, ``primary``, ``unique`` or ``exclude``; MySQL wants to know.
        :param if_exists: say nothing when it is not there.
        :param kw: dialects' keywords, such as ``mysql_algorithm``.
        """
        ops.DropConstraintOp.drop_constraint(
            self, constraint_name, table_name, type_, schema=schema, if_exists=if_exists, **kw
        )
