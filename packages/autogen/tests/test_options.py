"""What takes part in a comparison: filters, comparisons of one's own, several MetaData, subjects by name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from testing.comparing import compared, made
from testing.site import throwaway_site
from whimbrel.errors import CommandError
from whimbrel.operations import ops
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import AutogenContext, comparators, compare_metadata, registered
from whimbrel_autogen.registered import Comparators

BEFORE = [
    "CREATE TABLE account (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(10) DEFAULT 'x', legacy INTEGER)",
    "CREATE INDEX ix_legacy ON account (legacy)",
    "CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY)",
    "CREATE TABLE whimbrel_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
]


def models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "account",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), server_default="y"),
        sa.Column("email", sa.String(50)),
    )
    sa.Table("new", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


ALL = [
    "add_table new",
    "remove_index ix_legacy",
    "add_column email",
    "modify_type name",
    "remove_column legacy",
    "remove_table other",
]


@pytest.fixture
def shop(sqlite_database):
    made(sqlite_database, *BEFORE)
    return sqlite_database


def found(database, metadata=None, **opts):
    """What differs, a few words for each."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts=opts)
        diffs = compare_metadata(context, models() if metadata is None else metadata)
    return sorted((_words(one) for diff in diffs for one in (diff if isinstance(diff, list) else [diff])), key=_place)


def _words(diff) -> str:
    what = diff[3] if diff[0].startswith(("add_column", "remove_column", "modify_")) else diff[1]
    return f"{diff[0]} {getattr(what, 'name', what)}"


def _place(words: str) -> int:
    return ALL.index(words) if words in ALL else len(ALL)


def test_all_that_differs_but_the_version_table(shop) -> None:
    assert found(shop) == ALL


def test_a_version_table_of_another_name_is_left_out_too(shop) -> None:
    made(shop, "ALTER TABLE whimbrel_version RENAME TO v")
    assert found(shop, version_table="v") == ALL


class TestNames:
    def test_a_name_that_is_not_included_is_not_looked_at(self, shop) -> None:
        asked = []

        def include(name, type_, parents):
            asked.append((type_, name, parents.get("schema_qualified_table_name")))
            return name not in ("other", "legacy", "ix_legacy")

        assert found(shop, include_name=include) == ["add_table new", "add_column email", "modify_type name"]
        assert {one for one in asked if one[0] in ("schema", "table")} == {
            ("schema", None, None),
            ("table", "account", "account"),
            ("table", "other", "other"),
        }
        assert ("column", "legacy", "account") in asked
        assert ("index", "ix_legacy", "account") in asked

    def test_the_default_schema_may_be_left_out_with_all_that_is_in_it(self, shop) -> None:
        assert found(shop, include_name=lambda name, type_, parents: type_ != "schema") == []


class TestObjects:
    def test_an_object_that_is_not_included_takes_no_part(self, shop) -> None:
        def include(item, name, type_, reflected, compare_to):
            return not (type_ == "table" and reflected and compare_to is None) and name not in ("legacy", "new")

        assert found(shop, include_object=include) == ["remove_index ix_legacy", "add_column email", "modify_type name"]

    def test_it_is_told_all_about_each(self, shop) -> None:
        asked = {}

        def include(item, name, type_, reflected, compare_to):
            asked[type_, name] = (type(item).__name__, reflected, compare_to is not None)
            return True

        found(shop, include_object=include)
        assert asked == {
            ("table", "account"): ("Table", False, True),
            ("table", "new"): ("Table", False, False),
            ("table", "other"): ("Table", True, False),
            ("column", "id"): ("Column", False, True),
            ("column", "name"): ("Column", False, True),
            ("column", "email"): ("Column", False, False),
            ("column", "legacy"): ("Column", True, False),
            ("index", "ix_legacy"): ("Index", True, False),
        }


class TestTypesAndDefaults:
    def test_types_are_compared_unless_told_otherwise(self, shop) -> None:
        assert "modify_type name" not in found(shop, compare_type=False)

    def test_a_function_decides_for_types_or_leaves_it(self, shop) -> None:
        asked = []

        def compare(context, inspected_column, metadata_column, inspected_type, metadata_type):
            asked.append((context.dialect.name, metadata_column.name, str(inspected_type), str(metadata_type)))
            return {"id": True, "name": False}.get(metadata_column.name)

        assert [words for words in found(shop, compare_type=compare) if "modify" in words] == ["modify_type id"]
        assert ("sqlite", "name", "VARCHAR(10)", "VARCHAR(20)") in asked
        assert "modify_type name" in found(shop, compare_type=lambda *_: None)

    def test_defaults_are_compared_where_that_is_asked_for(self, shop) -> None:
        assert "modify_default name" in found(shop, compare_server_default=True)
        assert "modify_default name" not in found(shop)

    def test_a_function_decides_for_defaults_or_leaves_it(self, shop) -> None:
        asked = []

        def compare(context, inspected_column, metadata_column, inspected_default, metadata_default, rendered):
            asked.append((metadata_column.name, inspected_default, metadata_default.arg, rendered))
            return False

        assert "modify_default name" not in found(shop, compare_server_default=compare)
        assert asked == [("name", "'x'", "y", "'y'")]
        assert "modify_default name" in found(shop, compare_server_default=lambda *_: None)

    def test_a_function_is_asked_even_where_nothing_seems_to_differ(self, sqlite_database) -> None:
        metadata = sa.MetaData()
        sa.Table(
            "t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text, server_default="x")
        )
        metadata.create_all(sqlite_database.engine())
        assert found(sqlite_database, metadata, compare_server_default=lambda *_: True) == ["modify_default a"]


class TestSeveralMetaData:
    def test_they_are_compared_as_one(self, shop) -> None:
        second = sa.MetaData()
        sa.Table("other", second, sa.Column("id", sa.Integer, primary_key=True))
        assert found(shop, [models(), second]) == ALL[:-1]

    def test_a_table_that_two_of_them_own_is_refused(self, shop) -> None:
        with pytest.raises(CommandError, match=r'Duplicate table keys across multiple MetaData objects: "account"'):
            found(shop, [models(), models()])


class TestSchemas:
    @pytest.fixture
    def two(self, postgresql_database):
        made(
            postgresql_database,
            "CREATE SCHEMA s",
            "CREATE SCHEMA unknown",
            "CREATE TABLE s.there (id INTEGER PRIMARY KEY)",
            "CREATE TABLE s.gone (id INTEGER PRIMARY KEY)",
            "CREATE TABLE unknown.gone (id INTEGER PRIMARY KEY)",
        )
        metadata = sa.MetaData()
        sa.Table("there", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), schema="s")
        sa.Table("fresh", metadata, sa.Column("id", sa.ForeignKey("s.there.id"), primary_key=True), schema="s")
        sa.Table("home", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="public")
        return postgresql_database, metadata

    def test_without_them_only_tables_of_the_models_are_looked_at_elsewhere(self, two) -> None:
        assert sorted(found(*two)) == ["add_table fresh", "add_table home"]

    def test_with_them_all_schemas_are(self, two) -> None:
        drops = ["remove_table gone", "remove_table gone"]
        assert sorted(found(*two, include_schemas=True)) == ["add_table fresh", "add_table home", *drops]

    def test_names_of_schemas_can_be_chosen(self, two) -> None:
        def include(name, type_, parents):
            return name in (None, "s") if type_ == "schema" else True

        words = sorted(found(*two, include_schemas=True, include_name=include))
        assert words == ["add_table fresh", "add_table home", "remove_table gone"]

    def test_the_scripts_name_them(self, two) -> None:
        database, metadata = two
        said = compared(database, metadata, include_schemas=True, include_name=lambda name, *_: name != "unknown")
        assert 'op.drop_table("gone", schema="s")' in said.upgrade
        assert 'sa.ForeignKeyConstraint(["id"], ["s.there.id"]),' in said.upgrade


class TestSubjects:
    @pytest.mark.parametrize(
        ("patterns", "left"),
        [
            (["*"], ALL),
            (["*", "~whimbrel.autogenerate.types"], [words for words in ALL if words != "modify_type name"]),
            (["whimbrel.autogenerate.tables"], ["add_table new", "remove_table other"]),
            (["whimbrel.autogenerate.*", "~*.columns", "~*.indexes"], ["add_table new", "remove_table other"]),
            (["~*"], []),
        ],
        ids=str,
    )
    def test_patterns_switch_them_on_and_off(self, shop, patterns, left) -> None:
        assert found(shop, autogenerate_plugins=patterns) == left

    OUTSIDER = """
        from whimbrel.operations.ops import CreateTableCommentOp
        from whimbrel.plugins import hookimpl

        @hookimpl
        def whimbrel_compare_table(context, table):
            if table.models is not None and table.models.info.get("rls"):
                return [CreateTableCommentOp(table.name, "row level security")]

        @hookimpl
        def whimbrel_compare_type(context, column, types):
            return False if column.models.name == "name" else None
    """

    def test_an_installed_package_takes_part_and_can_be_left_out(self, shop, tmp_path) -> None:
        (tmp_path / "site").mkdir()
        metadata = models()
        metadata.tables["account"].info["rls"] = True
        with throwaway_site(tmp_path / "site") as site:
            site.install("acme-rls", {"whimbrel.comparators": {"rls": "acme_rls"}}, {"acme_rls": self.OUTSIDER})
            said = compared(shop, metadata)
            assert 'op.create_table_comment("account", "row level security", existing_comment=None)' in said.upgrade
            assert "type_=" not in said.upgrade
            without = compared(shop, metadata, autogenerate_plugins=["*", "~acme-rls.*"])
            assert "row level" not in without.upgrade
            assert "type_=" in without.upgrade


class TestRegisteredByDecorator:
    @pytest.fixture(autouse=True)
    def own(self, monkeypatch):
        monkeypatch.setattr(comparators, "_functions", [])

    def test_a_function_for_schemas_adds_directives(self, shop) -> None:
        @comparators.dispatch_for("schema")
        def compare(autogen_context, upgrade_ops, schemas):
            assert isinstance(autogen_context, AutogenContext)
            upgrade_ops.ops.append(ops.CreateTableCommentOp("account", f"in {sorted(schemas, key=str)}"))

        assert 'op.create_table_comment("account", "in [None]"' in compared(shop, models()).upgrade

    def test_a_function_for_tables_sees_both_sides(self, shop) -> None:
        seen = {}

        @comparators.dispatch_for("table")
        def compare(autogen_context, modify_ops, schema, table_name, conn_table, metadata_table):
            seen[table_name] = (schema, conn_table is not None, metadata_table is not None, len(modify_ops.ops))
            if table_name == "account":
                modify_ops.ops[:] = [op for op in modify_ops.ops if not isinstance(op, ops.DropColumnOp)]

        assert "remove_column legacy" not in found(shop)
        assert seen == {
            "account": (None, True, True, 4),
            "new": (None, False, True, 0),
            "other": (None, True, False, 0),
        }

    def test_a_function_for_columns_changes_the_directive(self, sqlite_database) -> None:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
        metadata.create_all(sqlite_database.engine())

        @comparators.dispatch_for("column", qualifier="sqlite")
        def compare(autogen_context, alter_column_op, schema, table_name, column_name, conn_col, metadata_col):
            if column_name == "a":
                assert (str(conn_col.type), metadata_col.name) == ("TEXT", "a")
                alter_column_op.modify_nullable = False

        @comparators.dispatch_for("column", qualifier="postgresql")
        def elsewhere(*_):
            raise AssertionError("this is no PostgreSQL")

        assert found(sqlite_database, metadata) == ["modify_nullable a"]

    def test_the_one_with_the_higher_priority_is_called_first(self, shop) -> None:
        called = []
        comparators.dispatch_for("schema", priority=10)(lambda *_: called.append("late"))
        comparators.dispatch_for("schema", priority=50)(lambda *_: called.append("early"))
        found(shop)
        assert called == ["early", "late"]

    def test_there_is_no_other_target(self) -> None:
        with pytest.raises(ValueError, match="schema, table, column"):
            Comparators().dispatch_for("view")
        assert registered.comparators is comparators
