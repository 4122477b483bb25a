"""What operations cost beside the database: rows inserted and written, and the tool's own work a revision.

Each measurement is a process of its own, in the interpreter of the tool that is measured; it prints one line of JSON.
The tool and its floor take turns, and of each the fastest counts: whatever else the machine does can only add to it.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

REPEATED = 7
FLOOR = "driver"
CARELESS = {"run_lock": "off", "history": "false", "journal": "false", "checksums": "off"}
"""Settings of a run that takes no care of itself: no lock, no records, no journal."""
TABLE = "CREATE TABLE bulk (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50), n INTEGER, price FLOAT)"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Return rows of four columns, of three types."""
    return ({"id": n, "name": f"it's number {n}", "n": n * 2, "price": n / 2} for n in range(count))


def fastest(action: Callable[[str], float], tool: str, times: int = REPEATED) -> dict[str, float]:
    """Return the least that *action* returns for *tool*, and for the floor where *tool* is ours."""
    tools = ["whimbrel", FLOOR] if tool == "whimbrel" else [tool]
    taken: dict[str, list[float]] = {name: [] for name in tools}
    for _ in range(times):
        for name in tools:
            taken[name].append(action(name))
    return {name: min(seconds) for name, seconds in taken.items()}


# -- bulk_insert ------------------------------------------------------------------------------------------------------


def insert(tool: str, url: str, count: int) -> dict[str, float]:
    """Return the seconds that inserting rows takes, committing not counted; the floor is the raw driver."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool)
    data = list(rows(count))

    def once(name: str) -> float:
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS bulk")
            connection.exec_driver_sql(TABLE)
            connection.commit()
            send = inserting(name, connection)
            began = time.perf_counter()
            send(data)
            return time.perf_counter() - began

    return fastest(once, tool)


def inserting(tool: str, connection: Any) -> Callable[[list[dict[str, Any]]], Any]:
    """Return what inserts rows over *connection*."""
    if tool != FLOOR:
        operations = operations_of(tool, connection=connection)
        return lambda data: operations.bulk_insert(bulk_table(), data)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = f"INSERT INTO bulk (id, name, n, price) VALUES ({', '.join([mark] * 4)})"
    cursor = connection.connection.cursor()
    return lambda data: cursor.executemany(statement, [tuple(row.values()) for row in data])


def write(tool: str, dialect: str, count: int) -> dict[str, float]:
    """Return the seconds that writing rows as SQL takes; the floor is a loop that formats and writes."""
    data = list(rows(count))

    def once(name: str) -> float:
        with open(os.devnull, "w", encoding="utf-8") as stream:
            began = time.perf_counter()
            if name == FLOOR:
                for row in data:
                    text = row["name"].replace("'", "''")
                    stream.write(f"INSERT INTO bulk VALUES ({row['id']}, '{text}', {row['n']}, {row['price']});\n\n")
            else:
                options = {"as_sql": True, "output_buffer": stream}
                operations_of(name, dialect_name=dialect, opts=options).bulk_insert(bulk_table(), data)
            return time.perf_counter() - began

    return fastest(once, tool, 1 if tool == "alembic" else REPEATED)  # theirs takes long enough to be timed once


def bulk_table() -> Any:
    """Return the table as scripts describe it."""
    from sqlalchemy import Float, Integer, String, column, table

    return table("bulk", column("id", Integer), column("name", String), column("n", Integer), column("price", Float))


def operations_of(tool: str, **configuration: Any) -> Any:
    """Return a tool's ``Operations``; both call them the same."""
    module = "whimbrel.runtime.migration" if tool == "whimbrel" else "alembic.runtime.migration"
    context = importlib.import_module(module).MigrationContext.configure(**configuration)
    return importlib.import_module(f"{tool}.operations").Operations(context)


# -- revisions --------------------------------------------------------------------------------------------------------


def revisions(
    tool: str, folder: str, count: int, settings: Mapping[str, str] = MappingProxyType({})
) -> dict[str, float]:
    """Return the CPU seconds of ``upgrade head`` over the project in *folder*, which is of a database in memory.

    With *settings* besides those of the project. The floor is SQLAlchemy alone: it makes, compiles and executes the
    same constructs.
    """
    os.chdir(folder)
    config = importlib.import_module(f"{tool}.config")
    command = importlib.import_module(f"{tool}.command")

    def once(name: str) -> float:
        if name == FLOOR:
            return constructs(count)
        began = time.process_time()
        options = config.Config(f"{tool}.ini", stdout=io.StringIO())
        for key, value in settings.items():
            options.set_main_option(key, value)
        command.upgrade(options, "head")
        return time.process_time() - began

    return fastest(once, tool)


def constructs(count: int) -> float:
    """Return the CPU seconds that the operations of ``floors.column_operation`` take without revisions around them."""
    import sqlalchemy as sa
    from floors import construct

    from whimbrel.ddl import AddColumn

    with sa.create_engine("sqlite://").connect() as connection:
        began = time.process_time()
        for number in range(count):
            connection.execute(construct(number, AddColumn))
        return time.process_time() - began


# -- the process ------------------------------------------------------------------------------------------------------


def peak_mib() -> float:
    """Return the largest memory this process had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


MEASURED: dict[str, Callable[[str, str, int], dict[str, float]]] = {
    "insert": insert,
    "write": write,
    "revisions": revisions,
    "careless": partial(revisions, settings=CARELESS),
}


def main(what: str, tool: str, where: str, count: str) -> None:
    """Measure one thing and print it."""
    seconds = MEASURED[what](tool, where, int(count))
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main(*sys.argv[1:])
