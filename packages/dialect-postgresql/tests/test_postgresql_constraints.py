"""Constraints as PostgreSQL has them: EXCLUDE, NOT VALID and its validation, deferral, INCLUDE, NULLS NOT DISTINCT."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    column,
    text,
)
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint

from testing.databases import Database
from testing.postgresql import everything, there_and_back
from testing.wings import Case, apply, changes, dedent, sql_of
from whimbrel.operations import Operations
from whimbrel.operations.ops import AddConstraintOp, CreateTableOp, DropConstraintOp
from whimbrel_postgresql.operations import CreateExcludeConstraintOp, SetStorageParametersOp, ValidateConstraintOp


def knows_include() -> bool:
    """Whether this SQLAlchemy has INCLUDE for constraints, too; earlier ones refuse the keyword."""
    try:
        UniqueConstraint("a", postgresql_include=["b"])
    except sa.exc.ArgumentError:
        return False
    return True


def start(op: Operations) -> None:
    op.create_table("owner", Column("id", Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("a", Integer),
        Column("b", Integer),
        Column("during", INT4RANGE),
    )
    op.execute("INSERT INTO t VALUES (1, 5, 1, '[1,3)'), (2, 7, 1, '[3,9)')")


CASES = {
    "exclude": Case(
        action=lambda op: op.create_exclude_constraint("apart", "t", ("during", "&&")),
        sql="ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&);",
        effect="+ constraint t.apart EXCLUDE USING gist (during WITH &&)",
        reverse=lambda op: op.drop_constraint("apart", "t"),
    ),
    "exclude_with_everything": Case(
        action=lambda op: op.create_exclude_constraint(
            "it's 5% :x",
            "t",
            ("a", "="),
            (text("abs(b)"), "="),
            (column("id") % 10, "="),
            using="btree",
            where="b::text <> ':b %'",
            ops={"a": "int4_ops"},
            deferrable=True,
            initially="DEFERRED",
        ),
        sql="""
            ALTER TABLE t ADD CONSTRAINT "it's 5% :x" """
        """EXCLUDE USING btree (a int4_ops WITH =, abs(b) WITH =, (id % 10) WITH =) """
        """WHERE (b::text <> ':b %') DEFERRABLE INITIALLY DEFERRED;
        """,
        effect="+ constraint t.it's 5% :x EXCLUDE USING btree (a WITH =, abs(b) WITH =, ((id % 10)) WITH =) "
        "WHERE (((b)::text <> ':b %'::text)) DEFERRABLE INITIALLY DEFERRED",
        reverse=lambda op: op.drop_constraint("it's 5% :x", "t"),
    ),
    "exclude_with_no_name": Case(
        action=lambda op: op.create_exclude_constraint(None, "t", ("during", "&&"), where=column("a") > 5),
        sql="ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&) WHERE (a > 5);",
        effect="+ constraint t.t_during_excl EXCLUDE USING gist (during WITH &&) WHERE ((a > 5))",
        reverse=lambda op: op.drop_constraint("t_during_excl", "t"),
    ),
    "foreign_key_not_valid": Case(
        # Row 1 refers to nobody: only new rows are looked at.
        action=lambda op: op.create_foreign_key("fk", "t", "owner", ["a"], ["id"], postgresql_not_valid=True),
        sql="ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES owner (id) NOT VALID;",
        effect="+ constraint t.fk FOREIGN KEY (a) REFERENCES owner(id) NOT VALID",
        reverse=lambda op: op.drop_constraint("fk", "t", type_="foreignkey"),
    ),
    "check_not_valid": Case(
        action=lambda op: op.create_check_constraint("ck", "t", "a > 5", postgresql_not_valid=True),
        sql="ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 5) NOT VALID;",
        effect="+ constraint t.ck CHECK ((a > 5)) NOT VALID",
        reverse=lambda op: op.drop_constraint("ck", "t", type_="check", if_exists=True),
    ),
    "validate": Case(
        action=lambda op: (
            op.create_check_constraint("it's 5%", "t", "a > 4", postgresql_not_valid=True),
            op.validate_constraint("it's 5%", "t"),
        ),
        sql="""
            ALTER TABLE t ADD CONSTRAINT "it's 5%" CHECK (a > 4) NOT VALID;

            ALTER TABLE t VALIDATE CONSTRAINT "it's 5%";
        """,
        effect="+ constraint t.it's 5% CHECK ((a > 4))",
        reverse=lambda op: op.drop_constraint("it's 5%", "t"),
    ),
    "deferrable": Case(
        action=lambda op: (
            op.create_foreign_key(
                "fk",
                "owner",
                "t",
                ["id"],
                ["id"],
                onupdate="CASCADE",
                ondelete="SET NULL",
                deferrable=True,
                initially="DEFERRED",
                match="FULL",
            ),
            op.create_unique_constraint("uq", "t", ["a", "b"], deferrable=True, initially="IMMEDIATE"),
        ),
        sql="""
            ALTER TABLE owner ADD CONSTRAINT fk FOREIGN KEY(id) REFERENCES t (id) MATCH FULL """
        """ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;

            ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a, b) DEFERRABLE INITIALLY IMMEDIATE;
        """,
        effect="""
            + constraint owner.fk FOREIGN KEY (id) REFERENCES t(id) MATCH FULL """
        """ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
            + constraint t.uq UNIQUE (a, b) DEFERRABLE
        """,
        reverse=lambda op: (op.drop_constraint("fk", "owner"), op.drop_constraint("uq", "t", type_="unique")),
    ),
    "nulls_not_distinct": Case(
        action=lambda op: op.create_unique_constraint("uq", "t", ["a"], postgresql_nulls_not_distinct=True),
        sql="ALTER TABLE t ADD CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (a);",
        effect="+ constraint t.uq UNIQUE NULLS NOT DISTINCT (a)",
        reverse=lambda op: op.drop_constraint("uq", "t"),
    ),
    "drop_constraint_if_exists": Case(
        action=lambda op: op.drop_constraint("absent", "t", if_exists=True),
        sql="ALTER TABLE t DROP CONSTRAINT IF EXISTS absent;",
        effect="",
        reverse=lambda op: None,
    ),
    **(
        {
            "include": Case(
                action=lambda op: (
                    op.create_unique_constraint("uq", "t", ["a"], postgresql_include=["b", "during"]),
                    op.create_table(
                        "u",
                        Column("id", Integer, autoincrement=False),
                        Column("x y", Integer),
                        PrimaryKeyConstraint("id", name="pk", postgresql_include=["x y"]),
                    ),
                    op.create_table("v", Column("id", Integer, nullable=False), Column("x y", Integer)),
                    op.create_primary_key("pk_v", "v", ["id"], postgresql_include=["x y"]),
                ),
                sql="""
                    ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a) INCLUDE (b, during);

                    CREATE TABLE u (
                        id INTEGER NOT NULL,
                        "x y" INTEGER,
                        CONSTRAINT pk PRIMARY KEY (id) INCLUDE ("x y")
                    );

                    CREATE TABLE v (
                        id INTEGER NOT NULL,
                        "x y" INTEGER
                    );

                    ALTER TABLE v ADD CONSTRAINT pk_v PRIMARY KEY (id) INCLUDE ("x y");
                """,
                effect="""
                    + column u.id integer not null
                    + column u.x y integer
                    + column v.id integer not null
                    + column v.x y integer
                    + constraint t.uq UNIQUE (a) INCLUDE (b, during)
                    + constraint u.pk PRIMARY KEY (id) INCLUDE ("x y")
                    + constraint v.pk_v PRIMARY KEY (id) INCLUDE ("x y")
                    + table u
                    + table v
                """,
                reverse=lambda op: (op.drop_table("v"), op.drop_table("u"), op.drop_constraint("uq", "t")),
            )
        }
        if knows_include()
        else {}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    assert sql_of("postgresql", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    assert there_and_back(postgresql_database, start, CASES[name]) == (dedent(CASES[name].effect), "", "")


def test_validation_finds_the_row(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    apply(postgresql_database, CASES["check_not_valid"].action)
    with pytest.raises(sa.exc.IntegrityError, match='check constraint "ck" of relation "t" is violated by some row'):
        apply(postgresql_database, lambda op: op.validate_constraint("ck", "t"))


def test_in_a_schema(postgresql_database: Database) -> None:
    def script(op: Operations) -> None:
        op.execute('CREATE SCHEMA "s p"')
        op.create_table("T %", Column("r", INT4RANGE), Column("a", Integer), schema="s p")
        op.create_exclude_constraint("apart", "T %", ("r", "&&"), schema="s p")
        op.create_check_constraint("ck", "T %", "a > 0", schema="s p", postgresql_not_valid=True)
        op.validate_constraint("ck", "T %", schema="s p")
        op.set_storage_parameters("T %", {"fillfactor": 60}, schema="s p")

    apply(postgresql_database, script)
    assert everything(postgresql_database) == [
        'column "s p"."T %".a integer',
        'column "s p"."T %".r int4range',
        'constraint "s p"."T %".apart EXCLUDE USING gist (r WITH &&)',
        'constraint "s p"."T %".ck CHECK ((a > 0))',
        'table "s p"."T %" with {fillfactor=60}',
    ]


def test_within_a_batch(postgresql_database: Database) -> None:
    def script(op: Operations) -> None:
        with op.batch_alter_table("t") as batch:
            batch.create_exclude_constraint("apart", ("during", "&&"), where="a > 5")
            batch.drop_column("b")

    assert sql_of("postgresql", script) == dedent(
        """
        ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (a > 5);

        ALTER TABLE t DROP COLUMN b;
        """
    )
    apply(postgresql_database, start)
    apply(postgresql_database, script)
    found = everything(postgresql_database)
    assert "constraint t.apart EXCLUDE USING gist (during WITH &&) WHERE ((a > 5))" in found


# -- directives as values ---------------------------------------------------------------------------------------------


def model() -> Table:
    return Table(
        "t",
        MetaData(),
        Column("a", Integer),
        Column("b", Integer),
        Column("during", INT4RANGE),
        ExcludeConstraint(
            (column("during"), "&&"),
            (text("abs(a)"), "="),
            name="apart",
            using="gist",
            where=text("b > 5"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def test_from_a_model_and_back() -> None:
    (constraint,) = (item for item in model().constraints if isinstance(item, ExcludeConstraint))
    add = AddConstraintOp.from_constraint(constraint)
    assert isinstance(add, CreateExcludeConstraintOp)
    sql = (
        "ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&, abs(a) WITH =) "
        "WHERE (b > 5) DEFERRABLE INITIALLY DEFERRED;"
    )
    assert sql_of("postgresql", lambda op: op.invoke(add)) == sql
    # The model is as it was, and the directive can be carried out again.
    assert constraint in constraint.table.constraints
    assert sql_of("postgresql", lambda op: op.invoke(add)) == sql
    assert add.to_diff_tuple()[0] == "add_constraint"


def test_the_columns_of_a_model_stay_its_own() -> None:
    table = Table("t", MetaData(), Column("a", Integer), Column("b", Integer))
    add = CreateExcludeConstraintOp(
        "x", "t", [(table.c.a, "="), (table.c.b + 1, "=")], where=table.c.a > 5, using="btree"
    )
    assert sql_of("postgresql", lambda op: op.invoke(add)) == (
        "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING btree (a WITH =, (b + 1) WITH =) WHERE (a > 5);"
    )
    assert not any(isinstance(item, ExcludeConstraint) for item in table.constraints)


def test_a_table_with_an_exclusion_comes_and_goes(postgresql_database: Database) -> None:
    create = CreateTableOp.from_table(
        Table("u", MetaData(), Column("r", INT4RANGE), ExcludeConstraint((column("r"), "&&"), name="apart"))
    )
    before = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.invoke(create))
    assert "constraint u.apart EXCLUDE USING gist (r WITH &&)" in everything(postgresql_database)
    apply(postgresql_database, lambda op: op.invoke(create.reverse()))
    assert everything(postgresql_database) == before


@pytest.mark.parametrize(
    "directive",
    [
        CreateExcludeConstraintOp("apart", "t", [("during", "&&")], where="a > 5"),
        SetStorageParametersOp("t", {"fillfactor": 70, "parallel_workers": 2}, existing_parameters={}),
    ],
    ids=lambda directive: type(directive).__name__,
)
def test_the_reverse_of_a_directive_undoes_it(postgresql_database: Database, directive: Any) -> None:
    apply(postgresql_database, start)
    before = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.invoke(directive))
    after = everything(postgresql_database)
    assert changes(before, after) != ""
    apply(postgresql_database, lambda op: op.invoke(directive.reverse()))
    assert everything(postgresql_database) == before
    apply(postgresql_database, lambda op: op.invoke(directive.reverse().reverse()))
    assert everything(postgresql_database) == after


def test_the_drop_of_a_kind_that_a_package_has_added(postgresql_database: Database) -> None:
    """What reverse() makes can be written into a script: op.drop_constraint("apart", "t", type_="exclude")."""
    drop = CreateExcludeConstraintOp("apart", "t", [("during", "&&")]).reverse()
    said = DropConstraintOp(drop.constraint_name, drop.table_name, drop.constraint_type)
    assert sql_of("postgresql", lambda op: op.invoke(said)) == "ALTER TABLE t DROP CONSTRAINT apart;"


def test_what_cannot_be_reversed_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Constraint ck has been validated"):
        ValidateConstraintOp("ck", "t").reverse()
    with pytest.raises(ValueError, match="existing_parameters is not said"):
        SetStorageParametersOp("t", {"fillfactor": 70}).reverse()


@pytest.mark.parametrize("elements", [[], ["during"], [("during", "&&", "x")]])
def test_elements_are_pairs(elements: Any) -> None:
    with pytest.raises(TypeError, match=r'takes pairs of a column and an operator, such as \("period", "&&"\)'):
        CreateExcludeConstraintOp("apart", "t", elements)


def test_storage_parameters(postgresql_database: Database) -> None:
    def change(op: Operations) -> None:
        op.set_storage_parameters(
            "t", {"fillfactor": 70, "autovacuum_enabled": False, "toast.autovacuum_enabled": True}
        )
        op.set_storage_parameters("t", {"fillfactor": None, "autovacuum_vacuum_scale_factor": 0.5})

    assert sql_of("postgresql", change) == dedent(
        """
        ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = true);

        ALTER TABLE t SET (autovacuum_vacuum_scale_factor = 0.5), RESET (fillfactor);
        """
    )
    apply(postgresql_database, start)
    apply(postgresql_database, change)
    assert "table t with {autovacuum_enabled=false,autovacuum_vacuum_scale_factor=0.5}" in everything(
        postgresql_database
    )


def test_storage_parameters_want_one() -> None:
    with pytest.raises(TypeError, match="none is given"):
        SetStorageParametersOp("t", {})


def test_a_name_by_convention() -> None:
    import io

    from whimbrel.runtime.migration import MigrationContext

    stream = io.StringIO()
    metadata = MetaData(naming_convention={"exclude": "ex_%(table_name)s_%(column_0_name)s", "fk": "fk_%(table_name)s"})
    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={"as_sql": True, "output_buffer": stream, "target_metadata": metadata},
    )
    Operations(context).create_exclude_constraint(None, "t", ("during", "&&"))
    Operations(context).add_column("t", Column("o", Integer, ForeignKey("owner.id")))
    assert stream.getvalue() == (
        "ALTER TABLE t ADD EXCLUDE USING gist (during WITH &&);\n\n"
        "ALTER TABLE t ADD COLUMN o INTEGER;\n\n"
        "ALTER TABLE t ADD CONSTRAINT fk_t FOREIGN KEY(o) REFERENCES owner (id);\n\n"
    )


def test_unique_constraints_of_a_model_keep_their_keywords() -> None:
    table = Table("t", MetaData(), Column("a", Integer), UniqueConstraint("a", postgresql_nulls_not_distinct=True))
    (unique,) = (item for item in table.constraints if isinstance(item, UniqueConstraint))
    add = AddConstraintOp.from_constraint(unique)
    assert sql_of("postgresql", lambda op: op.invoke(add)) == "ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a);"
