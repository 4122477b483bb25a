"""The name that a constraint or an index has in the database, once conventions and lengths had their say."""

from __future__ import annotations

from sqlalchemy import Constraint, Dialect, Index


def final_name(item: Constraint | Index, dialect: Dialect) -> str | None:
    """Return the name as the database knows it; ``None`` where the database makes one up.

    Naming conventions are applied, and names that are too long are cut as SQLAlchemy does.

    :param item: a constraint or an index that stands in a table.
    :param dialect: knows how long a name may be.
    """
    if item.name is None:
        return None
    preparer = dialect.identifier_preparer
    made = preparer.format_index(item) if isinstance(item, Index) else preparer.format_constraint(item)
    if made is None:
        return None
    name = str(made)
    begin, end = preparer.initial_quote, preparer.final_quote
    if name.startswith(begin) and name.endswith(end) and len(name) > 1:
        name = name[len(begin) : -len(end)].replace(end * 2, end)
    return name.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else name
