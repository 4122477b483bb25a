"""Reading Whimbrel's table out of a TOML file, with errors that name file and line."""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

from whimbrel.config.unreadable import not_utf8, unreadable
from whimbrel.errors import ConfigError

_AT_LINE = r"\(at line (\d+), column \d+\)"


class Table(NamedTuple):
    """A table of settings.

    :ivar name: its dotted name in the file: ``tool.whimbrel``, or "" for the top of the file.
    :ivar values: what is in it, as it was written.
    """

    name: str
    values: dict[str, Any]  # what a TOML file may hold


def read_toml(path: str, name: str = "tool.whimbrel", *, top: bool = True) -> Table | None:
    """Return the settings of a TOML file, or None where it has none.

    The table is ``[tool.whimbrel]``. A file that is not named ``pyproject.toml`` and has no such table belongs to
    Whimbrel as a whole: its settings stand at the top (``whimbrel.toml``).

    :param path: the file.
    :param name: the dotted name of the table.
    :param top: whether a file without it, that is not named ``pyproject.toml``, has the settings at its top.
    :raises ConfigError: the file cannot be read, or is not TOML.
    """
    import tomllib  # nearly two milliseconds that a project with an ini file does not pay

    try:
        with open(path, "rb") as stream:
            content = tomllib.load(stream)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(_AT_LINE, str(error))
        line = int(found[1]) if found else None
        what = re.sub(_AT_LINE, "", str(error)).strip()
        place = f"{path}, line {line}" if line else path
        remedy = 'A setting is: key = "value", with text in quotes.'
        raise ConfigError(f"{place}: this is not TOML: {what}.", remedy, file=path, line=line) from None
    parent, _, key = name.partition(".")
    tool = content.get(parent)
    if isinstance(tool, dict) and key in tool:
        if not isinstance(tool[key], dict):
            raise ConfigError(f"{path}: {name} is no table.", f"Write it as:  [{name}]", file=path)
        return Table(name, tool[key])
    if not top or os.path.basename(path) == "pyproject.toml":
        return None
    return Table("", content)


def subtable(table: Table, name: str) -> Table | None:
    """Return the table *name* inside *table*: what a section is in an ini file; None where there is none."""
    values = table.values.get(name)
    return Table(f"{table.name}.{name}" if table.name else name, values) if isinstance(values, dict) else None


def subtable_names(table: Table | None) -> list[str]:
    """Return the names of the tables inside *table*."""
    return [name for name, value in table.values.items() if isinstance(value, dict)] if table else []


def settings_of(table: Table) -> dict[str, Any]:
    """Return the settings of a table by key; those of its table ``sqlalchemy`` as ``sqlalchemy.<name>``.

    TOML reads ``sqlalchemy.url = "..."`` as a table of its own. Other tables are sections, no settings.
    """
    settings: dict[str, Any] = {}
    for key, value in table.values.items():
        if key == "sqlalchemy" and isinstance(value, dict):
            settings.update({f"sqlalchemy.{name}": item for name, item in value.items()})
        elif not isinstance(value, dict) or key == "post_write_hooks":  # a table here is a mistake to speak of
            settings[key] = value
    return settings


def as_text(value: object) -> str | None:
    """Return a TOML value as an ini file would spell it, None for a list or a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, list | dict) else str(value)
