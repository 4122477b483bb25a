"""``whimbrel completion``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal.command import Command


@click.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL, to be evaluated when the shell starts.

    \b
    bash:  echo 'eval "$(whimbrel completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(whimbrel completion zsh)"' >> ~/.zshrc
    fish:  whimbrel completion fish > ~/.config/fish/completions/whimbrel.fish
    """
    from click.shell_completion import get_completion_class

    from whimbrel.cli.terminal.entry import COMPLETE_VARIABLE
    from whimbrel.cli.terminal.group import group

    completion = get_completion_class(shell)
    if completion is None:
        raise click.ClickException(f"This release of click cannot complete in {shell}.")
    click.echo(completion(group, {}, "whimbrel", COMPLETE_VARIABLE).source())
