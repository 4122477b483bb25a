"""Names as they stand in SQL text that is sent as it is, without what a driver wants doubled."""

from __future__ import annotations

from sqlalchemy import Dialect, Table


def quoted(dialect: Dialect, name: str) -> str:
    """Return *name* with the quotes that it needs.

    SQLAlchemy's own preparer doubles each percent sign where the driver would take one for a parameter; a statement
    that has none is sent as it stands.

    :param dialect: whose quotes.
    :param name: the name of a column, a constraint and such.
    """
    spelt = dialect.identifier_preparer.quote(name)
    doubled = "%" in name and spelt.count("%") == 2 * name.count("%")
    return spelt.replace("%%", "%") if doubled else spelt


def quoted_table(dialect: Dialect, table: Table) -> str:
    """Return the name of *table* with its schema, each with the quotes that it needs."""
    names = [table.name] if table.schema is None else [table.schema, table.name]
    return ".".join(quoted(dialect, name) for name in names)
