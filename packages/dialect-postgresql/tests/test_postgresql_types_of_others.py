"""Types that packages bring along, which have more spellings than the one that the server prints."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.base import ischema_names

from testing.databases import Database
from testing.scripted import differences, run, scripted

# As PostGIS has geometry(POINT,-1), which it prints as geometry(Point): length(3) is printed as length(3,0).
LENGTH = (
    "CREATE TYPE length",
    "CREATE FUNCTION length_in(cstring, oid, int) RETURNS length LANGUAGE internal IMMUTABLE STRICT AS 'numeric_in'",
    "CREATE FUNCTION length_out(length) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'numeric_out'",
    "CREATE TYPE length (INPUT = length_in, OUTPUT = length_out, LIKE = numeric,"
    " TYPMOD_IN = numerictypmodin, TYPMOD_OUT = numerictypmodout)",
)


class Length(sa.types.UserDefinedType[Any]):
    """A package's type, spelt in its own way."""

    cache_ok = True

    def __init__(self, digits: int | None = None, behind: int = 0) -> None:
        self.digits = digits
        self.behind = behind

    def get_col_spec(self, **kw: Any) -> str:
        if self.digits is None:
            return "length"
        return f"LENGTH({self.digits},{self.behind})" if self.behind else f"LENGTH({self.digits})"

    def __repr__(self) -> str:
        return f"Length({self.digits}, {self.behind})"


@pytest.fixture
def engine(postgresql_database: Database) -> sa.Engine:
    engine = postgresql_database.engine()
    with engine.begin() as connection:
        for statement in LENGTH:
            connection.exec_driver_sql(statement)
    return engine


@pytest.fixture(params=["known to reflection", "unknown"])
def _reflected(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "unknown":
        monkeypatch.setitem(ischema_names, "length", Length)


def models(*types: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("board", metadata, *(sa.Column(f"c{number}", type_) for number, type_ in enumerate(types)))
    return metadata


@pytest.fixture
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def take(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", take)
    yield said
    sa.event.remove(engine, "before_cursor_execute", take)


@pytest.mark.usefixtures("_reflected")
def test_two_spellings_of_one_type_are_the_same(engine: sa.Engine) -> None:
    every = (Length(), Length(3), Length(5, 2), ARRAY(Length(3)))
    models(*every).create_all(engine)
    assert differences(engine, models(*every)) == []


@pytest.mark.usefixtures("_reflected")
def test_what_differs_is_found(engine: sa.Engine) -> None:
    models(Length(3), Length(3), Length()).create_all(engine)
    found = differences(engine, models(Length(4), Length(3, 1), Length(3)))
    assert [(item[0][0], item[0][3]) for item in found] == [
        ("modify_type", "c0"),
        ("modify_type", "c1"),
        ("modify_type", "c2"),
    ]


@pytest.mark.usefixtures("_reflected")
def test_a_spelling_that_the_server_rejects_differs_and_disturbs_nothing(engine: sa.Engine) -> None:
    models(Length(3)).create_all(engine)
    ((found,),) = differences(engine, models(Length(5000)))
    assert found[0] == "modify_type"


@pytest.mark.usefixtures("_reflected")
def test_it_is_asked_where_nothing_may_be_written(engine: sa.Engine) -> None:
    models(Length(3)).create_all(engine)
    with engine.begin() as connection:
        database = connection.exec_driver_sql("SELECT quote_ident(current_database())").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert differences(engine, models(Length(3))) == []


def test_a_column_is_brought_back_with_the_type_of_the_package(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ischema_names, "length", Length)
    models(sa.Integer(), Length(3)).create_all(engine)
    upgrade, downgrade = scripted(engine, models(sa.Integer()), "others.")
    assert "others.Length(3, 0)" in downgrade
    run(engine, upgrade)
    run(engine, downgrade, others=SimpleNamespace(Length=Length))
    assert differences(engine, models(sa.Integer(), Length(3))) == []


def test_a_class_that_loses_what_the_server_says_is_not_used(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ischema_names, "length", lambda *_arguments: Length())
    models(Length(3)).create_all(engine)
    ((found,),) = differences(engine, models(Length()))
    assert found[0] == "modify_type"


def test_each_spelling_is_asked_about_once(engine: sa.Engine, statements: list[str]) -> None:
    models(*[Length(3)] * 2).create_all(engine)
    statements.clear()
    assert differences(engine, models(*[Length(3)] * 2)) == []
    few = len(statements)
    models(*[Length(3)] * 20).drop_all(engine)
    models(*[Length(3)] * 20).create_all(engine)
    statements.clear()
    assert differences(engine, models(*[Length(3)] * 20)) == []
    assert len(statements) == few


def test_about_types_of_the_server_itself_nothing_is_asked(engine: sa.Engine, statements: list[str]) -> None:
    models(sa.String(20), sa.Numeric(10, 2), sa.ARRAY(sa.String(20))).create_all(engine)
    changed = (sa.String(30), sa.Numeric(12, 2), sa.ARRAY(sa.String(30)))
    statements.clear()
    assert len(differences(engine, models(*changed))) == len(changed)
    assert not [statement for statement in statements if "whimbrel.type" in statement]
