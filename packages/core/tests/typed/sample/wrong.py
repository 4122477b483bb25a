"""Calls that a type checker has to report, one in each line that says so; it is checked, never run."""

from __future__ import annotations

import sqlalchemy as sa
from plugin import op as typed_op

from whimbrel import context, op
from whimbrel.operations import ops


def upgrade() -> str:
    op.creat_table("t")  # wrong: no such verb
    op.create_table("t", "id")  # wrong: no column
    op.create_table(sa.table("t"))  # wrong: no name
    op.rename_table("t")  # wrong: the new name is missing
    op.drop_table("t", "shop")  # wrong: schema is a keyword
    op.add_column("t", "id")  # wrong: no column
    op.add_column("t", sa.Column("id", sa.Integer), if_not_exists="yes")  # wrong: a truth value
    op.drop_column("t")  # wrong: which?
    op.alter_column("t", "id", nullable="no")  # wrong: a truth value
    op.alter_column("t", "id", type_="INTEGER")  # wrong: a type
    op.alter_column("t", "id", server_default=True)  # wrong: True is no default
    op.create_index("ix", "t", [1])  # wrong: a name or an expression
    op.create_index("ix", "t", "id", "name")  # wrong: one list
    op.drop_index(None)  # wrong: a name
    op.create_foreign_key("fk", "t", "u", ["id"])  # wrong: the columns there
    op.create_unique_constraint("uq", "t", None)  # wrong: the columns
    op.create_check_constraint("ck", "t", True)  # wrong: a condition
    op.drop_constraint("ck", "t", type_="ckeck")  # wrong: no such kind
    op.bulk_insert("t", [{"id": 1}])  # wrong: a table
    op.bulk_insert(sa.table("t"), {"id": 1})  # wrong: a list
    op.execute(5)  # wrong: a statement
    op.execute("SELECT :id", {"id": 1})  # wrong: there are no parameters
    op.f(5)  # wrong: a name
    op.invoke("create_table")  # wrong: a directive
    op.get_bind().exec("SELECT 1")  # wrong: no such method
    op.get_context().stampede()  # wrong: no such method
    op.run_async(upgrade)  # wrong: no coroutine
    rows: str = op.create_table("t")  # wrong: a table
    with op.batch_alter_table("t", recreate="sometimes") as batch:  # wrong: auto, always, never
        batch.add_column("t", sa.Column("id", sa.Integer))  # wrong: the table goes without saying
        batch.drop_colum("id")  # wrong: no such verb
    typed_op.create_view("v")  # wrong: the query is missing
    typed_op.creat_view("v", "SELECT 1")  # wrong: no such verb
    op.create_view("v", "SELECT 1")  # wrong: nobody has declared it
    ops.CreateTableOp("t")  # wrong: the columns are missing
    ops.UpgradeOps([1])  # wrong: directives
    return rows


def env() -> list[str]:
    context.configure(connection="sqlite://")  # wrong: a connection
    context.configure(include_object=True)  # wrong: a function
    context.run_migration()  # wrong: no such name
    names: list[str] = context.get_x_argument(as_dictionary=True)  # wrong: a dictionary
    return names
