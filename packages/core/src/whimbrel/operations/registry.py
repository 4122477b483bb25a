"""Which verbs ``op`` has, and what carries each directive out: declared once a process, added to once a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from whimbrel.entry_points import OWN_DISTRIBUTIONS, source_of
from whimbrel.errors import CommandError, PluginError, UnsupportedOperation
from whimbrel.operations.directives.base import MigrateOperation

Implementation = Callable[[Any, Any], Any]
OperationClass = TypeVar("OperationClass", bound=type[MigrateOperation])
Function = TypeVar("Function", bound=Implementation)

_OP, _BATCH = "op", "batch"
"""What verbs are called on, each with names of its own."""


class OperationRegistry:
    """Verbs and implementations, on top of those of a parent.

    :param parent: is asked for what is not found here.

    Example, in a plugin::

        @hookimpl
        def whimbrel_operations(registry):
            registry.register_operation("create_view")(CreateViewOp)
            registry.implementation_for(CreateViewOp)(create_view)
            registry.implementation_for(CreateViewOp, dialect="sqlite")(create_view_on_sqlite)
    """

    def __init__(self, parent: OperationRegistry | None = None) -> None:
        self._parent = parent
        self._verbs: dict[tuple[str, str], tuple[type[MigrateOperation], str]] = {}
        self._implementations: dict[tuple[type, str | None], Implementation] = {}

    @classmethod
    def for_run(cls) -> OperationRegistry:
        """Return an empty registry on top of what the process has declared."""
        return cls(DECLARED)

    # -- adding -------------------------------------------------------------------------------------------------------

    def register_operation(
        self, name: str, sourcename: str | None = None
    ) -> Callable[[OperationClass], OperationClass]:
        """Return a class decorator that makes ``op.<name>`` call a class method of the directive.

        :param name: the verb.
        :param sourcename: the class method, where its name is another. It gets the ``Operations`` first.
        :raises PluginError: another directive has that verb.
        """

        return self._registering(_OP, name, sourcename)

    def register_batch_operation(
        self, name: str, sourcename: str | None = None
    ) -> Callable[[OperationClass], OperationClass]:
        """Return a class decorator that makes ``batch.<name>`` call a class method of the directive.

        A verb of ``op`` whose directive has a class method ``batch_<name>`` is one of ``batch`` without it.

        :param name: the verb.
        :param sourcename: the class method, where its name is another. It gets the ``BatchOperations`` first.
        :raises PluginError: another directive has that verb.
        """
        return self._registering(_BATCH, name, sourcename)

    def _registering(self, face: str, name: str, sourcename: str | None) -> Callable[[OperationClass], OperationClass]:
        def register(op_class: OperationClass) -> OperationClass:
            taken = self._verb_entry(name, face)
            if taken is not None and not _same(taken[0], op_class):
                if _is_sibling(op_class) and not _is_sibling(taken[0]) and not _is_core(taken[0]):
                    return op_class  # a stranger's verb was there first: what a dialect of ours adds does not break it
                raise _clash(f"Operation {face}.{name}", taken[0], op_class)
            self._verbs[face, name] = (op_class, sourcename or name)
            return op_class

        return register

    def implementation_for(
        self, op_cls: type[MigrateOperation], replace: bool = False, *, dialect: str | None = None
    ) -> Callable[[Function], Function]:
        """Return a decorator for the function that carries a directive out.

        :param op_cls: the directive's class; its subclasses share the function unless they have their own.
        :param replace: take the place of the function that does so now.
        :param dialect: SQLAlchemy's name of the one database that the function is for; ``None`` for every database
            that has no function of its own.
        :raises PluginError: another function does so, and *replace* is false.
        """

        def implement(function: Function) -> Function:
            taken = self._own_implementation(op_cls, dialect)
            if taken is not None and not replace and not _same(taken, function):
                where = f" on {dialect}" if dialect else ""
                raise _clash(f"The implementation of {op_cls.__name__}{where}", taken, function, " with replace=True")
            self._implementations[op_cls, dialect] = function
            return function

        return implement

    # -- asking -------------------------------------------------------------------------------------------------------

    def verb(self, name: str) -> Callable[..., Any] | None:
        """Return what ``op.<name>`` calls, with the ``Operations`` first; ``None`` where there is no such verb."""
        entry = self._verb_entry(name)
        return None if entry is None else getattr(entry[0], entry[1])

    def directive(self, name: str) -> type[MigrateOperation] | None:
        """Return the directive behind ``op.<name>``; ``None`` where there is no such verb."""
        entry = self._verb_entry(name)
        return None if entry is None else entry[0]

    def verbs(self) -> frozenset[str]:
        """Return the names of all verbs."""
        return self._verbs_of(_OP)

    def batch_verb(self, name: str) -> Callable[..., Any] | None:
        """Return what ``batch.<name>`` calls, with the ``BatchOperations`` first; ``None`` if there is no such verb."""
        owner, method = self._verb_entry(name, _BATCH) or (self.directive(name), f"batch_{name}")
        verb: Callable[..., Any] | None = getattr(owner, method, None)
        return verb

    def batch_verbs(self) -> frozenset[str]:
        """Return the names of all verbs that can be used within ``batch_alter_table``."""
        derived = (name for name in self.verbs() if hasattr(self.directive(name), f"batch_{name}"))
        return self._verbs_of(_BATCH).union(derived)

    def _verbs_of(self, face: str) -> frozenset[str]:
        inherited = self._parent._verbs_of(face) if self._parent is not None else frozenset()
        return inherited.union(name for of, name in self._verbs if of == face)

    def implementation(self, op_cls: type[MigrateOperation], dialect: str | None = None) -> Implementation:
        """Return the function that carries a directive out.

        :param op_cls: the directive's class.
        :param dialect: SQLAlchemy's name of the database.
        :raises UnsupportedOperation: functions for other databases do, none for this one.
        :raises PluginError: nothing does.
        """
        for cls in op_cls.__mro__:
            found = self._own_implementation(cls, dialect) if dialect is not None else None
            found = found or self._own_implementation(cls, None)
            if found is not None:
                return found
        raise self._nothing_carries_out(op_cls, dialect)

    def _nothing_carries_out(self, op_cls: type[MigrateOperation], dialect: str | None) -> CommandError:
        served = sorted({name for cls in op_cls.__mro__ for name in self._dialects_of(cls)})
        if served:
            return UnsupportedOperation(
                f"{_origin(op_cls)} is for {' and '.join(served)}; nothing carries it out on {dialect}.",
                f"Ask who wrote it, or decorate a function f(operations, operation) with "
                f"@Operations.implementation_for({op_cls.__name__}, dialect={dialect!r}).",
                dialect=dialect or "",
                operation=self.verb_of(op_cls) or op_cls.__name__,
            )
        return PluginError(
            f"Nothing carries out {op_cls.__module__}.{op_cls.__qualname__}.",
            f"Write a function f(operations, operation) and decorate it with @Operations.implementation_for"
            f"({op_cls.__name__}), or let a plugin register one.",
        )

    def _dialects_of(self, cls: type) -> set[str]:
        inherited = self._parent._dialects_of(cls) if self._parent is not None else set()
        return inherited | {dialect for op_cls, dialect in self._implementations if op_cls is cls and dialect}

    def verb_of(self, op_cls: type) -> str | None:
        """Return the name by which ``op`` has a directive; ``None`` where it has it by none."""
        return next((name for name in sorted(self.verbs()) if self.directive(name) is op_cls), None)

    def _verb_entry(self, name: str, face: str = _OP) -> tuple[type[MigrateOperation], str] | None:
        found = self._verbs.get((face, name))
        return self._parent._verb_entry(name, face) if found is None and self._parent is not None else found

    def _own_implementation(self, cls: type, dialect: str | None) -> Implementation | None:
        found = self._implementations.get((cls, dialect))
        if found is None and self._parent is not None:
            return self._parent._own_implementation(cls, dialect)
        return found


DECLARED = OperationRegistry()
"""What modules declare with decorators when they are imported: the built-in directives, and those of an env.py."""

register_operation = DECLARED.register_operation
register_batch_operation = DECLARED.register_batch_operation
implementation_for = DECLARED.implementation_for


def _same(one: Any, other: Any) -> bool:
    """Return whether two objects come from one definition: env.py is run again and again in a process."""
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


def _is_core(item: Any) -> bool:
    return bool(item.__module__.partition(".")[0] == "whimbrel")


def _is_sibling(item: Any) -> bool:
    """Return whether another package of Whimbrel's has *item*."""
    package = item.__module__.partition(".")[0].replace("_", "-")
    return package in OWN_DISTRIBUTIONS and not _is_core(item)


def _clash(what: str, first: Any, second: Any, unless: str = "") -> PluginError:
    return PluginError(
        f"{what} comes from both {_origin(first)} and {_origin(second)}.",
        f"Uninstall one of the two, or register one under another name{unless and f', or{unless}'}.",
    )


def _origin(item: Any) -> str:
    """Return the dotted name of *item*, and the distribution it was installed with."""
    source = source_of(item.__module__)
    return f"{item.__module__}.{item.__qualname__}{f' ({source})' if source else ''}"
