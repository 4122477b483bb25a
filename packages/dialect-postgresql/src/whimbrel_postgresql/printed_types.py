"""Asking the server how it prints types of packages, which may have several spellings: PostGIS's most of all."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import Connection, text

from whimbrel_postgresql.server_types import name_and_arguments

ASKED: Final = "whimbrel.type"

# The function that reads what stands in the parentheses: https://www.postgresql.org/docs/current/sql-createtype.html
# Nothing is written, so that it may be called in a transaction that is read-only too.
_BLOCK: Final = r"""
DO $whimbrel$
DECLARE
    asked json := CAST(current_setting('whimbrel.type') AS json);
    call text;
    printed text;
BEGIN
    SELECT CASE WHEN asked ->> 'arguments' IS NULL THEN format('SELECT format_type(%s, NULL)', oid)
        ELSE format('SELECT format_type(%s, %s(CAST(%L AS cstring[])))', oid, CAST(typmodin AS regproc),
            CAST(string_to_array(asked ->> 'arguments', ',') AS text)) END
    INTO call FROM pg_type WHERE oid = to_regtype(asked ->> 'name');
    IF call IS NOT NULL THEN
        EXECUTE call INTO printed;
    END IF;
    PERFORM set_config('whimbrel.type', coalesce(printed, ''), false);
EXCEPTION
    WHEN OTHERS THEN PERFORM set_config('whimbrel.type', '', false);
END
$whimbrel$
"""


class PrintedTypes:
    """What the server prints for types, each asked about once.

    :param connection: to the database; whether it is in a transaction does not matter.

    Example::

        PrintedTypes(connection)("geometry(POINT,-1)")  # 'geometry(Point)'
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, str | None] = {}

    def __call__(self, spelling: str) -> str | None:
        """Return what the server prints; ``None`` where it knows no such type.

        :param spelling: the type as it may stand in ``CREATE TABLE``.
        """
        if spelling not in self._known:
            self._known[spelling] = self._ask(spelling)
        return self._known[spelling]

    def _ask(self, spelling: str) -> str | None:
        name, arguments = name_and_arguments(spelling)
        asked = json.dumps({"name": name, "arguments": arguments})
        self._connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": ASKED, "value": asked})
        self._connection.exec_driver_sql(_BLOCK, execution_options={"no_parameters": True})  # a % in it is one
        said = text("SELECT current_setting(:name), set_config(:name, '', false)")
        printed: str = self._connection.execute(said, {"name": ASKED}).scalar_one()
        return printed or None
