"""``edit``: open a version file in an editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.errors import CommandError
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config


def edit(config: Config, rev: str) -> None:
    """Open the version files that *rev* names in the person's editor, one after the other.

    The editor is ``$VISUAL``, else ``$EDITOR`` (a command line: ``code --wait`` works), else one that the system has.

    :param config: the settings.
    :param rev: an identifier; ``current`` asks the database.
    :raises ResolutionError: it names no revision.
    :raises CommandError: there is no editor, or it failed.

    Example::

        whimbrel.command.edit(Config("whimbrel.ini"), "head")
    """
    script = ScriptDirectory.from_config(config, to_read=True)
    if rev == "current":
        from whimbrel.commands.database import current_rows

        found = script.get_revisions(current_rows(config, script))
    else:
        found = script.get_revisions(rev)
    if not found:
        raise CommandError(f"No revision files indicated by symbol '{rev}'.")
    command = _editor()
    for item in found:
        _open(command, item.path)


def _editor() -> list[str]:
    import os
    import shlex
    import shutil

    for variable in ("VISUAL", "EDITOR"):
        chosen = os.environ.get(variable, "").strip()
        if chosen:
            # On Windows a backslash separates folders; shlex would take it for an escape.
            return shlex.split(chosen, posix=os.name == "posix")
    for name in ("sensible-editor", "editor", "nano", "vim", "vi", "notepad"):
        found = shutil.which(name)
        if found:
            return [found]
    raise CommandError("No editor was found.", "Set EDITOR, for example:  export EDITOR=nano")


def _open(command: list[str], path: str) -> None:
    import subprocess

    try:
        status = subprocess.run([*command, path], check=False).returncode
    except OSError as error:
        raise CommandError(
            f"The editor {command[0]!r} cannot be started: {error.strerror or error}.", "Set EDITOR to one that can."
        ) from error
    if status:
        raise CommandError(f"The editor {command[0]!r} ended with status {status}; {path} is as it left it.")
