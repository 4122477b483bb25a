"""``revision``: a new version file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whimbrel.commands.new_revision import Wish, generate, new_revision_id
from whimbrel.errors import CommandError
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.commands.drafting import ProcessDirectives
    from whimbrel.config import Config
    from whimbrel.runtime.questioner import Questioner
    from whimbrel.script import Script


def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | Sequence[str] | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    depends_on: str | Sequence[str] | None = None,
    process_revision_directives: ProcessDirectives | None = None,
    rename: Sequence[str] = (),
    questioner: Questioner | None = None,
    allow_drop_table: bool | Sequence[str] | None = None,
    verify: bool = False,
) -> Script | list[Script] | None:
    """Create a revision file.

    :param config: the settings.
    :param message: what the revision does: the first line of the file, and part of its name.
    :param autogenerate: fill it with what makes the database like the models.
    :param sql: run env.py without a database; asks for the setting ``revision_environment``.
    :param head: the revision to go on from; ``base`` begins a new history.
    :param splice: allow a *head* that is no head, so that a branch begins there.
    :param branch_label: a name, or names, for the branch that begins with this revision.
    :param version_path: which of the ``version_locations`` to write to.
    :param rev_id: its id; a made-up one by default.
    :param depends_on: a revision, or revisions, that have to run before it.
    :param process_revision_directives: where env.py runs (*autogenerate*, or the setting ``revision_environment``), is
        called with the context, the current heads and a list of directives, which it may change; after the function of
        that name that env.py configures.
    :param rename: with *autogenerate*, what was renamed: ``old:new`` each, such as ``users.nick:users.nickname``.
    :param questioner: is asked about what looks like a rename and was not declared one; by default nobody is.
    :param allow_drop_table: with *autogenerate*, drop tables that the models lack: all, or those of these names and
        patterns; by default as env.py and the settings say.
    :param verify: with *autogenerate*, try what was written on a scratch copy of each database's schema: after the
        upgrade it has to be like the models, after the downgrade as it was.
    :return: the new revision; a list if there are several, ``None`` if the directives were emptied.
    :raises MultipleHeads: there are several heads, and *head* names none of them.
    :raises AutogenerateNotInstalled: the package that compares is missing.
    :raises VerificationFailed: *verify* found that it does not do what it was written for; the file is kept.

    Example::

        whimbrel.command.revision(config, message="create account table")
    """
    script = ScriptDirectory.from_config(config)
    wish = Wish(rev_id or new_revision_id(), message, head, splice, branch_label, version_path, depends_on)
    if autogenerate and sql:
        raise CommandError("--autogenerate has to ask the database, so it cannot go with --sql.")
    if verify and not autogenerate:
        raise CommandError(
            "--verify tries what --autogenerate has written, and it was not asked for.",
            "Add --autogenerate, or leave --verify out.",
        )
    if rename and not autogenerate:
        raise CommandError("--rename says how a comparison is to be read: it goes with --autogenerate.")
    if allow_drop_table and not autogenerate:
        raise CommandError("--allow-drop-table says what a comparison may find: it goes with --autogenerate.")
    if autogenerate or config.settings.revision_environment:
        from whimbrel.commands.autogenerate import Hints
        from whimbrel.commands.drafting import drafted
        from whimbrel.runtime.questioner import Questioner

        process = process_revision_directives
        if verify:
            from whimbrel.commands.verify import scratch_first

            process = scratch_first(process)
        written = drafted(
            config,
            script,
            wish,
            autogenerate=autogenerate,
            sql=sql,
            process=process,
            hints=Hints(rename, questioner or Questioner(), allow_drop_table),
        )
        if verify and written:
            from whimbrel.commands.verify import try_out

            try_out(config, written)
        return written[0] if len(written) == 1 else written or None
    if sql:
        raise CommandError(
            "revision --sql makes no sense here: revision does not run env.py.",
            "Leave --sql out, or set revision_environment = true.",
        )
    return generate(config, script, wish)
