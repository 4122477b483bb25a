"""Convention: how the files of a project say things, where another tool's project is to work as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from whimbrel.config import parse
from whimbrel.config.expand import expand_tokens, expand_variables
from whimbrel.config.origin import Origin
from whimbrel.config.safety import PROJECT, SafetySettings

if TYPE_CHECKING:
    from whimbrel.config.sources import Lookup

Divide = Callable[[str], list[str]]
"""Takes a text with several paths apart."""


class Convention:
    """What is called how in files, and what is meant where nothing is said: Whimbrel's own convention.

    A package for the projects of another tool has a subclass, and a subclass of :class:`~whimbrel.config.Config` with
    an object of it as :attr:`~whimbrel.config.Config.convention`.
    """

    ini_section = "whimbrel"
    """The main section of an ini file."""

    toml_table = "tool.whimbrel"
    """The dotted name of the table in a TOML file."""

    toml_top = True
    """Whether a TOML file other than ``pyproject.toml`` may have the settings at its top."""

    version_table = "whimbrel_version"
    """The version table, where no setting names it."""

    transaction_per_migration = True
    """One transaction a revision, or one a run, where no setting says."""

    safety: SafetySettings = PROJECT
    """How a run takes care, where no setting says: its lock, its records."""

    allow_drop_table: bool = False
    """Whether autogenerate drops tables that the models lack, where no setting says."""

    safe_steps = True
    """Whether autogenerate writes steps, some by calls that only Whimbrel has, where a change could fail on rows."""

    render_as_batch: bool | None = None
    """Whether autogenerate writes batch blocks, where ``configure()`` does not say; ``None`` where the database's
    ALTER TABLE does too little to go without."""

    logger = "whimbrel"
    """Where log lines about a run go: ``<logger>.runtime.migration``."""

    keys: frozenset[str] | None = None
    """The settings that are read from files; ``None`` for all that there are, any other being told as a mistake."""

    def read(self, value: object, tokens: Mapping[str, str], origin: Origin, key: str) -> object:
        """Return what a value means: what stands for something else is replaced.

        :param value: as it was written; in an ini file, ``%(name)s`` has been replaced already.
        :param tokens: what ``%(name)s`` stands for; empty for an ini file.
        :param origin: where it was written, for messages.
        :param key: its key.
        """
        return expand_variables(expand_tokens(value, tokens) if origin.kind == "toml" else value, origin, key)

    def separators(self, lookup: Lookup) -> tuple[str, Divide, Divide]:
        """Return the name of what stands between paths, and what takes ``version_locations`` and
        ``prepend_sys_path`` apart.

        :param lookup: the settings.
        """
        name, divide = parse.path_separator(lookup)
        return name, divide, divide


WHIMBREL = Convention()


def percent_doubled(value: object, tokens: Mapping[str, str]) -> object:
    """Return a TOML *value* in which, as in an ini file, ``%%`` is ``%`` and *tokens* are replaced.

    Example::

        >>> percent_doubled("%(here)s/%%(rev)s", {"here": "/srv"})
        '/srv/%(rev)s'
    """
    if isinstance(value, str):
        return re.sub(
            r"%%|%\((\w+)\)s", lambda found: "%" if found[1] is None else tokens.get(found[1], found[0]), value
        )
    if isinstance(value, list):
        return [percent_doubled(item, tokens) for item in value]
    if isinstance(value, dict):
        return {name: percent_doubled(item, tokens) for name, item in value.items()}
    return value
