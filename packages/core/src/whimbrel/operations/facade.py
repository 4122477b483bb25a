"""Operations: every verb of ``op``, with its types and its manual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Table
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.expression import TableClause

from whimbrel.ddl.elements import ServerDefault, TypeArgument
from whimbrel.operations import ops
from whimbrel.operations.constraint_verbs import ConstraintVerbs
from whimbrel.operations.directives.indexes import IndexColumn
from whimbrel.unset import UNSET, UnsetType


class Operations(ConstraintVerbs):
    """The verbs that scripts call on ``op``.

    Each makes one directive of :mod:`whimbrel.operations.ops` and has it carried out. Names are given unquoted;
    ``schema`` is the schema of the table, ``None`` for the connection's default.

    Example, in application code::

        op = Operations(MigrationContext.configure(connection))
        op.add_column("account", sa.Column("email", sa.String(200)))
    """

    # -- tables -------------------------------------------------------------------------------------------------------

    def create_table(
        self, table_name: str, *columns: SchemaItem, if_not_exists: bool | None = None, **kw: Any
    ) -> Table:
        """Create a table, with the indexes and comments of its columns.

        :param table_name: its name.
        :param columns: its columns and constraints.
        :param if_not_exists: say nothing when it is there already.
        :param kw: ``schema``, ``comment``, ``prefixes``, and the keywords that dialects give to a Table.
        :return: the table, ready for :meth:`bulk_insert`.

        Example::

            account = op.create_table(
                "account",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False, index=True),
            )
        """
        return ops.CreateTableOp.create_table(self, table_name, *columns, if_not_exists=if_not_exists, **kw)

    def drop_table(
        self, table_name: str, *, schema: str | None = None, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Drop a table.

        :param table_name: its name.
        :param if_exists: say nothing when it is not there.
        :param kw: the keywords that dialects give to a Table.
        """
        ops.DropTableOp.drop_table(self, table_name, schema=schema, if_exists=if_exists, **kw)

    def rename_table(self, old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
        """Give a table another name; it stays in its schema.

        :param old_table_name: its name now.
        :param new_table_name: its name afterwards.
        """
        ops.RenameTableOp.rename_table(self, old_table_name, new_table_name, schema=schema)

    def create_table_comment(
        self, table_name: str, comment: str | None, *, existing_comment: str | None = None, schema: str | None = None
    ) -> None:
        """Set the comment of a table.

        :param table_name: the table.
        :param comment: its comment.
        :param existing_comment: the comment it has now, so that the change can be reversed.
        """
        ops.CreateTableCommentOp.create_table_comment(
            self, table_name, comment, existing_comment=existing_comment, schema=schema
        )

    def drop_table_comment(
        self, table_name: str, *, existing_comment: str | None = None, schema: str | None = None
    ) -> None:
        """Take the comment of a table away.

        :param table_name: the table.
        :param existing_comment: the comment it has now, so that the change can be reversed.
        """
        ops.DropTableCommentOp.drop_table_comment(self, table_name, existing_comment=existing_comment, schema=schema)

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
        """Add a column, then its foreign keys, its unique constraint or its index.

        :param table_name: the table.
        :param column: the new column.
        :param if_not_exists: say nothing when it is there already.
        :param inline_references: spell its foreign keys inside of the column, for databases that want it so.
        :param inline_primary_key: spell ``PRIMARY KEY`` inside of the column.
        :param kw: dialects' keywords, such as ``mysql_after``.

        Example::

            op.add_column("account", sa.Column("email", sa.String(200), server_default="", nullable=False))
        """
        ops.AddColumnOp.add_column(
            self,
            table_name,
            column,
            schema=schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
            **kw,
        )

    def drop_column(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column.

        :param table_name: the table.
        :param column_name: the column.
        :param if_exists: say nothing when it is not there.
        :param kw: dialects' keywords, such as ``mssql_drop_check``.
        :raises TypeError: a keyword that no dialect could mean.
        """
        ops.DropColumnOp.drop_column(self, table_name, column_name, schema=schema, if_exists=if_exists, **kw)

    def alter_column(
        self,
        table_name: str,
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
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Change of a column what is given, and leave the rest.

        What is ``existing_`` is not changed. MySQL and MariaDB spell the whole column anew with each change and want
        to be told; everywhere it is what makes the change reversible.

        :param table_name: the table.
        :param column_name: the column.
        :param nullable: whether it may hold NULL.
        :param comment: its comment; ``None`` for none.
        :param server_default: its default; ``None`` for none.
        :param new_column_name: its new name.
        :param type_: its type.
        :param existing_type: its type now.
        :param existing_server_default: its default now.
        :param existing_nullable: whether it may hold NULL now.
        :param existing_comment: its comment now.
        :param kw: ``autoincrement``, ``existing_autoincrement``, and dialects' keywords, such as ``postgresql_using``.
        :raises TypeError: a keyword that no dialect could mean.

        Example::

            op.alter_column("account", "email", nullable=False, existing_type=sa.String(200))
        """
        ops.AlterColumnOp.alter_column(
            self,
            table_name,
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
            schema=schema,
            **kw,
        )

    # -- indexes ------------------------------------------------------------------------------------------------------

    def create_index(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[IndexColumn],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create an index.

        :param index_name: its name; ``None`` to have the naming convention make one.
        :param table_name: its table.
        :param columns: names of columns, or SQL expressions.
        :param unique: whether it allows each value once only.
        :param if_not_exists: say nothing when it is there already.
        :param kw: the keywords that dialects give to an Index, such as ``postgresql_where``.

        Example::

            op.create_index("ix_account_email", "account", [sa.text("lower(email)")], unique=True)
        """
        ops.CreateIndexOp.create_index(
            self,
            index_name,
            table_name,
            columns,
            schema=schema,
            unique=unique,
            if_not_exists=if_not_exists,
            **kw,
        )

    def drop_index(
        self,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop an index.

        :param index_name: its name.
        :param table_name: its table, which MySQL and MariaDB want to know.
        :param if_exists: say nothing when it is not there.
        :param kw: the keywords that dialects give to an Index, such as ``postgresql_concurrently``.
        """
        ops.DropIndexOp.drop_index(self, index_name, table_name, schema=schema, if_exists=if_exists, **kw)

    # -- rows and statements ------------------------------------------------------------------------------------------

    def bulk_insert(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], *, multiinsert: bool = True
    ) -> None:
        """Insert rows: on a connection many in one go, in text one INSERT each.

        :param table: what :meth:`create_table` returned, or ``sa.table("account", sa.column("name", sa.String))``.
        :param rows: a dictionary for each row; a value may be an SQL expression. A generator is read as it is needed,
            so that memory stays the same however many rows there are.
        :param multiinsert: ``False`` to send each row alone.
        :raises CommandError: a row names a column that *table* lacks.
        :raises TypeError: *rows* is no list of dictionaries.

        Example::

            op.bulk_insert(
                sa.table("account", sa.column("id", sa.Integer), sa.column("born", sa.Date)),
                [{"id": 1, "born": datetime.date(2020, 1, 31)}, {"id": 2, "born": None}],
            )
        """
        ops.BulkInsertOp.bulk_insert(self, table, rows, multiinsert=multiinsert)

    def require_no_rows(
        self, table_name: str, *, schema: str | None = None, where: ColumnElement[bool] | str | None = None
    ) -> None:
        """Go on only where a table has no rows, or none that a condition is true of; change nothing.

        Autogenerate writes it where a person has yet to say what becomes of rows. In text (``--sql``) it is a comment
        with the query that has to find nothing.

        :param table_name: the table.
        :param schema: its schema.
        :param where: the condition, as SQL text or an expression; without it any row counts.
        :raises CommandError: there is such a row.

        Example::

            op.require_no_rows("account", where="mail IS NULL")
            op.alter_column("account", "mail", existing_type=sa.String(200), nullable=False)
        """
        ops.RequireNoRowsOp.require_no_rows(self, table_name, schema=schema, where=where)

    def execute(self, sqltext: Executable | str, *, execution_options: Mapping[str, Any] | None = None) -> None:
        """Execute a statement, or write it as text.

        In a string nothing is a parameter; for parameters there is ``sa.text("... :name").bindparams(name=...)``.

        :param sqltext: a SQLAlchemy statement, or SQL text.
        :param execution_options: SQLAlchemy's execution options.

        Example::

            op.execute("UPDATE account SET email = lower(email)")
        """
        ops.ExecuteSQLOp.execute(self, sqltext, execution_options=execution_options)
