"""A version file that calls every verb; it is checked, never run."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from whimbrel import context, op
from whimbrel.operations import MigrateOperation, Operations
from whimbrel.operations.ops import AddColumnOp, CreateTableOp
from whimbrel.unset import UNSET

revision: str = "1a"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    account: sa.Table = op.create_table(
        "account",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("email", sa.String(200), nullable=False, index=True, comment="where to write"),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.CheckConstraint("id > 0", name="positive"),
        schema="shop",
        comment="who pays",
        prefixes=["TEMPORARY"],
        if_not_exists=True,
        mysql_engine="InnoDB",
    )
    op.rename_table("account", "customer", schema="shop")
    op.require_no_rows("customer", schema="shop", where="email IS NULL")
    op.create_table_comment("customer", "who pays", existing_comment=None, schema="shop")
    op.drop_table_comment("customer", existing_comment="who pays")
    op.add_column("customer", sa.Column("born", sa.Date), schema="shop", if_not_exists=True, inline_references=True)
    op.add_column("customer", sa.Column("key", sa.Integer, primary_key=True), inline_primary_key=True)
    op.drop_column("customer", "born", schema="shop", if_exists=True, mssql_drop_check=True)
    op.alter_column(
        "customer",
        "email",
        new_column_name="mail",
        type_=sa.Text(),
        nullable=False,
        server_default=sa.text("''"),
        comment=None,
        existing_type=sa.String(200),
        existing_nullable=True,
        existing_server_default=None,
        existing_comment="where to write",
        schema="shop",
        autoincrement=False,
        postgresql_using="mail::text",
    )
    op.alter_column("customer", "mail", server_default=None, comment=False)
    op.alter_column("customer", "mail", server_default=UNSET, type_=sa.Integer)
    op.alter_column("customer", "key", server_default=sa.Identity(always=True), existing_server_default=False)
    op.alter_column("customer", "key", server_default=sa.Computed("id * 2"))
    op.create_index("ix_mail", "customer", ["mail", sa.text("lower(mail)")], unique=True, if_not_exists=True)
    op.create_index(None, "customer", [sa.func.lower(sa.column("mail"))], postgresql_concurrently=True)
    op.drop_index("ix_mail", table_name="customer", schema="shop", if_exists=True)
    op.create_primary_key("pk_customer", "customer", ["id"], schema="shop", postgresql_include=["mail"])
    op.create_unique_constraint(None, "customer", ["mail"], deferrable=True, initially="DEFERRED")
    op.create_foreign_key(
        "fk_owner",
        "customer",
        "person",
        ["owner_id"],
        ["id"],
        onupdate="CASCADE",
        ondelete="SET NULL",
        deferrable=True,
        initially="DEFERRED",
        match="FULL",
        source_schema="shop",
        referent_schema="crm",
        postgresql_not_valid=True,
    )
    op.create_check_constraint("ck_mail", "customer", sa.column("mail") != "", schema="shop")
    op.create_check_constraint("ck_mail", "customer", "mail <> ''")
    op.drop_constraint("ck_mail", "customer", type_="check", schema="shop", if_exists=True)
    op.bulk_insert(account, [{"email": "ada@example.org"}, {"email": sa.func.lower("TIM")}], multiinsert=False)
    op.bulk_insert(sa.table("person", sa.column("born", sa.Date)), ({"born": day} for day in days()))
    op.execute("UPDATE customer SET mail = lower(mail)", execution_options={"isolation_level": "SERIALIZABLE"})
    op.execute(account.update().values(email=op.inline_literal("x", sa.String())))
    op.execute(sa.text("DELETE FROM customer WHERE mail = :mail").bindparams(mail="x"))
    op.invoke(AddColumnOp("customer", sa.Column("x", sa.Integer)))
    made: int = op.run_async(count, "customer", limit=5)
    if not context.is_offline_mode():
        names: Sequence[str] = op.get_bind().execute(sa.text("SELECT mail FROM customer")).scalars().all()
        op.execute(f"-- {made} {names}")
    if op.get_context().dialect.name == "postgresql" and not op.get_context().as_sql:
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'calm'")
    change_in_a_batch()


def change_in_a_batch() -> None:
    with op.batch_alter_table(
        "customer",
        schema="shop",
        recreate="always",
        copy_from=None,
        table_args=[sa.UniqueConstraint("mail")],
        table_kwargs={"sqlite_autoincrement": True},
        reflect_args=[sa.Column("flag", sa.Boolean())],
        reflect_kwargs={"listeners": []},
        naming_convention={"uq": "uq_%(table_name)s"},
        partial_reordering=[("id", "mail")],
    ) as batch:
        batch.add_column(sa.Column("x", sa.Integer), insert_after="id")
        batch.alter_column("x", type_=sa.String(5), existing_type=sa.Integer, nullable=False, insert_before="id")
        batch.drop_column("x", if_exists=True)
        batch.create_index("ix_x", ["x"], unique=True)
        batch.drop_index("ix_x", if_exists=True)
        batch.create_primary_key("pk", ["id"], mssql_clustered=False)
        batch.create_unique_constraint("uq", ["x"])
        batch.create_foreign_key("fk", "person", ["owner_id"], ["id"], ondelete="CASCADE", referent_schema="crm")
        batch.create_check_constraint("ck", sa.column("x") > 0)
        batch.drop_constraint("ck", type_="check")
        batch.create_table_comment("who pays")
        batch.drop_table_comment()
        batch.execute("SELECT 1")
        batch.invoke(AddColumnOp("customer", sa.Column("y", sa.Integer)))


def downgrade() -> None:
    op.drop_table("customer", schema="shop", if_exists=True)


def days() -> list[datetime.date]:
    return [datetime.date(2020, 1, day) for day in (1, 2)]


async def count(connection: AsyncConnection, table_name: str, *, limit: int) -> int:
    return len((await connection.execute(sa.text(f"SELECT 1 FROM {table_name}"))).fetchmany(limit))


@op.register_operation("create_sequence")
class CreateSequenceOp(MigrateOperation):
    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create_sequence(cls, operations: Operations, name: str) -> None:
        operations.invoke(cls(name))


@op.implementation_for(CreateSequenceOp, replace=True)
def create_sequence(operations: Operations, operation: CreateSequenceOp) -> None:
    operations.execute(f"CREATE SEQUENCE {operation.name}")


def in_application_code(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    from whimbrel.runtime.migration import MigrationContext

    with op.context(MigrationContext.configure(connection)) as operations:
        table = operations.invoke(CreateTableOp("t", [sa.Column("id", sa.Integer)]))
        operations.bulk_insert(table, rows)
    op.Operations(MigrationContext.configure(connection)).drop_table("t")
