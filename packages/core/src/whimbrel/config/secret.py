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

    def passwords(self) -> tuple[str, ...]:
        """Return what must not be seen in any text: each password as it is written, as it is meant, and in pieces.

        In pieces, where it has an ``@``, ``:`` or ``/`` that was not escaped: a driver takes what follows for a host
        or a port, and says so. What the URL shows anyway, such as a password that is the user's name, and what has
        less than three characters is left out: hiding it would hide nothing, and much else.

        Example::

            >>> Secret("postgresql://bob:hun%40ter2@db/shop").passwords()
            ('hun%40ter2', 'hun@ter2')
        """
        import re
        from urllib.parse import parse_qsl, quote, unquote

        written = self._login().partition(":")[2]
        query = parse_qsl(self._value.partition("?")[2].rpartition("@")[2])
        meant = [unquote(written), *(value for key, value in query if re.search("(?i)pass|pwd|secret|token", key))]
        pieces = re.split("[@:/?#]", written)
        forms = [form for text in meant for form in (quote(text), quote(text, safe=""), text, repr(text)[1:-1])]
        seen = set(re.split(r"\W+", str(self)))
        found = dict.fromkeys(item for item in [written, *forms, *pieces] if len(item) > 2 and item not in seen)
        return tuple(sorted(found, key=len, reverse=True))

    def _login(self) -> str:
        """Return ``user:password``; the nearest to it where the URL has a slip in it."""
        scheme, mark, rest = self._value.partition("://")
        return (rest if mark else scheme.partition("//")[2] or scheme).rpartition("@")[0]

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
