"""The group of all commands: each is imported when it runs, and help is written from the table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from whimbrel._version import __version__
from whimbrel.cli.table import COMMANDS
from whimbrel.cli.terminal.command import nearest
from whimbrel.cli.terminal.session import Session

if TYPE_CHECKING:
    from whimbrel.entry_points import EntryPoint


class Whimbrel(click.Group):
    """The built-in commands, and those of installed packages.

    A package brings one with an entry point in the group ``whimbrel.commands``: the command's name, and a
    ``click.Command``. A built-in name cannot be taken.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of help."""
        return [*COMMANDS, *sorted(_outsiders(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; ``None`` where there is none of that name."""
        name = cmd_name.replace("-", "_")
        if name in COMMANDS:
            from importlib import import_module

            command: click.Command = import_module(f"whimbrel.cli.{name}").command
            return command
        point = _outsiders(ctx).get(cmd_name)
        return None if point is None else _loaded(point)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* begin with, or tell the nearest ones."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and not name.startswith("-"):
            raise click.UsageError(
                f"No such command {name!r}.{nearest(name.replace('-', '_'), self.list_commands(ctx))}", ctx=ctx
            )
        return super().resolve_command(ctx, args) if command is None else (name, command, args[1:])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table; only outsiders' commands are imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
        outsiders = _outsiders(ctx)
        if outsiders:
            with formatter.section("Commands of installed packages"):
                formatter.write_dl(
                    [(name, _loaded(point).get_short_help_str(80)) for name, point in sorted(outsiders.items())]
                )


def _outsiders(ctx: click.Context) -> dict[str, EntryPoint]:
    from whimbrel.entry_points import COMMANDS as GROUP
    from whimbrel.entry_points import may_have

    if not may_have(GROUP):
        return {}
    from whimbrel.cli.terminal.outsiders import find_commands

    session = ctx.find_object(Session) or Session()
    return find_commands(session.plugins_disabled)


def _loaded(point: EntryPoint) -> click.Command:
    from whimbrel.cli.terminal.outsiders import load_command

    return load_command(point)


def _leave_out_plugins(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    # Before everything else: help and the name of the command are looked up before the group itself runs.
    if wanted and not ctx.resilient_parsing:
        ctx.obj.no_plugins = True
        os.environ["WHIMBREL_DISABLE_PLUGINS"] = "1"


def _print_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"whimbrel {__version__}")
        ctx.exit()


@click.group(
    cls=Whimbrel,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 error, 2 usage, 3 check found differences, 4 current --check-heads: not at head.",
)
@click.option(
    "-c",
    "--config",
    "config",
    multiple=True,
    metavar="FILE",
    help="Configuration file: .ini or .toml; may be given once for each kind. Default: $WHIMBREL_CONFIG, else "
    "whimbrel.ini, whimbrel.toml or pyproject.toml in this folder.",
)
@click.option("-n", "--name", metavar="NAME", help="Section of the .ini file.  [whimbrel]")
@click.option("-x", "x", multiple=True, metavar="NAME=VALUE", help="An argument for env.py; may be given many times.")
@click.option("--raiseerr", is_flag=True, help="Raise errors with their traceback.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only; the exit code tells.")
@click.option("-v", "--verbose", is_flag=True, help="Print more of what happens, and tracebacks.")
@click.option(
    "--no-plugins",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_leave_out_plugins,
    help="Leave out the plugins of other packages.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the version.",
)
@click.pass_context
def group(ctx: click.Context, /, **options: Any) -> None:
    """Schema migrations for SQLAlchemy."""
    ctx.obj.take(**options)
