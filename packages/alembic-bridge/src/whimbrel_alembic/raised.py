"""What a script, env.py or the database raised comes through as it was raised, since applications catch it.

What Whimbrel knows about it (revision, file, line, what to do) is added to it as a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from whimbrel.errors import CommandError, DatabaseUnreachable, EnvironmentScriptError, MigrationFailed
from whimbrel_alembic.finder import install

_WRAPPERS = (MigrationFailed, EnvironmentScriptError, DatabaseUnreachable)


@contextmanager
def as_raised() -> Iterator[None]:
    """Let ``import alembic`` find this package, and what is raised in the block come through."""
    install()
    try:
        yield
    except _WRAPPERS as error:
        inner = error.__cause__
        while isinstance(inner, _WRAPPERS) and inner.__cause__ is not None:
            inner = inner.__cause__
        if inner is None or isinstance(inner, CommandError):
            raise
        inner.add_note(str(error))
        raise inner from inner.__cause__
