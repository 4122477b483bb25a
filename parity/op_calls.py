"""The op calls that both tools write as SQL: every verb, its arguments, odd names, schemas, conventions, types."""

# ruff: noqa: E501  # a call is one line, so that it can be read and found
from __future__ import annotations

from collections.abc import Iterator

DIALECTS = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")

# A call is Python; what stands above "#!" is run before the context is made, and may set its options.
CONVENTION = """\
opts["target_metadata"] = sa.MetaData(naming_convention={
    "ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
})
#!
"""

CREATE_TABLE = [
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))',
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))',
    'op.create_table("t", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("a", sa.String(30)))',
    'op.create_table("t", sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("a", name="pk_t"))',
    'op.create_table("t")',
    'op.create_table("t", sa.Column("a", sa.Integer), schema="s")',
    'op.create_table("t", sa.Column("a", sa.Integer), if_not_exists=True)',
    'op.create_table("t", sa.Column("a", sa.Integer, index=True), if_not_exists=True)',
    'op.create_table("t", sa.Column("a", sa.Integer), comment="it\'s 5% :x")',
    'op.create_table("t", sa.Column("a", sa.Integer, comment="it\'s 5% :x"))',
    'op.create_table("t", sa.Column("a", sa.Integer, comment="c"), comment="d", schema="s")',
    'op.create_table("t", sa.Column("a", sa.Integer), prefixes=["TEMPORARY"])',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.UniqueConstraint("a", "b"))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="uq"))',
    'op.create_table("t", sa.Column("a", sa.Integer, unique=True))',
    'op.create_table("t", sa.Column("a", sa.Integer, index=True))',
    'op.create_table("t", sa.Column("a", sa.Integer, index=True, unique=True))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.Index("ix_a", "a"))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 5"))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 5", name="ck"))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.CheckConstraint(sa.column("a") > 5, name="ck"))',
    'op.create_table("t", sa.Column("a", sa.String(9)), sa.CheckConstraint("a LIKE \'x%\'", name="ck"))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.CheckConstraint("a > 5")))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("o.id")))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("o.id", name="fk", ondelete="CASCADE")))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("s.o.id")), schema="s")',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("o.id")), schema="s")',
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("p", sa.Integer, sa.ForeignKey("t.id")))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.ForeignKeyConstraint(["a"], ["o.id"], name="fk"))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), '
    'sa.ForeignKeyConstraint(["a", "b"], ["o.x", "o.y"], onupdate="CASCADE", ondelete="SET NULL"))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("o.id", deferrable=True, initially="DEFERRED")))',
    'op.create_table("t", sa.Column("a", sa.Integer, sa.ForeignKey("o.id", use_alter=True, name="fk")))',
    'op.create_table("t", sa.Column("a", sa.Integer, server_default="5"))',
    'op.create_table("t", sa.Column("a", sa.String(9), server_default="it\'s 5% :x"))',
    'op.create_table("t", sa.Column("a", sa.Integer, server_default=sa.text("1 + 2")))',
    'op.create_table("t", sa.Column("a", sa.DateTime, server_default=sa.func.now()))',
    'op.create_table("t", sa.Column("a", sa.Boolean, server_default=sa.true(), nullable=False))',
    'op.create_table("t", sa.Column("a", sa.Integer, default=5))',
    'op.create_table("t", sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))',
    'op.create_table("t", sa.Column("id", sa.Integer, sa.Identity(always=True, start=5, increment=2)))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer, sa.Computed("a + 1")))',
    'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer, sa.Computed("a", persisted=True)))',
    'op.create_table("t", sa.Column("id", sa.Integer, sa.Sequence("seq"), primary_key=True))',
    'op.create_table("t", sa.Column("a", sa.Boolean(create_constraint=True, name="ck_bool")))',
    'op.create_table("t", sa.Column("a", sa.Enum("x", "y\'s", name="e")))',
    'op.create_table("t", sa.Column("a", sa.Enum("x", "y", name="e", create_constraint=True)))',
    'op.create_table("t", sa.Column("a", sa.Enum("x", "y", name="e", native_enum=False)))',
    'op.create_table("t", sa.Column("a", sa.Enum("x", "y", name="e", schema="s")), schema="s")',
    'op.create_table("order", sa.Column("select", sa.Integer), sa.Column("A b", sa.Integer))',
    'op.create_table("it\'s", sa.Column("5%", sa.Integer), sa.Column("Größe", sa.Integer), sa.Column(\'q"q\', sa.Integer))',
    'op.create_table("t", sa.Column("a", sa.Integer), schema="Odd s")',
    'op.create_table("é" * 31 + "x", sa.Column("é" * 31 + "x", sa.Integer))',
    'op.create_table("t", sa.Column("a", sa.Integer), mysql_engine="InnoDB", mysql_charset="utf8mb4", mariadb_engine="Aria")',
    'op.create_table("t", sa.Column("a", sa.Integer), sqlite_autoincrement=True)',
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)',
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sqlite_with_rowid=False)',
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sqlite_strict=True)',
    'op.create_table("t", sa.Column("a", sa.Integer), postgresql_partition_by="RANGE (a)")',
    'op.create_table("t", sa.Column("a", sa.Integer), postgresql_tablespace="fast", postgresql_with_oids=False)',
    'op.create_table("t", sa.Column("a", sa.Integer), postgresql_inherits="base")',
    'op.create_table("t", sa.Column("a", sa.Integer), oracle_on_commit="DELETE ROWS", oracle_compress=True)',
    'op.create_table("t", sa.Column("a", sa.Integer), implicit_returning=False)',
    'op.create_table("t", sa.Column("a", sa.Integer), info={"x": 1})',
    CONVENTION
    + 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, unique=True), '
    'sa.Column("b", sa.Integer, sa.ForeignKey("o.id")), sa.CheckConstraint("a > 5", name="a"), sa.UniqueConstraint("a", "b"))',
    CONVENTION
    + 'op.create_table("t", sa.Column("a", sa.Integer, index=True), sa.Column("b", sa.Boolean(create_constraint=True, name="b")))',
    CONVENTION + 'op.create_table("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 5", name=op.f("as_it_is")))',
    CONVENTION + 'op.create_table("t", sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("a"), schema="s")',
    'from sqlalchemy import Integer\n#!\nt = op.create_table("t", sa.Column("a", Integer))\nop.bulk_insert(t, [{"a": 1}])',
    'op.invoke(ops.CreateTableOp.from_table(sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer, index=True))))',
]

TABLES = [
    'op.drop_table("t")',
    'op.drop_table("t", schema="s")',
    'op.drop_table("t", if_exists=True)',
    'op.drop_table("t", schema="s", if_exists=True)',
    'op.drop_table("order")',
    'op.drop_table("it\'s 5%", schema="Odd s")',
    'op.drop_table("t", mysql_engine="InnoDB")',
    'op.invoke(ops.CreateTableOp("t", [sa.Column("a", sa.Integer)]).reverse())',
    'op.rename_table("t", "u")',
    'op.rename_table("t", "u", schema="s")',
    'op.rename_table("order", "A b")',
    'op.rename_table("it\'s", "5%", schema="Odd s")',
    'op.create_table_comment("t", "it\'s 5% :x")',
    'op.create_table_comment("t", "c", schema="s")',
    'op.create_table_comment("t", "c", existing_comment="d")',
    'op.create_table_comment("t", None)',
    'op.create_table_comment("order", "back\\\\slash")',
    'op.drop_table_comment("t")',
    'op.drop_table_comment("t", schema="s", existing_comment="d")',
]

ADD_COLUMN = [
    'op.add_column("t", sa.Column("x", sa.Integer))',
    'op.add_column("t", sa.Column("x", sa.Integer), schema="s")',
    'op.add_column("t", sa.Column("x", sa.Integer, nullable=False))',
    'op.add_column("t", sa.Column("x", sa.Integer, nullable=False, server_default="5"))',
    'op.add_column("t", sa.Column("x", sa.String(9), server_default="it\'s 5% :x"))',
    'op.add_column("t", sa.Column("x", sa.Integer, server_default=sa.text("(1 + 2)")))',
    'op.add_column("t", sa.Column("x", sa.DateTime, server_default=sa.func.now()))',
    'op.add_column("t", sa.Column("x", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")))',
    'op.add_column("t", sa.Column("x", sa.Boolean, server_default=sa.false(), nullable=False))',
    'op.add_column("t", sa.Column("x", sa.Integer, default=5))',
    'op.add_column("t", sa.Column("x", sa.Integer, comment="it\'s 5% :x"))',
    'op.add_column("t", sa.Column("x", sa.Integer, comment="c"), schema="s")',
    'op.add_column("t", sa.Column("x", sa.Integer, unique=True))',
    'op.add_column("t", sa.Column("x", sa.Integer, index=True))',
    'op.add_column("t", sa.Column("x", sa.Integer, index=True, unique=True), schema="s")',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id", name="fk")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("s.o.id", name="fk", ondelete="CASCADE")), schema="s")',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id", deferrable=True, initially="DEFERRED")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("t.id", name="fk")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id")), inline_references=True)',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id", name="fk", onupdate="CASCADE")), inline_references=True)',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.CheckConstraint("x > 5")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.CheckConstraint("x > 5", name="ck")))',
    'op.add_column("t", sa.Column("x", sa.Integer, primary_key=True))',
    'op.add_column("t", sa.Column("x", sa.Integer, primary_key=True), inline_primary_key=True)',
    'op.add_column("t", sa.Column("x", sa.Integer), if_not_exists=True)',
    'op.add_column("t", sa.Column("x", sa.Integer, index=True), if_not_exists=True)',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.Identity(start=5)))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.Identity(always=True), nullable=False))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.Computed("a + 1")))',
    'op.add_column("t", sa.Column("x", sa.Integer, sa.Computed("a % 2", persisted=True)))',
    'op.add_column("t", sa.Column("x", sa.Boolean(create_constraint=True, name="ck_bool")))',
    'op.add_column("t", sa.Column("x", sa.Enum("a", "b", name="e")))',
    'op.add_column("t", sa.Column("x", sa.Enum("a", "b", name="e", create_constraint=True, native_enum=False)))',
    'op.add_column("order", sa.Column("select", sa.Integer))',
    'op.add_column("it\'s", sa.Column("5% :x", sa.Integer), schema="Odd s")',
    'op.add_column("t", sa.Column("Größe", sa.Integer))',
    'op.add_column("t", sa.Column(\'q"q`q]q\', sa.Integer))',
    CONVENTION + 'op.add_column("t", sa.Column("x", sa.Integer, unique=True))',
    CONVENTION + 'op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("o.id"), index=True))',
    CONVENTION + 'op.add_column("t", sa.Column("x", sa.Boolean(create_constraint=True, name="x")))',
    'op.invoke(ops.AddColumnOp.from_column(sa.Table("t", sa.MetaData(), sa.Column("x", sa.Integer)).c.x))',
    'op.invoke(ops.AddColumnOp("t", sa.Column("x", sa.Integer)).reverse())',
]

DROP_COLUMN = [
    'op.drop_column("t", "x")',
    'op.drop_column("t", "x", schema="s")',
    'op.drop_column("t", "x", if_exists=True)',
    'op.drop_column("order", "select")',
    'op.drop_column("it\'s", "5%", schema="Odd s")',
    'op.drop_column("t", "x", mssql_drop_default=True)',
    'op.drop_column("t", "x", mssql_drop_check=True)',
    'op.drop_column("t", "x", mssql_drop_foreign_key=True)',
    'op.drop_column("t", "x", schema="s", mssql_drop_default=True, mssql_drop_check=True, mssql_drop_foreign_key=True)',
    'op.drop_column("it\'s", "o\'x", schema="Odd s", mssql_drop_default=True)',
]

ALTER_COLUMN = [
    'op.alter_column("t", "a", new_column_name="b")',
    'op.alter_column("t", "a", new_column_name="b", existing_type=sa.Integer)',
    'op.alter_column("t", "a", new_column_name="b", existing_type=sa.String(9), existing_nullable=False, existing_server_default="x")',
    'op.alter_column("t", "a", new_column_name="b", schema="s", existing_type=sa.Integer)',
    'op.alter_column("order", "select", new_column_name="A b", existing_type=sa.Integer)',
    'op.alter_column("it\'s", "5%", new_column_name="o\'x", schema="Odd s", existing_type=sa.Integer)',
    'op.alter_column("t", "a", type_=sa.BigInteger)',
    'op.alter_column("t", "a", type_=sa.BigInteger(), existing_type=sa.Integer)',
    'op.alter_column("t", "a", type_=sa.String(20), existing_type=sa.String(10), existing_nullable=False)',
    'op.alter_column("t", "a", type_=sa.String(20), existing_type=sa.String(10), existing_server_default="x")',
    'op.alter_column("t", "a", type_=sa.String(20), existing_type=sa.String(10), existing_comment="c")',
    'op.alter_column("t", "a", type_=sa.Integer, schema="s", existing_nullable=True)',
    'op.alter_column("t", "a", type_=sa.Integer, postgresql_using="a::integer")',
    'op.alter_column("t", "a", type_=sa.Integer, postgresql_using="a::integer % 5")',
    'op.alter_column("t", "a", nullable=False)',
    'op.alter_column("t", "a", nullable=False, existing_type=sa.Integer)',
    'op.alter_column("t", "a", nullable=True, existing_type=sa.String(9), existing_server_default="x")',
    'op.alter_column("t", "a", nullable=True, existing_type=sa.String(9), schema="s")',
    'op.alter_column("t", "a", server_default="it\'s 5% :x")',
    'op.alter_column("t", "a", server_default="x", existing_type=sa.String(9), existing_nullable=False)',
    'op.alter_column("t", "a", server_default=sa.text("1 + 2"), existing_type=sa.Integer)',
    'op.alter_column("t", "a", server_default=sa.func.now(), existing_type=sa.DateTime)',
    'op.alter_column("t", "a", server_default=sa.text("CURRENT_TIMESTAMP"), existing_type=sa.DateTime())',
    'op.alter_column("t", "a", server_default=sa.true(), existing_type=sa.Boolean())',
    'op.alter_column("t", "a", server_default=None)',
    'op.alter_column("t", "a", server_default=None, existing_type=sa.String(9), existing_server_default="x")',
    'op.alter_column("t", "a", server_default=False)',
    'op.alter_column("t", "a", server_default=None, schema="s", existing_type=sa.Integer)',
    'op.alter_column("t", "a", server_default=None, mssql_drop_default=True)',
    'op.alter_column("t", "a", server_default="x", existing_server_default="y")',
    'op.alter_column("t", "a", comment="it\'s 5% :x")',
    'op.alter_column("t", "a", comment="c", existing_type=sa.Integer, existing_nullable=False)',
    'op.alter_column("t", "a", comment="c", existing_comment="d", schema="s", existing_type=sa.Integer)',
    'op.alter_column("t", "a", comment=None, existing_comment="d", existing_type=sa.Integer)',
    'op.alter_column("t", "a", comment=False, nullable=True, existing_type=sa.Integer)',
    'op.alter_column("t", "a", autoincrement=True, existing_type=sa.Integer)',
    'op.alter_column("t", "a", existing_autoincrement=True, type_=sa.BigInteger, existing_type=sa.Integer)',
    'op.alter_column("t", "a", server_default=sa.Identity(), existing_server_default=None)',
    'op.alter_column("t", "a", server_default=sa.Identity(start=7, always=True), existing_server_default=None)',
    'op.alter_column("t", "a", server_default=sa.Identity(always=True), existing_server_default=sa.Identity())',
    'op.alter_column("t", "a", server_default=sa.Identity(start=7, increment=3), existing_server_default=sa.Identity(start=5))',
    'op.alter_column("t", "a", server_default=None, existing_server_default=sa.Identity())',
    'op.alter_column("t", "a", server_default=sa.Computed("b + 1"), existing_server_default=None)',
    'op.alter_column("t", "a", server_default=None, existing_server_default=sa.Computed("b + 1"))',
    'op.alter_column("t", "a", type_=sa.BigInteger, nullable=False, server_default="5", existing_type=sa.Integer, existing_nullable=True)',
    'op.alter_column("t", "a", new_column_name="b", type_=sa.BigInteger, nullable=False, server_default=sa.text("5"), comment="c", '
    "existing_type=sa.Integer, existing_nullable=True, existing_server_default=None, existing_comment=None)",
    'op.alter_column("t", "a", type_=sa.Boolean(create_constraint=True, name="ck"), existing_type=sa.Integer)',
    'op.alter_column("t", "a", type_=sa.Integer, existing_type=sa.Boolean(create_constraint=True, name="ck"))',
    'op.alter_column("t", "a", type_=sa.Enum("x", "y", name="e"), existing_type=sa.String(9))',
    'op.alter_column("t", "a", type_=sa.Enum("x", "y", name="e", native_enum=False, create_constraint=True), existing_type=sa.String(9))',
    'op.alter_column("t", "a", type_=sa.String(9), existing_type=sa.Enum("x", "y", name="e", native_enum=False, create_constraint=True))',
    'op.alter_column("t", "a")',
    'op.alter_column("t", "a", existing_type=sa.Integer)',
    CONVENTION
    + 'op.alter_column("t", "a", type_=sa.Boolean(create_constraint=True, name="b"), existing_type=sa.Integer)',
    'op.invoke(ops.AlterColumnOp("t", "a", modify_nullable=False, existing_nullable=True, existing_type=sa.Integer()).reverse())',
    'op.invoke(ops.AlterColumnOp("t", "a", modify_name="b", existing_type=sa.Integer()).reverse())',
]

INDEXES = [
    'op.create_index("ix", "t", ["a"])',
    'op.create_index("ix", "t", ["a", "b"], unique=True)',
    'op.create_index("ix", "t", ["a"], schema="s")',
    'op.create_index("ix", "t", ["a"], if_not_exists=True)',
    'op.create_index("ix", "t", ["a"], unique=True, schema="s", if_not_exists=True)',
    'op.create_index("ix", "t", [sa.text("lower(a)")])',
    'op.create_index("ix", "t", ["a", sa.text("lower(b) DESC")])',
    'op.create_index("ix", "t", [sa.func.lower(sa.column("a"))])',
    'op.create_index("ix", "t", [sa.column("a").desc()])',
    'op.create_index("select", "order", ["A b", "5%"])',
    'op.create_index("it\'s 5%", "Größe", [\'q"q`q]q\'], schema="Odd s")',
    'op.create_index("é" * 31 + "x", "t", ["a"])',
    'op.create_index("ix", "t", ["a"], postgresql_where=sa.text("a > 5"), sqlite_where=sa.text("a > 5"), mssql_where=sa.text("a > 5"))',
    'op.create_index("ix", "t", ["a"], postgresql_where=sa.column("a") == "x%", sqlite_where=sa.column("a") == "x%")',
    'op.create_index("ix", "t", ["a"], postgresql_using="gin", mysql_using="hash", mariadb_using="hash")',
    'op.create_index("ix", "t", ["a"], postgresql_ops={"a": "text_pattern_ops"})',
    'op.create_index("ix", "t", ["a"], postgresql_include=["b"], mssql_include=["b"])',
    'op.create_index("ix", "t", ["a"], postgresql_with={"fillfactor": 50}, postgresql_tablespace="fast")',
    'op.create_index("ix", "t", ["a"], postgresql_concurrently=True)',
    'op.create_index("ix", "t", ["a"], unique=True, postgresql_nulls_not_distinct=True)',
    'op.create_index("ix", "t", ["a", "b"], mysql_length={"a": 10}, mariadb_length={"a": 10})',
    'op.create_index("ix", "t", ["a"], mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT")',
    'op.create_index("ix", "t", ["a"], mysql_with_parser="ngram", mariadb_with_parser="ngram")',
    'op.create_index("ix", "t", ["a"], mssql_clustered=True)',
    'op.create_index("ix", "t", ["a"], mssql_columnstore=True)',
    'op.create_index("ix", "t", ["a"], oracle_bitmap=True)',
    'op.create_index("ix", "t", ["a", "b"], oracle_compress=1)',
    CONVENTION + 'op.create_index(None, "t", ["a", "b"])',
    CONVENTION + 'op.create_index(op.f("as_it_is"), "t", ["a"])',
    'op.create_index(None, "t", ["a"])',
    'op.drop_index("ix")',
    'op.drop_index("ix", "t")',
    'op.drop_index("ix", table_name="t", schema="s")',
    'op.drop_index("ix", "t", if_exists=True)',
    'op.drop_index("ix", "t", postgresql_concurrently=True)',
    'op.drop_index("it\'s 5%", "order", schema="Odd s")',
    'op.invoke(ops.CreateIndexOp("ix", "t", ["a"]).reverse())',
    'op.invoke(ops.CreateIndexOp.from_index(sa.Index("ix", sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer)).c.a)))',
]

CONSTRAINTS = [
    'op.create_primary_key("pk", "t", ["a"])',
    'op.create_primary_key("pk", "t", ["a", "b"], schema="s")',
    'op.create_primary_key(None, "t", ["a"])',
    'op.create_primary_key("select", "order", ["5%"])',
    CONVENTION + 'op.create_primary_key(None, "t", ["a"])',
    'op.create_unique_constraint("uq", "t", ["a"])',
    'op.create_unique_constraint("uq", "t", ["a", "b"], schema="s")',
    'op.create_unique_constraint(None, "t", ["a"])',
    'op.create_unique_constraint("uq", "t", ["a"], deferrable=True, initially="DEFERRED")',
    'op.create_unique_constraint("uq", "t", ["a"], postgresql_nulls_not_distinct=True)',
    'op.create_unique_constraint("uq", "t", ["a"], postgresql_include=["b"])',
    'op.create_unique_constraint("it\'s", "order", ["5%", "A b"], schema="Odd s")',
    CONVENTION + 'op.create_unique_constraint(None, "t", ["a", "b"])',
    CONVENTION + 'op.create_unique_constraint("given", "t", ["a"])',
    'op.create_check_constraint("ck", "t", "a > 5")',
    'op.create_check_constraint("ck", "t", "a LIKE \'x%\' AND b <> \':x\'")',
    'op.create_check_constraint("ck", "t", sa.column("a") > 5)',
    'op.create_check_constraint("ck", "t", sa.func.length(sa.column("a")) > 5, schema="s")',
    'op.create_check_constraint("ck", "t", sa.column("a").in_(["x", "it\'s 5%"]))',
    'op.create_check_constraint("ck", "t", sa.and_(sa.column("a") > 5, sa.column("b").like("x%")))',
    'op.create_check_constraint(None, "t", "a > 5")',
    'op.create_check_constraint("ck", "t", "a > 5", postgresql_not_valid=True)',
    CONVENTION + 'op.create_check_constraint("positive", "t", "a > 5")',
    CONVENTION + 'op.create_check_constraint(op.f("as_it_is"), "t", "a > 5")',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"])',
    'op.create_foreign_key("fk", "t", "o", ["a", "b"], ["x", "y"])',
    'op.create_foreign_key(None, "t", "o", ["a"], ["id"])',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], onupdate="CASCADE", ondelete="SET NULL")',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], deferrable=True, initially="DEFERRED", match="FULL")',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], deferrable=False)',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], source_schema="s1", referent_schema="s2")',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], source_schema="s1")',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], referent_schema="s2")',
    'op.create_foreign_key("fk", "t", "t", ["parent"], ["id"])',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], postgresql_not_valid=True)',
    'op.create_foreign_key("fk", "t", "o", ["a"], ["id"], ondelete="SET NULL (a)")',
    'op.create_foreign_key("it\'s", "order", "A b", ["5%"], ["select"], source_schema="Odd s", referent_schema="Odd s")',
    CONVENTION + 'op.create_foreign_key(None, "t", "o", ["a"], ["id"])',
    'op.drop_constraint("c", "t")',
    'op.drop_constraint("c", "t", type_="unique")',
    'op.drop_constraint("c", "t", type_="foreignkey")',
    'op.drop_constraint("c", "t", type_="primary")',
    'op.drop_constraint("c", "t", type_="check")',
    'op.drop_constraint("c", "t", type_="check", schema="s")',
    'op.drop_constraint("c", "t", type_="unique", if_exists=True)',
    'op.drop_constraint("it\'s 5%", "order", type_="unique", schema="Odd s")',
    'op.drop_constraint("c", "t", type_="nonsense")',
    CONVENTION + 'op.drop_constraint("c", "t", type_="check")',
    CONVENTION + 'op.drop_constraint(op.f("c"), "t", type_="check")',
    'op.invoke(ops.CreateUniqueConstraintOp("uq", "t", ["a"]).reverse())',
    'op.invoke(ops.CreateForeignKeyOp("fk", "t", "o", ["a"], ["id"]).reverse())',
    'op.invoke(ops.CreateCheckConstraintOp("ck", "t", "a > 5").reverse())',
    'op.invoke(ops.CreatePrimaryKeyOp("pk", "t", ["a"]).reverse())',
    'uq = sa.UniqueConstraint("a", name="uq"); sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), uq); '
    "op.invoke(ops.DropConstraintOp.from_constraint(uq))",
]

EXCLUDE = [
    'op.create_exclude_constraint("ex", "t", ("during", "&&"), using="gist")',
    'op.create_exclude_constraint("ex", "t", ("a", "="), (sa.text("tsrange(x, y)"), "&&"), where="a > 5", schema="s")',
    'op.create_exclude_constraint("ex", "t", ("a", "="), where=sa.column("a") > 5, deferrable=True, initially="DEFERRED")',
]

_T = 'sa.table("t", sa.column("id", sa.Integer), sa.column("a", {type}))'

ROWS = [
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": "it\'s 5% :x"}}, {{"id": 2, "a": "y"}}])',
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": None}}])',
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1}}, {{"a": "x"}}])',
    f"op.bulk_insert({_T.format(type='sa.String')}, [])",
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": "x"}}], multiinsert=False)',
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": op.inline_literal("it\'s")}}], multiinsert=False)',
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": sa.func.lower("X")}}])',
    f'op.bulk_insert({_T.format(type="sa.String")}, [{{"id": 1, "a": "back\\\\slash"}}])',
    f'op.bulk_insert({_T.format(type="sa.Boolean")}, [{{"id": 1, "a": True}}, {{"id": 2, "a": False}}])',
    f'op.bulk_insert({_T.format(type="sa.Date")}, [{{"id": 1, "a": datetime.date(2024, 2, 29)}}])',
    f'op.bulk_insert({_T.format(type="sa.DateTime")}, [{{"id": 1, "a": datetime.datetime(2024, 2, 29, 12, 30, 1, 5)}}])',
    f'op.bulk_insert({_T.format(type="sa.Time")}, [{{"id": 1, "a": datetime.time(12, 30)}}])',
    f'op.bulk_insert({_T.format(type="sa.Numeric(10, 2)")}, [{{"id": 1, "a": decimal.Decimal("1.50")}}])',
    f'op.bulk_insert({_T.format(type="sa.Float")}, [{{"id": 1, "a": 1.5}}])',
    f'op.bulk_insert({_T.format(type="sa.JSON")}, [{{"id": 1, "a": {{"k": ["it\'s", 5, None, True]}}}}])',
    f'op.bulk_insert({_T.format(type="sa.LargeBinary")}, [{{"id": 1, "a": b"\\x00\\xff"}}])',
    f'op.bulk_insert({_T.format(type="sa.Uuid")}, [{{"id": 1, "a": uuid.UUID(int=5)}}])',
    f'op.bulk_insert({_T.format(type=chr(34).join(["sa.Enum(", "x", ", ", "y", ", name=", "e", ")"]))}, [{{"id": 1, "a": "x"}}])',
    'op.bulk_insert(sa.table("order", sa.column("5%", sa.Integer), schema="Odd s"), [{"5%": 1}])',
    'op.bulk_insert(sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, default=7)), '
    '[{"id": 1}, {"id": 2}])',
    'op.bulk_insert(sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, sa.Identity(), primary_key=True), sa.Column("a", sa.Integer)), '
    '[{"id": 1, "a": 2}])',
    'op.bulk_insert(sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)), [{"a": 2}])',
    'op.bulk_insert("t", [{"id": 1}])',
    f'op.bulk_insert({_T.format(type="sa.String")}, {{"id": 1}})',
    "op.execute(\"UPDATE t SET a = '5% 10:30 :x'\")",
    'op.execute("SELECT 1;")',
    'op.execute("SELECT 1; SELECT 2")',
    'op.execute("  SELECT 1\\n")',
    'op.execute(sa.text("UPDATE t SET a = :x").bindparams(x="it\'s"))',
    'op.execute(sa.text("UPDATE t SET a = :x").bindparams(sa.bindparam("x", 5, sa.Integer)))',
    f'op.execute({_T.format(type="sa.String")}.update().where(sa.column("id") == 5).values(a="it\'s 5%"))',
    f'op.execute({_T.format(type="sa.String")}.update().where(sa.column("id") == op.inline_literal(5)).values(a=op.inline_literal("x")))',
    f'op.execute({_T.format(type="sa.String")}.delete().where(sa.column("a").in_(["x", "y"])))',
    f"op.execute({_T.format(type='sa.String')}.insert().values(id=1, a=sa.null()))",
    f'op.execute({_T.format(type="sa.String")}.insert().from_select(["id"], sa.select(sa.literal(5))))',
    'op.execute(sa.schema.CreateSequence(sa.Sequence("seq", start=5)))',
    'op.execute("SELECT 1", execution_options={"x": 1})',
    'op.execute(sa.DDL("SELECT %(x)s", context={"x": "5"}))',
    'op.get_context().execute("SELECT 1")',
    "with op.get_context().begin_transaction():\n    with op.get_context().autocommit_block():\n        op.execute('SELECT 1')",
]

TYPES = [
    "sa.SmallInteger()", "sa.BigInteger()", "sa.Integer()", "sa.Float()", "sa.Float(53)", "sa.Double()", "sa.Numeric()", "sa.Numeric(10, 2)",
    "sa.String(30)", "sa.Unicode(30)", "sa.Text()", "sa.UnicodeText()", "sa.CHAR(3)", "sa.VARCHAR(3)", "sa.NCHAR(3)", "sa.NVARCHAR(3)",
    "sa.Boolean()", "sa.Date()", "sa.DateTime()", "sa.DateTime(timezone=True)", "sa.Time()", "sa.Time(timezone=True)", "sa.TIMESTAMP()",
    "sa.Interval()", "sa.LargeBinary()", "sa.LargeBinary(99)", "sa.BINARY(5)", "sa.JSON()", "sa.Uuid()", "sa.UUID()", "sa.PickleType()",
    'sa.Enum("a", "b", name="e")', "sa.ARRAY(sa.Integer)", 'sa.String(30, collation="C")',
    'sa.Integer().with_variant(sa.BigInteger(), "postgresql")', 'sa.String(5).with_variant(mysql.VARCHAR(7), "mysql", "mariadb")',
]  # fmt: skip

OWN_TYPES = {
    "postgresql": [
        "postgresql.JSONB()", "postgresql.INET()", "postgresql.CIDR()", "postgresql.TSVECTOR()", "postgresql.BIT(3)", "postgresql.HSTORE()",
        "postgresql.ARRAY(sa.Text, dimensions=2)", "postgresql.INT4RANGE()", "postgresql.TIMESTAMP(precision=3)", "postgresql.BYTEA()",
        "postgresql.INTERVAL(fields='DAY')", 'postgresql.ENUM("a", "b", name="e", create_type=False)', 'postgresql.DOMAIN("d", sa.Integer)',
    ],
    "mysql": [
        "mysql.TINYINT(1)", "mysql.INTEGER(unsigned=True, zerofill=True)", "mysql.MEDIUMTEXT()", "mysql.LONGTEXT(charset='utf8mb4')",
        "mysql.DATETIME(fsp=6)", "mysql.YEAR()", "mysql.ENUM('a', \"b's\")", "mysql.SET('a', 'b')", "mysql.BIT(3)", "mysql.DOUBLE(10, 2)",
        "mysql.VARCHAR(9, collation='utf8mb4_bin')", "mysql.TIMESTAMP(fsp=3)",
    ],
    "mssql": [
        "mssql.UNIQUEIDENTIFIER()", "mssql.NVARCHAR(None)", "mssql.VARBINARY('max')", "mssql.DATETIME2(3)", "mssql.DATETIMEOFFSET()", "mssql.MONEY()",
        "mssql.BIT()", "mssql.TINYINT()", "mssql.XML()", "mssql.SMALLDATETIME()",
    ],
    "oracle": [
        "oracle.NUMBER(10, 2)", "oracle.VARCHAR2(30)", "oracle.NVARCHAR2(30)", "oracle.CLOB()", "oracle.BLOB()", "oracle.RAW(16)", "oracle.DATE()",
        "oracle.INTERVAL(day_precision=3)", "oracle.TIMESTAMP(timezone=True)", "oracle.BINARY_DOUBLE()", "oracle.FLOAT(binary_precision=63)",
    ],
    "sqlite": ["sqlite.JSON()", "sqlite.DATETIME()"],
}  # fmt: skip
OWN_TYPES["mariadb"] = OWN_TYPES["mysql"]

_COPY = 'sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer))'


def batch(body: str, arguments: str = "") -> str:
    """Return a batch over a table that is known without a database."""
    return f'with op.batch_alter_table("t", copy_from={_COPY}{arguments}) as batch_op:\n    {body}'


BATCHED = [
    'batch_op.add_column(sa.Column("x", sa.Integer))',
    'batch_op.add_column(sa.Column("x", sa.Integer), insert_after="id")',
    'batch_op.add_column(sa.Column("x", sa.Integer), insert_before="id")',
    'batch_op.drop_column("b")',
    'batch_op.alter_column("a", new_column_name="c")',
    'batch_op.alter_column("a", type_=sa.Integer, existing_type=sa.String(9))',
    'batch_op.alter_column("a", nullable=False, existing_type=sa.String(9))',
    'batch_op.alter_column("a", server_default="x", existing_type=sa.String(9))',
    'batch_op.create_index("ix", ["a"])',
    'batch_op.create_unique_constraint("uq", ["a", "b"])',
    'batch_op.create_check_constraint("ck", "b > 5")',
    'batch_op.create_foreign_key("fk", "o", ["b"], ["id"])',
    'batch_op.create_primary_key("pk", ["a"])',
    'batch_op.drop_index("ix")',
    'batch_op.drop_constraint("c", type_="unique")',
    'batch_op.create_table_comment("c")',
    'batch_op.add_column(sa.Column("x", sa.Integer)); batch_op.drop_column("b"); batch_op.alter_column("a", new_column_name="c")',
]


def op_calls() -> dict[str, list[str]]:
    """Return the calls for each dialect."""
    return {dialect: list(dict.fromkeys(_calls_for(dialect))) for dialect in DIALECTS}


def _calls_for(dialect: str) -> Iterator[str]:
    for group in (CREATE_TABLE, TABLES, ADD_COLUMN, DROP_COLUMN, ALTER_COLUMN, INDEXES, CONSTRAINTS, ROWS):
        yield from group
    if dialect == "postgresql":
        yield from EXCLUDE
    for type_ in (*TYPES, *OWN_TYPES[dialect]):
        yield f'op.add_column("t", sa.Column("x", {type_}))'
        yield f'op.alter_column("t", "x", type_={type_}, existing_type=sa.Integer())'
        yield f'op.alter_column("t", "x", new_column_name="y", existing_type={type_}, existing_nullable=False)'
    for body in BATCHED:
        yield batch(body)
        yield batch(body, ', recreate="always"')
        yield batch(body, ', recreate="never"')
    yield batch('batch_op.add_column(sa.Column("x", sa.Integer))', ', schema="s"')
    yield batch('batch_op.drop_column("b")', ', table_args=(sa.CheckConstraint("id > 0", name="ck"),)')
    yield batch('batch_op.drop_column("b")', ', table_kwargs={"sqlite_autoincrement": True}')
    yield batch('batch_op.drop_column("b")', ', partial_reordering=[("a", "id")]')
    yield batch(
        'batch_op.create_unique_constraint(None, ["a"])',
        ', naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}',
    )
