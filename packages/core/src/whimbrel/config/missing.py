"""What to say when a section, or the place of the migration scripts, is not configured."""

from __future__ import annotations

import os
from collections.abc import Sequence

from whimbrel.config.sources import CONFIG_VARIABLE
from whimbrel.config.toml import Table, subtable_names
from whimbrel.errors import ConfigError

_INIT = "Make a configuration with:  whimbrel init migrations   or name yours with -c."


def no_section(
    section: str, ini: str | None, ini_sections: Sequence[str], toml: str | None, table: Table | None
) -> ConfigError:
    """Return the error for a section that no file has.

    :param section: its name.
    :param ini: the ini file, where one is read.
    :param ini_sections: the sections that it has.
    :param toml: the TOML file, where one is read.
    :param table: Whimbrel's table in it, where it has one.
    """
    said = []
    if ini is not None:
        said.append(f"{ini} has no section [{section}]" if os.path.exists(ini) else _no_file(ini))
    if toml is not None:
        name = table.name if table else "tool.whimbrel"
        title = name if section == "whimbrel" else ".".join(filter(None, [name, section]))
        said.append(f"{toml} has no table [{title}]" if os.path.exists(toml) else _no_file(toml))
    choice = [f"[{name}]" for name in (*ini_sections, *subtable_names(table)) if name != "sqlalchemy"]
    message = ", and ".join(said) or f"no section [{section}] has been set"
    bridge = _bridge("section [alembic]") if "alembic" in ini_sections else ""
    return ConfigError(
        f"{message[0].upper()}{message[1:]}." if message.startswith(("there", "no")) else f"{message}.",
        f"{bridge}It has: {', '.join(choice)}; -n NAME chooses another main section." if choice else _INIT,
        file=ini or toml,
    )


def _bridge(what: str) -> str:
    return f"Its {what} counts once the bridge is installed:  pip install whimbrel-alembic\n"


def _of_alembic() -> str:
    """Return what the current folder has of a project of Alembic's; empty if nothing."""
    if os.path.exists("alembic.ini"):
        return "alembic.ini"
    if os.path.exists("pyproject.toml"):
        with open("pyproject.toml", encoding="utf-8", errors="replace") as file:
            if "[tool.alembic]" in file.read():
                return "table [tool.alembic]"
    return ""


def _no_file(path: str) -> str:
    by_variable = f", which {CONFIG_VARIABLE} names" if os.environ.get(CONFIG_VARIABLE) == path else ""
    return f"there is no file {path}{by_variable}"


def no_script_location(file: str | None) -> ConfigError:
    """Return the error for a configuration that does not say where the scripts are.

    :param file: the file that was read, None where there was none.
    """
    key = "script_location"
    if file is None:
        alembic = _of_alembic()
        return ConfigError(
            f"No configuration: {os.getcwd()} has no whimbrel.ini, no whimbrel.toml, and no pyproject.toml with "
            "[tool.whimbrel].",
            f"{_bridge(alembic) if alembic else ''}{_INIT} "
            f"A program says it with config.set_main_option('{key}', ...).",
            key=key,
        )
    value = '"%(here)s/migrations"' if file.endswith(".toml") else "%(here)s/migrations"
    return ConfigError(
        f"{file} does not say where the migration scripts are: it has no {key}.",
        f"Add:  {key} = {value}",
        file=file,
        key=key,
    )
