"""The commands by name: which module, and the line that ``--help`` shows. Importing this imports no command."""

from __future__ import annotations

from typing import Final

COMMANDS: Final[dict[str, str]] = {
    "init": "Create a migrations folder and its settings.",
    "list_templates": "List the templates that init can use.",
    "revision": "Create a new revision file.",
    "merge": "Join revisions, such as two heads, in a new one.",
    "plan": "Show what would run, and run nothing.",
    "upgrade": "Bring the database up to a revision.",
    "downgrade": "Bring the database back to a revision.",
    "stamp": "Say which revision the database is at; run nothing.",
    "ensure_version": "Create the version table if it is not there.",
    "current": "Show the revisions the database is at.",
    "log": "Show what ran on the database, when and by whom.",
    "repair": "Accept edited files, settle what dead runs left.",
    "resume": "Finish the revision that was interrupted.",
    "check": "Tell whether models and database differ.",
    "diff": "Show in what models and database differ.",
    "history": "List the revisions, newest first.",
    "heads": "Show the newest revisions.",
    "branches": "Show where the history forks.",
    "show": "Show all that is known of a revision.",
    "edit": "Open a revision file in an editor.",
    "plugins": "List the installed plugins and their state.",
    "completion": "Print the shell's completion script.",
}
"""Name to short help, in the order of a project's life. The module is ``whimbrel.cli.<name>``, its ``command``
the click command; ``list-templates`` and ``ensure-version`` are the same commands as with an underscore."""
