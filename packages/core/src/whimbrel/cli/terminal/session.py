"""One invocation of the command line: its global options, and what is made of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TextIO, cast

from whimbrel.entry_points import switched_on

if TYPE_CHECKING:
    from whimbrel.cli.terminal.progress import Progress
    from whimbrel.config import Config


class Session:
    """The global options, and the settings, log lines and progress that a command gets because of them."""

    def __init__(self) -> None:
        self.config_files: tuple[str, ...] = ()
        self.section: str | None = None
        self.x: tuple[str, ...] = ()
        self.raiseerr = False
        self.quiet = False
        self.verbose = False
        self.no_plugins = False
        self._restore_logs: Callable[[], None] | None = None
        self._config: Config | None = None

    def close(self) -> None:
        """Leave the process as it was, for a program that calls ``main()`` and goes on."""
        if self._restore_logs is not None:
            self._restore_logs()
            self._restore_logs = None

    def take(
        self,
        *,
        config: tuple[str, ...],
        name: str | None,
        x: tuple[str, ...],
        raiseerr: bool,
        quiet: bool,
        verbose: bool,
    ) -> None:
        """Keep the global options of this invocation."""
        self.config_files = config
        self.section = name
        self.x = x
        self.raiseerr = raiseerr
        self.quiet = quiet
        self.verbose = verbose

    @property
    def plugins_disabled(self) -> bool:
        """Whether the plugins of other packages are left out."""
        return self.no_plugins or switched_on("WHIMBREL_DISABLE_PLUGINS")

    def run(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Call one of :mod:`whimbrel.commands` with the settings and *arguments*, for a command that only reads files.

        :param function: its first parameter is the configuration.
        """
        config = self.config(function, arguments)
        if not self.quiet:
            self._warn(config.settings.warnings)
        return function(config, **arguments)

    def run_without_settings(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Do as :meth:`run` for a command that works without a project, and beside a broken one."""
        return function(self.config(function, arguments), **arguments)

    def run_environment(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Do as :meth:`run` for a command that runs env.py: log lines are shown too."""
        self._show_logs()
        return self.run(function, **arguments)

    def config(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Config:
        """Return the settings that the global options name.

        :param function: what the command calls, for env.py to look at in ``config.cmd_opts.cmd``.
        :param arguments: its arguments, which env.py finds in ``config.cmd_opts`` by name.
        """
        from types import SimpleNamespace

        from whimbrel.config import Config

        options = SimpleNamespace(
            config=list(self.config_files),
            name=self.section,
            x=list(self.x) or None,
            raiseerr=self.raiseerr,
            quiet=self.quiet,
            cmd=(function, [], list(arguments)),
            **{name: value for name, value in arguments.items() if name not in ("reporter", "questioner")},
        )
        out = self._stdout(arguments)
        self._config = Config.discover(self.config_files, self.section, stdout=out, cmd_opts=options)
        options.name = self._config.config_ini_section
        return self._config

    def redact(self, text: str) -> str:
        """Return *text* as it may be shown: without passwords, those that the settings name among them."""
        if self._config is not None:
            return self._config.redact(text)
        from whimbrel.redact import redact

        return redact(text)

    def progress(self) -> Progress | None:
        """Return what draws the progress of a run; ``None`` where nobody watches, and log lines do."""
        from whimbrel.cli.terminal.colour import is_terminal

        if self.quiet or not is_terminal(sys.stderr):
            return None
        from whimbrel.cli.terminal.progress import Progress

        return Progress(sys.stderr)

    @staticmethod
    def _warn(warnings: tuple[str, ...]) -> None:
        for warning in warnings:
            sys.stderr.write(f"Warning: {warning}\n")

    @staticmethod
    def _stdout(arguments: Mapping[str, Any]) -> TextIO:
        from whimbrel.cli.terminal.colour import PaintedStream, has_colour

        if arguments.get("as_json") or arguments.get("sql") or not has_colour(sys.stdout):
            return sys.stdout
        return cast(TextIO, PaintedStream(sys.stdout))  # Config asks its stream for nothing but what that has

    def _show_logs(self) -> None:
        import logging

        from whimbrel.cli.terminal.colour import is_terminal
        from whimbrel.cli.terminal.logs import show_logs

        if self.verbose:
            level = logging.DEBUG
        elif self.quiet or is_terminal(sys.stderr):
            level = logging.WARNING  # the progress line tells a person the rest
        else:
            level = logging.INFO
        self._restore_logs = show_logs(level)
