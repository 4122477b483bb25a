"""A value that may be used but not shown: the database URL."""

from __future__ import annotations


class Secret:
    """A database URL that hides its password wherever it is printed.

    :param value: the URL as it was configured.

    Example::

        >>> url = Secret("postgresql://bob:hunter2@db/shop")
        >>> url
        Secret('postgresql://bob:***@db/shop')
        >>> url.reveal()
        'postgresql://bob:hunter2@db/shop'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the URL with its password, for handing to SQLAlchemy and to nobody else."""
        return self._value

    def __str__(self) -> str:
        scheme, mark, rest = self._value.partition("://")
        if not mark:
            return "***"
        # The query may hold keys and passwords of the driver; a password that was not escaped may hold any character.
        rest, question, _ = rest.partition("?") if "@" not in rest.partition("?")[2] else (rest, "", "")
        login, at, place = rest.rpartition("@")
        user, colon, _ = login.partition(":")
        hidden = f"{user}:***" if colon else user
        return f"{scheme}://{hidden}{at}{place}{'?***' if question else ''}"

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
