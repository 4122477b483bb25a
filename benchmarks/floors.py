"""The floors of a run, with a commit after each revision: the same statements over the raw driver, or by SQLAlchemy.

Run as a program:  python floors.py upgrade URL COUNT  or  python floors.py downgrade URL COUNT
or, to load the version files of a folder and have SQLAlchemy execute what they would:
                   python floors.py scripts URL FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any


def connect(url: str) -> Any:
    """Return a connection of the driver that *url* names, opened without SQLAlchemy's engine."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        import sqlite3

        return sqlite3.connect(parsed.database or "", isolation_level=None)
    arguments = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "password": parsed.password}
    given = {name: value for name, value in arguments.items() if value is not None}
    if parsed.get_backend_name() == "postgresql":
        import psycopg

        return psycopg.connect(dbname=parsed.database, **given)
    import pymysql

    return pymysql.connect(database=parsed.database, **given)


def main(direction: str, url: str, count: int) -> None:
    """Add *count* columns to tables of fifty, or change nothing; each time a version row moves. Of none, connect."""
    connection = connect(url)
    if not count:
        return
    cursor = connection.cursor()
    sqlite = url.startswith("sqlite")

    def step(*statements: str) -> None:
        if sqlite:
            cursor.execute("BEGIN")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("COMMIT") if sqlite else connection.commit()

    step("CREATE TABLE floor_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    step("INSERT INTO floor_version VALUES ('start')")
    before = "start"
    for number in range(count):
        change = [column_statement(number)] if direction == "upgrade" else []
        step(*change, f"UPDATE floor_version SET version_num='{number}' WHERE version_num='{before}'")
        before = str(number)


def by_sqlalchemy(url: str, folder: str) -> None:
    """Load each version file of *folder*, and have SQLAlchemy make, compile and execute what it is to do."""
    import sqlalchemy as sa

    from whimbrel.ddl import AddColumn

    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        with connection.begin():
            connection.exec_driver_sql("CREATE TABLE floor_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO floor_version VALUES ('start')")
        before = "start"
        for number, path in enumerate(sorted(Path(folder).glob("*.py"))):
            loaded(path)
            with connection.begin():
                if engine.name == "sqlite":
                    connection.exec_driver_sql("BEGIN")
                connection.execute(construct(number, AddColumn))
                moved = f"UPDATE floor_version SET version_num='{number}' WHERE version_num='{before}'"
                connection.exec_driver_sql(moved)
            before = str(number)


def loaded(path: Path) -> ModuleType:
    """Return the module of a file, as Python itself loads it."""
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def construct(number: int, add_column: Callable[[str, Any], Any]) -> Any:
    """Return what SQLAlchemy executes for revision *number*."""
    import sqlalchemy as sa

    name = f"t{number // 50}"
    if number % 50 == 0:
        key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
        return sa.schema.CreateTable(sa.Table(name, sa.MetaData(), key))
    column: sa.Column[int] = sa.Column(f"c{number}", sa.Integer)
    sa.Table(name, sa.MetaData(), column)
    return add_column(name, column)


def column_statement(number: int) -> str:
    """Return the DDL of revision *number*: a table every fifty revisions, a column in between."""
    table = f"t{number // 50}"
    if number % 50 == 0:
        return f"CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY)"
    return f"ALTER TABLE {table} ADD COLUMN c{number} INTEGER"


def column_operation(number: int) -> str:
    """Return the same as an operation of a script."""
    table = f"t{number // 50}"
    if number % 50 == 0:
        return f'op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))'
    return f'op.add_column("{table}", sa.Column("c{number}", sa.Integer))'


if __name__ == "__main__":
    if sys.argv[1] == "scripts":
        by_sqlalchemy(*sys.argv[2:])
    else:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
