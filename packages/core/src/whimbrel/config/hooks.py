"""The programs to run over a new version file, as the configuration spells them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from whimbrel.config.origin import Origin
from whimbrel.config.toml import as_text


def hooks_of_section(options: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Read the ini section ``[post_write_hooks]``.

    :param options: the section: ``hooks`` names the hooks in order, ``<name>.<option>`` their options.
    :return: each hook's name and options.

    Example::

        >>> hooks_of_section({"hooks": "ruff", "ruff.type": "exec", "ruff.executable": "ruff"})
        [('ruff', {'type': 'exec', 'executable': 'ruff'})]
    """
    names = [name for name in re.split(r"[\s,]+", options.get("hooks", "")) if name]
    return [
        (name, {key[len(name) + 1 :]: value for key, value in options.items() if key.startswith(f"{name}.")})
        for name in names
    ]


def hooks_of_tables(tables: object, origin: Origin) -> list[tuple[str, dict[str, str]]]:
    """Read the TOML array of tables ``post_write_hooks``, each with a ``name`` and options.

    :param tables: the array, with what stands for something else replaced.
    :param origin: where it was written, for messages.
    :raises ConfigError: it is no array of tables, or one of them has no name.
    """
    key = "post_write_hooks"
    hooks = []
    for table in tables if isinstance(tables, list) else [tables]:
        if not isinstance(table, dict) or not isinstance(table.get("name"), str):
            raise origin.error(
                key,
                "has to be a list of tables, each with a name.",
                f"Write each as:  [[{'.'.join(filter(None, [origin.section, key]))}]]  and below it  name = ...",
            )
        options = {name: as_text(value) for name, value in table.items() if name != "name"}
        if wrong := [name for name, value in options.items() if value is None]:
            raise origin.error(key, f"has a list or a table for {wrong[0]} of {table['name']}; it has to be text.")
        hooks.append((table["name"], {name: value for name, value in options.items() if value is not None}))
    return hooks
