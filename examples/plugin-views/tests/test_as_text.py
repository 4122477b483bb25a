"""The SQL that ``--sql`` writes on each database, the reverse of each directive, and its spelling in a script."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from acme_views.directives import CreateViewOp, DropViewOp, ReplaceViewOp, ViewOp
from acme_views.plugin import whimbrel_render_item
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import Operations
from whimbrel.plugins import Plugins
from whimbrel.runtime.migration import MigrationContext

EVERYWHERE = ["postgresql", "mysql", "mariadb", "sqlite"]


def context(dialect: str, stream: io.StringIO) -> MigrationContext:
    return MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})


def text_of(dialect: str, action: Callable[[Any], object]) -> str:
    stream = io.StringIO()
    action(Operations(context(dialect, stream)))
    return stream.getvalue()


@pytest.mark.parametrize("dialect", EVERYWHERE)
def test_create_and_drop(dialect: str) -> None:
    book = sa.table("book", sa.column("title"))

    def change(op: Any) -> None:
        op.create_view("cheap", " SELECT title, 100 % 3 FROM book WHERE title LIKE 'A%:x'; ", schema="shop")
        op.create_view("order", sa.select(book.c.title).where(book.c.title == "it's 5%"))
        op.drop_view("order", if_exists=True)
        op.drop_view("cheap", schema="shop")

    q = "`" if dialect in ("mysql", "mariadb") else '"'
    assert text_of(dialect, change).replace(" \n", "\n") == (
        "CREATE VIEW shop.cheap AS SELECT title, 100 % 3 FROM book WHERE title LIKE 'A%:x';\n\n"
        f"CREATE VIEW {q}order{q} AS SELECT book.title\nFROM book\nWHERE book.title = 'it''s 5%';\n\n"
        f"DROP VIEW IF EXISTS {q}order{q};\n\n"
        "DROP VIEW shop.cheap;\n\n"
    )


@pytest.mark.parametrize("dialect", EVERYWHERE)
def test_replace(dialect: str) -> None:
    assert text_of(dialect, lambda op: op.replace_view("v", "SELECT 1 AS a")) == (
        "DROP VIEW IF EXISTS v;\n\nCREATE VIEW v AS SELECT 1 AS a;\n\n"
        if dialect == "sqlite"
        else "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;\n\n"
    )


@pytest.mark.filterwarnings("ignore:No package")
def test_a_database_that_nobody_has_looked_at() -> None:
    from sqlalchemy.engine.default import DefaultDialect

    stream = io.StringIO()
    op: Any = Operations(
        MigrationContext.configure(dialect=DefaultDialect(), opts={"as_sql": True, "output_buffer": stream})
    )
    op.create_view("v", "SELECT 1")
    op.drop_view("v")
    assert stream.getvalue() == "CREATE VIEW v AS SELECT 1;\n\nDROP VIEW v;\n\n"
    with pytest.raises(
        UnsupportedOperation, match=r"ReplaceViewOp .*is for mariadb and mysql and postgresql and sqlite"
    ):
        op.replace_view("v", "SELECT 2")


@pytest.mark.parametrize("dialect", EVERYWHERE)
def test_as_text_nobody_knows_what_needs_a_view(dialect: str) -> None:
    with pytest.raises(
        CommandError, match="which views need it, only the database knows, and this run writes SQL as text"
    ) as caught:
        text_of(dialect, lambda op: op.drop_view("v", cascade=True))
    assert caught.value.remedy == "Drop them one by one before it, each with op.drop_view()."


def test_what_cannot_be_reversed_says_why() -> None:
    for directive, reason in [
        (ReplaceViewOp("v", "SELECT 1"), r"replace_view\('v'\) has no reverse without existing_query"),
        (DropViewOp("v"), r"drop_view\('v'\) has no reverse without existing_query"),
        (DropViewOp("v", cascade=True, existing_query="SELECT 1"), "does not know which views went with it"),
    ]:
        with pytest.raises(NotImplementedError, match=reason):
            directive.reverse()


NAMES = st.text(min_size=1)
QUERIES = st.text()
DIRECTIVES = st.one_of(
    st.builds(CreateViewOp, NAMES, QUERIES, schema=st.none() | NAMES),
    st.builds(ReplaceViewOp, NAMES, QUERIES, schema=st.none() | NAMES, existing_query=st.none() | QUERIES),
    st.builds(
        DropViewOp,
        NAMES,
        schema=st.none() | NAMES,
        if_exists=st.booleans(),
        cascade=st.booleans(),
        existing_query=st.none() | QUERIES,
    ),
)


class Spelling:
    """What spelling asks of a run."""

    opts: ClassVar = {"alembic_module_prefix": "op."}
    dialect = None


@given(DIRECTIVES)
def test_what_is_spelt_in_a_script_is_what_it_was(directive: ViewOp) -> None:
    spelt = whimbrel_render_item(Spelling(), "operation", directive)
    assert spelt is not None
    said: list[ViewOp] = []

    class Op:
        invoke = said.append

        def __getattr__(self, verb: str) -> Any:
            directives = {"create_view": CreateViewOp, "replace_view": ReplaceViewOp, "drop_view": DropViewOp}
            return lambda *args, **kw: getattr(directives[verb], verb)(self, *args, **kw)

    exec(spelt, {"op": Op()})
    (back,) = said
    assert (type(back), vars(back)) == (type(directive), vars(directive))


def test_a_long_query_is_spelt_line_by_line() -> None:
    directive = CreateViewOp("cheap", "SELECT title\nFROM book", schema="shop")
    spelt = Plugins.load().hook.whimbrel_render_item(
        context=context("sqlite", io.StringIO()), kind="operation", item=directive, imports=set()
    )
    assert spelt == (
        "op.create_view(\n"
        "    'cheap',\n"
        "    (\n"
        "        'SELECT title\\n'\n"
        "        'FROM book'\n"
        "    ),\n"
        "    schema='shop',\n"
        ")"
    )


def test_what_autogenerate_lists() -> None:
    assert CreateViewOp("v", "SELECT 1", schema="s").to_diff_tuple() == ("add_view", "v", "s")
    assert ReplaceViewOp("v", "SELECT 1").to_diff_tuple() == ("modify_view", "v", None)
    assert DropViewOp("v").to_diff_tuple() == ("remove_view", "v", None)
