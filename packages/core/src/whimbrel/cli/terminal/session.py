"""One invocation of the command line: its global options, and what is made of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO, cast

from whimbrel.entry_points import switched_on

if TYPE_CHECKING:
    from whimbrel.cli.terminal.progress import Progress
    from whimbrel.cli.terminal.waiting import Waiting
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
        self._waiting: Waiting | None = None

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

    def run_comparison(self, function: Callable[..., Any], /, **arguments: Any) -> Any:
        """Do as :meth:`run_environment`; a line at the terminal says how long it takes, if that is over a second."""
        if not self._is_watched():
            return self.run_environment(function, **arguments)
        from whimbrel.cli.terminal.waiting import Waiting

        with Waiting(sys.stderr, "Comparing models with the database") as self._waiting:
            try:
                return self.run_environment(function, **arguments)
            finally:
                self._waiting = None

    def hushed(self) -> AbstractContextManager[None]:
        """Return a context in which nothing but the block writes to the terminal."""
        return nullcontext() if self._waiting is None else self._waiting.hushed()

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
        if not self._is_watched():
            return None
        from whimbrel.cli.terminal.progress import Progress

        return Progress(sys.stderr)

    def _is_watched(self) -> bool:
        from whimbrel.cli.terminal.colour import is_terminal

        return not self.quiet and is_terminal(sys.stderr)

    @staticmethod
    def _warn(warnings: tuple[str, ...]) -> None:
        for warning in warnings:
            sys.stderr.write(f"Warning: {warning}\n")

    def _stdout(self, arguments: Mapping[str, Any]) -> TextIO:
        from whimbrel.cli.terminal.colour import PaintedStream, has_colour

        # Config asks its stream for nothing but what these have.
        stream = sys.stdout
        if not (arguments.get("as_json") or arguments.get("sql")) and has_colour(stream):
            stream = cast(TextIO, PaintedStream(stream))
        if self._waiting is not None:
            from whimbrel.cli.terminal.waiting import HushingStream

            stream = cast(TextIO, HushingStream(stream, self._waiting))
        return stream

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
