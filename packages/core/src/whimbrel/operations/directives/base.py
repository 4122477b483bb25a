"""What every directive is: a value with fields, which knows its reverse and its SQLAlchemy construct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Protocol

from whimbrel.unset import UNSET


class RunContext(Protocol):
    """What a directive wants to know of the run it is part of; ``MigrationContext`` is one."""

    @property
    def opts(self) -> Mapping[str, Any]:
        """The options of the run; ``target_metadata`` brings the naming convention."""


class Invoker(Protocol):
    """Carries a directive out; ``Operations`` is one."""

    @property
    def migration_context(self) -> Any:
        """The run."""

    def invoke(self, operation: MigrateOperation) -> Any:
        """Carry *operation* out, and return what its implementation returns."""


class BatchInvoker(Invoker, Protocol):
    """Collects the directives of a ``batch_alter_table`` block; ``BatchOperations`` is one."""

    @property
    def table_name(self) -> str:
        """The table of the block."""

    @property
    def schema(self) -> str | None:
        """Its schema; ``None`` for the connection's default."""


class MigrateOperation:
    """A change to a database, as a value: it says what, not how.

    A subclass keeps its fields as attributes, and has a class method named after its verb that makes one out of the
    user's words and invokes it. A second one, named ``batch_`` and the verb, does the same within
    ``batch_alter_table``, where the table goes without saying.

    Example::

        @Operations.register_operation("create_view")
        class CreateViewOp(MigrateOperation):
            def __init__(self, name: str, query: str) -> None:
                self.name = name
                self.query = query

            @classmethod
            def create_view(cls, operations: Operations, name: str, query: str) -> None:
                operations.invoke(cls(name, query))

            @classmethod
            def batch_create_view(cls, operations: BatchOperations, name: str) -> None:
                operations.invoke(cls(name, f"SELECT * FROM {operations.table_name}"))

            def reverse(self) -> DropViewOp:
                return DropViewOp(self.name)
    """

    # Whether autogenerate puts it before what it does to tables, as the creation of a type has to be; else after.
    before_tables: ClassVar[bool] = False

    @cached_property
    def info(self) -> dict[Any, Any]:
        """A dictionary for whoever passes the directive on; empty at first."""
        return {}

    def reverse(self) -> MigrateOperation:
        """Return the directive that undoes this one.

        :raises NotImplementedError: there is none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no reverse.")

    def to_diff_tuple(self) -> Any:
        """Return the change as ``compare_metadata()`` lists it: a tuple that begins with its kind.

        :raises NotImplementedError: it is not a difference between models and database.
        """
        raise NotImplementedError(f"{type(self).__name__} is not a difference between models and database.")

    def __repr__(self) -> str:
        said = {name: value for name, value in vars(self).items() if value is not None and value is not UNSET}
        fields = (f"{name}={value!r}" for name, value in said.items() if not name.startswith("_"))
        return f"{type(self).__name__}({', '.join(fields)})"


class AlterTableOp(MigrateOperation):
    """A change to one table: the base of many.

    :param table_name: the table.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


def check_keywords(verb: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse keywords that no dialect could mean: those without a prefix, and those one letter off a known one.

    :param verb: the operation, for the message.
    :param given: the names of the further keywords.
    :param known: the names that the operation has itself.
    :raises TypeError: one is refused.
    """
    for name in given:
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=1, cutoff=0.85)
        if near or "_" not in name:
            hint = f" Did you mean {near[0]}?" if near else " A dialect's own keyword begins with its name: mysql_..."
            raise TypeError(f"{verb}() got an unexpected keyword argument {name!r}.{hint}")
