"""A table made anew: first a look at what would be lost, the constraints last, identity columns with their values."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Identity, Index, Integer, String

from testing.wings import dedent, sql_of
from whimbrel.operations import Operations


def anew(op: Operations) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        Column("id", Integer, Identity(start=7), primary_key=True),
        Column("n", String(9), nullable=False),
        Column("x", Integer),
        sa.UniqueConstraint("n", name="uq_n"),
        Index("ix_t_n", "n"),
        schema="s",
    )
    with op.batch_alter_table("t", schema="s", recreate="always", copy_from=table) as batch:
        batch.alter_column("n", type_=String(20))
        batch.drop_column("x")


def test_each_step() -> None:
    assert sql_of("mssql", anew) == dedent("""
        IF EXISTS (SELECT 1 FROM sys.triggers WHERE parent_id = OBJECT_ID(N's.t'))
        OR EXISTS (SELECT 1 FROM sys.database_permissions WHERE class = 1 AND major_id = OBJECT_ID(N's.t'))
        OR EXISTS (
            SELECT 1 FROM sys.foreign_keys
            WHERE referenced_object_id = OBJECT_ID(N's.t') AND parent_object_id <> OBJECT_ID(N's.t')
        )
            THROW 50000, N'Table s.t cannot be made anew: its triggers, permissions or foreign keys to it would be lost.', 1;

        GO

        CREATE TABLE s._whimbrel_tmp_t (
            id INTEGER NOT NULL IDENTITY(7,1),
            n VARCHAR(20) NOT NULL,
            PRIMARY KEY (id)
        );

        GO

        SET IDENTITY_INSERT s._whimbrel_tmp_t ON;

        GO

        INSERT INTO s._whimbrel_tmp_t (id, n) SELECT s.t.id AS id, s.t.n AS n
        FROM s.t;

        GO

        SET IDENTITY_INSERT s._whimbrel_tmp_t OFF;

        GO

        DROP TABLE s.t;

        GO

        EXEC sp_rename N's._whimbrel_tmp_t', N't', N'OBJECT';

        GO

        ALTER TABLE s.t ADD CONSTRAINT uq_n UNIQUE (n);

        GO

        CREATE INDEX ix_t_n ON s.t (n);

        GO
    """)  # noqa: E501  # as it is written


def test_without_recreate_it_is_altered() -> None:
    def act(op: Operations) -> None:
        with op.batch_alter_table("t") as batch:
            batch.alter_column("n", type_=String(20), existing_nullable=False)
            batch.drop_column("x", mssql_drop_default=True)

    written = sql_of("mssql", act)
    assert written.startswith("ALTER TABLE t ALTER COLUMN n VARCHAR(20) NOT NULL;\n\nGO\n\nDECLARE @names")
    assert written.endswith("ALTER TABLE t DROP COLUMN x;\n\nGO")
