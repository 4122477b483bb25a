"""How values are spelt in a script, so that SQL Server, and the client that reads the script, take them as they are."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_TIMESTAMP: Final = re.compile(r"'(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d:\d\d)?'")
_STRING: Final = re.compile(r"N?'(?:[^']|'')*'")

# Where a literal must not run on: each client reads these as something else, quotes or not.
_SEAM: Final = re.compile(r"(?<=\\)(?=\r?\n)|(?<=\$)(?=\()")
_GO: Final = re.compile(r"(\n[ \t]*G)(O[ \t]*\d*[ \t]*\r?(?=\n))", re.I)

# Two literals joined are no longer than this many bytes; beyond, one of them has to be of a MAX type.
_LONGEST: Final = 4000


def script_dialect(dialect: Dialect) -> Dialect:
    """Return a copy of *dialect* that spells literals as :func:`script_literal` does."""
    copied = copy.copy(dialect)
    base = dialect.statement_compiler
    copied.statement_compiler = type(f"Script{base.__name__}", (_ScriptCompiler, base), {})
    return copied


class _ScriptCompiler(SQLCompiler):
    """Stands before SQLAlchemy's compiler of SQL Server."""

    def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
        return script_literal(super().render_literal_value(value, type_))


def script_literal(sql: str) -> str:
    r"""Return a literal as it is safe in a script; what is no string stays.

    * What is not ASCII gets an ``N`` before it, as without one it passes through the code page of the database
      (https://learn.microsoft.com/sql/t-sql/data-types/constants-transact-sql).
    * A date with a time is written ``2020-01-31T23:59:59``, which ``SET DATEFORMAT`` and ``SET LANGUAGE`` leave alone
      (https://learn.microsoft.com/sql/t-sql/data-types/datetime-transact-sql); with microseconds it is cast, because
      a column of type DATETIME reads no more than three digits from a string.
    * A backslash before a line break, which would go together with it
      (https://learn.microsoft.com/sql/t-sql/language-elements/sql-server-utilities-statements-backslash), ``$(``, by
      which sqlcmd knows its variables (https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility), and a line that
      is ``GO`` are cut in two literals.

    :param sql: the literal as SQLAlchemy spells it.

    Example::

        >>> print(script_literal("'$(é)'"))
        N'$' + N'(é)'
    """
    time = _TIMESTAMP.fullmatch(sql)
    if time is not None:
        date, clock, fraction, zone = time.groups()
        literal = f"'{date}T{clock}{fraction or ''}{zone or ''}'"
        return f"CAST({literal} AS DATETIME2)" if fraction and not zone else literal
    if not _STRING.fullmatch(sql):
        return sql
    prefix = "N" if sql[0] == "N" or not sql.isascii() else ""
    seam = f"' + {prefix}'"
    body = sql[sql.index("'") + 1 : -1]
    cut = _GO.sub(lambda match: f"{match[1]}{seam}{match[2]}", _SEAM.sub(seam, body))
    if cut is body or cut == body:
        return f"{prefix}'{body}'"
    start = f"CAST({prefix}'' AS {prefix}VARCHAR(MAX)) + " if len(body) > _LONGEST else ""
    return f"{start}{prefix}'{cut}'"
