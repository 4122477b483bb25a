"""Directives that give an index or a constraint another name: nothing is built again, nothing is locked for long."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import AlterTable, alter_table, format_table_name
from whimbrel.operations import MigrateOperation, Operations


class RenameOp(MigrateOperation):
    """Something of a table gets another name: the base of the others.

    :param name: its name now.
    :param new_name: its name afterwards.
    :param table_name: its table.
    :param schema: the table's schema; ``None`` for the connection's default.
    """

    def __init__(self, name: str, new_name: str, table_name: str, *, schema: str | None = None) -> None:
        self.name = name
        self.new_name = new_name
        self.table_name = table_name
        self.schema = schema


class RenameIndexOp(RenameOp):
    """Give an index another name.

    https://www.postgresql.org/docs/current/sql-alterindex.html

    :param name: its name now.
    :param new_name: its name afterwards.
    :param table_name: its table.
    :param schema: the schema of both; ``None`` for the connection's default.
    """

    @classmethod
    def rename_index(
        cls, operations: Operations, name: str, new_name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Give an index another name; the parameters of the class."""
        operations.invoke(cls(name, new_name, table_name, schema=schema))

    def reverse(self) -> RenameIndexOp:
        """Return the directive that gives the old name back."""
        return RenameIndexOp(self.new_name, self.name, self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str, str, str]:
        """Return ``("rename_index", schema, table, old name, new name)``."""
        return ("rename_index", self.schema, self.table_name, self.name, self.new_name)


class RenameConstraintOp(RenameOp):
    """Give a constraint of any kind another name, and the index with it that it may have.

    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-RENAME

    :param name: its name now.
    :param new_name: its name afterwards.
    :param table_name: its table.
    :param schema: the table's schema; ``None`` for the connection's default.
    """

    @classmethod
    def rename_constraint(
        cls, operations: Operations, name: str, new_name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Give a constraint another name; the parameters of the class."""
        operations.invoke(cls(name, new_name, table_name, schema=schema))

    def reverse(self) -> RenameConstraintOp:
        """Return the directive that gives the old name back."""
        return RenameConstraintOp(self.new_name, self.name, self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str, str, str]:
        """Return ``("rename_constraint", schema, table, old name, new name)``."""
        return ("rename_constraint", self.schema, self.table_name, self.name, self.new_name)


# -- what each becomes ------------------------------------------------------------------------------------------------


class RenameIndex(AlterTable):
    """Give an index another name.

    :param op: which.
    """

    def __init__(self, op: RenameIndexOp) -> None:
        super().__init__(op.table_name, op.schema)
        self.op = op


class RenameConstraint(AlterTable):
    """Give a constraint another name.

    :param op: which.
    """

    def __init__(self, op: RenameConstraintOp) -> None:
        super().__init__(op.table_name, op.schema)
        self.op = op


@compiles(RenameIndex, "postgresql")
def _rename_index(element: RenameIndex, compiler: DDLCompiler, **kw: Any) -> str:
    op = element.op
    index = format_table_name(compiler, op.name, op.schema)
    return f"ALTER INDEX {index} RENAME TO {compiler.preparer.quote(op.new_name)}"


@compiles(RenameConstraint, "postgresql")
def _rename_constraint(element: RenameConstraint, compiler: DDLCompiler, **kw: Any) -> str:
    op = element.op
    old, new = (compiler.preparer.quote(name) for name in (op.name, op.new_name))
    return f"{alter_table(compiler, op.table_name, op.schema)} RENAME CONSTRAINT {old} TO {new}"


def rename_index(operations: Operations, op: RenameIndexOp) -> None:
    """Give the index its new name."""
    operations.impl.execute(RenameIndex(op))


def rename_constraint(operations: Operations, op: RenameConstraintOp) -> None:
    """Give the constraint its new name."""
    operations.impl.execute(RenameConstraint(op))
