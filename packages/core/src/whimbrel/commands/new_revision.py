"""A new version file, and the line that says so."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script, ScriptDirectory


class Wish(NamedTuple):
    """What a new revision is to be.

    :param rev_id: its id.
    :param message: what it does.
    :param head: the revision to go on from.
    :param splice: allow one that is no head.
    :param branch_label: a name, or names, for the branch that begins with it.
    :param version_path: which of the ``version_locations`` to write to.
    :param depends_on: a revision, or revisions, that have to run before it.
    """

    rev_id: str
    message: str | None
    head: str = "head"
    splice: bool = False
    branch_label: str | Sequence[str] | None = None
    version_path: str | None = None
    depends_on: str | Sequence[str] | None = None


def new_revision_id() -> str:
    """Return an id that no other revision has: twelve hexadecimal digits, 48 random bits.

    Ten thousand people could make a thousand revisions each before two of them are likely to meet.
    """
    return os.urandom(6).hex()


def generate(
    config: Config, script: ScriptDirectory, wish: Wish, *, joins: Sequence[str] | None = None, **variables: Any
) -> Script:
    """Write a version file and print its path.

    :param config: owns the stream; templates know it as ``config``.
    :param script: the version files.
    :param wish: what is to be written.
    :param joins: the revisions that a merge goes on from, instead of the wish's one.
    :param variables: further names for the template.
    """
    made = script.generate_revision(
        wish.rev_id,
        wish.message,
        head=wish.head if joins is None else joins,
        splice=wish.splice,
        branch_labels=wish.branch_label,
        version_path=wish.version_path,
        depends_on=wish.depends_on,
        **{"config": config, **variables},
    )
    config.print_stdout("%s", f"Generating {made.path} ...  done")
    return made
