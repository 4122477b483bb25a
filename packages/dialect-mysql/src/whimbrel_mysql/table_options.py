"""Options of tables, such as the engine, where a comparison was told to look at them.

https://dev.mysql.com/doc/refman/8.4/en/create-table.html#create-table-options, https://mariadb.com/kb/en/create-table/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Dialect

from whimbrel.ddl.quoting import quoted_table
from whimbrel.operations import MigrateOperation
from whimbrel.operations.ops import ExecuteSQLOp
from whimbrel_mysql.server_types import plain_charset

_CHARSET: Final = "default_charset"
_SAME: Final = {
    "charset": _CHARSET,
    "character_set": _CHARSET,
    "default_character_set": _CHARSET,
    "default_collate": "collate",
}
"""What SQLAlchemy takes for one option under several names."""

_WORDS: Final = {_CHARSET: "DEFAULT CHARACTER SET", "collate": "COLLATE"}
_NUMBERS: Final = frozenset({"avg_row_length", "checksum", "delay_key_write", "key_block_size", "max_rows", "min_rows"})
"""Options whose 0 is what a table has that says nothing."""


class AlterTableOptionsOp(ExecuteSQLOp):
    """Give a table other options; a script has it as the statement.

    :param name: the table, as SQL.
    :param options: the options and their values.
    :param existing: what they are now, those included that change along.
    """

    def __init__(self, name: str, options: Mapping[str, str], existing: Mapping[str, str]) -> None:
        words = (f"{_WORDS.get(option) or option.upper()}={value}" for option, value in options.items())
        statement = f"ALTER TABLE {name} {', '.join(words)}"
        super().__init__(statement.replace(":", "\\:"))
        self.name = name
        self.options = options
        self.existing = existing

    def reverse(self) -> AlterTableOptionsOp:
        """Return the directive that gives back what they were."""
        return AlterTableOptionsOp(self.name, self.existing, self.options)


def compare_options(context: Any, pair: Any) -> list[MigrateOperation]:
    """Return what gives a table the options that the models say, of those that are looked at.

    What the models do not say is as the server has it.

    :param context: the comparison, of the package that compares; its option ``compare_table_options`` names them.
    :param pair: the table, on both sides.
    """
    tracked = _plain(context.dialect, dict.fromkeys(context.opts.get("compare_table_options") or (), ""))
    if not tracked:
        return []
    there = _plain(context.dialect, pair.reflected.options)
    said = {name: value for name, value in _plain(context.dialect, pair.models.kwargs).items() if name in tracked}
    wanted = {name: value for name, value in said.items() if not _is_same(name, there.get(name), value)}
    if not wanted:
        return []
    if _CHARSET in wanted and "collate" in said:
        wanted["collate"] = said["collate"]  # a character set brings its own along
    changed = set(wanted) | ({_CHARSET, "collate"} if _CHARSET in wanted else set())
    existing = {
        name: there.get(name) or ("0" if name in _NUMBERS else "DEFAULT") for name in sorted(changed, key=_place)
    }
    table = quoted_table(context.dialect, pair.models)
    return [AlterTableOptionsOp(table, {name: wanted[name] for name in sorted(wanted, key=_place)}, existing)]


def _plain(dialect: Dialect, options: Mapping[str, Any]) -> dict[str, str]:
    """Return options by one name each, without SQLAlchemy's prefix."""
    prefix = f"{dialect.name}_"
    found = {
        name.removeprefix(prefix).lower(): str(value)
        for name, value in options.items()
        if name.startswith(prefix) and value is not None
    }
    return {_SAME.get(name, name): value for name, value in found.items()}


def _is_same(name: str, there: str | None, wanted: str) -> bool:
    if there is None:
        return wanted.upper() == "DEFAULT" or (name in _NUMBERS and wanted == "0")
    spell = plain_charset if name in (_CHARSET, "collate") else str.lower
    return spell(there.strip("'\"").lower()) == spell(wanted.strip("'\"").lower())


def _place(name: str) -> tuple[bool, str]:
    return name == "collate", name  # after the character set that it is one of
