"""Views on PostgreSQL, which replaces one only by a query with the same columns, or with more of them at the end.

https://www.postgresql.org/docs/current/sql-createview.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DBAPIError

from acme_views.ddl import CreateView, DropView
from acme_views.directives import ReplaceViewOp, View
from acme_views.views import ReplaceableViews, listed
from whimbrel.errors import CommandError
from whimbrel.operations import Operations

_FIND = text(
    """
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = :name AND c.relkind = 'v'
      AND CASE WHEN CAST(:schema AS text) IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = :schema END
    """
)

# Whatever needs a view has a rule (pg_rewrite) that depends on it; a view's own rule depends on the view itself.
_NEEDING = text(
    """
    WITH RECURSIVE needing(oid, path) AS (
        SELECT CAST(:oid AS oid), ARRAY[CAST(:oid AS oid)]
        UNION ALL
        SELECT r.ev_class, path || r.ev_class
        FROM needing
        JOIN pg_depend d ON d.refobjid = needing.oid AND d.refclassid = CAST('pg_class' AS regclass)
             AND d.classid = CAST('pg_rewrite' AS regclass)
        JOIN pg_rewrite r ON r.oid = d.objid
        WHERE r.ev_class <> ALL (path)
    )
    SELECT c.oid, CAST(c.relkind AS text) AS kind, c.relname,
           CASE WHEN pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END AS schema,
           CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS query
    FROM needing JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid <> :oid
    GROUP BY c.oid, c.relkind, c.relname, n.nspname
    ORDER BY max(cardinality(path)), n.nspname, c.relname
    """
)

_COLUMNS = text(
    """
    SELECT attname, format_type(atttypid, atttypmod), attcollation FROM pg_attribute
    WHERE attrelid = :oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    """
)

# What would be lost if the view were dropped and created again.
_EXTRAS = text(
    """
    SELECT 'an owner of its own' FROM pg_class WHERE oid = :oid AND pg_get_userbyid(relowner) <> current_user
    UNION ALL SELECT 'privileges' FROM pg_class WHERE oid = :oid AND relacl IS NOT NULL
    UNION ALL SELECT 'options' FROM pg_class WHERE oid = :oid AND reloptions IS NOT NULL
    UNION ALL SELECT DISTINCT 'comments' FROM pg_description
              WHERE objoid = :oid AND classoid = CAST('pg_class' AS regclass)
    UNION ALL SELECT DISTINCT 'triggers' FROM pg_trigger WHERE tgrelid = :oid AND NOT tgisinternal
    UNION ALL SELECT DISTINCT 'rules' FROM pg_rewrite WHERE ev_class = :oid AND rulename <> '_RETURN'
    UNION ALL SELECT DISTINCT 'defaults of columns' FROM pg_attrdef WHERE adrelid = :oid
    """
)

_PROBE = View("acme_views_probe", "pg_temp")


class _Needing(NamedTuple):
    """Something that needs a view: another view, a materialized one, a table with a rule."""

    oid: int
    kind: str
    view: View
    query: str


class PostgresqlViews(ReplaceableViews):
    """Replaces where the server would, else drops and creates again the view and all that need it."""

    def needing(self, connection: Connection, view: View) -> list[View]:
        """Return the views that need *view*.

        :raises CommandError: something that is no view does.
        """
        oid = _oid(connection, view)
        return [item.view for item in _needing(connection, view, oid)] if oid is not None else []

    def replace_on(self, connection: Connection, operations: Operations, op: ReplaceViewOp) -> None:
        """Replace the view, or drop and create it.

        :raises CommandError: something that would be lost stands in the way, or a view would not work afterwards.
        """
        oid = _oid(connection, op.view)
        if oid is None or self._keeps_columns(connection, oid, op):
            if oid is not None:
                _refuse_to_lose(op, op.view, [extra for extra in _extras(connection, oid) if extra == "options"])
            self.write_replacement(operations, op)
            return
        needing = _needing(connection, op.view, oid)
        for item_oid, view in [(oid, op.view), *((item.oid, item.view) for item in needing)]:
            _refuse_to_lose(op, view, _extras(connection, item_oid))
        for item in reversed(needing):
            operations.execute(DropView(item.view))
        operations.execute(DropView(op.view))
        operations.execute(CreateView(op.view, op.query))
        for item in needing:
            self._create_again(operations, op, item)

    def _keeps_columns(self, connection: Connection, oid: int, op: ReplaceViewOp) -> bool:
        """Return whether the new query begins with the columns of the view, which a view nobody sees tells."""
        old = _columns(connection, oid)
        connection.execute(CreateView(_PROBE, op.query))
        probe = connection.execute(text("SELECT CAST('pg_temp.acme_views_probe' AS regclass)::oid")).scalar_one()
        new = _columns(connection, probe)
        connection.execute(DropView(_PROBE))
        return new[: len(old)] == old

    def _create_again(self, operations: Operations, op: ReplaceViewOp, item: _Needing) -> None:
        try:
            operations.execute(CreateView(item.view, item.query))
        except DBAPIError as error:
            raise CommandError(
                f"replace_view({op.name!r}): {item.view}, which needs it, does not work with this query: {error.orig}",
                f"Mend the query, or drop {item.view} first.",
            ) from error


def _oid(connection: Connection, view: View) -> int | None:
    oid: int | None = connection.execute(_FIND, view._asdict()).scalar()
    return oid


def _needing(connection: Connection, view: View, oid: int) -> list[_Needing]:
    rows = connection.execute(_NEEDING, {"oid": oid})
    found = [_Needing(row.oid, row.kind, View(row.relname, row.schema), row.query) for row in rows]
    strange = [item.view for item in found if item.kind != "v"]
    if strange:
        raise CommandError(
            f"{listed(strange)} needs {view} and is no plain view: it cannot be dropped and created again unseen.",
            "Drop it with op.execute() before, and create it again afterwards.",
        )
    return found


def _columns(connection: Connection, oid: int) -> Sequence[Row[Any]]:
    return connection.execute(_COLUMNS, {"oid": oid}).all()


def _extras(connection: Connection, oid: int) -> list[str]:
    return list(connection.execute(_EXTRAS, {"oid": oid}).scalars())


def _refuse_to_lose(op: ReplaceViewOp, view: View, extras: list[str]) -> None:
    if extras:
        raise CommandError(
            f"replace_view({op.name!r}) would have to drop {view}, which has {', '.join(extras)}: they would be lost.",
            f"Drop and create {view} with op.execute(), and give it again what it has.",
        )
