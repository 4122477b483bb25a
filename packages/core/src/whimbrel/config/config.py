"""Config: the configuration of one migration environment, as commands and env.py see it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TextIO, overload

from whimbrel.config import elsewhere, parse
from whimbrel.config.convention import WHIMBREL, Convention
from whimbrel.config.hooks import hooks_of_section, hooks_of_tables
from whimbrel.config.ini import read_ini, set_ini_value
from whimbrel.config.layers import environment_layer, ini_layers, toml_layer
from whimbrel.config.logs import set_up_logging
from whimbrel.config.missing import no_script_location, no_section
from whimbrel.config.origin import Origin
from whimbrel.config.secret import Secret
from whimbrel.config.settings import Hook, Settings, make_settings
from whimbrel.config.sources import URL, URL_KEYS, Layer, Lookup, discover, passwords_of
from whimbrel.config.toml import Table, as_text, read_toml, subtable, subtable_names
from whimbrel.redact import redact

if TYPE_CHECKING:
    from argparse import Namespace
    from configparser import ConfigParser
    from types import SimpleNamespace

HOOKS = "post_write_hooks"


class Config:
    """The configuration of one migration environment.

    Without a file it is filled by :meth:`set_main_option`, as an application does that runs migrations by itself.
    :meth:`discover` finds the files as the command line does. Files are read when a value is first asked for.

    :param file_: path of an ini file.
    :param toml_file: path of a TOML file; where both are given, the ini file wins key by key.
    :param ini_section: the main section; ``-n`` on the command line. By default the one of :attr:`convention`.
    :param output_buffer: where SQL as text goes (``--sql``); standard output if None.
    :param stdout: where the commands' answers go; standard output if None.
    :param cmd_opts: the options of the command line, where there is one; ``x`` holds those of ``-x``.
    :param config_args: further names that values may refer to as ``%(name)s``.
    :param attributes: anything for env.py, such as ``{"connection": connection}``.

    Example::

        config = Config()
        config.set_main_option("script_location", "myapp:migrations")
        config.set_main_option("sqlalchemy.url", "sqlite:///shop.db")
        whimbrel.command.upgrade(config, "head")
    """

    convention: ClassVar[Convention] = WHIMBREL
    """How files say things; a subclass for the projects of another tool has another."""

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str | None = None,
        output_buffer: TextIO | None = None,
        stdout: TextIO | None = None,
        cmd_opts: Namespace | SimpleNamespace | None = None,
        config_args: Mapping[str, Any] = MappingProxyType({}),
        attributes: dict[str, Any] | None = None,
    ) -> None:
        self.config_file_name = None if file_ is None else os.fspath(file_)
        self.toml_file_name = None if toml_file is None else os.fspath(toml_file)
        self.config_ini_section = self.convention.ini_section if ini_section is None else ini_section
        self.output_buffer = output_buffer
        self._stdout = stdout
        self.cmd_opts = cmd_opts
        self._args = {name: str(value) for name, value in config_args.items()}
        self.attributes: dict[str, Any] = dict(attributes or {})
        self._assigned: set[tuple[str, str]] = set()
        self._told: set[str] = set()
        self._added: dict[str, Mapping[str, str]] = {}
        self._parser: ConfigParser | None = None
        self._table: Table | None = None
        self._table_read = False
        self._settings: Settings | None = None
        self._concealed: set[str] = set()

    @classmethod
    def discover(
        cls, files: Sequence[str] = (), ini_section: str | None = None, *, directory: str = "", **kw: Any
    ) -> Config:
        """Return the configuration that the command line would use; of a subclass, where an installed package knows the
        project and it has no configuration of Whimbrel's own.

        :param files: what ``-c`` would give.
        :param ini_section: what ``-n`` would give.
        :param directory: the folder to look in instead of the working directory.
        :param kw: further arguments of :class:`Config`.
        :raises ConfigError: two files of one kind are given.

        Example::

            whimbrel.command.upgrade(Config.discover(), "head")
        """
        kind, found = cls, discover(files, directory)
        if not elsewhere.has_own(found):
            kind, found = elsewhere.ask(files, directory, cls) or (kind, found)
        return kind(found.ini, found.toml, ini_section, **kw)

    # -- streams ---------------------------------------------------------------------------------------------------

    @property
    def stdout(self) -> TextIO:
        """Where the commands' answers go."""
        return sys.stdout if self._stdout is None else self._stdout

    @stdout.setter
    def stdout(self, stream: TextIO) -> None:
        self._stdout = stream

    @property
    def messaging_opts(self) -> Mapping[str, bool]:
        """Whether to be quiet: ``{"quiet": ...}``."""
        return MappingProxyType({"quiet": bool(getattr(self.cmd_opts, "quiet", False))})

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Write a line to :attr:`stdout`, unless asked to be quiet.

        :param text: the line; a ``%`` format where there are arguments.
        :param arg: the format's arguments.
        """
        if self.messaging_opts["quiet"]:
            return
        line = (str(text) % arg if arg else str(text)) + "\n"
        try:
            self.stdout.write(line)
        except UnicodeEncodeError:  # a terminal that does not have all characters: show the others
            encoding = self.stdout.encoding or "ascii"
            self.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))

    @property
    def config_args(self) -> Mapping[str, str]:
        """What values may refer to as ``%(name)s``: ``here``, and what was given as *config_args*."""
        return MappingProxyType(self._tokens(self._here()))

    # -- files -----------------------------------------------------------------------------------------------------

    @property
    def file_config(self) -> ConfigParser:
        """The parser of the ini file; empty but for what was set by the program where there is no such file.

        :raises ConfigError: the file cannot be read.
        """
        self._settings = None  # whoever asks for the parser may change it
        return self._ini()

    def _ini(self) -> ConfigParser:
        if self._parser is None:
            self._parser = read_ini(self.config_file_name, self._tokens(self.config_file_name))
        return self._parser

    def _ini_if_any(self) -> ConfigParser | None:
        return None if self.config_file_name is None and self._parser is None else self._ini()

    @property
    def toml_alembic_config(self) -> Mapping[str, Any]:
        """Whimbrel's table of the TOML file as it was written; empty where there is none. (The name is the peer's.)

        :raises ConfigError: the file cannot be read.
        """
        table = self._toml()
        return MappingProxyType(table.values if table else {})

    def _toml(self) -> Table | None:
        if not self._table_read and self.toml_file_name is not None:
            self._table = read_toml(self.toml_file_name, self.convention.toml_table, top=self.convention.toml_top)
        self._table_read = True
        return self._table

    def _tokens(self, path: str | None) -> dict[str, str]:
        here = "." if path is None else os.path.dirname(os.path.abspath(path))
        return {"here": here, **self._args}

    # -- values, from whichever source has them --------------------------------------------------------------------

    def lookup(self, section: str | None = None) -> Lookup:
        """Return the merged look-up of a section: its settings from every source, the winner first.

        :param section: its name; the main section if None.
        :raises ConfigError: no file has such a section.
        """
        name = self.config_ini_section if section is None else section
        parser, table, path = self._ini_if_any(), self._toml(), self.toml_file_name
        if not self._has_section(name):
            raise no_section(name, self.config_file_name, parser.sections() if parser else [], path, table)
        is_main = name == self.config_ini_section
        says = self.convention
        from_ini = ini_layers(parser, name, self.config_file_name, self._assigned, says) if parser else []
        tables = [subtable(table, name), table if is_main else None] if table else []
        layers = [
            *(layer for layer in from_ini if layer.origin.kind == "argument"),
            *([environment_layer()] if is_main else []),
            *(layer for layer in from_ini if layer.origin.kind != "argument"),
            *(toml_layer(found, path, self._tokens(path), says) for found in tables if found and path),
            *(Layer(Origin("plugin", who), keys, keys.__getitem__) for who, keys in self._added.items() if is_main),
        ]
        return Lookup(name, layers)

    @property
    def settings(self) -> Settings:
        """The settings, checked. Made once, and again after something was set.

        Settings that nobody knows are told to the logger ``whimbrel.config``, once; the command line shows them itself.

        :raises ConfigError: a file, or a value in it, is wrong.
        """
        if self._settings is None:
            missing = partial(no_script_location, self._here())
            self._settings = make_settings(self.lookup(), self._read_hooks, missing, self.convention)
            untold = [message for message in self._settings.warnings if message not in self._told]
            if untold and self.cmd_opts is None:
                import logging

                for message in untold:
                    logging.getLogger("whimbrel.config").warning(message)
                self._told.update(untold)
        return self._settings

    @overload
    def get_section_option(self, section: str, name: str, default: str) -> str: ...
    @overload
    def get_section_option(self, section: str, name: str, default: str | None = ...) -> str | None: ...
    def get_section_option(self, section: str, name: str, default: str | None = None) -> str | None:
        """Return a setting of any section as text; *default* where it is not set, or is a list or a table.

        :param section: an ini section, or a table inside Whimbrel's table of the TOML file.
        :param name: the setting.
        :param default: returned where it is not set.
        :raises ConfigError: no file has such a section.
        """
        found = self._find(section, name)
        text = None if found is None else as_text(found)
        return default if text is None else text

    @overload
    def get_main_option(self, name: str, default: str) -> str: ...
    @overload
    def get_main_option(self, name: str, default: str | None = ...) -> str | None: ...
    def get_main_option(self, name: str, default: str | None = None) -> str | None:
        """Return a setting of the main section as text; see :meth:`get_section_option`.

        :param name: the setting, such as ``sqlalchemy.url``.
        :param default: returned where it is not set.
        :raises ConfigError: a file is named and has no such section.
        """
        return self.get_section_option(self.config_ini_section, name, default)

    def get_alembic_option(self, name: str, default: str | None = None) -> Any:
        """Return a setting of the main section from whichever source has it: the merged look-up.

        (The name is the peer's, kept so that programs need no change.)

        :param name: the setting.
        :param default: returned where it is not set.
        :return: text from an ini file; from TOML also a number, a boolean, or a list of texts or of tables.
        """
        found = self._find(self.config_ini_section, name)
        return default if found is None else found

    def get_alembic_boolean_option(self, name: str) -> bool:
        """Return a setting of the main section as a boolean; False where it is not set.

        :raises ConfigError: it is none of ``true yes on 1 false no off 0``.
        """
        return parse.flag(self.lookup(), name, False)

    def _find(self, section: str, name: str) -> object:
        lookup = self.lookup(section)
        found = lookup.find(name) or lookup.find(name.lower())  # as ini files have it
        return self._tokens(self._here()).get(name) if found is None else found.value

    @overload
    def get_section(self, name: str, default: Mapping[str, str]) -> Mapping[str, str]: ...
    @overload
    def get_section(self, name: str, default: None = ...) -> Mapping[str, str] | None: ...
    def get_section(self, name: str, default: Mapping[str, str] | None = None) -> Mapping[str, str] | None:
        """Return the settings of a section as text, ``here`` and those of ``[DEFAULT]`` among them.

        In ``sqlalchemy.url`` is the URL itself, however it was named, so that the result suits
        ``sqlalchemy.engine_from_config``.

        :param name: an ini section, or a table inside Whimbrel's table of the TOML file.
        :param default: returned where no file has such a section.
        """
        if not self._has_section(name):
            return default
        lookup = self.lookup(name)
        section = self._tokens(self._here())
        for key in lookup.keys():  # noqa: SIM118  # a method of Lookup, which is no mapping
            found = lookup.find(URL if key in URL_KEYS else key)
            text = None if found is None else as_text(found.value)
            if text is not None:
                section[URL if key in URL_KEYS else key] = text
        return section

    def get_version_locations_list(self) -> list[str] | None:
        """Return the ``version_locations``, None where they are not set."""
        return list(self.settings.version_locations) or None

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        """Return the folders of ``prepend_sys_path``, None where it is not set."""
        return list(self.settings.prepend_sys_path) or None

    def get_hooks_list(self) -> list[dict[str, str]]:
        """Return the options of each post-write hook, its name as ``_hook_name``."""
        return [{**options, "_hook_name": name} for name, options in self._read_hooks()]

    def _read_hooks(self) -> tuple[Hook, ...]:
        parser = self._ini_if_any()
        if parser and parser.has_option(HOOKS, "hooks"):
            return tuple(hooks_of_section(self.get_section(HOOKS) or {}))
        found = self.lookup().find(HOOKS)
        return () if found is None or found.value == "" else tuple(hooks_of_tables(found.value, found.origin))

    # -- changes by the program ------------------------------------------------------------------------------------

    def set_main_option(self, name: str, value: str) -> None:
        """Set a setting of the main section; it wins over every other source.

        :param name: the setting.
        :param value: its text, in which ``%(here)s`` is replaced and any other ``%`` is written twice.
        :raises ConfigError: a ``%`` stands alone.
        """
        self.set_section_option(self.config_ini_section, name, value)

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set a setting of any section, which is made where it is missing; see :meth:`set_main_option`."""
        set_ini_value(self.file_config, section, name, value)
        self._assigned.add((section, name.lower()))

    def remove_main_option(self, name: str) -> None:
        """Take back what was set for *name*, and what the ini file says; what other sources say stays."""
        if self.file_config.has_section(self.config_ini_section):
            self.file_config.remove_option(self.config_ini_section, name)
        self._assigned.discard((self.config_ini_section, name.lower()))

    def add_source(self, name: str, values: Mapping[str, str]) -> None:
        """Add settings for the main section that count where nobody else sets them; what plugins use.

        :param name: whose they are, for messages; what was added under this name before is replaced.
        :param values: the settings; they are taken as they are, a ``%`` or ``${...}`` in them means nothing.
        """
        self._added[name] = MappingProxyType(dict(values))
        self._settings = None

    # -- what belongs to no setting --------------------------------------------------------------------------------

    def conceal(self, url: str) -> None:
        """Let :meth:`redact` hide the passwords of *url* too: a run tells what env.py connects to."""
        self._concealed.update(Secret(url).passwords())

    def redact(self, text: str) -> str:
        """Return *text* without passwords; those of the settings' database URLs are hidden wherever they stand."""
        sections = [self.config_ini_section, *(self._parser.sections() if self._parser else ())]
        return redact(text, self._concealed | passwords_of(self.lookup, [*sections, *subtable_names(self._table)]))

    def get_template_directory(self) -> str:
        """Return the folder of the templates that ``init`` knows."""
        return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "templates")

    def configure_logging(self) -> None:
        """Set up logging as the sections ``[loggers]``, ``[handlers]`` and ``[formatters]`` of the ini file say.

        Loggers that exist stay enabled. Nothing happens where there are no such sections, nor in a program that runs
        commands by itself and has set up logging already.

        :raises ConfigError: those sections are wrong.
        """
        parser = self._ini_if_any()
        if parser and parser.has_section("loggers"):
            set_up_logging(parser, self.config_file_name, in_program=self.cmd_opts is None)

    # -- sections that are there -----------------------------------------------------------------------------------

    def _here(self) -> str | None:
        return self.config_file_name or self.toml_file_name

    def _has_section(self, name: str) -> bool:
        parser = self._ini_if_any()
        if parser and parser.has_section(name):
            return True
        is_main = name == self.config_ini_section
        if self._here() is None:
            return is_main
        table = self._toml()
        return table is not None and (
            (is_main and name == self.convention.ini_section) or subtable(table, name) is not None
        )
