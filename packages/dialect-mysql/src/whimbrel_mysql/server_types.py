"""ServerType: what MySQL and MariaDB make of a type, whichever way it is declared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from whimbrel_mysql.clauses import items

_WORDS: Final = {
    "BOOLEAN": "BOOL",
    "CHARACTER": "CHAR",
    "CHARACTER VARYING": "VARCHAR",
    "DEC": "DECIMAL",
    "DOUBLE PRECISION": "DOUBLE",
    "FIXED": "DECIMAL",
    "INTEGER": "INT",
    "NCHAR": "CHAR",
    "NUMERIC": "DECIMAL",
    "NVARCHAR": "VARCHAR",
    "REAL": "DOUBLE",
}
_INTEGERS: Final = {"TINYINT": 3, "SMALLINT": 5, "MEDIUMINT": 8, "INT": 10, "BIGINT": 20}
"""The width of each where it is unsigned, to which ZEROFILL fills."""

_OPTIONAL: Final = {"CHAR": "1", "BINARY": "1", "BIT": "1", "DECIMAL": "10,0"}
"""What stands in the parentheses of a type that has none."""

_SIZES: Final = ((255, "TINY"), (65535, ""), (16777215, "MEDIUM"))
_BYTES: Final = {
    "utf8mb4": 4,
    "utf16": 4,
    "utf16le": 4,
    "utf32": 4,
    "gb18030": 4,
    "utf8mb3": 3,
    "ujis": 3,
    "eucjpms": 3,
}
_BYTES_OF_TWO: Final = frozenset({"ucs2", "gbk", "big5", "sjis", "cp932", "euckr", "gb2312"})

_ATTRIBUTES: Final = frozenset(
    {"UNSIGNED", "SIGNED", "ZEROFILL", "CHARACTER", "CHARSET", "COLLATE", "ASCII", "UNICODE", "BINARY", "BYTE"}
)


@dataclass(frozen=True)
class ServerType:
    """A type, taken apart.

    https://dev.mysql.com/doc/refman/8.4/en/data-types.html, https://mariadb.com/kb/en/data-types/

    :param word: its name, in upper case; of names for one type always the same.
    :param arguments: what stands in parentheses, where that counts.
    :param unsigned: whether it is.
    :param zerofill: whether it is.
    :param charset: the character set that is said.
    :param collation: the collation that is said.
    :param binary: whether the binary collation of its character set is said.
    """

    word: str
    arguments: str = ""
    unsigned: bool = False
    zerofill: bool = False
    charset: str | None = None
    collation: str | None = None
    binary: bool = False

    @classmethod
    def of(cls, spelled: str) -> ServerType:
        """Return the type of SQL text such as ``INTEGER(11) UNSIGNED`` or ``VARCHAR(20) COLLATE utf8mb4_bin``.

        Example::

            >>> ServerType.of("NUMERIC").arguments, ServerType.of("BOOL") == ServerType.of("tinyint(1)")
            ('10,0', True)
        """
        parts = [item.text for item in items(spelled)]
        words: list[str] = []
        while parts and parts[0][:1] != "(" and not (words and parts[0].upper() in _ATTRIBUTES):
            words.append(parts.pop(0).upper())
        arguments = parts.pop(0)[1:-1] if parts and parts[0][:1] == "(" else ""
        national = words[:1] == ["NATIONAL"] or words[:1] in (["NCHAR"], ["NVARCHAR"])
        word = " ".join(words).removeprefix("NATIONAL ")
        found = cls(_WORDS.get(word, word), arguments, charset="utf8mb3" if national else None)
        return found._with(parts)._as_kept()

    def _with(self, attributes: list[str]) -> ServerType:
        found = self
        words = iter(attributes)
        for text in words:
            word = text.upper()
            if word in ("UNSIGNED", "ZEROFILL"):
                found = replace(found, unsigned=True, zerofill=found.zerofill or word == "ZEROFILL")
            elif word == "CHARACTER":
                next(words, None)  # SET
                found = replace(found, charset=plain_charset(next(words, "")))
            elif word == "CHARSET":
                found = replace(found, charset=plain_charset(next(words, "")))
            elif word == "COLLATE":
                found = replace(found, collation=plain_charset(next(words, "")))
            elif word in ("ASCII", "UNICODE"):
                found = replace(found, charset="latin1" if word == "ASCII" else "ucs2")
            elif word == "BINARY":
                found = replace(found, binary=True)
        return found

    def _as_kept(self) -> ServerType:
        """Return it as the server keeps it."""
        word, arguments = self.word, self.arguments
        if word not in ("ENUM", "SET"):
            arguments = arguments.replace(" ", "")
        if (word, arguments, self.unsigned) == ("TINYINT", "1", False):
            word, arguments = "BOOL", ""
        elif word in _INTEGERS:  # a width says how the value is shown, which only ZEROFILL does
            arguments = (arguments or str(_INTEGERS[word])) if self.zerofill else ""
        elif word == "FLOAT" and arguments.isdecimal():
            word, arguments = "FLOAT" if int(arguments) <= 24 else "DOUBLE", ""
        elif word == "DECIMAL" and arguments.isdecimal():
            arguments += ",0"
        elif word == "YEAR" or (word in ("DATETIME", "TIMESTAMP", "TIME") and arguments == "0"):
            arguments = ""
        elif word in ("ENUM", "SET"):
            arguments = ",".join(value[:-1].rstrip(" ") + value[-1:] for value in _values(arguments))
        else:
            arguments = arguments or _OPTIONAL.get(word, "")
        return replace(self, word=word, arguments=arguments)

    def sized(self, charset: str | None) -> ServerType:
        """Return the smallest TEXT or BLOB that holds as much as is asked for.

        https://dev.mysql.com/doc/refman/8.4/en/string-type-syntax.html

        :param charset: the character set of the column.
        """
        if self.word not in ("TEXT", "BLOB") or not self.arguments:
            return self
        size = int(self.arguments) * (_width(self.charset or charset) if self.word == "TEXT" else 1)
        prefix = next((prefix for limit, prefix in _SIZES if size <= limit), "LONG")
        return replace(self, word=prefix + self.word, arguments="")

    @property
    def holds_characters(self) -> bool:
        """Whether it has a character set and a collation."""
        return self.word in _OF_CHARACTERS

    @property
    def without_characters(self) -> ServerType:
        """The type alone, whichever characters it holds."""
        return replace(self, charset=None, collation=None, binary=False)

    def __str__(self) -> str:
        said = [
            f"{self.word}({self.arguments})" if self.arguments else self.word,
            "UNSIGNED" if self.unsigned else "",
            "ZEROFILL" if self.zerofill else "",
            f"CHARACTER SET {self.charset}" if self.charset else "",
            f"COLLATE {self.collation}" if self.collation else "",
            "BINARY" if self.binary else "",
        ]
        return " ".join(filter(None, said))


_OF_CHARACTERS = frozenset({"CHAR", "ENUM", "LONGTEXT", "MEDIUMTEXT", "SET", "TEXT", "TINYTEXT", "VARCHAR"})


def plain_charset(name: str) -> str:
    """Return the name of a character set or a collation as the server has it: ``utf8`` is short for ``utf8mb3``."""
    name = name.strip("'\"`").lower()
    return f"utf8mb3{name[4:]}" if name == "utf8" or name.startswith("utf8_") else name


def _width(charset: str | None) -> int:
    return 2 if charset in _BYTES_OF_TWO else _BYTES.get(charset or "", 1)


def _values(arguments: str) -> list[str]:
    return [item.text for item in items(arguments) if item.text != ","]
