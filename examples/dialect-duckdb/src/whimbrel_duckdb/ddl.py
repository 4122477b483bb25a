"""The SQL text of the statements that DuckDB spells in its own way.

https://duckdb.org/docs/stable/sql/statements/alter_table
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import RenameTable, alter_table, format_column_name


@compiles(RenameTable, "duckdb")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: RENAME leaves the table where it is.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"
