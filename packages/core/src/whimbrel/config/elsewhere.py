"""Where there is no configuration of Whimbrel's own: installed packages are asked whether they know the project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from whimbrel.entry_points import PROJECTS, EntryPoint, installed, switched_on
from whimbrel.errors import ConfigError

if TYPE_CHECKING:
    from whimbrel.config.sources import ConfigFiles

T = TypeVar("T")


def has_own(found: ConfigFiles) -> bool:
    """Return whether one of the files speaks to Whimbrel: a section, a table, or its own name does."""
    if found.ini is not None and (os.path.basename(found.ini) == "whimbrel.ini" or b"[whimbrel" in _content(found.ini)):
        return True
    if found.toml is None:
        return False
    return os.path.basename(found.toml) == "whimbrel.toml" or b"tool.whimbrel" in _content(found.toml)


def ask(files: Sequence[str], directory: str, kind: type[T]) -> tuple[type[T], ConfigFiles] | None:
    """Return what kind of project a package takes this for, and its files; ``None`` where no package knows it.

    Each entry point of the group ``whimbrel.projects`` names a function that is called with the first two parameters,
    and returns the kind and the files, or ``None``. It is called before any command, those that only read version files
    too, so its module imports little.

    :param files: what was given with ``-c``.
    :param directory: the folder to look in where no file is named.
    :param kind: the class of configurations; what a package answers with is one of its subclasses.
    """
    disabled = switched_on("WHIMBREL_DISABLE_PLUGINS")
    for point in installed(PROJECTS):
        if disabled and not point.is_own:
            continue
        try:
            find: Any = point.load()
            found: tuple[type[T], ConfigFiles] | None = find(files, directory)
        except ConfigError:
            raise
        except Exception as error:  # a stranger's module may raise anything; every command would fail with it
            _leave_out(point, error)
            continue
        if found is not None:
            return found
    return None


def _leave_out(point: EntryPoint, error: Exception) -> None:
    import logging

    logging.getLogger("whimbrel.plugins").warning(
        "The %s is left out: %s: %s. Mend it:  pip install --upgrade %s  or remove it:  pip uninstall %s",
        point.label,
        type(error).__name__,
        error,
        point.distribution,
        point.distribution,
    )


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:  # none there, or not for us to read: whoever reads it says so
        return b""
