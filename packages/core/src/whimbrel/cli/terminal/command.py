"""A command that takes ``-1`` for a revision and helps with misplaced and mistyped options."""

from __future__ import annotations

import re
from typing import Any, Final

import click

GLOBAL_OPTIONS: Final = frozenset(
    {"-c", "--config", "-n", "--name", "-x", "--raiseerr", "-q", "--quiet", "--no-plugins", "--version"}
)
"""What stands before the command: ``whimbrel -x tenant=a upgrade head``."""

_RELATIVE: Final = r"-\d+\Z"


def nearest(name: str, known: list[str]) -> str:
    """Return the sentence that asks whether something of *known* was meant; empty where nothing is near.

    :param name: what was typed.
    :param known: what there is.
    """
    from difflib import get_close_matches

    found = get_close_matches(name, known)
    return f" Did you mean {' or '.join(found)}?" if found else ""


class Command(click.Command):
    """A click command whose arguments may be relative revisions.

    Click takes ``-1`` for an option. Here unknown options are let through as arguments first, and those that are no
    relative revision are then refused, with the nearest known option.
    """

    ignore_unknown_options = True
    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args* and refuse what is neither an option of this command, nor an argument, nor relative."""
        rest = super().parse_args(ctx, args)
        if ctx.resilient_parsing:
            return rest
        for word in [*self._arguments(ctx), *ctx.args]:
            if word.startswith("-") and len(word) > 1 and not re.match(_RELATIVE, word):
                raise self._unknown(ctx, word)
        if ctx.args:
            ctx.fail(f"Got unexpected extra argument{'s' * (len(ctx.args) > 1)} ({' '.join(ctx.args)}).")
        return rest

    def _arguments(self, ctx: click.Context) -> list[str]:
        words: list[str] = []
        for parameter in self.params:
            if isinstance(parameter, click.Argument):
                value: Any = ctx.params.get(parameter.name or "")
                words += value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
        return words

    def _unknown(self, ctx: click.Context, word: str) -> click.UsageError:
        name = word.partition("=")[0]
        if name in GLOBAL_OPTIONS or name[:2] in GLOBAL_OPTIONS:
            known = name if name in GLOBAL_OPTIONS else name[:2]
            return click.UsageError(
                f"Option {known} stands before the command:  {ctx.find_root().info_name} {known} ... {ctx.info_name}",
                ctx=ctx,
            )
        options = [option for parameter in self.get_params(ctx) for option in parameter.opts]
        return click.NoSuchOption(name, f"No such option {name!r}.{nearest(name, options)}", ctx=ctx)
