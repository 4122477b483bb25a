"""``alembic.config.CommandLine`` and ``main``: Alembic's command line, for programs that call or extend it."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final

from whimbrel.errors import CommandError
from whimbrel_alembic import command
from whimbrel_alembic.config import Config
from whimbrel_alembic.peer import PEER_VERSION
from whimbrel_alembic.project import find
from whimbrel_alembic.util import err

__all__ = ["CommandLine", "main"]

CommandFunction = Callable[..., Any]

_FLAG: Final[dict[str, Any]] = {"action": "store_true"}

OPTIONS: Final[dict[str, tuple[tuple[str, ...], dict[str, Any]]]] = {
    "autogenerate": (("--autogenerate",), {**_FLAG, "help": "fill it with what makes the database like the models"}),
    "branch_label": (("--branch-label",), {"help": "name the branch that the new revision begins"}),
    "check_heads": (("-c", "--check-heads"), {**_FLAG, "help": "fail unless the database is at every head"}),
    "depends_on": (("--depends-on",), {"action": "append", "help": "a revision that has to run before it"}),
    "head": (("--head",), {"help": "the revision to go on from"}),
    "indicate_current": (("-i", "--indicate-current"), {**_FLAG, "help": "mark what the database is at"}),
    "message": (("-m", "--message"), {"help": "what the revision does"}),
    "package": (("--package",), {**_FLAG, "help": "write __init__.py files too"}),
    "purge": (("--purge",), {**_FLAG, "help": "forget all that the version table says first"}),
    "resolve_dependencies": (("--resolve-dependencies",), {**_FLAG, "help": "leave out what others depend on"}),
    "rev_id": (("--rev-id",), {"help": "an id of your own"}),
    "rev_range": (("-r", "--rev-range"), {"help": "from:to"}),
    "splice": (("--splice",), {**_FLAG, "help": "allow a revision that is no head to go on from"}),
    "sql": (("--sql",), {**_FLAG, "help": "write SQL instead of executing it"}),
    "tag": (("--tag",), {"help": "a free word for env.py"}),
    "template": (("-t", "--template"), {"default": "generic", "help": "the template of a new project"}),
    "verbose": (("-v", "--verbose"), {**_FLAG, "help": "print all that is known"}),
    "version_path": (("--version-path",), {"help": "the folder that the new revision is written to"}),
}
"""How a parameter of a command is spelt as an option."""

COMMANDS: Final = tuple(name for name in command.__all__ if inspect.isfunction(getattr(command, name)))

_SEVERAL: Final = "revisions"


class CommandLine:
    """Alembic's command line: an ``argparse`` parser, to which a program may add.

    :param prog: the program's name, for usage texts.

    Example::

        line = CommandLine()
        line.parser.add_argument("--tenant")
        options = line.parser.parse_args()
        line.run_cmd(Config("alembic.ini", cmd_opts=options), options)
    """

    def __init__(self, prog: str | None = None) -> None:
        self.parser = argparse.ArgumentParser(prog=prog)
        self.parser.add_argument("--version", action="version", version=f"%(prog)s {PEER_VERSION}")
        self.parser.add_argument("-c", "--config", action="append", help="a configuration file")
        self.parser.add_argument("-n", "--name", default="alembic", help="the section of the ini file")
        self.parser.add_argument("-x", action="append", help="an argument for env.py")
        self.parser.add_argument("--raiseerr", action="store_true", help="show errors with their traceback")
        self.parser.add_argument("-q", "--quiet", action="store_true", help="print nothing")
        self.subparsers = self.parser.add_subparsers()
        for name in COMMANDS:
            self.register_command(getattr(command, name))

    def register_command(self, fn: CommandFunction) -> None:
        """Add a command.

        :param fn: takes the configuration first. Its further parameters without a default become arguments, those of
            :data:`OPTIONS` options; others with a default are left to it.
        """
        parameters = list(inspect.signature(fn).parameters.values())[1:]
        required = [item.name for item in parameters if item.default is inspect.Parameter.empty]
        optional = [item.name for item in parameters if item.name not in required and item.name in OPTIONS]
        said = inspect.getdoc(fn) or ""
        sub = self.subparsers.add_parser(fn.__name__, help=said.partition("\n")[0], description=said.partition("\n")[0])
        for name in required:
            if name == _SEVERAL or (fn.__name__ == "stamp" and name == "revision"):
                sub.add_argument(_SEVERAL, nargs="+")
            else:
                sub.add_argument(name)
        for name in optional:
            spelled, keywords = OPTIONS[name]
            sub.add_argument(*spelled, **keywords)
        arguments = [_SEVERAL if fn.__name__ == "stamp" and name == "revision" else name for name in required]
        sub.set_defaults(cmd=(fn, arguments, optional))

    def run_cmd(self, config: Config, options: argparse.Namespace) -> None:
        """Run the command that *options* name; what goes wrong is printed, and ends the program.

        :param config: the settings.
        :param options: what :attr:`parser` made of the command line.
        """
        fn, positional, keywords = options.cmd
        try:
            fn(
                config,
                *(getattr(options, name, None) for name in positional),
                **{name: value for name in keywords if (value := getattr(options, name, None)) is not None},
            )
        except CommandError as error:
            if options.raiseerr:
                raise
            err(config.redact(str(error)), quiet=False)

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Parse a command line and run it.

        :param argv: its words; by default those of this process.
        """
        options = self.parser.parse_args(argv)
        if not hasattr(options, "cmd"):
            self.parser.error("too few arguments")
        found = find(options.config or (), "")
        files = found[1] if found is not None else (next(iter(options.config or ()), "alembic.ini"), None)
        self.run_cmd(Config(files[0], files[1], ini_section=options.name, cmd_opts=options), options)


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Any) -> None:
    """Run one command line of Alembic's.

    :param argv: its words; by default those of this process.
    :param prog: the program's name.
    :param kwargs: taken for the sake of callers; nothing is read from it.
    """
    CommandLine(prog=prog).main(argv=argv)
