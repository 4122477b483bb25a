"""What can be done to computed columns, by the age of the server.

https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-EXPRESSION
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Computed, Dialect

from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability
from whimbrel.unset import UNSET

SINCE: Final = {Capability.COMPUTED_TO_PLAIN: 13, Capability.COMPUTED_EXPRESSION: 17}
"""Which version of PostgreSQL brought it: https://www.postgresql.org/docs/release/"""


def refuse_to_compute(dialect: Dialect, table_name: str, column_name: str, default: object, existing: object) -> None:
    """Refuse what no ALTER TABLE does to computed columns, or none of this server's age.

    DROP EXPRESSION came with PostgreSQL 13, SET EXPRESSION with 17; a plain column never becomes computed. Where SQL is
    written as text the newest server is written for.

    :param dialect: knows the version of the server, where there is one.
    :param table_name: the table.
    :param column_name: its column.
    :param default: the new default.
    :param existing: the old one.
    :raises UnsupportedOperation: it is refused.
    """
    column = f"column {table_name}.{column_name}"
    info = dialect.server_version_info
    version = int(info[0]) if info is not None else None
    if isinstance(default, Computed) and not isinstance(existing, Computed):
        what = (
            f"PostgreSQL cannot make {column} computed.",
            "Drop the column and add it again. If it is computed already, say so: "
            'existing_server_default=sa.Computed("...").',
        )
    elif isinstance(default, Computed) and version is not None and version < 17:
        what = (
            f"PostgreSQL {version} cannot change what {column} computes; 17 can.",
            "Drop the column and add it again.",
        )
    elif default is not UNSET and isinstance(existing, Computed) and version is not None and version < 13:
        what = (
            f"PostgreSQL {version} cannot make computed {column} plain; 13 can.",
            "Add another column, copy the values with op.execute(), drop this one and rename the other.",
        )
    else:
        return
    message, remedy = what
    message = f"alter_column({table_name!r}, {column_name!r}): {message}"
    raise UnsupportedOperation(message, remedy, dialect=dialect.name, operation="alter_column")
