"""The three operations as values: what they hold, and what undoes them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from sqlalchemy.sql.elements import ClauseElement

from whimbrel.operations import Operations
from whimbrel.operations.ops import MigrateOperation

Query: TypeAlias = str | ClauseElement
"""What a view shows: SQL text, in which nothing is a parameter, or SQLAlchemy's ``select()``."""


class View(NamedTuple):
    """Which view.

    :param name: its name, unquoted.
    :param schema: its schema; ``None`` for the connection's default.
    """

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class ViewOp(MigrateOperation):
    """A change to one view: the base of the three.

    :param name: the view.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, name: str, *, schema: str | None = None) -> None:
        self.name = name
        self.schema = schema

    @property
    def view(self) -> View:
        """Which view it is about."""
        return View(self.name, self.schema)


class CreateViewOp(ViewOp):
    """Create a view.

    :param name: its name.
    :param query: what it shows.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, name: str, query: Query, *, schema: str | None = None) -> None:
        super().__init__(name, schema=schema)
        self.query = query

    @classmethod
    def create_view(cls, operations: Operations, name: str, query: Query, *, schema: str | None = None) -> None:
        """Carry out ``op.create_view``."""
        operations.invoke(cls(name, query, schema=schema))

    def reverse(self) -> DropViewOp:
        """Return the directive that drops it."""
        return DropViewOp(self.name, schema=self.schema, existing_query=self.query)

    def to_diff_tuple(self) -> tuple[str, str, str | None]:
        """Return ``("add_view", name, schema)``."""
        return ("add_view", self.name, self.schema)


class ReplaceViewOp(ViewOp):
    """Have a view show something else; the views that need it are kept.

    :param name: the view.
    :param query: what it shows from now on.
    :param schema: its schema; ``None`` for the connection's default.
    :param existing_query: what it shows until now, so that the change can be reversed.
    """

    def __init__(
        self, name: str, query: Query, *, schema: str | None = None, existing_query: Query | None = None
    ) -> None:
        super().__init__(name, schema=schema)
        self.query = query
        self.existing_query = existing_query

    @classmethod
    def replace_view(
        cls,
        operations: Operations,
        name: str,
        query: Query,
        *,
        schema: str | None = None,
        existing_query: Query | None = None,
    ) -> None:
        """Carry out ``op.replace_view``."""
        operations.invoke(cls(name, query, schema=schema, existing_query=existing_query))

    def reverse(self) -> ReplaceViewOp:
        """Return the directive that has it show again what it did.

        :raises NotImplementedError: nobody said what that was.
        """
        if self.existing_query is None:
            raise NotImplementedError(f"replace_view({self.name!r}) has no reverse without existing_query.")
        return ReplaceViewOp(self.name, self.existing_query, schema=self.schema, existing_query=self.query)

    def to_diff_tuple(self) -> tuple[str, str, str | None]:
        """Return ``("modify_view", name, schema)``."""
        return ("modify_view", self.name, self.schema)


class DropViewOp(ViewOp):
    """Drop a view.

    :param name: the view.
    :param schema: its schema; ``None`` for the connection's default.
    :param if_exists: say nothing when it is not there.
    :param cascade: drop the views that need it too; asked of a connection, not of a script of SQL.
    :param existing_query: what it shows, so that the change can be reversed.
    """

    def __init__(
        self,
        name: str,
        *,
        schema: str | None = None,
        if_exists: bool = False,
        cascade: bool = False,
        existing_query: Query | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.if_exists = if_exists
        self.cascade = cascade
        self.existing_query = existing_query

    @classmethod
    def drop_view(
        cls,
        operations: Operations,
        name: str,
        *,
        schema: str | None = None,
        if_exists: bool = False,
        cascade: bool = False,
        existing_query: Query | None = None,
    ) -> None:
        """Carry out ``op.drop_view``."""
        operations.invoke(cls(name, schema=schema, if_exists=if_exists, cascade=cascade, existing_query=existing_query))

    def reverse(self) -> CreateViewOp:
        """Return the directive that creates it again.

        :raises NotImplementedError: nobody said what it shows, or other views went with it.
        """
        if self.existing_query is None:
            raise NotImplementedError(f"drop_view({self.name!r}) has no reverse without existing_query.")
        if self.cascade:
            raise NotImplementedError(f"drop_view({self.name!r}, cascade=True) does not know which views went with it.")
        return CreateViewOp(self.name, self.existing_query, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str, str | None]:
        """Return ``("remove_view", name, schema)``."""
        return ("remove_view", self.name, self.schema)
