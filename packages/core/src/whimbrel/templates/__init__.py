"""What ``init`` starts a project from: which files a template has, and what their Mako text may call.

Each folder here that has a README is a template; the README's first line is its description. Of its files,

- ``*.ini.mako`` and ``*.toml.mako`` are the configuration: rendered by ``init`` with the variable ``script_location``,
  and written, without ``.mako``, to the working directory or to where ``-c`` says;
- everything else is copied as it is into the new folder, ``script.py.mako`` too: ``revision`` renders that one.

``builtin_env.py`` is the env.py of projects that have none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import NamedTuple

from whimbrel.errors import CommandError

LINE_LENGTH = 88  # black's, so that it leaves a new script as it is


class TemplateFile(NamedTuple):
    """One file of a template.

    :ivar source: its path.
    :ivar name: its name in the project.
    :ivar is_config: it is rendered and goes to the working directory; if not, it is copied into the new folder.
    """

    source: str
    name: str
    is_config: bool


def template_files(folder: str, template: str) -> list[TemplateFile]:
    """Return the files of a template, the configuration last.

    :param folder: the folder of the templates; ``Config.get_template_directory()``.
    :param template: the template's name.
    :raises CommandError: there is no such template.
    """
    root = os.path.join(folder, template)
    if not template or not os.path.isfile(os.path.join(root, "README")):
        there = sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name, "README")))
        raise CommandError(
            f"There is no template {template!r}.", f"There are: {', '.join(there)}.  See:  whimbrel list_templates"
        )
    files = []
    for name in sorted(os.listdir(root)):
        if os.path.isfile(os.path.join(root, name)) and not name.endswith(".pyc"):
            is_config = name.endswith((".ini.mako", ".toml.mako"))
            shown = name.removesuffix(".mako") if is_config else name
            files.append(TemplateFile(os.path.join(root, name), shown, is_config))
    return sorted(files, key=lambda file: file.is_config)


def script_location(directory: str, config_file: str) -> str:
    """Return the text of ``script_location`` for a new configuration, so that it can be used from any folder.

    :param directory: the new folder.
    :param config_file: the configuration file that will name it.

    Example::

        >>> script_location("db/migrations", "whimbrel.ini")
        '%(here)s/db/migrations'
    """
    here = os.path.dirname(os.path.abspath(config_file))
    try:
        path = os.path.relpath(directory, here)
    except ValueError:  # another drive, on Windows
        path = os.path.abspath(directory)
    text = path.replace(os.sep, "/")
    if config_file.endswith(".ini"):
        text = text.replace("%", "%%")
    return text if os.path.isabs(path) else f"%(here)s/{text}"


def assignment(target: str, value: str | Iterable[str] | None) -> str:
    """Return ``target = value`` as black would write it, for the variables of a revision file.

    :param target: the variable with its annotation.
    :param value: an id, several, or None.

    Example::

        >>> assignment("down_revision: str | None", "3f9a")
        'down_revision: str | None = "3f9a"'
    """
    if value is None or isinstance(value, str):
        return f"{target} = {_literal(value)}"
    items = [_literal(item) for item in value]
    line = f"{target} = ({', '.join(items)}{',' if len(items) == 1 else ''})"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"{target} = (", *(f"    {item}," for item in items), ")"])


def _literal(value: str | None) -> str:
    return "None" if value is None else json.dumps(value, ensure_ascii=False)  # also how Python spells text


def revises(value: str | Iterable[str] | None) -> str:
    """Return what a revision follows, in words."""
    if value is None:
        return "nothing, it is the first"
    return value if isinstance(value, str) else ", ".join(value)
