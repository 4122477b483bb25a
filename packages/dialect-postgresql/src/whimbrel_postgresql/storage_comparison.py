"""Storage parameters of tables, where a comparison was told to look at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from whimbrel.operations import MigrateOperation
from whimbrel_postgresql.ddl import StorageValue
from whimbrel_postgresql.operations import SetStorageParametersOp

OPTION: Final = "postgresql_with"
"""SQLAlchemy's keyword for them."""

_FLAGS: Final = {"on": "true", "yes": "true", "off": "false", "no": "false"}


def compare_storage(context: Any, pair: Any) -> list[MigrateOperation]:
    """Return what gives a table the storage parameters of the models, and takes away those that they do not say.

    Those of its TOAST table are left alone.

    :param context: the comparison, of the package that compares; its option ``compare_table_options`` names
        ``postgresql_with`` where they are looked at.
    :param pair: the table, on both sides.
    """
    if OPTION not in (context.opts.get("compare_table_options") or ()):
        return []
    theirs = _plain(pair.reflected.options.get(OPTION) or {})
    ours = _plain(pair.models.kwargs.get(OPTION) or {})
    changed = {name: ours.get(name) for name in sorted(theirs.keys() | ours) if theirs.get(name) != ours.get(name)}
    if not changed:
        return []
    existing = {name: _typed(theirs[name]) for name in changed if name in theirs}
    wanted = {name: None if value is None else _typed(value) for name, value in changed.items()}
    return [SetStorageParametersOp(pair.name, wanted, existing_parameters=existing, schema=pair.schema)]


def _plain(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return parameters as the server keeps them: names in lower case, values as text."""
    found = {name.lower(): str(value).lower() for name, value in parameters.items()}
    return {name: _FLAGS.get(value, value) for name, value in found.items() if not name.startswith("toast.")}


def _typed(value: str) -> StorageValue:
    """Return a value as a script says it: a number, True or False where it is one."""
    if value in ("true", "false"):
        return value == "true"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value
