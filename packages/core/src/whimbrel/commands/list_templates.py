"""``list_templates``: what ``init`` can start a project from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from whimbrel.commands.facts import print_json

if TYPE_CHECKING:
    from whimbrel.config import Config


def list_templates(config: Config, *, as_json: bool = False) -> None:
    """Print the templates, each with the first line of its README.

    :param config: the settings, which know the folder of the templates.
    :param as_json: print a JSON list instead, of ``name`` and ``description``.

    Example::

        whimbrel.command.list_templates(Config())
    """
    found = [{"name": name, "description": told} for name, told in templates(config.get_template_directory()).items()]
    if as_json:
        print_json(config, found)
        return
    config.print_stdout("Available templates:\n")
    for item in found:
        config.print_stdout("%s - %s", item["name"], item["description"])
    config.print_stdout("\nTemplates are used via the 'init' command, e.g.:")
    config.print_stdout("\n  whimbrel init --template generic ./migrations")


def templates(folder: str) -> dict[str, str]:
    """Return the templates in *folder* by name, each with the first line of its README.

    :param folder: each folder in it that has a README is a template.
    """
    found: dict[str, str] = {}
    for name in sorted(os.listdir(folder)):
        try:
            with open(os.path.join(folder, name, "README"), encoding="utf-8") as readme:
                found[name] = readme.readline().strip()
        except (FileNotFoundError, NotADirectoryError):
            continue  # not a template
    return found
