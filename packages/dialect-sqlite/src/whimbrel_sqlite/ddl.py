"""The SQL text of the statements that SQLite spells in its own way.

https://www.sqlite.org/lang_altertable.html
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import ColumnName, RenameTable, alter_table, format_column_name


@compiles(RenameTable, "sqlite")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: a table cannot move to another file.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(ColumnName, "sqlite")
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME COLUMN {old} TO {new}"
