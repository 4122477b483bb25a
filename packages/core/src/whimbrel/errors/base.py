"""Errors of settings, files and installed packages, and the root of the tree."""

from __future__ import annotations

from typing import ClassVar


class CommandError(Exception):
    """What was asked cannot be done.

    :param message: what is wrong, and where: names the file, line, revision or setting.
    :param remedy: what to do about it, preferably a command to type.

    Example::

        raise CommandError("whimbrel.ini has no script_location.", "Run: whimbrel init migrations")
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class ConfigError(CommandError):
    """A setting or a configuration file is wrong.

    :param file: the configuration file, where one is to blame.
    :param line: the line in it, counted from 1, where it is known.
    :param key: the setting, where one is to blame.
    """

    def __init__(
        self,
        message: str,
        remedy: str | None = None,
        *,
        file: str | None = None,
        line: int | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.file = file
        self.line = line
        self.key = key


class ScriptError(CommandError):
    """A version file, env.py or template cannot be read or run.

    :param path: the file.
    :param line: the line in it, counted from 1, where it is known.
    """

    def __init__(self, message: str, remedy: str | None = None, *, path: str, line: int | None = None) -> None:
        super().__init__(message, remedy)
        self.path = path
        self.line = line


class ScriptSyntaxError(ScriptError):
    """A file is not Python."""


class MissingRevisionVariable(ScriptError):
    """A file in a versions folder has no module variable ``revision``."""


class ScriptRaised(ScriptError):
    """A file raised while it was imported."""


class EnvironmentScriptError(ScriptError):
    """env.py raised."""


class PostWriteHookError(CommandError):
    """A program that was to run over a new script failed.

    :param hook: the hook's name.
    """

    def __init__(self, message: str, remedy: str | None = None, *, hook: str) -> None:
        super().__init__(message, remedy)
        self.hook = hook


class PluginError(CommandError):
    """A plugin cannot be loaded, or two of them clash.

    :param plugin: the plugin's name.
    :param distribution: the installed distribution it comes from, with its version, where known.
    """

    def __init__(
        self, message: str, remedy: str | None = None, *, plugin: str | None = None, distribution: str | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.plugin = plugin
        self.distribution = distribution


class DialectNotInstalled(PluginError):
    """The database is one that Whimbrel has a package for, and that package is not installed."""

    def __init__(self, dialect: str, distribution: str) -> None:
        super().__init__(
            f"No package for the database {dialect!r} is installed.",
            f"Install it:  pip install {distribution}",
            plugin=dialect,
            distribution=distribution,
        )
        self.dialect = dialect


class AutogenerateNotInstalled(PluginError):
    """``revision --autogenerate`` or ``check`` was asked for without the package that does it."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"{asked} needs the autogenerate package, which is not installed.",
            "Install it:  pip install whimbrel-autogen",
            plugin="autogen",
            distribution="whimbrel-autogen",
        )
