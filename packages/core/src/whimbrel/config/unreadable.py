"""What to say about a configuration file that cannot be read as text."""

from __future__ import annotations

from whimbrel.errors import ConfigError


def unreadable(path: str, error: OSError) -> ConfigError:
    """Return the error for the file *path* that the system does not let us read."""
    return ConfigError(
        f"{path} cannot be read: {error.strerror or error}.",
        "Mend its permissions, or name another file with -c.",
        file=path,
    )


def not_utf8(path: str, error: UnicodeDecodeError) -> ConfigError:
    """Return the error for the file *path* that has other bytes than those of UTF-8 text."""
    try:
        with open(path, "rb") as stream:
            before = stream.read().decode("utf-8", "surrogateescape")
    except OSError as again:
        return unreadable(path, again)
    line = next((number for number, text in enumerate(before.split("\n"), 1) if _has_escapes(text)), 1)
    return ConfigError(
        f"{path}, line {line}: this is not UTF-8 text ({error.reason}).",
        "Save the file in the encoding UTF-8.",
        file=path,
        line=line,
    )


def _has_escapes(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)
