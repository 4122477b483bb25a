"""BatchOperations: the verbs of a ``batch_alter_table`` block, with their types and their manual."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Column
from sqlalchemy.sql.base import Executable

from whimbrel.ddl.elements import ServerDefault, TypeArgument
from whimbrel.errors import CommandError
from whimbrel.operations import ops
from whimbrel.operations.abstract import OperationsContext
from whimbrel.operations.batch.constraint_verbs import BatchConstraintVerbs
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.directives.indexes import IndexColumn
from whimbrel.operations.registry import OperationClass, register_batch_operation
from whimbrel.unset import UNSET, UnsetType


class BatchOperations(BatchConstraintVerbs):
    """The verbs that scripts call within ``with op.batch_alter_table(...) as batch``.

    They are those of ``op`` without the table, which goes without saying. Nothing is done before the block ends; then
    all of it is done in order, or, if the block raised, nothing.

    :param migration_context: the run.
    :param impl: stands in for the run's own ``impl``.
    :param table_name: the table of the block.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(
        self,
        migration_context: OperationsContext,
        impl: Any = None,
        *,
        table_name: str,
        schema: str | None = None,
    ) -> None:
        super().__init__(migration_context, impl)
        self.table_name = table_name
        self.schema = schema
        self._collected: list[MigrateOperation] | None = []

    # -- directives ---------------------------------------------------------------------------------------------------

    def invoke(self, operation: MigrateOperation) -> None:
        """Have a directive carried out when the block ends.

        :param operation: the directive. One that changes the table of the block goes together with its like; any other
            is carried out in its place among them.
        :raises CommandError: the block is over.
        """
        if self._collected is None:
            raise CommandError(
                f"The block of batch_alter_table({self.table_name!r}) is over: {operation!r} comes too late.",
                "Write it inside of the block.",
            )
        self._collected.append(operation)

    def take(self) -> tuple[MigrateOperation, ...]:
        """Return what has been collected, and take no more."""
        collected, self._collected = self._collected or [], None
        return tuple(collected)

    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[OperationClass], OperationClass]:
        """Return a class decorator that makes ``batch.<name>`` call a class method of a directive.

        It is only needed where that method is not called ``batch_<name>`` or ``op`` has no such verb.

        :param name: the verb.
        :param sourcename: the class method, where its name is another.
        :raises PluginError: another directive has that verb.
        """
        return register_batch_operation(name, sourcename)

    def _registered(self, name: str) -> Callable[..., Any] | None:
        return self.registry.batch_verb(name)

    def _registered_names(self) -> frozenset[str]:
        return self.registry.batch_verbs()

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(
        self,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Add a column, its foreign keys, its unique constraint or its index.

        :param column: the new column.
        :param insert_before: the column it is to stand before, in a table made anew.
        :param insert_after: the column it is to stand after, in a table made anew.
        :param if_not_exists: say nothing when it is there already.
        :param inline_references: spell its foreign keys inside of the column, for databases that want it so.
        :param inline_primary_key: spell ``PRIMARY KEY`` inside of the column.
        :param kw: dialects' keywords, such as ``mysql_after``.
        """
        ops.AddColumnOp.batch_add_column(
            self,
            column,
            insert_before=insert_before,
            insert_after=insert_after,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
            **kw,
        )

    def drop_column(self, column_name: str, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a column; in a table made anew, with the constraints and indexes that mention it.

        Of a primary key the other columns stay.

        :param column_name: the column.
        :param if_exists: say nothing when it is not there.
        :param kw: dialects' keywords, such as ``mssql_drop_check``.
        :raises TypeError: a keyword that no dialect could mean.
        """
        ops.DropColumnOp.batch_drop_column(self, column_name, if_exists=if_exists, **kw)

    def alter_column(
        self,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | UnsetType | None = UNSET,
        server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        new_column_name: str | None = None,
        type_: TypeArgument | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Change of a column what is given, and leave the rest; see :meth:`Operations.alter_column`.

        After a column has got another name, the block may call it by either.

        :param column_name: the column.
        :param nullable: whether it may hold NULL.
        :param comment: its comment; ``None`` for none.
        :param server_default: its default; ``None`` for none.
        :param new_column_name: its new name.
        :param type_: its type.
        :param existing_type: its type now; a Boolean or Enum that brought a CHECK along takes it away again.
        :param existing_server_default: its default now.
        :param existing_nullable: whether it may hold NULL now.
        :param existing_comment: its comment now.
        :param insert_before: the column it is to stand before, in a table made anew.
        :param insert_after: the column it is to stand after, in a table made anew.
        :param kw: ``autoincrement``, ``existing_autoincrement``, and dialects' keywords, such as ``postgresql_using``.
        :raises TypeError: a keyword that no dialect could mean.
        """
        ops.AlterColumnOp.batch_alter_column(
            self,
            column_name,
            nullable=nullable,
            comment=comment,
            server_default=server_default,
            new_column_name=new_column_name,
            type_=type_,
            existing_type=existing_type,
            existing_server_default=existing_server_default,
            existing_nullable=existing_nullable,
            existing_comment=existing_comment,
            insert_before=insert_before,
            insert_after=insert_after,
            **kw,
        )

    # -- indexes and comments -----------------------------------------------------------------------------------------

    def create_index(
        self,
        index_name: str | None,
        columns: Sequence[IndexColumn],
        *,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create an index.

        :param index_name: its name; ``None`` to have the naming convention make one.
        :param columns: names of columns, or SQL expressions.
        :param unique: whether it allows each value once only.
        :param if_not_exists: say nothing when it is there already.
        :param kw: the keywords that dialects give to an Index, such as ``postgresql_where``.
        """
        ops.CreateIndexOp.batch_create_index(
            self, index_name, columns, unique=unique, if_not_exists=if_not_exists, **kw
        )

    def drop_index(self, index_name: str, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop an index.

        :param index_name: its name.
        :param if_exists: say nothing when it is not there.
        :param kw: the keywords that dialects give to an Index, such as ``postgresql_concurrently``.
        """
        ops.DropIndexOp.batch_drop_index(self, index_name, if_exists=if_exists, **kw)

    def create_table_comment(self, comment: str | None, *, existing_comment: str | None = None) -> None:
        """Set the comment of the table.

        :param comment: its comment.
        :param existing_comment: the comment it has now, so that the change can be reversed.
        """
        ops.CreateTableCommentOp.batch_create_table_comment(self, comment, existing_comment=existing_comment)

    def drop_table_comment(self, *, existing_comment: str | None = None) -> None:
        """Take the comment of the table away.

        :param existing_comment: the comment it has now, so that the change can be reversed.
        """
        ops.DropTableCommentOp.batch_drop_table_comment(self, existing_comment=existing_comment)

    # -- statements ---------------------------------------------------------------------------------------------------

    def execute(self, sqltext: Executable | str, *, execution_options: Mapping[str, Any] | None = None) -> None:
        """Execute a statement when the block ends: after what stands before it, before what stands after it.

        :param sqltext: a SQLAlchemy statement, or SQL text.
        :param execution_options: SQLAlchemy's execution options.
        """
        ops.ExecuteSQLOp.batch_execute(self, sqltext, execution_options=execution_options)
