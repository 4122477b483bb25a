"""Rewriter: a process_revision_directives function put together from one function a kind of directive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from whimbrel.operations.ops import MigrateOperation, MigrationScript, ModifyTableOps, OpContainer

if TYPE_CHECKING:
    from whimbrel.runtime.migration import MigrationContext

Answer = MigrateOperation | list[MigrateOperation]
Rewrite = Callable[[Any, Any, Any], Answer]


class Rewriter:
    """Replaces directives by others before they are spelt.

    Example::

        writer = Rewriter()

        @writer.rewrites(ops.AddColumnOp)
        def add_column(context, revision, op):
            return op if op.column.nullable else [ops.AddColumnOp(...), ops.AlterColumnOp(...)]

        context.configure(..., process_revision_directives=writer)
    """

    def __init__(self) -> None:
        self._rewrites: dict[type[MigrateOperation], Rewrite] = {}
        self._next: tuple[Callable[..., None], ...] = ()

    def rewrites(
        self, operator: type[MigrateOperation] | tuple[type[MigrateOperation], ...]
    ) -> Callable[[Rewrite], Rewrite]:
        """Return a decorator for the function that rewrites directives of one class, or of several.

        It is called with the run, the revision, and the directive, and returns a directive, or a list of them.

        :param operator: the class; its subclasses count unless they have a function of their own.
        """
        classes = operator if isinstance(operator, tuple) else (operator,)

        def register(function: Rewrite) -> Rewrite:
            for cls in classes:
                self._rewrites[cls] = function
            return function

        return register

    def chain(self, other: Callable[..., None]) -> Rewriter:
        """Return a rewriter that does what this one does, and then what *other* does.

        :param other: a Rewriter, or any ``process_revision_directives`` function.
        """
        both = Rewriter()
        both._rewrites = self._rewrites
        both._next = (*self._next, other)
        return both

    def __call__(self, context: MigrationContext, revision: Any, directives: list[MigrationScript]) -> None:
        """Rewrite *directives*, in place."""
        self.process_revision_directives(context, revision, directives)
        for following in self._next:
            following(context, revision, directives)

    def process_revision_directives(
        self, context: MigrationContext, revision: Any, directives: list[MigrationScript]
    ) -> None:
        """Rewrite *directives*, in place, by the functions of this rewriter alone.

        :param context: the run.
        :param revision: the current heads.
        :param directives: the scripts.
        """
        for script in list(directives):
            answer = self._answer(context, revision, script)
            if answer != [script]:
                place = directives.index(script)
                directives[place : place + 1] = answer  # type: ignore[assignment]  # who rewrites a script gives scripts
        for script in directives:
            for half in (*script.upgrade_ops_list, *script.downgrade_ops_list):
                self._within(context, revision, half)

    def _within(self, context: MigrationContext, revision: Any, container: OpContainer) -> None:
        container.ops[:] = [new for op in container.ops for new in self._rewritten(context, revision, op)]

    def _rewritten(self, context: MigrationContext, revision: Any, op: MigrateOperation) -> Iterator[MigrateOperation]:
        for new in self._answer(context, revision, op):
            if isinstance(new, ModifyTableOps | OpContainer):
                self._within(context, revision, new)
            yield new

    def _answer(self, context: MigrationContext, revision: Any, op: MigrateOperation) -> list[MigrateOperation]:
        for cls in type(op).__mro__:
            rewrite = self._rewrites.get(cls)
            if rewrite is not None:
                answer = rewrite(context, revision, op)
                return list(answer) if isinstance(answer, list | tuple) else [answer]
        return [op]
