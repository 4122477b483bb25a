"""Conditions as the database tells them: text without parameters, which may be spelt in several ways."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Dialect, TextClause
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl.sink import plain_text


def plain(condition: Any) -> Any:
    """Return a condition without the parameters that SQLAlchemy sees in reflected text such as ``note <> ':x'``."""
    if isinstance(condition, TextClause) and any(bound.required for bound in condition._bindparams.values()):
        return plain_text(condition.text)
    return condition


def same_sql(one: Any, other: Any, dialect: Dialect) -> bool:
    """Return whether two conditions are the same, but for quotes, parentheses, case and space."""
    return _essence(one, dialect) == _essence(other, dialect)


def _essence(condition: Any, dialect: Dialect) -> str:
    if not isinstance(condition, str):
        compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # SQLAlchemy's own habit
        assert isinstance(compiler, DDLCompiler)
        condition = compiler.sql_compiler.process(condition, include_table=False, literal_binds=True)
    return re.sub(r'[\s()"`\[\]]', "", condition).casefold()
