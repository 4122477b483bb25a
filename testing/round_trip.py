"""There and back: models to a database by the scripts that autogenerate writes, run as text, and what is left."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from testing.databases import Database
from testing.random_metadata import OTHER_SCHEMA
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing import catalog, changes
from whimbrel_autogen import produce_migrations, render_python_code

OPTIONS: dict[str, Any] = {
    "allow_drop_table": True,
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}
"""All that can be compared is compared."""


class Script:
    """Both halves of a script, as text.

    :param upgrade: the source of ``upgrade()``.
    :param downgrade: the source of ``downgrade()``.
    """

    def __init__(self, upgrade: str, downgrade: str) -> None:
        self.upgrade = upgrade
        self.downgrade = downgrade


class Trip:
    """A database that models travel to and from; emptied in one go between two journeys.

    :param database: the database.
    """

    def __init__(self, database: Database) -> None:
        self._backend = database.name
        # SQLite's is in memory: a file would be made durable at each step.
        url = "sqlite://" if database.name == "sqlite" else database.url
        self.engine = sa.create_engine(url, poolclass=StaticPool)
        self._name = sa.make_url(database.url).database

    @contextmanager
    def emptied(self) -> Iterator[Trip]:
        """An empty database, whatever is in it before."""
        statements = {
            "sqlite": (),
            "postgresql": (
                f'DROP SCHEMA IF EXISTS public, "{OTHER_SCHEMA}" CASCADE',
                "CREATE SCHEMA public",
                f'CREATE SCHEMA "{OTHER_SCHEMA}"',
            ),
            "mysql": (
                f"DROP DATABASE `{self._name}`",
                f"CREATE DATABASE `{self._name}` CHARACTER SET utf8mb4",
                f"USE `{self._name}`",
            ),
        }
        if self._backend == "sqlite":
            self.engine.dispose()
        with self.engine.begin() as connection:
            for statement in statements[self._backend]:
                connection.exec_driver_sql(statement)
        yield self

    def script(self, models: sa.MetaData) -> Script:
        """Return the script that brings the database to models."""
        with self.engine.connect() as connection:
            run = self._run(connection, models)
            found = produce_migrations(run, models)
            imports: set[str] = set(found.imports)
            halves = [_spelt(half, run, imports) for half in (found.upgrade_ops, found.downgrade_ops)]
            connection.rollback()
        head = "".join(f"{line}\n" for line in sorted(imports))
        return Script(*(head + half for half in halves))

    def missing(self, models: sa.MetaData) -> str:
        """Return what is still to be done for the database to be like models; nothing, if it is."""
        found = self.script(models).upgrade
        return "" if found == "pass\n" else found

    def notes(self, models: sa.MetaData) -> list[str]:
        """Return what a person is told besides the script."""
        with self.engine.connect() as connection:
            found = produce_migrations(self._run(connection, models), models).notes
            connection.rollback()
        return found

    def carried_out(self, source: str, models: sa.MetaData, note: Callable[[str], object]) -> None:
        """Run half of a script as a revision would be run, by an environment that knows the models."""
        note(source)
        with self.engine.connect() as connection:
            run = self._run(connection, models)
            with run.begin_transaction(), Operations.context(run) as op:
                names: dict[str, Any] = {"op": op, "sa": sa}
                exec(compile(source, "script", "exec"), names)  # it was written a moment ago

    def catalog(self) -> list[str]:
        """Return what the database has."""
        with self.engine.connect() as connection:
            inspector = sa.inspect(connection)
            found = catalog(inspector)
            if self._backend == "postgresql":
                found += [f"{OTHER_SCHEMA}: {line}" for line in catalog(inspector, OTHER_SCHEMA)]
                # PostgreSQL prints a CHECK that it has printed before in other words; missing() asks it what they mean.
                found = [line for line in found if not line.removeprefix(f"{OTHER_SCHEMA}: ").startswith("check ")]
            connection.rollback()
            if self._backend == "sqlite":
                # SQLAlchemy takes all that follows for a part of what computes a column, and from one quote in the text
                # to another one for the name of a foreign key.
                found = [line.partition(" computed ")[0] for line in found]
                found = [
                    _without_name(line) if line.startswith("foreign key ") and '""' in line else line for line in found
                ]
        return found

    def _run(self, connection: sa.Connection, models: sa.MetaData) -> MigrationContext:
        more = {"target_metadata": models, "include_schemas": self._backend == "postgresql"}
        return MigrationContext.configure(connection, opts={**OPTIONS, **more})


def problems_on_the_way(
    trip: Trip, first: sa.MetaData, second: sa.MetaData, note: Callable[[str], object] = lambda text: None
) -> list[str]:
    """Go from nothing to models, on to others, and all the way back, by the scripts that are written for it.

    :param trip: the database.
    :param first: the models.
    :param second: what becomes of them.
    :param note: is told each half of a script before it is run.
    :return: what was missing, or left, at the first place where there was any; an empty list where all was as it
        should be.
    """
    with trip.emptied():
        return list(islice(_travelled(trip, first, second, note), 1))


def _travelled(trip: Trip, first: sa.MetaData, second: sa.MetaData, note: Callable[[str], object]) -> Iterator[str]:
    nothing = trip.catalog()
    there = trip.script(first)
    trip.carried_out(there.upgrade, first, note)
    yield from _told("missing after the first upgrade", trip.missing(first))
    before = trip.catalog()
    on = trip.script(second)
    trip.carried_out(on.upgrade, second, note)
    yield from _told("missing after the second upgrade", trip.missing(second))
    trip.carried_out(on.downgrade, second, note)
    yield from _told("missing after the way back", trip.missing(first))
    yield from _told("changed by the way there and back", changes(before, trip.catalog()))
    trip.carried_out(there.downgrade, first, note)
    yield from _told("left at the end", changes(nothing, trip.catalog()))


def _without_name(line: str) -> str:
    ours, arrow, theirs = line.rpartition(" -> ")
    return f"foreign key ({ours.rpartition(' (')[2]}{arrow}{theirs}"


def _told(where: str, what: str | list[str]) -> Iterator[str]:
    if what:
        yield f"{where}:\n{what}"


def _spelt(half: Any, run: MigrationContext, imports: set[str]) -> str:
    as_batch = run.dialect.name == "sqlite"
    body = render_python_code(half, migration_context=run, imports=imports, render_as_batch=as_batch)  # type: ignore[arg-type]  # a set is told
    return textwrap.dedent(f"    {body}") + "\n"
