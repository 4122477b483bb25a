"""On real databases: what a view shows, what needs it, and that all comes back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from acme_views.directives import CreateViewOp, DropViewOp, ReplaceViewOp

from whimbrel.errors import CommandError

CHEAP = "SELECT title FROM book WHERE price < 10"
EARLY = "SELECT title FROM book WHERE id < 10"
PRICED = "SELECT price, title FROM book WHERE price < 10"  # PostgreSQL's OR REPLACE wants title first


def rows(engine: sa.Engine, view: str) -> list[Any]:
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(view))))


def names(engine: sa.Engine) -> list[str]:
    return sorted(sa.inspect(engine).get_view_names())


@pytest.fixture
def tower(run: Any) -> None:
    """Views that need each other: ``aaa`` needs ``one`` and ``two``, which need ``cheap``."""
    with run() as op:
        op.create_view("cheap", CHEAP)
        op.create_view("one", "SELECT title FROM cheap WHERE title <> 'x'")
        op.create_view("two", "SELECT title FROM cheap WHERE title <> 'y'")
        op.create_view("aaa", "SELECT one.title FROM one JOIN two ON one.title = two.title")
        op.create_view("apart", "SELECT 'cheap' AS title")


def test_create_and_back(run: Any, engine: sa.Engine) -> None:
    directive = CreateViewOp("cheap", CHEAP)
    with run() as op:
        op.invoke(directive)
    assert rows(engine, "cheap") == [("Emma",)]
    with run() as op:
        op.invoke(directive.reverse())
    assert names(engine) == []


def test_drop_and_back(run: Any, engine: sa.Engine) -> None:
    with run() as op:
        op.create_view("cheap", CHEAP)
    directive = DropViewOp("cheap", existing_query=CHEAP)
    with run() as op:
        op.invoke(directive)
    assert names(engine) == []
    with run() as op:
        op.invoke(directive.reverse())
    assert rows(engine, "cheap") == [("Emma",)]


def test_drop_if_exists(run: Any) -> None:
    with run() as op:
        op.drop_view("absent", if_exists=True)


@pytest.mark.parametrize("query", [EARLY, "SELECT title, price FROM book", PRICED], ids=["same", "more", "other"])
def test_replace_and_back_keeps_the_views_that_need_it(run: Any, engine: sa.Engine, tower: None, query: str) -> None:
    directive = ReplaceViewOp("cheap", query, existing_query=CHEAP)
    with run() as op:
        op.invoke(directive)
    assert len(rows(engine, "cheap")) == (1 if query == PRICED else 2)
    assert rows(engine, "aaa") == sorted(row[-1:] if query == PRICED else row[:1] for row in rows(engine, "cheap"))
    with run() as op:
        op.invoke(directive.reverse())
    for view in ("cheap", "one", "two", "aaa"):
        assert rows(engine, view) == [("Emma",)], view


def test_a_view_that_is_not_there_is_created_by_replace(run: Any, engine: sa.Engine) -> None:
    with run() as op:
        op.replace_view("cheap", CHEAP)
    assert rows(engine, "cheap") == [("Emma",)]


def test_replacing_by_a_query_that_leaves_others_without_a_column_changes_nothing(
    run: Any, engine: sa.Engine, tower: None
) -> None:
    with pytest.raises(CommandError, match=r"replace_view\('cheap'\).*one.* not work with this query"), run() as op:
        op.replace_view("cheap", "SELECT price FROM book")
    assert rows(engine, "aaa") == rows(engine, "cheap") == [("Emma",)]


def test_dropping_what_others_need_is_refused_and_says_in_which_order(run: Any, engine: sa.Engine, tower: None) -> None:
    with pytest.raises(CommandError) as caught, run() as op:
        op.drop_view("cheap")
    assert caught.value.message == "drop_view('cheap'): one, two, aaa would be left without it."
    assert caught.value.remedy == "Drop before it: aaa, two, one; or say cascade=True."
    assert rows(engine, "aaa") == [("Emma",)]


def test_cascade_drops_them_too_and_no_other(run: Any, engine: sa.Engine, tower: None) -> None:
    with run() as op:
        op.drop_view("cheap", cascade=True)
    assert names(engine) == ["apart"]


@pytest.mark.parametrize("name", ["order", 'it\'s "5%"', "a b", "Größe :x", "back`tick"])
def test_any_name_will_do(run: Any, engine: sa.Engine, name: str) -> None:
    with run() as op:
        op.create_view(name, CHEAP)
        op.create_view("above", sa.select(sa.table(name, sa.column("title"))))
        op.replace_view(name, PRICED)
    assert rows(engine, name) == [(9, "Emma")]
    assert rows(engine, "above") == [("Emma",)]
    with run() as op, pytest.raises(CommandError, match="above would be left without it"):
        op.drop_view(name)
    with run() as op:
        op.drop_view(name, cascade=True)
    assert names(engine) == []


def test_percent_signs_and_colons_in_a_query_are_what_they_are(run: Any, engine: sa.Engine) -> None:
    with run() as op:
        op.create_view("odd", "SELECT '5% :x %s 10:30' AS title, id % 2 AS odd FROM book WHERE title LIKE 'E%';")
        title = sa.column("title")
        query = sa.select(title + "%").where(title.like("E%")).select_from(sa.table("book"))
        op.create_view("expression", query)
    assert rows(engine, "odd") == [("5% :x %s 10:30", 1)]
    assert rows(engine, "expression") == [("Emma%",)]
