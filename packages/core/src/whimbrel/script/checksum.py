"""Telling whether a version file says what it said: fingerprints of its text and of its meaning."""

from __future__ import annotations

import ast
from hashlib import sha256
from typing import NamedTuple

_FUNCTIONS = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WITHOUT_MEANING = frozenset({"type_comment", "type_ignores", "kind", "ctx", "type_params"})


class Checksum(NamedTuple):
    """What is kept of a version file to recognise it by.

    :ivar text: fingerprint of its bytes: cheap, and enough where nothing was touched.
    :ivar meaning: fingerprint of what it says: comments, docstrings and formatting do not count.
    """

    text: str
    meaning: str


def text_checksum(source: bytes) -> str:
    """Return the fingerprint of a file's bytes: 64 hexadecimal digits; line endings of Windows do not count."""
    return sha256(source.replace(b"\r\n", b"\n")).hexdigest()


def checksum(source: bytes) -> Checksum:
    """Return the fingerprints of a version file.

    The second comes out the same in every release of Python: it is made of the names of syntax nodes and of constants,
    not of bytecode. A file that is no Python has the same fingerprint twice.

    :param source: the bytes of the file.

    Example::

        >>> checksum(b"x = 1").meaning == checksum(b"x = (1)  # one").meaning
        True
    """
    text = text_checksum(source)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # a .pyc: only its bytes can be compared
        return Checksum(text, text)
    words: list[str] = []
    _spell(tree, words)
    return Checksum(text, sha256("\n".join(words).encode("utf-8", "surrogatepass")).hexdigest())


def _spell(node: ast.AST, words: list[str]) -> None:
    """Append what *node* and all below it say to *words*, with the brackets that keep neighbours apart."""
    words.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            if value and name == "body" and isinstance(node, _FUNCTIONS) and _is_docstring(value[0]):
                value = value[1:]
            if value and name not in _WITHOUT_MEANING:
                words.append(f"{name}[")
                for item in value:
                    if isinstance(item, ast.AST):
                        _spell(item, words)
                    else:
                        words.append(repr(item))
                words.append("]")
        elif name in _WITHOUT_MEANING or (value is None and not isinstance(node, ast.Constant)):
            continue
        elif isinstance(value, ast.AST):
            _spell(value, words)
        else:
            words.append(f"{name}={value!r}")
    words.append(";")


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
