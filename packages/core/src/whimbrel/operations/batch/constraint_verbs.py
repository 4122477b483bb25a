"""BatchConstraintVerbs: the verbs of a ``batch_alter_table`` block about constraints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, TextClause

from whimbrel.operations import ops
from whimbrel.operations.abstract import AbstractOperations
from whimbrel.operations.directives.any_constraint import ConstraintType


class BatchConstraintVerbs(AbstractOperations):
    """The part of :class:`~whimbrel.operations.batch.facade.BatchOperations` that is about constraints."""

    table_name: str
    schema: str | None

    def create_primary_key(self, constraint_name: str | None, columns: Sequence[str], **kw: Any) -> None:
        """Make columns the primary key; in a table made anew, in place of the one it has.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param columns: names of columns.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords, such as ``postgresql_include`` or
            ``mssql_clustered``.
        """
        ops.CreatePrimaryKeyOp.batch_create_primary_key(self, constraint_name, columns, **kw)

    def create_unique_constraint(self, constraint_name: str | None, columns: Sequence[str], **kw: Any) -> None:
        """Forbid two rows that are alike in some columns.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param columns: names of columns.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords.
        """
        ops.CreateUniqueConstraintOp.batch_create_unique_constraint(self, constraint_name, columns, **kw)

    def create_foreign_key(
        self,
        constraint_name: str | None,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        referent_schema: str | None = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Make columns refer to those of another table, or of this one.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param referent_table: the table that is referred to.
        :param local_cols: names of the columns that refer.
        :param remote_cols: names of the columns that are referred to, in the same order.
        :param referent_schema: the schema of the table that is referred to.
        :param onupdate: what happens when the row referred to changes, such as ``CASCADE``.
        :param ondelete: what happens when it is deleted.
        :param deferrable: whether the check can wait until commit.
        :param initially: ``DEFERRED`` or ``IMMEDIATE``: whether it does.
        :param match: ``FULL``, ``PARTIAL`` or ``SIMPLE``.
        :param dialect_kw: dialects' keywords, such as ``postgresql_not_valid``.
        """
        ops.CreateForeignKeyOp.batch_create_foreign_key(
            self,
            constraint_name,
            referent_table,
            local_cols,
            remote_cols,
            referent_schema=referent_schema,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )

    def create_check_constraint(
        self, constraint_name: str | None, condition: str | TextClause | ColumnElement[Any], **kw: Any
    ) -> None:
        """Forbid rows that do not meet a condition.

        :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
        :param condition: SQL text, or an expression such as ``sa.column("balance") >= 0``.
        :param kw: ``deferrable``, ``initially``, and dialects' keywords.
        """
        ops.CreateCheckConstraintOp.batch_create_check_constraint(self, constraint_name, condition, **kw)

    def drop_constraint(
        self,
        constraint_name: str | None,
        type_: ConstraintType | None = None,
        *,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a constraint.

        :param constraint_name: its name; ``None`` with ``type_="primary"`` for the primary key, whatever its name.
        :param type_: ``check``, ``foreignkey``, ``primary`` or ``unique``; MySQL wants to know.
        :param if_exists: say nothing when it is not there.
        :param kw: dialects' keywords, such as ``mysql_algorithm``.
        """
        ops.DropConstraintOp.batch_drop_constraint(self, constraint_name, type_, if_exists=if_exists, **kw)
