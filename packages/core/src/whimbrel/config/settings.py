"""The settings of a migration environment: looked up, turned into values and checked, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from whimbrel.config import parse
from whimbrel.config.convention import WHIMBREL, Convention
from whimbrel.config.location import resolve_location
from whimbrel.config.origin import DEFAULT, Origin
from whimbrel.config.secret import Secret
from whimbrel.config.sources import URL_KEYS, Lookup
from whimbrel.errors import ConfigError
from whimbrel.redact import redact

if TYPE_CHECKING:
    from whimbrel.config.safety import SafetySettings

KNOWN_KEYS = (
    "script_location",
    "version_locations",
    "path_separator",
    "recursive_version_locations",
    "file_template",
    "timezone",
    "truncate_slug_length",
    "revision_environment",
    "sourceless",
    "run_headers",
    "prepend_sys_path",
    "output_encoding",
    *URL_KEYS,
    "post_write_hooks",
    "version_table",
    "version_table_schema",
    "target_metadata",
    "transaction_per_migration",
    "allow_drop_table",
    "compare_table_options",
    "databases",
    "run_lock",
    "lock_wait",
    "lock_timeout",
    "statement_timeout",
    "retries",
    "wait_for_database",
    "history",
    "history_table",
    "history_schema",
    "checksums",
    "journal",
    "protected",
    "application_name",
)

Hook = tuple[str, dict[str, str]]


class Settings(NamedTuple):
    """What is configured, after every source had its say. Made by ``Config.settings``.

    What may need a secret or a variable that only some commands have (:attr:`url`, :attr:`engine_options`,
    :attr:`post_write_hooks`) is looked up when it is asked for; everything else has been checked already.

    :ivar script_location: the folder of the migration environment, as it was written; see :meth:`script_directory`.
    :ivar version_locations: folders of version files, as they were written, if not ``versions`` in the former.
    :ivar path_separator: what stands between several paths in one text.
    :ivar recursive_version_locations: folders inside version locations hold version files too.
    :ivar file_template: name of a new version file, without its suffix, in ``%`` format; may have folders.
    :ivar timezone: name of the zone of a new version file's date; None for the local one.
    :ivar truncate_slug_length: the most characters of a message in a file name; 0 for as many as by default.
    :ivar revision_environment: ``revision`` runs env.py even without ``--autogenerate``.
    :ivar sourceless: ``.pyc`` files count as version files.
    :ivar run_headers: a version file that computes its header is run; else it is refused.
    :ivar prepend_sys_path: folders to put in front of ``sys.path``.
    :ivar output_encoding: encoding of a new version file.
    :ivar version_table: name of the table that holds the current revisions.
    :ivar version_table_schema: its schema; None for the connection's default.
    :ivar target_metadata: where the models' MetaData are, each ``module:attribute``.
    :ivar transaction_per_migration: one transaction a revision, or one for the whole run.
    :ivar allow_drop_table: whether autogenerate drops tables that the models lack; or which, as names and patterns.
    :ivar compare_table_options: options of tables that autogenerate looks at, by SQLAlchemy's keywords.
    :ivar sources: where each key that is set comes from.
    :ivar warnings: what looks like a mistake: unknown keys.
    :ivar lookup: the sources themselves.
    :ivar read_hooks: reads the post-write hooks.
    :ivar missing: the error to raise where no ``script_location`` is set.
    :ivar convention: what is meant where nothing is said.
    """

    script_location: str | None
    version_locations: tuple[str, ...]
    path_separator: str
    recursive_version_locations: bool
    file_template: str
    timezone: str | None
    truncate_slug_length: int
    revision_environment: bool
    sourceless: bool
    run_headers: bool
    prepend_sys_path: tuple[str, ...]
    output_encoding: str
    version_table: str
    version_table_schema: str | None
    target_metadata: tuple[str, ...]
    transaction_per_migration: bool
    allow_drop_table: bool | tuple[str, ...]
    compare_table_options: tuple[str, ...]
    sources: Mapping[str, Origin]
    warnings: tuple[str, ...]
    lookup: Lookup
    read_hooks: Callable[[], tuple[Hook, ...]]
    missing: Callable[[], ConfigError]
    convention: Convention

    @property
    def url(self) -> Secret | None:
        """The database URL; None where none is set.

        :raises ConfigError: the environment variable or the file that holds it is not there.
        """
        return self.lookup.url()

    def require_url(self) -> Secret:
        """Return the database URL.

        :raises ConfigError: none is set.
        """
        return self.lookup.require_url()

    @property
    def safety(self) -> SafetySettings:
        """How a run takes care: its lock, its timeouts, its records.

        :raises ConfigError: one of them cannot be what its key asks for.
        """
        from whimbrel.config.safety import read_safety

        keys = self.convention.keys
        lookup = self.lookup if keys is None else self.lookup.only(keys)
        return read_safety(lookup, self.convention.safety)

    @property
    def engine_options(self) -> dict[str, Any]:
        """The ``sqlalchemy.*`` settings but the URL, without that prefix, as ``engine_from_config(prefix="")`` takes
        them: text from an ini file, what TOML has from TOML.
        """
        return self.lookup.engine_options()

    @property
    def post_write_hooks(self) -> tuple[Hook, ...]:
        """The programs to run over a new version file: each its name and its options."""
        return self.read_hooks()

    def script_directory(self) -> str:
        """Return the folder of the migration environment; ``package:folder`` is found by :attr:`prepend_sys_path`'s
        caller having extended ``sys.path`` first.

        :raises ConfigError: no ``script_location`` is set, or its package is not installed.
        """
        if self.script_location is None:
            raise self.missing()
        return resolve_location(self.script_location)

    def version_directories(self) -> tuple[str, ...]:
        """Return the folders of version files that are set, ``package:folder`` resolved; empty where none is."""
        return tuple(resolve_location(text, "version_locations") for text in self.version_locations)

    def source(self, key: str) -> str:
        """Return where *key* is set, in words: ``whimbrel.ini, line 3``; ``default`` where it is not."""
        return self.sources.get(key, DEFAULT).place(key)

    def __repr__(self) -> str:
        hidden = ("sources", "warnings", "lookup", "read_hooks", "missing", "convention")
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields if name not in hidden)
        return redact(f"Settings({shown})")


def make_settings(
    lookup: Lookup,
    read_hooks: Callable[[], tuple[Hook, ...]],
    missing: Callable[[], ConfigError],
    convention: Convention = WHIMBREL,
) -> Settings:
    """Turn what was written into values.

    :param lookup: the sources of the main section.
    :param read_hooks: reads the post-write hooks.
    :param missing: makes the error about a missing ``script_location``.
    :param convention: says which settings are read, and what is meant by those that are not.
    :raises ConfigError: a value cannot be what its key asks for.
    """
    everything = lookup
    if convention.keys is not None:
        lookup = lookup.only(convention.keys)
    separator, divide_locations, divide_paths = convention.separators(lookup)
    return Settings(
        script_location=parse.text(lookup, "script_location"),
        version_locations=parse.listed(lookup, "version_locations", divide_locations),
        path_separator=separator,
        recursive_version_locations=parse.flag(lookup, "recursive_version_locations", False),
        file_template=parse.text(lookup, "file_template") or "%(rev)s_%(slug)s",
        timezone=parse.text(lookup, "timezone"),
        truncate_slug_length=parse.whole_number(lookup, "truncate_slug_length", 40),
        revision_environment=parse.flag(lookup, "revision_environment", False),
        sourceless=parse.flag(lookup, "sourceless", False),
        run_headers=parse.flag(lookup, "run_headers", True),
        prepend_sys_path=parse.listed(lookup, "prepend_sys_path", divide_paths),
        output_encoding=parse.encoding(lookup, "output_encoding", "utf-8"),
        version_table=parse.text(lookup, "version_table") or convention.version_table,
        version_table_schema=parse.text(lookup, "version_table_schema"),
        target_metadata=parse.object_names(lookup, "target_metadata"),
        transaction_per_migration=parse.flag(lookup, "transaction_per_migration", convention.transaction_per_migration),
        allow_drop_table=parse.flag_or_names(lookup, "allow_drop_table", convention.allow_drop_table),
        compare_table_options=parse.names(lookup, "compare_table_options"),
        sources={key: layer.origin for layer in reversed(lookup.layers) for key in layer.keys},
        warnings=tuple(unknown_keys(lookup)) if convention.keys is None else (),
        lookup=everything,
        read_hooks=read_hooks,
        missing=missing,
        convention=convention,
    )


def unknown_keys(lookup: Lookup) -> list[str]:
    """Return a message for each key in a file that no setting has, with the nearest one that there is.

    Keys with a dot of their own (``myapp.colour``) belong to somebody else, unless they look like a slip.
    """
    messages = []
    for layer in lookup.layers:
        if layer.origin.kind not in ("ini", "toml") or layer.origin.section == "DEFAULT":  # others read that too
            continue
        for key in layer.keys:
            if key in KNOWN_KEYS or key.startswith("sqlalchemy."):
                continue
            from difflib import get_close_matches

            near = get_close_matches(key, KNOWN_KEYS, 1, 0.8 if "." in key else 0.6)
            if near or "." not in key:
                hint = f" Did you mean {near[0]}?" if near else " Settings of your own go into a section of their own."
                messages.append(f"{layer.origin.place(key)}: unknown setting {key}.{hint}")
    return messages
