"""The SQL text of the statements that DuckDB spells in its own way.

https://duckdb.org/docs/stable/sql/statements/alter_table
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Computed
from sqlalchemy.exc import CompileError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import RenameTable, alter_table, format_column_name


@compiles(Computed, "duckdb")
def _computed(element: Computed, compiler: DDLCompiler, **kw: Any) -> str:
    # duckdb-engine stands on SQLAlchemy's PostgreSQL, which had stored columns only for long; DuckDB has virtual ones.
    if element.persisted:
        raise CompileError("DuckDB does not store what it computes: leave persisted=True out")
    expression = compiler.sql_compiler.process(element.sqltext, include_table=False, literal_binds=True)
    return f"GENERATED ALWAYS AS ({expression}) VIRTUAL"


@compiles(RenameTable, "duckdb")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: RENAME leaves the table where it is.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"
