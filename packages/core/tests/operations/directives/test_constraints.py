"""Constraints: what is written for each directive, what undoes it, and what a difference looks like."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.errors import CommandError
from whimbrel.operations import Operations, ops


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (lambda op: op.create_primary_key("pk", "t", ["a", "B"]), 'ADD CONSTRAINT pk PRIMARY KEY (a, "B")'),
        (lambda op: op.create_primary_key(None, "t", ["a"]), "ADD PRIMARY KEY (a)"),
        (lambda op: op.create_unique_constraint("uq", "t", ["a", "b"]), "ADD CONSTRAINT uq UNIQUE (a, b)"),
        (
            lambda op: op.create_unique_constraint("uq", "t", ["a"], deferrable=True, initially="DEFERRED"),
            "ADD CONSTRAINT uq UNIQUE (a) DEFERRABLE INITIALLY DEFERRED",
        ),
        (
            lambda op: op.create_foreign_key("fk", "t", "o", ["a", "b"], ["c", "d"]),
            "ADD CONSTRAINT fk FOREIGN KEY(a, b) REFERENCES o (c, d)",
        ),
        (lambda op: op.create_foreign_key(None, "t", "t", ["a"], ["id"]), "ADD FOREIGN KEY(a) REFERENCES t (id)"),
        (
            lambda op: op.create_foreign_key(
                "fk",
                "t",
                "o",
                ["a"],
                ["id"],
                onupdate="CASCADE",
                ondelete="SET NULL",
                deferrable=False,
                initially="IMMEDIATE",
                match="FULL",
                referent_schema="s",
            ),
            "ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES s.o (id) MATCH FULL "
            "ON DELETE SET NULL ON UPDATE CASCADE NOT DEFERRABLE INITIALLY IMMEDIATE",
        ),
        (lambda op: op.create_check_constraint("ck", "t", "a > 5"), "ADD CONSTRAINT ck CHECK (a > 5)"),
        (
            lambda op: op.create_check_constraint("ck", "t", "a LIKE '5%:b'"),
            "ADD CONSTRAINT ck CHECK (a LIKE '5%:b')",
        ),
        (
            lambda op: op.create_check_constraint("ck", "t", sa.func.length(sa.column("a")) > 5),
            "ADD CONSTRAINT ck CHECK (length(a) > 5)",
        ),
        (lambda op: op.drop_constraint("c", "t"), "DROP CONSTRAINT c"),
        (lambda op: op.drop_constraint("c", "t", if_exists=True), "DROP CONSTRAINT IF EXISTS c"),
        (lambda op: op.drop_constraint("c", "t", "check"), "DROP CONSTRAINT c"),
        (lambda op: op.drop_constraint("c", "t", "foreignkey"), "DROP CONSTRAINT c"),
        (lambda op: op.drop_constraint("c", "t", "primary"), "DROP CONSTRAINT c"),
        (lambda op: op.drop_constraint("C", "t", type_="unique"), 'DROP CONSTRAINT "C"'),
    ],
)
def test_a_constraint_is_added_or_dropped(sql: Any, script: Any, expected: str) -> None:
    assert sql(script) == f"ALTER TABLE t {expected};\n\n"


def test_the_table_can_be_in_a_schema(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.create_primary_key("pk", "t", ["a"], schema="s")
        op.create_unique_constraint("uq", "t", ["a"], schema="s")
        op.create_foreign_key("fk", "t", "o", ["a"], ["id"], source_schema="s")
        op.create_check_constraint("ck", "t", "a > 5", schema="s")
        op.drop_constraint("ck", "t", schema="s")

    assert sql(script) == (
        "ALTER TABLE s.t ADD CONSTRAINT pk PRIMARY KEY (a);\n\n"
        "ALTER TABLE s.t ADD CONSTRAINT uq UNIQUE (a);\n\n"
        "ALTER TABLE s.t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES o (id);\n\n"
        "ALTER TABLE s.t ADD CONSTRAINT ck CHECK (a > 5);\n\n"
        "ALTER TABLE s.t DROP CONSTRAINT ck;\n\n"
    )


def test_the_kind_of_a_dropped_constraint_counts_where_the_database_asks(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.drop_constraint("fk", "t", "foreignkey")
        op.drop_constraint("uq", "t", "unique")
        op.drop_constraint("pk", "t", "primary")

    assert sql(script, dialect="mysql") == (
        "ALTER TABLE t DROP FOREIGN KEY fk;\n\nALTER TABLE t DROP INDEX uq;\n\nALTER TABLE t DROP PRIMARY KEY;\n\n"
    )


def test_an_unknown_kind_is_refused(sql: Any) -> None:
    kinds = "'check', 'foreignkey', 'primary', 'unique', 'exclude'"
    with pytest.raises(TypeError, match=f"takes type_ {kinds} or none, not 'uniq'"):
        sql(lambda op: op.drop_constraint("c", "t", type_="uniq"))


def test_a_foreign_key_between_names_with_dots(sql: Any) -> None:
    assert sql(
        lambda op: (
            op.create_foreign_key("fk", "a.b", "c.d", ["e.f"], ["g.h"], source_schema="s.t", referent_schema="u.v"),
            op.create_foreign_key("fk", "a.b", "a.b", ["e.f"], ["g.h"]),
        )
    ).splitlines()[::2] == [
        'ALTER TABLE "s.t"."a.b" ADD CONSTRAINT fk FOREIGN KEY("e.f") REFERENCES "u.v"."c.d" ("g.h");',
        'ALTER TABLE "a.b" ADD CONSTRAINT fk FOREIGN KEY("e.f") REFERENCES "a.b" ("g.h");',
    ]


def test_the_naming_convention_is_applied_to_adds_and_drops(sql: Any) -> None:
    metadata = sa.MetaData(
        naming_convention={
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
        }
    )

    def script(op: Operations) -> None:
        op.create_unique_constraint(None, "t", ["a", "b"])
        op.create_foreign_key(None, "t", "o", ["a"], ["id"])
        op.create_check_constraint("big", "t", "a > 5")
        op.drop_constraint("big", "t", "check")
        op.drop_constraint(op.f("big"), "t", "check")

    assert sql(script, target_metadata=metadata) == (
        "ALTER TABLE t ADD CONSTRAINT uq_t_a_b UNIQUE (a, b);\n\n"
        "ALTER TABLE t ADD CONSTRAINT fk_t_o FOREIGN KEY(a) REFERENCES o (id);\n\n"
        "ALTER TABLE t ADD CONSTRAINT ck_t_big CHECK (a > 5);\n\n"
        "ALTER TABLE t DROP CONSTRAINT ck_t_big;\n\n"
        "ALTER TABLE t DROP CONSTRAINT big;\n\n"
    )


@pytest.mark.parametrize(
    "script",
    [
        lambda op: op.create_unique_constraint("uq", "t", "email"),
        lambda op: op.create_foreign_key("fk", "t", "o", ["email"], "email"),
    ],
)
def test_one_name_in_place_of_a_list_is_refused(sql: Any, script: Any) -> None:
    with pytest.raises(TypeError, match=r"such as \['email'\], not a string"):
        sql(script)


def constraints() -> list[sa.Constraint]:
    metadata = sa.MetaData()
    sa.Table("o", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="other")
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer),
        sa.PrimaryKeyConstraint("a", name="pk"),
        sa.UniqueConstraint("a", name="uq", deferrable=False, postgresql_nulls_not_distinct=True),
        sa.ForeignKeyConstraint(["a"], ["other.o.id"], name="fk", ondelete="CASCADE", initially="DEFERRED"),
        sa.CheckConstraint("a > 5", name="ck"),
        schema="s",
    )
    return sorted(table.constraints, key=lambda item: str(item.name))


@pytest.mark.parametrize("constraint", constraints(), ids=lambda item: item.name)
def test_what_is_made_from_a_constraint_makes_it_again(sql: Any, constraint: sa.Constraint) -> None:
    expected = {
        "pk": "ADD CONSTRAINT pk PRIMARY KEY (a)",
        "uq": "ADD CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (a) NOT DEFERRABLE",
        "fk": "ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES other.o (id) ON DELETE CASCADE INITIALLY DEFERRED",
        "ck": "ADD CONSTRAINT ck CHECK (a > 5)",
    }[str(constraint.name)]
    up = ops.AddConstraintOp.from_constraint(constraint)
    assert sql(lambda op: op.invoke(up), dialect="postgresql") == f"ALTER TABLE s.t {expected};\n\n"
    down = ops.DropConstraintOp.from_constraint(constraint)
    assert sql(lambda op: op.invoke(down)) == f"ALTER TABLE s.t DROP CONSTRAINT {constraint.name};\n\n"
    again = down.reverse()
    assert sql(lambda op: op.invoke(again), dialect="postgresql") == f"ALTER TABLE s.t {expected};\n\n"


def test_a_constraint_that_nobody_adds_is_named() -> None:
    class TemporalConstraint(sa.Constraint):
        __visit_name__ = "temporal_constraint"

    constraint = TemporalConstraint(name="x")
    sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), constraint)
    with pytest.raises(CommandError, match="No operation adds a TemporalConstraint"):
        ops.AddConstraintOp.from_constraint(constraint)


def test_a_check_given_to_a_column() -> None:
    column = sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0", name="ck"))
    sa.Table("t", sa.MetaData(), column, schema="s")
    directive = ops.AddConstraintOp.from_constraint(next(iter(column.constraints)))
    assert isinstance(directive, ops.CreateCheckConstraintOp)
    assert (directive.constraint_name, directive.table_name, directive.schema) == ("ck", "t", "s")


def test_a_drop_by_name_alone_cannot_be_reversed() -> None:
    with pytest.raises(ValueError, match="The drop of constraint c cannot be reversed"):
        ops.DropConstraintOp("c", "t").reverse()


def test_differences_of_constraints() -> None:
    unique = ops.CreateUniqueConstraintOp("uq", "t", ["a"])
    assert unique.to_diff_tuple()[0] == "add_constraint"
    assert unique.reverse().to_diff_tuple()[0] == "remove_constraint"
    key = ops.CreateForeignKeyOp("fk", "t", "o", ["a"], ["id"], source_schema="s")
    kind, constraint = key.to_diff_tuple()
    assert (kind, constraint.name, constraint.table.fullname) == ("add_fk", "fk", "s.t")
    assert key.reverse().to_diff_tuple()[0] == "remove_fk"
    assert key.reverse().schema == "s"
