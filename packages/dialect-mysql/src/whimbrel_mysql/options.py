"""How a statement is to be carried out: ALGORITHM and LOCK, and where a column is to stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Constraint, Index

from whimbrel.errors import CommandError

_ALGORITHMS: Final = {
    "mysql": ("DEFAULT", "INSTANT", "INPLACE", "COPY"),
    "mariadb": ("DEFAULT", "INSTANT", "NOCOPY", "INPLACE", "COPY"),
}
_LOCKS: Final = ("DEFAULT", "NONE", "SHARED", "EXCLUSIVE")
_PREFIXES: Final = ("mysql_", "mariadb_")

STATEMENT_KEYWORDS: Final = ("algorithm", "lock")
"""What any statement takes."""

COLUMN_KEYWORDS: Final = (*STATEMENT_KEYWORDS, "after", "first")
"""What a statement that places a column takes."""


class Options(NamedTuple):
    """What keywords such as ``mysql_algorithm`` ask for.

    https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-performance,
    https://mariadb.com/kb/en/alter-table/#algorithm

    :param algorithm: how the server goes about it; it refuses what it cannot do so.
    :param lock: what others may do meanwhile.
    :param after: the column that a column is to stand after.
    :param first: whether a column is to stand before all others.
    """

    algorithm: str | None = None
    lock: str | None = None
    after: str | None = None
    first: bool = False

    @property
    def words(self) -> list[str]:
        """``ALGORITHM`` and ``LOCK`` as SQL."""
        said = {"ALGORITHM": self.algorithm, "LOCK": self.lock}
        return [f"{name}={value}" for name, value in said.items() if value is not None]

    @property
    def has_position(self) -> bool:
        """Whether it says where a column is to stand."""
        return self.first or self.after is not None


AS_USUAL: Final = Options()
"""Nothing is asked for."""


def options_of(operation: str, keywords: Mapping[str, Any], is_mariadb: bool, known: tuple[str, ...]) -> Options:
    """Return what the keywords of an operation ask for.

    Those that begin with ``mysql_`` count for MariaDB too, unless one that begins with ``mariadb_`` says otherwise.

    :param operation: the operation, for messages.
    :param keywords: all its keywords; those of other databases are passed over.
    :param is_mariadb: whether the server is a MariaDB.
    :param known: the names it takes, without prefix.
    :raises CommandError: a name or a value is none that the server knows.
    """
    said: dict[str, Any] = {}
    for prefix in _PREFIXES if is_mariadb else _PREFIXES[:1]:
        said |= {
            name.removeprefix(prefix): (name, value) for name, value in keywords.items() if name.startswith(prefix)
        }
    for stem, (name, _) in said.items():
        if stem not in known:
            choice = ", ".join(f"mysql_{item}" for item in known)
            raise CommandError(f"{operation}() has no keyword {name!r}.", f"It takes {choice}.")
    given = {stem: value for stem, (_, value) in said.items() if value is not None and value is not False}
    if "after" in given and "first" in given:
        raise CommandError(
            f"{operation}() is given both {said['after'][0]} and {said['first'][0]}.", "Leave one of them out."
        )
    server = "mariadb" if is_mariadb else "mysql"
    for stem, choices in (("algorithm", _ALGORITHMS[server]), ("lock", _LOCKS)):
        if stem in given:
            given[stem] = str(given[stem]).upper()
            if given[stem] not in choices:
                raise CommandError(
                    f"{operation}(): {said[stem][0]}={said[stem][1]!r} is none that "
                    f"{'MariaDB' if is_mariadb else 'MySQL'} knows.",
                    f"Choose one of {', '.join(choices)}.",
                )
    return Options(**given)


def statement_keywords(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *keywords* that are about the statement as a whole."""
    ours = {f"{prefix}{name}" for prefix in _PREFIXES for name in STATEMENT_KEYWORDS}
    return {name: value for name, value in keywords.items() if name in ours}


def declare_keywords() -> None:
    """Let SQLAlchemy's indexes and constraints take ``mysql_algorithm``, ``mysql_lock`` and the same for MariaDB."""
    for construct in (Index, Constraint):
        for dialect in ("mysql", "mariadb"):
            for name in STATEMENT_KEYWORDS:
                construct.argument_for(dialect, name, None)


declare_keywords()
