"""What the tests of the dialects share, over :mod:`whimbrel.testing`: a case with its exact text, and our databases."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import sqlalchemy as sa

from testing.databases import Database
from whimbrel import testing
from whimbrel.operations import Operations
from whimbrel.testing import Action, changes, sql_of, text_of

__all__ = [
    "Action",
    "Case",
    "TextCase",
    "apply",
    "catalog",
    "changes",
    "dedent",
    "effect_and_back",
    "operations",
    "sql_of",
    "text_of",
]


class Case(NamedTuple):
    """One operation on the start schema of a dialect's tests.

    :param action: the operation.
    :param sql: the text that ``--sql`` writes for it, in full.
    :param effect: which lines of the catalog it takes away (``- ``) and brings (``+ ``).
    :param reverse: brings the start schema back.
    """

    action: Action
    sql: str
    effect: str
    reverse: Action


class TextCase(NamedTuple):
    """One operation for a database that no test can reach.

    :param action: the operation.
    :param sql: the text that ``--sql`` writes for it, in full.
    """

    action: Action
    sql: str


@contextmanager
def operations(database: Database) -> Iterator[Operations]:
    """Operations on a connection to *database*, in the transaction that a revision would have."""
    with testing.operations(database.engine()) as op:
        yield op


def apply(database: Database, action: Action) -> None:
    """Carry *action* out, and commit."""
    testing.apply(database.engine(), action)


def catalog(database: Database, schema: str | None = None) -> list[str]:
    """Return what the database says of its tables: one line for each thing, in a stable order."""
    with database.engine().connect() as connection:
        return testing.catalog(sa.inspect(connection), schema)


def effect_and_back(database: Database, start: Action, case: Case) -> tuple[str, str]:
    """Return what a case does to the start schema in a real database, and what is left of it after its reverse."""
    apply(database, start)
    before = catalog(database)
    apply(database, case.action)
    effect = changes(before, catalog(database))
    apply(database, case.reverse)
    return effect, changes(before, catalog(database))


def dedent(text: str) -> str:
    """Return *text* without its indentation, and without the empty lines around it."""
    return textwrap.dedent(text).strip()
