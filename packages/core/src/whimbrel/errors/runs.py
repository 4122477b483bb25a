"""Errors of runs: against a database, or of what a run found there."""

from __future__ import annotations

from collections.abc import Sequence

from whimbrel.errors.base import CommandError


class UnsupportedOperation(CommandError):
    """This database cannot do that operation.

    :param dialect: SQLAlchemy's name of the dialect.
    :param operation: the operation, such as ``alter_column``.
    """

    def __init__(self, message: str, remedy: str | None = None, *, dialect: str, operation: str) -> None:
        super().__init__(message, remedy)
        self.dialect = dialect
        self.operation = operation


class DatabaseUnreachable(CommandError):
    """No connection could be made: the server is down, refuses, or does not know the password.

    :param url: the database URL, its password hidden.
    """

    def __init__(self, message: str, remedy: str | None = None, *, url: str) -> None:
        super().__init__(message, remedy)
        self.url = url


class UnknownDatabaseRevision(CommandError):
    """The version table names a revision that no file has.

    :param revision: the id in the version table.
    :param table: the version table.
    :param nearest: ids of files that look alike.
    """

    def __init__(self, revision: str, table: str, nearest: Sequence[str] = ()) -> None:
        hint = f" (the nearest in the files: {', '.join(nearest)})" if nearest else ""
        super().__init__(
            f"Can't locate revision identified by '{revision}': the database's table {table} says it is at "
            f"{revision}, and no version file has that id{hint}.",
            "The database is ahead of these files, or was migrated from another branch. Check out the branch that "
            f"has {revision} (or install the release that has it) and downgrade there; or, if the schema is known to "
            "match one of these files, say so:  whimbrel stamp --purge <revision>",
        )
        self.revision = revision
        self.table = table
        self.nearest = tuple(nearest)


class RunLockTimeout(CommandError):
    """Another run has this database, and did not end in time.

    :param holder: who that is, a ``LockHolder``; ``None`` where nobody can tell.
    :param seconds: how long it was waited for.
    :param ending: what ends the other run, should it hang.
    """

    def __init__(self, holder: object | None, seconds: float, *, ending: str | None = None) -> None:
        hint = f"; if it hangs, end it:  {ending}" if ending else "."
        super().__init__(
            f"Another run has this database: {holder or 'nobody can tell which'}. Waited {seconds:g} s for it to end.",
            f"Nothing was done. Try again when it has ended, or wait longer (lock_wait = 5min){hint}",
        )
        self.holder = holder
        self.seconds = seconds


class RunLockLost(CommandError):
    """The lock that keeps a database to one run was lost while the run was taking its steps.

    :param why: how that was found out.
    """

    def __init__(self, why: str) -> None:
        super().__init__(
            f"This run has lost its lock on the database, and stops.\n{why}",
            "Revisions that it has finished are committed. See where the database is (whimbrel current), and go on "
            "when no other run is at work.",
        )


class MigrationFailed(CommandError):
    """A revision raised while it ran; the cause is ``__cause__``.

    :param revision: its id.
    :param path: its file.
    :param line: the line in that file that was running, counted from 1.
    :param direction: ``upgrade`` or ``downgrade``.
    """

    def __init__(
        self, message: str, remedy: str | None = None, *, revision: str, path: str, line: int | None, direction: str
    ) -> None:
        super().__init__(message, remedy)
        self.revision = revision
        self.path = path
        self.line = line
        self.direction = direction


class VerificationFailed(CommandError):
    """A new revision does not do on a scratch copy what it was written for (``revision --verify``).

    :param paths: the files; they are kept.
    """

    def __init__(self, message: str, *, paths: Sequence[str]) -> None:
        files = " and ".join(paths)
        super().__init__(
            message,
            f"{files} {'was' if len(paths) == 1 else 'were'} written and kept: mend or delete what is there before "
            "anybody runs it.\nOnly the scratch copy was touched, and it is gone.",
        )
        self.paths = tuple(paths)


class EditedRevisions(CommandError):
    """Version files were edited after they had been applied.

    :param revisions: their ids.
    """

    def __init__(self, message: str, remedy: str | None = None, *, revisions: Sequence[str] = ()) -> None:
        super().__init__(message, remedy)
        self.revisions = tuple(revisions)


class DatabaseNotAtHead(CommandError):
    """The database is not at the head revisions (``current --check-heads``)."""

    exit_code = 4


class RevisionsPending(CommandError):
    """There are revisions to run (``plan --check``).

    :param revisions: their ids, in the order in which they would run.
    :param running: the command that runs them.
    """

    exit_code = 4

    def __init__(self, revisions: Sequence[str], running: str) -> None:
        shown = ", ".join(revisions[:8]) + (f" ... ({len(revisions)} in all)" if len(revisions) > 8 else "")
        super().__init__(f"Not run yet: {shown}.", f"Run {'it' if len(revisions) == 1 else 'them'}:  {running}")
        self.revisions = tuple(revisions)


class ProtectedDatabase(CommandError):
    """Steps down lose data, the database is protected, and nobody has agreed to that.

    :param losses: what would be lost, a sentence each.
    """

    def __init__(self, losses: Sequence[str], remedy: str) -> None:
        lines = [f"  {line}" for line in losses[:20]]
        if len(losses) > 20:
            lines.append(f"  ... and {len(losses) - 20} more")
        super().__init__(
            "This database is protected (protected = true), and this downgrade loses data:\n" + "\n".join(lines),
            remedy,
        )
        self.losses = tuple(losses)


class AutogenerateDiffsDetected(CommandError):
    """Models and database differ (``check``).

    :param revision_context: what produced the differences.
    :param diffs: the differences, in the order they were found.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        revision_context: object = None,
        diffs: Sequence[object] = (),
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy)
        self.revision_context = revision_context
        self.diffs = tuple(diffs)


class UnfinishedRevision(CommandError):
    """A revision was interrupted, and cannot simply go on.

    :param revision: its id.
    :param direction: ``upgrade`` or ``downgrade``.
    :param done: the statements that have been executed, or, as to the last, may have been.
    :param left: statements of the script, as it is now, that have not.
    """

    def __init__(
        self,
        message: str,
        remedy: str | None = None,
        *,
        revision: str,
        direction: str,
        done: Sequence[str],
        left: Sequence[str] = (),
    ) -> None:
        super().__init__(message, remedy)
        self.revision = revision
        self.direction = direction
        self.done = tuple(done)
        self.left = tuple(left)


class IrreversibleRevision(CommandError):
    """A downgrade would take back a revision that says of itself that it cannot be taken back.

    :param revision: its id.
    :param path: its file.
    :param reason: why, in the words of the file; ``None`` where it gives no reason.
    """

    def __init__(self, revision: str, path: str, reason: str | None = None) -> None:
        super().__init__(
            f"Revision {revision} is irreversible{f': {reason.strip()}' if reason else ''} ({path})",
            f"Nothing was run. Downgrade no further than to it:  whimbrel downgrade {revision}\n"
            "To get behind it, restore a backup, or write a new revision that leads on.",
        )
        self.revision = revision
        self.path = path
        self.reason = reason
