"""Types as Python: SQLAlchemy's, the dialects', and one's own with the imports they need."""

from __future__ import annotations

import enum

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

from testing.site import throwaway_site
from whimbrel.errors import CommandError
from whimbrel.operations import ops
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import AutogenContext, render_op_text, renderers
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.types import render_type


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


def context(dialect="postgresql", **opts):
    run = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, **opts})
    return AutogenContext(run, autogenerate=False)


def spelt(type_, **opts):
    told = context(**opts)
    return str(render_type(Rendering(told), type_)), told.imports


PG, MY = {"from sqlalchemy.dialects import postgresql"}, {"from sqlalchemy.dialects import mysql"}


@pytest.mark.parametrize(
    ("type_", "source", "imports"),
    [
        (sa.String(), "sa.String()", set()),
        (sa.String(50, collation="C"), 'sa.String(length=50, collation="C")', set()),
        (sa.Numeric(10, 2), "sa.Numeric(precision=10, scale=2)", set()),
        (sa.Float(53), "sa.Float(precision=53)", set()),
        (sa.DateTime(timezone=True), "sa.DateTime(timezone=True)", set()),
        (sa.Interval(native=False, second_precision=3), "sa.Interval(native=False, second_precision=3)", set()),
        (sa.Boolean(create_constraint=True, name="ck"), 'sa.Boolean(create_constraint=True, name="ck")', set()),
        (sa.Enum("a", "it's", name="e"), 'sa.Enum("a", "it\'s", name="e")', set()),
        (sa.Enum(Colour), 'sa.Enum("RED", "BLUE", name="colour")', set()),
        (
            sa.Enum(Colour, values_callable=lambda cls: [item.value for item in cls], name="c", schema="s"),
            'sa.Enum("r", "b", name="c", schema="s")',
            set(),
        ),
        (
            sa.Enum("a", native_enum=False, length=30, create_constraint=True, name="e"),
            'sa.Enum("a", name="e", native_enum=False, create_constraint=True, length=30)',
            set(),
        ),
        (sa.Enum("abc", native_enum=False), 'sa.Enum("abc", native_enum=False)', set()),
        (sa.ARRAY(sa.String(3), dimensions=2), "sa.ARRAY(sa.String(length=3), dimensions=2)", set()),
        (sa.JSON(none_as_null=True), "sa.JSON(none_as_null=True)", set()),
        (sa.Uuid(as_uuid=False), "sa.Uuid(as_uuid=False)", set()),
        (sa.PickleType(), "sa.PickleType()", set()),
        (sa.types.NullType(), "sa.types.NullType()", set()),
        (postgresql.JSONB(), "postgresql.JSONB()", PG),
        (postgresql.HSTORE(), "postgresql.HSTORE()", PG),
        (postgresql.BIT(3, varying=True), "postgresql.BIT(length=3, varying=True)", PG),
        (postgresql.INTERVAL(fields="DAY TO SECOND"), 'postgresql.INTERVAL(fields="DAY TO SECOND")', PG),
        (
            postgresql.ARRAY(postgresql.ENUM("a", name="e", create_type=False)),
            'postgresql.ARRAY(postgresql.ENUM("a", name="e", create_type=False))',
            PG,
        ),
        (
            postgresql.DOMAIN("d", sa.Integer, check="VALUE > 0", not_null=True),
            'postgresql.DOMAIN("d", sa.Integer(), not_null=True, check=sa.text("VALUE > 0"))',
            PG,
        ),
        (mysql.ENUM("a", "b", charset="utf8mb4"), 'mysql.ENUM("a", "b", charset="utf8mb4")', MY),
        (mysql.SET("a", "b", collation="utf8mb4_bin"), 'mysql.SET("a", "b", collation="utf8mb4_bin")', MY),
        (
            mysql.DECIMAL(10, 2, unsigned=True, zerofill=True),
            "mysql.DECIMAL(precision=10, scale=2, unsigned=True, zerofill=True)",
            MY,
        ),
        (mysql.LONGTEXT(charset="utf8mb4"), 'mysql.LONGTEXT(charset="utf8mb4")', MY),
        (sqlite.DATETIME(), "sqlite.DATETIME()", {"from sqlalchemy.dialects import sqlite"}),
        (
            sa.String(3).with_variant(mysql.VARCHAR(3, charset="ascii"), "mysql"),
            'sa.String(length=3).with_variant(mysql.VARCHAR(length=3, charset="ascii"), "mysql")',
            MY,
        ),
    ],
    ids=repr,
)
def test_types_of_sqlalchemy(type_, source, imports) -> None:
    assert spelt(type_) == (source, imports)


OWN = """
    import enum

    import sqlalchemy as sa
    from sqlalchemy.types import TypeDecorator, UserDefinedType

    class Unit(enum.Enum):
        METRE = 1

    class Text(TypeDecorator):
        impl = sa.String
        cache_ok = True

    class Fixed(TypeDecorator):
        impl = sa.String(7)
        cache_ok = True

    class Length(UserDefinedType):
        def __init__(self, digits, unit=Unit.METRE, places=2):
            self._digits = digits
            self.unit = unit
            self.places = places

    class Says(UserDefinedType):
        def __init__(self, *secret):
            self.hidden = secret

        def __repr__(self):
            return f"Says({', '.join(map(repr, self.hidden))})"

    class Forgets(UserDefinedType):
        def __init__(self, srid):
            self.number = srid

    class Outer:
        class Inner(UserDefinedType):
            pass

    def local():
        class Local(UserDefinedType):
            pass

        return Local()
"""


class TestOwn:
    @pytest.fixture
    def own(self, tmp_path):
        with throwaway_site(tmp_path) as site:
            site.install("acme", {}, {"acme_types": OWN})
            import acme_types

            yield acme_types

    @pytest.mark.parametrize(
        ("made", "source"),
        [
            ("Text(50)", "acme_types.Text(length=50)"),
            ("Text()", "acme_types.Text()"),
            ("Fixed()", "acme_types.Fixed()"),
            ("Length(5)", "acme_types.Length(5)"),
            ("Length(5, places=3)", "acme_types.Length(5, places=3)"),
            ("Says(1, 'x')", "acme_types.Says(1, 'x')"),
            ("Outer.Inner()", "acme_types.Outer.Inner()"),
            ("sa.ARRAY(Text(3))", "sa.ARRAY(acme_types.Text(length=3))"),
        ],
    )
    def test_pain_17_the_import_is_written_too(self, own, made, source) -> None:
        type_ = eval(made, vars(own))
        assert spelt(type_) == (source, {"import acme_types"})
        assert repr(eval(source, {"sa": sa, "acme_types": own})) == repr(type_)

    def test_an_enum_member_is_imported(self, own) -> None:
        class Unit(enum.Enum):
            FOOT = 2

        assert spelt(own.Length(1, own.Unit.METRE))[0] == "acme_types.Length(1)"
        with pytest.raises(CommandError, match=r"Unit cannot be spelt in a script: it is made within a function"):
            spelt(own.Length(1, Unit.FOOT))

    def test_a_prefix_of_ones_own_replaces_the_module_and_its_import(self, own) -> None:
        assert spelt(own.Text(5), user_module_prefix="types.") == ("types.Text(length=5)", set())
        assert spelt(sa.Text(), user_module_prefix="types.") == ("sa.Text()", set())

    def test_render_item_comes_first(self, own) -> None:
        def render(kind, item, autogen_context):
            if kind == "type" and isinstance(item, own.Forgets):
                autogen_context.imports.add("from acme_types import Forgets")
                return f"Forgets({item.number})"
            return False

        assert spelt(own.Forgets(3), render_item=render) == ("Forgets(3)", {"from acme_types import Forgets"})

    def test_a_type_that_cannot_be_spelt_is_named_with_what_to_do(self, own) -> None:
        with pytest.raises(CommandError) as error:
            spelt(own.Forgets(3))
        assert str(error.value) == (
            "The type acme_types.Forgets cannot be spelt in a script: its parameter 'srid' is in no attribute of that "
            "name.\nGive Forgets a __repr__ that reads as the call that makes it, or spell it in render_item."
        )
        with pytest.raises(CommandError, match="made within a function, where nothing can import it"):
            spelt(own.local())


class TestStrangers:
    def test_a_directive_of_ones_own_is_spelt_by_its_renderer(self, monkeypatch) -> None:
        monkeypatch.setattr(renderers, "_strangers", {})

        class CreateThingOp(ops.MigrateOperation):
            pass

        @renderers.dispatch_for(CreateThingOp)
        def render(autogen_context, op):
            autogen_context.imports.add("import thing")
            return ["op.one()", "op.two()"]

        told = context()
        assert render_op_text(told, CreateThingOp()) == "op.one()\nop.two()"
        assert told.imports == {"import thing"}

    def test_one_that_nobody_knows_is_named_with_what_to_do(self) -> None:
        class MysteryOp(ops.MigrateOperation):
            pass

        with pytest.raises(CommandError, match=r"Nobody knows how MysteryOp is spelt.*\n.*dispatch_for\(MysteryOp\)"):
            render_op_text(context(), MysteryOp())


def test_a_type_that_says_it_lives_in_a_dialect_is_spelt_by_its_repr() -> None:
    class Pretending(postgresql.ENUM):
        __module__ = "sqlalchemy.dialects.postgresql"

        def __repr__(self) -> str:
            return "ENUM('red', name='colour', create_type=False)"

    source, imports = spelt(Pretending("red", name="colour"))
    assert source == "postgresql.ENUM('red', name='colour', create_type=False)"
    assert imports == PG
