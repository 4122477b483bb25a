"""Views on MySQL and MariaDB, which replace one whatever needs it, and find out when that is used.

https://dev.mysql.com/doc/refman/8.4/en/create-view.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from acme_views.ddl import CreateView
from acme_views.directives import ReplaceViewOp, View
from acme_views.views import ReplaceableViews, listed
from whimbrel.errors import CommandError
from whimbrel.operations import Operations

_NAME_OR_STRING = re.compile(r"""(?P<name>`(?:[^`]|``)*`)|'(?:[^'\\]|''|\\.)*'""", re.DOTALL)


class MySQLViews(ReplaceableViews):
    """Replaces, looks whether all still works, and puts the old view back where it does not: DDL is not rolled back."""

    def needing(self, connection: Connection, view: View) -> list[View]:
        """Return the views whose query, as the server keeps it, names *view* or one that needs it."""
        default = connection.execute(text("SELECT DATABASE()")).scalar_one()
        stored = _stored(connection)
        found: list[View] = []
        wanted = [View(view.name, view.schema or default)]
        for needed in wanted:  # grows while it is walked
            for item in stored:
                if item.view not in wanted and _names(item.query, needed):
                    wanted.append(item.view)
        # Whoever is needed comes before who needs it.
        queries = {item.view: item.query for item in stored}
        rest = wanted[1:]
        while rest:
            ready = [one for one in rest if not any(_names(queries[one], other) for other in rest if other != one)]
            found += ready or rest
            rest = [one for one in rest if one not in found]
        return [View(one.name, None if one.schema == default and view.schema is None else one.schema) for one in found]

    def replace_on(self, connection: Connection, operations: Operations, op: ReplaceViewOp) -> None:
        """Replace, and look at the views that need it.

        :raises CommandError: one of them would not work afterwards, or the view is more than its query.
        """
        old = _definition(connection, op.view)
        if old is not None and old.extras:
            raise CommandError(
                f"replace_view({op.name!r}): the view has {old.extras}, which this would take away.",
                "Write the whole statement with op.execute().",
            )
        working = [view for view in self.needing(connection, op.view) if _works(connection, view)]
        operations.execute(CreateView(op.view, op.query, or_replace=True))
        broken = [view for view in working if not _works(connection, view)]
        if broken and old is not None:
            connection.exec_driver_sql(old.statement, None, {"no_parameters": True})
            raise CommandError(
                f"replace_view({op.name!r}): {listed(broken)} would not work with this query; the old one is back.",
                "Mend the query, or drop what needs the old one first.",
            )


class _Stored(NamedTuple):
    """A view as information_schema has it; its query is spelt in full: each table with its database, in backticks."""

    view: View
    query: str


class _Definition(NamedTuple):
    """What brings a view back.

    :param statement: the statement.
    :param extras: what it has beside its query, in words; empty for nothing.
    """

    statement: str
    extras: str


def _stored(connection: Connection) -> list[_Stored]:
    rows = connection.execute(
        text(
            "SELECT table_schema, table_name, view_definition FROM information_schema.views "
            "WHERE table_schema <> 'sys' ORDER BY 1, 2"
        )
    )
    return [_Stored(View(name, schema), _without_strings(query or "")) for schema, name, query in rows]


def _without_strings(query: str) -> str:
    """Empty the string literals, so that no name is found in one."""
    return _NAME_OR_STRING.sub(lambda found: found["name"] or "''", query)


def _names(query: str, view: View) -> bool:
    return ".".join(f"`{part.replace('`', '``')}`" for part in (view.schema or "", view.name)) in query


def _definition(connection: Connection, view: View) -> _Definition | None:
    row = connection.execute(
        text(
            "SELECT check_option, security_type FROM information_schema.views "
            "WHERE table_schema = coalesce(:schema, DATABASE()) AND table_name = :name"
        ),
        view._asdict(),
    ).one_or_none()
    if row is None:
        return None
    extras = [f"WITH {row.check_option} CHECK OPTION"] if row.check_option != "NONE" else []
    extras += [f"SQL SECURITY {row.security_type}"] if row.security_type != "DEFINER" else []
    created: str = connection.exec_driver_sql(
        f"SHOW CREATE VIEW {_quoted(connection, view)}", None, {"no_parameters": True}
    ).one()[1]
    return _Definition(created.replace("CREATE ", "CREATE OR REPLACE ", 1), " and ".join(extras))


def _works(connection: Connection, view: View) -> bool:
    try:
        query = f"SELECT 1 FROM {_quoted(connection, view)} LIMIT 0"
        connection.exec_driver_sql(query, None, {"no_parameters": True}).close()
    except DBAPIError as error:
        if error.orig is not None and error.orig.args[0] == 1356:  # ER_VIEW_INVALID
            return False
        raise
    return True


def _quoted(connection: Connection, view: View) -> str:
    """Return the name in backticks; the preparer would double a percent sign, which here is no parameter's."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in (view.schema, view.name) if part)
