"""What every part of the conformance suite stands on: the database under test, and what its dialect has declared."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import DropTable

from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import Capability, Support
from whimbrel.operations import Operations
from whimbrel.testing.catalog import Inspects, catalog
from whimbrel.testing.project import Project
from whimbrel.testing.running import Action, execute_text, operations, statements, text_context


class UndeclaredCapability(UserWarning):
    """A dialect can do something that it has not declared."""


class Way(Protocol):
    """A way to carry operations out on the database under test."""

    def run(self, action: Action) -> None:
        """Carry *action* out."""

    def support(self, needs: Sequence[Capability]) -> Support:
        """Say whether all of *needs* are declared: no if one is declared not to be, unknown if one is not declared."""


class Connected:
    """On a connection.

    :param engine: the database.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def run(self, action: Action) -> None:
        """See :meth:`Way.run`."""
        with operations(self.engine) as op:
            action(op)

    def support(self, needs: Sequence[Capability]) -> Support:
        """See :meth:`Way.support`."""
        with operations(self.engine) as op:
            return _all(op.impl.support(capability) for capability in needs)


class AsText:
    """As text, which is then executed.

    :param engine: the database.
    :param url: what the text is written for.
    """

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine = engine
        self.url = url

    def run(self, action: Action) -> None:
        """See :meth:`Way.run`."""
        context, stream = text_context(self.url)
        action(Operations(context))
        execute_text(self.engine, statements(stream.getvalue(), context.impl))

    def support(self, needs: Sequence[Capability]) -> Support:
        """See :meth:`Way.support`."""
        context, _ = text_context(self.url)
        return _all(context.impl.support(capability) for capability in needs)


class SuiteBase:
    """Fixtures to override, and what the cases share.

    Override :meth:`database_url`; the other fixtures and methods where the database wants it otherwise.
    """

    @pytest.fixture
    def database_url(self) -> str | URL:
        """Return the URL of an empty database; whoever made it drops it afterwards.

        Each test leaves it empty again, so that one database can serve them all.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has to override the fixture database_url: return the URL of an empty database."
        )

    @pytest.fixture
    def engine(self, database_url: str | URL) -> Iterator[Engine]:
        """Connect to the database under test; afterwards, drop all its tables."""
        engine = create_engine(database_url)
        if tables := self.tables(engine):
            pytest.fail(f"The fixture database_url has to give an empty database; this one has {', '.join(tables)}.")
        yield engine
        self.drop_tables(engine)
        engine.dispose()

    @pytest.fixture
    def project(self, database_url: str | URL, tmp_path: Path) -> Project:
        """Return an empty folder of version files over the database under test."""
        return Project(tmp_path / "project", make_url(database_url).render_as_string(hide_password=False))

    def inspector(self, connection: Connection) -> Inspects:
        """Return what reads the catalog; override it where SQLAlchemy's dialect does not reflect everything.

        :param connection: a connection to the database under test.
        """
        return inspect(connection)

    def drop_tables(self, engine: Engine) -> None:
        """Drop all tables, which the test has made: the database was empty before it.

        :param engine: the database under test.
        """
        tables = self.tables(engine)
        while tables:
            for table in tables:
                with contextlib.suppress(DBAPIError), engine.begin() as connection:  # another table refers to it
                    connection.execute(DropTable(Table(table, MetaData())))
            left = self.tables(engine)
            assert len(left) < len(tables), f"{', '.join(left)} cannot be dropped"
            tables = left

    # -- helpers ------------------------------------------------------------------------------------------------------

    def tables(self, engine: Engine) -> list[str]:
        """Return the names of the tables.

        :param engine: the database under test.
        """
        with engine.connect() as connection:
            return self.inspector(connection).get_table_names()

    def catalog(self, engine: Engine) -> list[str]:
        """Return what the database says of its tables, as lines.

        :param engine: the database under test.
        """
        with engine.connect() as connection:
            return catalog(self.inspector(connection))

    def carried_out(
        self, engine: Engine, way: Way, action: Action, needs: Sequence[Capability], may_pass_over: bool = False
    ) -> bool:
        """Carry *action* out where the dialect can; where it says it cannot, see that it refuses and changes nothing.

        What is not declared is tried: if it fails, the test ends as an expected failure that says so; if it works, a
        warning says what to declare.

        :param engine: the database under test.
        :param way: how to carry it out.
        :param action: what to do.
        :param needs: what it needs.
        :param may_pass_over: whether doing nothing is as good as refusing.
        :return: whether it was carried out.
        """
        support = way.support(needs)
        if support is Support.NO:
            before = self.catalog(engine)
            if may_pass_over:
                try:
                    way.run(action)
                except UnsupportedOperation as error:
                    _check_refusal(error, engine.dialect.name)
            else:
                with pytest.raises(UnsupportedOperation) as caught:
                    way.run(action)
                _check_refusal(caught.value, engine.dialect.name)
            assert self.catalog(engine) == before, "what is refused changes nothing"
            return False
        if support is Support.YES:
            way.run(action)
            return True
        asked = ", ".join(item.name for item in needs if way.support([item]) is Support.UNKNOWN)
        try:
            way.run(action)
        except (CommandError, SQLAlchemyError) as error:
            pytest.xfail(f"not declared: {asked}; it does not work, so declare Support.NO: {error}")
        warnings.warn(f"not declared: {asked}; it works, so declare Support.YES", UndeclaredCapability, stacklevel=2)
        return True

    def support(self, engine: Engine, capability: Capability) -> Support:
        """Return what the dialect says on a connection.

        :param engine: the database under test.
        :param capability: what is asked for.
        """
        return Connected(engine).support([capability])


def _check_refusal(error: UnsupportedOperation, dialect: str) -> None:
    assert error.dialect == dialect
    assert dialect in error.message.lower(), "the message names the dialect"
    assert hasattr(Operations, error.operation), f"the operation is a verb of op, not {error.operation!r}"
    assert error.operation in str(error), "message or remedy names the operation"
    assert error.remedy, "there is a remedy"


def _all(answers: Iterator[Support]) -> Support:
    said = set(answers)
    return next((answer for answer in (Support.NO, Support.UNKNOWN) if answer in said), Support.YES)
