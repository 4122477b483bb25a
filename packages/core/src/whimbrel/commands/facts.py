"""A revision as plain data: what ``--json`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script


def facts_of(script: Script) -> dict[str, Any]:
    """Return what is known of a revision without running it.

    The keys are a promise to the programs that read them: ``revision``, ``down_revisions`` (a list, empty for a
    base), ``depends_on`` (a list), ``branch_labels`` (a sorted list, the inherited ones included), ``message``,
    ``path``, ``is_head``, ``is_base``, ``is_branch_point`` and ``is_merge_point``.

    :param script: the revision.
    """
    return {
        "revision": script.revision,
        "down_revisions": list(script.down_revisions),
        "depends_on": list(script.depends_on),
        "branch_labels": sorted(script.branch_labels),
        "message": script.doc,
        "path": script.path,
        "is_head": script.is_head,
        "is_base": script.is_base,
        "is_branch_point": script.is_branch_point,
        "is_merge_point": script.is_merge_point,
    }


def print_json(config: Config, data: object) -> None:
    """Print *data* as one JSON document, to where the command's answers go; ``-q`` does not silence it.

    :param config: owns the stream.
    :param data: lists, dictionaries, texts, numbers, booleans and ``None``.
    """
    import json

    config.stdout.write(json.dumps(data, indent=2) + "\n")


def print_lines(config: Config, lines: Iterable[str], at_once: int = 1000) -> None:
    """Print *lines*, in chunks: a history has many, and writing each by itself takes longer than making it.

    :param config: owns the stream.
    :param lines: the lines, without their ends.
    :param at_once: how many lines to a chunk.
    """
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == at_once:
            config.print_stdout("%s", "\n".join(chunk))
            chunk.clear()
    if chunk:
        config.print_stdout("%s", "\n".join(chunk))
