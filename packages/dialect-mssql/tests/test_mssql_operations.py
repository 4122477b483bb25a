"""Each operation on SQL Server: the SQL it becomes, in full; there is no server to run it on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, DateTime, ForeignKey, Identity, Integer, String, func, text

from testing.wings import TextCase, dedent, sql_of

CASES = {
    "create_table": TextCase(
        action=lambda op: op.create_table(
            "u",
            Column("id", Integer, primary_key=True),
            Column("name", String(30), nullable=False, server_default="x", index=True),
            Column("owner_id", Integer, ForeignKey("owner.id", name="fk_owner", ondelete="CASCADE")),
            Column("made", DateTime, server_default=func.now()),
            schema="s",
        ),
        sql="""
            CREATE TABLE s.u (
                id INTEGER NOT NULL IDENTITY,
                name VARCHAR(30) NOT NULL DEFAULT 'x',
                owner_id INTEGER NULL,
                made DATETIME NULL DEFAULT CURRENT_TIMESTAMP,
                PRIMARY KEY (id),
                CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE
            );

            GO

            CREATE INDEX ix_s_u_name ON s.u (name);

            GO
        """,
    ),
    "create_table_with_comments": TextCase(
        action=lambda op: op.create_table("u", Column("n", Integer, comment="it's 5%"), comment="ünü"),
        sql="""
            CREATE TABLE u (
                n INTEGER NULL
            );

            GO

            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'u'));
            DECLARE @comment sql_variant = N'ünü';
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N'u') AND name = N'MS_Description'
                AND minor_id = 0
            )
                EXEC sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N'u';
            ELSE
                EXEC sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N'u';

            GO

            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'u'));
            DECLARE @comment sql_variant = N'it''s 5%';
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N'u') AND name = N'MS_Description'
                AND minor_id = (SELECT column_id FROM sys.columns WHERE object_id = OBJECT_ID(N'u') AND name = N'n')
            )
                EXEC sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N'u', N'COLUMN', N'n';
            ELSE
                EXEC sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N'u', N'COLUMN', N'n';

            GO
        """,
    ),
    "create_table_if_not_exists": TextCase(
        action=lambda op: op.create_table(
            "u", Column("n", Integer, server_default="it's", index=True), if_not_exists=True
        ),
        sql="""
            IF OBJECT_ID(N'u', N'U') IS NULL
            CREATE TABLE u (
                n INTEGER NULL DEFAULT 'it''s'
            );

            GO

            IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'u') AND name = N'ix_u_n')
            CREATE INDEX ix_u_n ON u (n);

            GO
        """,
    ),
    "create_table_generated": TextCase(
        action=lambda op: op.create_table(
            "u",
            Column("id", Integer, Identity(start=10, increment=5), primary_key=True),
            Column("n", Integer),
            Column("twice", Integer, Computed("n * 2", persisted=True)),
        ),
        sql="""
            CREATE TABLE u (
                id INTEGER NOT NULL IDENTITY(10,5),
                n INTEGER NULL,
                twice AS (n * 2) PERSISTED,
                PRIMARY KEY (id)
            );

            GO
        """,
    ),
    "create_table_clustered": TextCase(
        action=lambda op: op.create_table(
            "u",
            Column("a", Integer, nullable=False, autoincrement=False),
            sa.PrimaryKeyConstraint("a", name="pk_u", mssql_clustered=False),
        ),
        sql="""
            CREATE TABLE u (
                a INTEGER NOT NULL,
                CONSTRAINT pk_u PRIMARY KEY NONCLUSTERED (a)
            );

            GO
        """,
    ),
    "drop_table": TextCase(
        action=lambda op: op.drop_table("t", schema="s"),
        sql="""
            DROP TABLE s.t;

            GO
        """,
    ),
    "drop_table_if_exists": TextCase(
        action=lambda op: op.drop_table("t", if_exists=True),
        sql="""
            DROP TABLE IF EXISTS t;

            GO
        """,
    ),
    "rename_table": TextCase(
        action=lambda op: op.rename_table("t", "u"),
        sql="""
            EXEC sp_rename N't', N'u', N'OBJECT';

            GO
        """,
    ),
    "rename_table_of_a_schema": TextCase(
        action=lambda op: op.rename_table("t", "order", schema="s"),
        sql="""
            EXEC sp_rename N's.t', N'order', N'OBJECT';

            GO
        """,
    ),
    "rename_table_of_a_database": TextCase(
        action=lambda op: op.rename_table("t", "u", schema="db.dbo"),
        sql="""
            EXEC sp_rename N'db.dbo.t', N'u', N'OBJECT';

            GO
        """,
    ),
    "rename_table_odd": TextCase(
        action=lambda op: op.rename_table("it's [odd]. Really", "o'c].x", schema="My Schema"),
        sql="""
            EXEC sp_rename N'[My Schema].[it''s [odd]]. Really]', N'o''c].x', N'OBJECT';

            GO
        """,
    ),
    "create_table_comment": TextCase(
        action=lambda op: op.create_table_comment("t", "it's", schema="s"),
        sql="""
            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N's.t'));
            DECLARE @comment sql_variant = N'it''s';
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N's.t') AND name = N'MS_Description'
                AND minor_id = 0
            )
                EXEC sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't';
            ELSE
                EXEC sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't';

            GO
        """,
    ),
    "drop_table_comment": TextCase(
        action=lambda op: op.drop_table_comment("t"),
        sql="""
            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N't'));
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N't') AND name = N'MS_Description'
                AND minor_id = 0
            )
                EXEC sys.sp_dropextendedproperty N'MS_Description', N'SCHEMA', @schema, N'TABLE', N't';

            GO
        """,
    ),
    "table_comment_of_a_database": TextCase(
        action=lambda op: op.create_table_comment("t", "far", schema="my db.dbo"),
        sql="""
            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N'[my db].dbo.t'), DB_ID(N'my db'));
            DECLARE @comment sql_variant = N'far';
            IF EXISTS (
                SELECT 1 FROM [my db].sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N'[my db].dbo.t') AND name = N'MS_Description'
                AND minor_id = 0
            )
                EXEC [my db].sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't';
            ELSE
                EXEC [my db].sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't';

            GO
        """,
    ),
    "add_column": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer)),
        sql="""
            ALTER TABLE t ADD x INTEGER NULL;

            GO
        """,
    ),
    "add_column_not_null": TextCase(
        action=lambda op: op.add_column(
            "t", Column("x", String(20), nullable=False, server_default="it's 5%"), schema="s"
        ),
        sql="""
            ALTER TABLE s.t ADD x VARCHAR(20) NOT NULL DEFAULT 'it''s 5%';

            GO
        """,
    ),
    "add_column_if_not_exists": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, index=True), schema="s", if_not_exists=True),
        sql="""
            IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N's.t') AND name = N'x')
            ALTER TABLE s.t ADD x INTEGER NULL;

            GO

            IF NOT EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N's.t') AND name = N'ix_s_t_x')
            CREATE INDEX ix_s_t_x ON s.t (x);

            GO
        """,
    ),
    "add_column_with_constraints_if_not_exists": TextCase(
        action=lambda op: op.add_column(
            "t", Column("x", Integer, sa.ForeignKey("r.id", name="fk"), unique=True), if_not_exists=True
        ),
        sql="""
            IF NOT EXISTS (SELECT 1 FROM sys.columns WHERE object_id = OBJECT_ID(N't') AND name = N'x')
            ALTER TABLE t ADD x INTEGER NULL UNIQUE CONSTRAINT fk REFERENCES r (id);

            GO
        """,
    ),
    "add_column_with_constraints": TextCase(
        action=lambda op: op.add_column(
            "t",
            Column(
                "x", Integer, ForeignKey("owner.id", name="fk_x"), sa.CheckConstraint("x > 5", name="ck_x"), unique=True
            ),
        ),
        sql="""
            ALTER TABLE t ADD x INTEGER NULL CONSTRAINT ck_x CHECK (x > 5);

            GO

            ALTER TABLE t ADD UNIQUE (x);

            GO

            ALTER TABLE t ADD CONSTRAINT fk_x FOREIGN KEY(x) REFERENCES owner (id);

            GO
        """,
    ),
    "add_column_inline": TextCase(
        action=lambda op: op.add_column(
            "t",
            Column("x", Integer, ForeignKey("owner.id", name="fk_x"), primary_key=True),
            inline_references=True,
            inline_primary_key=True,
        ),
        sql="""
            ALTER TABLE t ADD x INTEGER NOT NULL PRIMARY KEY CONSTRAINT fk_x REFERENCES owner (id);

            GO
        """,
    ),
    "add_column_identity": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, Identity(start=3, increment=2), nullable=False)),
        sql="""
            ALTER TABLE t ADD x INTEGER NOT NULL IDENTITY(3,2);

            GO
        """,
    ),
    "add_column_computed": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, Computed("a + 1"))),
        sql="""
            ALTER TABLE t ADD x AS (a + 1);

            GO
        """,
    ),
    "drop_column": TextCase(
        action=lambda op: op.drop_column("t", "x", schema="s"),
        sql="""
            ALTER TABLE s.t DROP COLUMN x;

            GO
        """,
    ),
    "drop_column_if_exists": TextCase(
        action=lambda op: op.drop_column("t", "x", if_exists=True),
        sql="""
            ALTER TABLE t DROP COLUMN IF EXISTS x;

            GO
        """,
    ),
    "drop_column_with_its_default": TextCase(
        action=lambda op: op.drop_column("t", "x", mssql_drop_default=True),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.default_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N't') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE t DROP COLUMN x;

            GO
        """,
    ),
    "drop_column_with_its_checks": TextCase(
        action=lambda op: op.drop_column("t", "x", mssql_drop_check=True),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.check_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N't') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE t DROP COLUMN x;

            GO
        """,
    ),
    "drop_column_with_its_foreign_keys": TextCase(
        action=lambda op: op.drop_column("t", "x", schema="s", mssql_drop_foreign_key=True),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.foreign_keys AS item
                JOIN sys.foreign_key_columns AS part ON part.constraint_object_id = item.object_id
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = part.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N's.t') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE s.t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE s.t DROP COLUMN x;

            GO
        """,
    ),
    "drop_column_odd": TextCase(
        action=lambda op: op.drop_column("it's [t]", "a'b.c", schema="db.my s", mssql_drop_default=True),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM db.sys.default_constraints AS item
                JOIN db.sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N'db.[my s].[it''s [t]]]') AND col.name = N'a''b.c'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE db.[my s].[it''s [t]]] DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE db.[my s].[it's [t]]] DROP COLUMN [a'b.c];

            GO
        """,
    ),
    "alter_column_type": TextCase(
        action=lambda op: op.alter_column("t", "x", type_=sa.BigInteger(), existing_nullable=False),
        sql="""
            ALTER TABLE t ALTER COLUMN x BIGINT NOT NULL;

            GO
        """,
    ),
    "alter_column_type_whatever_null_is": TextCase(
        action=lambda op: op.alter_column("it's", "x", type_=String(5)),
        sql="""
            DECLARE @null nvarchar(8) = COALESCE((
                SELECT CASE is_nullable WHEN 0 THEN N'NOT NULL' END FROM sys.columns
                WHERE object_id = OBJECT_ID(N'[it''s]') AND name = N'x'
            ), N'NULL');
            EXEC (N'ALTER TABLE [it''s] ALTER COLUMN x VARCHAR(5) ' + @null);

            GO
        """,
    ),
    "alter_column_not_null": TextCase(
        action=lambda op: op.alter_column("t", "x", nullable=False, existing_type=String(5)),
        sql="""
            ALTER TABLE t ALTER COLUMN x VARCHAR(5) NOT NULL;

            GO
        """,
    ),
    "alter_column_nullable_and_type": TextCase(
        action=lambda op: op.alter_column("t", "x", nullable=True, type_=Integer()),
        sql="""
            ALTER TABLE t ALTER COLUMN x INTEGER NULL;

            GO
        """,
    ),
    "alter_column_type_under_a_default": TextCase(
        action=lambda op: op.alter_column(
            "t",
            "x",
            type_=Integer(),
            existing_type=String(5),
            existing_nullable=False,
            existing_server_default=text("((0))"),
        ),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.default_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N't') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE t ALTER COLUMN x INTEGER NOT NULL;

            GO

            ALTER TABLE t ADD DEFAULT ((0)) FOR x;

            GO
        """,
    ),
    "alter_column_length_under_a_default": TextCase(
        action=lambda op: op.alter_column(
            "t", "x", type_=String(9), existing_type=String(5), existing_nullable=False, existing_server_default="a"
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN x VARCHAR(9) NOT NULL;

            GO
        """,
    ),
    "alter_column_default": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default="it's", schema="s"),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.default_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N's.t') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE s.t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE s.t ADD DEFAULT 'it''s' FOR x;

            GO
        """,
    ),
    "alter_column_no_default": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default=None),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.default_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N't') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE t DROP CONSTRAINT ' + @names);

            GO
        """,
    ),
    "alter_column_name": TextCase(
        action=lambda op: op.alter_column("t", "x", new_column_name="order", schema="s"),
        sql="""
            EXEC sp_rename N's.t.x', N'order', N'COLUMN';

            GO
        """,
    ),
    "alter_column_name_odd": TextCase(
        action=lambda op: op.alter_column("a.b", "it's]", new_column_name="c.d]'"),
        sql="""
            EXEC sp_rename N'[a.b].[it''s]]]', N'c.d]''', N'COLUMN';

            GO
        """,
    ),
    "alter_column_comment": TextCase(
        action=lambda op: op.alter_column("t", "x", comment="it's", schema="s"),
        sql="""
            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N's.t'));
            DECLARE @comment sql_variant = N'it''s';
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N's.t') AND name = N'MS_Description'
                AND minor_id = (SELECT column_id FROM sys.columns WHERE object_id = OBJECT_ID(N's.t') AND name = N'x')
            )
                EXEC sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't', N'COLUMN', N'x';
            ELSE
                EXEC sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't', N'COLUMN', N'x';

            GO
        """,
    ),
    "alter_column_no_comment": TextCase(
        action=lambda op: op.alter_column("t", "x", comment=None, existing_comment="old"),
        sql="""
            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N't'));
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N't') AND name = N'MS_Description'
                AND minor_id = (SELECT column_id FROM sys.columns WHERE object_id = OBJECT_ID(N't') AND name = N'x')
            )
                EXEC sys.sp_dropextendedproperty N'MS_Description', N'SCHEMA', @schema, N'TABLE', N't', N'COLUMN', N'x';

            GO
        """,
    ),
    "alter_column_everything": TextCase(
        action=lambda op: op.alter_column(
            "t", "x", type_=Integer(), nullable=False, server_default="3", comment="c", new_column_name="y"
        ),
        sql="""
            DECLARE @names nvarchar(max) = (
                SELECT STRING_AGG(CAST(QUOTENAME(item.name) AS nvarchar(max)), N', ')
                FROM sys.default_constraints AS item
                JOIN sys.columns AS col
                    ON col.object_id = item.parent_object_id AND col.column_id = item.parent_column_id
                WHERE item.parent_object_id = OBJECT_ID(N't') AND col.name = N'x'
            );
            IF @names IS NOT NULL
                EXEC (N'ALTER TABLE t DROP CONSTRAINT ' + @names);

            GO

            ALTER TABLE t ALTER COLUMN x INTEGER NOT NULL;

            GO

            ALTER TABLE t ADD DEFAULT '3' FOR x;

            GO

            DECLARE @schema sysname = OBJECT_SCHEMA_NAME(OBJECT_ID(N't'));
            DECLARE @comment sql_variant = N'c';
            IF EXISTS (
                SELECT 1 FROM sys.extended_properties
                WHERE class = 1 AND major_id = OBJECT_ID(N't') AND name = N'MS_Description'
                AND minor_id = (SELECT column_id FROM sys.columns WHERE object_id = OBJECT_ID(N't') AND name = N'x')
            )
                EXEC sys.sp_updateextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't', N'COLUMN', N'x';
            ELSE
                EXEC sys.sp_addextendedproperty
                    N'MS_Description', @comment, N'SCHEMA', @schema, N'TABLE', N't', N'COLUMN', N'x';

            GO

            EXEC sp_rename N't.x', N'y', N'COLUMN';

            GO
        """,
    ),
    "alter_column_boolean_with_check": TextCase(
        action=lambda op: op.alter_column(
            "t", "x", type_=Integer(), existing_type=sa.Enum("a", "b", name="ck", create_constraint=True), nullable=True
        ),
        sql="""
            ALTER TABLE t DROP CONSTRAINT ck;

            GO

            ALTER TABLE t ALTER COLUMN x INTEGER NULL;

            GO
        """,
    ),
    "create_primary_key": TextCase(
        action=lambda op: op.create_primary_key("pk", "t", ["a", "b"], schema="s"),
        sql="""
            ALTER TABLE s.t ADD CONSTRAINT pk PRIMARY KEY (a, b);

            GO
        """,
    ),
    "create_primary_key_apart_from_the_rows": TextCase(
        action=lambda op: op.create_primary_key("pk", "t", ["a"], mssql_clustered=False),
        sql="""
            ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY NONCLUSTERED (a);

            GO
        """,
    ),
    "create_foreign_key": TextCase(
        action=lambda op: op.create_foreign_key(
            "fk",
            "t",
            "r",
            ["a"],
            ["b"],
            source_schema="s",
            referent_schema="z",
            ondelete="SET NULL",
            onupdate="CASCADE",
        ),
        sql="""
            ALTER TABLE s.t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES z.r (b) ON DELETE SET NULL ON UPDATE CASCADE;

            GO
        """,
    ),
    "create_unique_constraint": TextCase(
        action=lambda op: op.create_unique_constraint("uq", "t", ["a", "select"]),
        sql="""
            ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a, [select]);

            GO
        """,
    ),
    "create_check_constraint": TextCase(
        action=lambda op: op.create_check_constraint("ck", "t", sa.column("a") != "it's"),
        sql="""
            ALTER TABLE t ADD CONSTRAINT ck CHECK (a != 'it''s');

            GO
        """,
    ),
    "drop_constraint": TextCase(
        action=lambda op: op.drop_constraint("it's", "t", schema="s"),
        sql="""
            ALTER TABLE s.t DROP CONSTRAINT [it's];

            GO
        """,
    ),
    "drop_constraint_if_exists": TextCase(
        action=lambda op: op.drop_constraint("ck", "t", type_="check", if_exists=True),
        sql="""
            ALTER TABLE t DROP CONSTRAINT IF EXISTS ck;

            GO
        """,
    ),
    "create_index": TextCase(
        action=lambda op: op.create_index("ix", "t", ["a", sa.column("b").desc()], schema="s", unique=True),
        sql="""
            CREATE UNIQUE INDEX ix ON s.t (a, b DESC);

            GO
        """,
    ),
    "create_index_filtered": TextCase(
        action=lambda op: op.create_index(
            "ix", "t", ["a"], mssql_include=["b", "c d"], mssql_where=text("a IS NOT NULL")
        ),
        sql="""
            CREATE INDEX ix ON t (a) INCLUDE (b, [c d]) WHERE a IS NOT NULL;

            GO
        """,
    ),
    "create_index_clustered": TextCase(
        action=lambda op: op.create_index("ix", "t", ["a"], mssql_clustered=True),
        sql="""
            CREATE CLUSTERED INDEX ix ON t (a);

            GO
        """,
    ),
    "create_index_columnstore": TextCase(
        action=lambda op: op.create_index("ix", "t", [], mssql_clustered=True, mssql_columnstore=True),
        sql="""
            CREATE CLUSTERED COLUMNSTORE INDEX ix ON t;

            GO
        """,
    ),
    "create_index_if_not_exists": TextCase(
        action=lambda op: op.create_index("it's", "t", ["a"], schema="db.s", if_not_exists=True),
        sql="""
            IF NOT EXISTS (SELECT 1 FROM db.sys.indexes WHERE object_id = OBJECT_ID(N'db.s.t') AND name = N'it''s')
            CREATE INDEX [it's] ON db.s.t (a);

            GO
        """,
    ),
    "drop_index": TextCase(
        action=lambda op: op.drop_index("ix", "t", schema="s"),
        sql="""
            DROP INDEX ix ON s.t;

            GO
        """,
    ),
    "drop_index_if_exists": TextCase(
        action=lambda op: op.drop_index("ix", "t", if_exists=True),
        sql="""
            DROP INDEX IF EXISTS ix ON t;

            GO
        """,
    ),
    "bulk_insert": TextCase(
        action=lambda op: op.bulk_insert(
            sa.Table("t", sa.MetaData(), Column("id", Integer, primary_key=True), Column("n", String(9)), schema="s"),
            [{"n": "a"}, {"id": 5, "n": "b"}, {"id": 6, "n": text("lower('C')")}, {"n": "d"}],
        ),
        sql="""
            INSERT INTO s.t (n) VALUES ('a');

            GO

            SET IDENTITY_INSERT s.t ON;

            GO

            INSERT INTO s.t (id, n) VALUES (5, 'b');

            GO

            INSERT INTO s.t (id, n) VALUES (6, lower('C'));

            GO

            SET IDENTITY_INSERT s.t OFF;

            GO

            INSERT INTO s.t (n) VALUES ('d');

            GO
        """,
    ),
    "bulk_insert_identity_unknown": TextCase(
        action=lambda op: op.bulk_insert(
            sa.table("t", sa.column("id", Integer), sa.column("it's", String)), [{"id": 1, "it's": "a"}]
        ),
        sql="""
            IF EXISTS (
                SELECT 1 FROM sys.identity_columns
                WHERE object_id = OBJECT_ID(N't') AND name IN (N'id', N'it''s')
            )
                SET IDENTITY_INSERT t ON;

            GO

            INSERT INTO t (id, [it's]) VALUES (1, 'a');

            GO

            IF EXISTS (
                SELECT 1 FROM sys.identity_columns
                WHERE object_id = OBJECT_ID(N't') AND name IN (N'id', N'it''s')
            )
                SET IDENTITY_INSERT t OFF;

            GO
        """,
    ),
    "bulk_insert_identity_beside_the_key": TextCase(
        action=lambda op: op.bulk_insert(
            sa.Table("t", sa.MetaData(), Column("k", String(9), primary_key=True), Column("n", Integer, Identity())),
            [{"k": "a", "n": 1}, {"k": "b"}],
        ),
        sql="""
            SET IDENTITY_INSERT t ON;

            GO

            INSERT INTO t (k, n) VALUES ('a', 1);

            GO

            SET IDENTITY_INSERT t OFF;

            GO

            INSERT INTO t (k) VALUES ('b');

            GO
        """,
    ),
    "bulk_insert_without_identity": TextCase(
        action=lambda op: op.bulk_insert(sa.Table("t", sa.MetaData(), Column("n", Integer)), [{"n": 1}, {}]),
        sql="""
            INSERT INTO t (n) VALUES (1);

            GO

            INSERT INTO t DEFAULT VALUES;

            GO
        """,
    ),
    "execute": TextCase(
        action=lambda op: op.execute("UPDATE t SET n = 'it''s; 5%' -- all"),
        sql="""
            UPDATE t SET n = 'it''s; 5%' -- all
            ;

            GO
        """,
    ),
    "execute_insert": TextCase(
        action=lambda op: op.execute(sa.table("t", sa.column("n")).insert().values(n=op.inline_literal("x"))),
        sql="""
            INSERT INTO t (n) VALUES ('x');

            GO
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_written(name: str) -> None:
    case = CASES[name]
    assert sql_of("mssql", case.action) == dedent(case.sql)
