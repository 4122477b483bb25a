"""What carries the operations out: the part that is the same on every database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from acme_views.ddl import CreateView, DropView
from acme_views.directives import CreateViewOp, DropViewOp, ReplaceViewOp, View
from whimbrel.errors import CommandError
from whimbrel.operations import Operations


class Views:
    """Creates and drops views as any database does; a subclass knows one of them better."""

    def needing(self, connection: Connection, view: View) -> Sequence[View] | None:
        """Return the views that need *view*, directly or not, in an order in which they could be created.

        :return: ``None`` where this database is not known well enough to tell.
        """
        return None

    def create(self, operations: Operations, op: CreateViewOp) -> None:
        """Create the view."""
        operations.execute(CreateView(op.view, op.query))

    def drop(self, operations: Operations, op: DropViewOp) -> None:
        """Drop the view; with ``cascade`` those that need it before.

        :raises CommandError: other views need it, or nobody can tell whether any do.
        """
        connection: Connection | None = operations.get_context().connection
        needing = self.needing(connection, op.view) if connection is not None else None
        if op.cascade and needing is None:
            why = "only the database knows, and this run writes SQL as text" if connection is None else "is not known"
            raise CommandError(
                f"drop_view({op.name!r}, cascade=True): which views need it, {why}.",
                "Drop them one by one before it, each with op.drop_view().",
            )
        if needing and not op.cascade:
            raise CommandError(
                f"drop_view({op.name!r}): {listed(needing)} would be left without it.",
                f"Drop before it: {listed(reversed(needing))}; or say cascade=True.",
            )
        for view in reversed(needing or ()):
            operations.execute(DropView(view))
        operations.execute(DropView(op.view, if_exists=op.if_exists))


class ReplaceableViews(Views):
    """Views of a database on which they can be replaced."""

    def replace(self, operations: Operations, op: ReplaceViewOp) -> None:
        """Have the view show something else, and keep the views that need it.

        :raises CommandError: one of them, or the view itself, would not be what it was.
        """
        connection: Connection | None = operations.get_context().connection
        if connection is None:
            self.write_replacement(operations, op)
        else:
            self.replace_on(connection, operations, op)

    def write_replacement(self, operations: Operations, op: ReplaceViewOp) -> None:
        """Replace as far as that can be said without looking at the database."""
        operations.execute(CreateView(op.view, op.query, or_replace=True))

    def replace_on(self, connection: Connection, operations: Operations, op: ReplaceViewOp) -> None:
        """Replace, having looked at the database."""
        raise NotImplementedError


def listed(views: Iterable[View]) -> str:
    """Return views as messages list them."""
    return ", ".join(map(str, views))
