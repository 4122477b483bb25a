"""Views on SQLite, which has no CREATE OR REPLACE VIEW and looks into a view only when it is used.

https://sqlite.org/lang_createview.html
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from acme_views.ddl import CreateView, DropView
from acme_views.directives import ReplaceViewOp, View
from acme_views.views import ReplaceableViews, listed
from whimbrel.errors import CommandError
from whimbrel.operations import Operations


class SQLiteViews(ReplaceableViews):
    """Drops and creates to replace; asks SQLite itself which views work."""

    def needing(self, connection: Connection, view: View) -> list[View]:
        """Return the views that stop working when *view* is gone, in the order of their creation."""
        before = _working(connection, view.schema)
        if view.name.lower() not in (other.name.lower() for other in before):
            return []
        with connection.begin_nested() as try_out:
            connection.execute(DropView(view))
            after = _working(connection, view.schema)
            try_out.rollback()
        return [other for other in before if other not in after and other.name.lower() != view.name.lower()]

    def write_replacement(self, operations: Operations, op: ReplaceViewOp) -> None:
        """Drop and create."""
        operations.execute(DropView(op.view, if_exists=True))
        operations.execute(CreateView(op.view, op.query))

    def replace_on(self, connection: Connection, operations: Operations, op: ReplaceViewOp) -> None:
        """Drop and create, and create the view's triggers again, which go with it.

        :raises CommandError: a view would not work afterwards; nothing is changed then.
        """
        before = _working(connection, op.schema)
        triggers = _triggers(connection, op.view)
        with connection.begin_nested():
            self.write_replacement(operations, op)
            for trigger in triggers:
                operations.execute(trigger)
            working = _working(connection, op.schema)
            broken = [view for view in dict.fromkeys([op.view, *before]) if view not in working]
            if broken:
                raise CommandError(
                    f"replace_view({op.name!r}): {listed(broken)} would not work with this query.",
                    "Mend the query, or drop what needs the old one first.",
                )


def _working(connection: Connection, schema: str | None) -> list[View]:
    """Return the views that can be used, in the order of their creation."""
    return [view for view in _all(connection, schema) if _works(connection, view)]


def _works(connection: Connection, view: View) -> bool:
    preparer = connection.dialect.identifier_preparer
    name = preparer.quote(view.name)
    qualified = f"{preparer.quote(view.schema)}.{name}" if view.schema else name
    try:
        connection.exec_driver_sql(f"SELECT * FROM {qualified} LIMIT 0").close()
    except OperationalError:  # no such table, no such column: SQLite's answer to the question
        return False
    return True


def _all(connection: Connection, schema: str | None) -> list[View]:
    rows = connection.execute(text(f"SELECT name FROM {_catalog(connection, schema)} WHERE type = 'view'"))
    return [View(name, schema) for name in rows.scalars()]


def _triggers(connection: Connection, view: View) -> list[str]:
    """Return the statements that create the triggers of *view*."""
    catalog = _catalog(connection, view.schema)
    query = text(f"SELECT sql FROM {catalog} WHERE type = 'trigger' AND lower(tbl_name) = lower(:view)")
    return list(connection.execute(query, {"view": view.name}).scalars())


def _catalog(connection: Connection, schema: str | None) -> str:
    return f"{connection.dialect.identifier_preparer.quote(schema or 'main')}.sqlite_master"
