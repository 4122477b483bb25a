"""The SQL text of the statements about views."""

from __future__ import annotations

from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

from acme_views.directives import Query, View
from whimbrel.ddl import format_table_name


class CreateView(ExecutableDDLElement):
    """``CREATE VIEW``.

    :param view: which.
    :param query: what it shows.
    :param or_replace: replace the one that is there.
    """

    def __init__(self, view: View, query: Query, *, or_replace: bool = False) -> None:
        self.view = view
        # As a literal column text goes through as it stands: neither a colon nor a percent sign means anything in it.
        self.query = literal_column(query.strip().removesuffix(";")) if isinstance(query, str) else query
        self.or_replace = or_replace


class DropView(ExecutableDDLElement):
    """``DROP VIEW``.

    :param view: which.
    :param if_exists: say nothing when it is not there.
    """

    def __init__(self, view: View, *, if_exists: bool = False) -> None:
        self.view = view
        self.if_exists = if_exists


@compiles(CreateView)
def _create_view(element: CreateView, compiler: DDLCompiler, **kw: Any) -> str:
    query = compiler.sql_compiler.process(element.query, literal_binds=True)
    replacing = "OR REPLACE " if element.or_replace else ""
    return f"CREATE {replacing}VIEW {format_table_name(compiler, *element.view)} AS {query}"


@compiles(DropView)
def _drop_view(element: DropView, compiler: DDLCompiler, **kw: Any) -> str:
    return f"DROP VIEW {'IF EXISTS ' if element.if_exists else ''}{format_table_name(compiler, *element.view)}"
