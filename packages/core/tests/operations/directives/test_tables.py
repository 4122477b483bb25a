"""Tables: what is written for each directive, what undoes it, and what a difference looks like."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.operations import Operations, ops


def models() -> sa.Table:
    metadata = sa.MetaData()
    sa.Table("person", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return sa.Table(
        "account",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(50), nullable=False, index=True),
        sa.Column("owner_id", sa.ForeignKey("person.id", name="fk_owner", ondelete="CASCADE")),
        sa.Column("active", sa.Boolean(create_constraint=True, name="ck_active")),
        sa.UniqueConstraint("email", name="uq_email"),
        sa.CheckConstraint("id > 0", name="ck_id"),
        comment="who pays",
        info={"owner": "billing"},
        prefixes=["TEMPORARY"],
    )


ACCOUNT = """\
CREATE TEMPORARY TABLE account (
    id INTEGER NOT NULL, 
    email VARCHAR(50) NOT NULL, 
    owner_id INTEGER, 
    active BOOLEAN, 
    PRIMARY KEY (id), 
    CONSTRAINT ck_active CHECK (active IN (0, 1)), 
    CONSTRAINT uq_email UNIQUE (email), 
    CONSTRAINT ck_id CHECK (id > 0), 
    CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES person (id) ON DELETE CASCADE
);

"""  # SQLAlchemy ends its lines so


def test_create_table_writes_columns_constraints_and_then_indexes(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.create_table(
            "account",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("email", sa.String(50), server_default="", nullable=False, index=True),
            sa.Column("owner_id", sa.Integer, sa.ForeignKey("crm.person.id"), unique=True),
            sa.CheckConstraint("id > 0", name="ck_id"),
            schema="shop",
        )

    assert sql(script) == (
        "CREATE TABLE shop.account (\n"
        "    id INTEGER NOT NULL, \n"
        "    email VARCHAR(50) DEFAULT '' NOT NULL, \n"
        "    owner_id INTEGER, \n"
        "    PRIMARY KEY (id), \n"
        "    CONSTRAINT ck_id CHECK (id > 0), \n"
        "    UNIQUE (owner_id), \n"
        "    FOREIGN KEY(owner_id) REFERENCES crm.person (id)\n"
        ");\n\n"
        "CREATE INDEX ix_shop_account_email ON shop.account (email);\n\n"
    )


def test_create_table_writes_comments_where_they_are_statements_of_their_own(sql: Any) -> None:
    written = sql(
        lambda op: op.create_table("t", sa.Column("n", sa.Integer, comment="it's a number"), comment="a table"),
        dialect="postgresql",
    )
    assert written == (
        "CREATE TABLE t (\n    n INTEGER\n);\n\n"
        "COMMENT ON TABLE t IS 'a table';\n\n"
        "COMMENT ON COLUMN t.n IS 'it''s a number';\n\n"
    )


def test_create_table_creates_the_types_of_its_columns_first(sql: Any) -> None:
    written = sql(
        lambda op: op.create_table("t", sa.Column("mood", sa.Enum("calm", "cross", name="mood"))), dialect="postgresql"
    )
    assert written == ("CREATE TYPE mood AS ENUM ('calm', 'cross');\n\nCREATE TABLE t (\n    mood mood\n);\n\n")


def test_create_table_if_not_exists_asks_the_same_of_its_indexes(sql: Any) -> None:
    written = sql(lambda op: op.create_table("t", sa.Column("n", sa.Integer, index=True), if_not_exists=True))
    assert written == (
        "CREATE TABLE IF NOT EXISTS t (\n    n INTEGER\n);\n\nCREATE INDEX IF NOT EXISTS ix_t_n ON t (n);\n\n"
    )


def test_create_table_applies_the_naming_convention_of_the_models(sql: Any) -> None:
    convention = {"pk": "pk_%(table_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}
    written = sql(
        lambda op: op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.CheckConstraint("id > 0", name="positive"),
            sa.CheckConstraint("id < 9", name=op.f("as_it_is")),
        ),
        target_metadata=[sa.MetaData(), sa.MetaData(naming_convention=convention)],
    )
    assert written == (
        "CREATE TABLE t (\n"
        "    id INTEGER NOT NULL, \n"
        "    CONSTRAINT pk_t PRIMARY KEY (id), \n"
        "    CONSTRAINT ck_t_positive CHECK (id > 0), \n"
        "    CONSTRAINT as_it_is CHECK (id < 9)\n"
        ");\n\n"
    )


def test_create_table_returns_a_table_to_insert_into(op: Operations, connection: sa.Connection) -> None:
    table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String))
    op.bulk_insert(table, [{"id": 1, "n": "one"}])
    assert connection.execute(sa.select(table)).all() == [(1, "one")]


def test_columns_that_stand_in_a_table_already_are_copied(sql: Any) -> None:
    column = models().c.email
    written = sql(lambda op: op.create_table("other", column))
    assert written == (
        "CREATE TABLE other (\n    email VARCHAR(50) NOT NULL\n);\n\nCREATE INDEX ix_other_email ON other (email);\n\n"
    )
    assert column.table.name == "account"


def test_a_column_that_refers_to_its_own_table(sql: Any) -> None:
    written = sql(
        lambda op: op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("up", sa.Integer, sa.ForeignKey("t.id"))
        )
    )
    assert "FOREIGN KEY(up) REFERENCES t (id)" in written


def test_from_table_creates_what_the_models_say_without_the_indexes(sql: Any) -> None:
    op_ = ops.CreateTableOp.from_table(models())
    assert sql(lambda op: op.invoke(op_)) == ACCOUNT
    assert sql(lambda op: op.invoke(op_.reverse().reverse())) == ACCOUNT, "drop and create again is identity"
    assert op_.to_table().comment == "who pays"
    assert op_.info == {"owner": "billing"}


def test_a_table_is_dropped(sql: Any) -> None:
    assert sql(lambda op: op.drop_table("t", schema="s")) == "DROP TABLE s.t;\n\n"
    assert sql(lambda op: op.drop_table("t", if_exists=True)) == "DROP TABLE IF EXISTS t;\n\n"


def test_a_drop_by_name_has_no_reverse_since_the_columns_are_not_known() -> None:
    drop = ops.DropTableOp("t", schema="s", table_kw={"comment": "c", "mysql_engine": "InnoDB"})
    said = (
        r"The drop of table s\.t cannot be reversed: its columns are not known\. DropTableOp\.from_table\(\) makes one"
    )
    with pytest.raises(ValueError, match=said):
        drop.reverse()


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (None, 'ALTER TABLE before RENAME TO "New";\n\n'),
        ("s", 'ALTER TABLE s.before RENAME TO s."New";\n\n'),
        ("a b", 'ALTER TABLE "a b".before RENAME TO "a b"."New";\n\n'),
    ],
)
def test_a_table_is_renamed(sql: Any, schema: str | None, expected: str) -> None:
    assert sql(lambda op: op.rename_table("before", "New", schema=schema)) == expected


def test_the_reverse_of_a_rename_gives_the_old_name_back() -> None:
    reverse = ops.RenameTableOp("old", "new", schema="s").reverse()
    assert reverse.to_diff_tuple() == ("rename_table", "s", "new", "old")


def test_comments_are_set_and_taken_away(sql: Any) -> None:
    assert sql(lambda op: op.create_table_comment("t", "it's", schema="s")) == "COMMENT ON TABLE s.t IS 'it''s';\n\n"
    assert sql(lambda op: op.drop_table_comment("t")) == "COMMENT ON TABLE t IS NULL;\n\n"


def test_the_reverse_of_a_comment_is_the_comment_before() -> None:
    changed = ops.CreateTableCommentOp("t", "new", existing_comment="old", schema="s").reverse()
    assert isinstance(changed, ops.CreateTableCommentOp)
    assert (changed.comment, changed.existing_comment, changed.schema) == ("old", "new", "s")
    first = ops.CreateTableCommentOp("t", "new").reverse()
    assert isinstance(first, ops.DropTableCommentOp)
    assert first.reverse().comment == "new"


def test_differences_of_tables() -> None:
    table = models()
    kind, shown = ops.CreateTableOp.from_table(table).to_diff_tuple()
    assert (kind, shown.name, [column.name for column in shown.columns]) == (
        "add_table",
        "account",
        ["id", "email", "owner_id", "active"],
    )
    assert ops.DropTableOp.from_table(table).to_diff_tuple()[0] == "remove_table"
    assert ops.DropTableOp("t").to_diff_tuple()[1].name == "t"
    kind, shown, before = ops.CreateTableCommentOp("t", "new", existing_comment="old").to_diff_tuple()
    assert (kind, shown.comment, before) == ("add_table_comment", "new", "old")
    assert ops.DropTableCommentOp("t").to_diff_tuple()[0] == "remove_table_comment"
