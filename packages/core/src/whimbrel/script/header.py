"""What a version file says about itself, read without executing it.

Three ways, the cheapest that is certain wins:

1. :func:`scan`, some microseconds: the assignments as templates write them, one below the other, in a file whose
   remaining text cannot touch them;
2. :func:`parse`, ten times that: any literal assignment at module level, found in the syntax tree;
3. running that one file, when a value is computed, unless that is refused.

A compiled file whose source is not there is read off its bytecode (:mod:`whimbrel.script.bytecode`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from whimbrel.errors import DependencyLoopDetected, LoopDetected, MissingRevisionVariable, ScriptError
from whimbrel.revisions import verify_rev_id
from whimbrel.script.module import compile_source, load_module, read_source

if TYPE_CHECKING:
    import ast
    import os
    from collections.abc import Callable, Mapping
    from types import ModuleType


class Header(NamedTuple):
    """The module variables of a version file, normalised: what may be one id or several is a tuple.

    :param revision: the id.
    :param down_revisions: the ids it follows, none for a base, several for a merge.
    :param branch_labels: the labels written in this file.
    :param depends_on: ids or labels.
    :param doc: the first paragraph of the docstring.
    """

    revision: str
    down_revisions: tuple[str, ...]
    branch_labels: tuple[str, ...]
    depends_on: tuple[str, ...]
    doc: str


NAMES: Final = ("revision", "down_revision", "branch_labels", "depends_on")


def first_paragraph(docstring: str) -> str:
    """Return the text before the first blank line: what lists show of a revision."""
    return docstring.strip().split("\n\n", 1)[0]


def read_header(
    path: str, *, check: bool = False, run: Callable[[str], ModuleType] | None = load_module
) -> tuple[Header, os.stat_result | None]:
    """Return the header of the version file *path*, running the file only when a value in it is computed.

    :param path: a ``.py`` or, in sourceless directories, a ``.pyc`` file.
    :param check: also compile the file, so that a syntax error anywhere in it is noticed now.
    :param run: runs a file whose header is computed; ``None`` refuses it.
    :return: the header, and the state of the file that it was read from: the header stays so as long as the state.
        ``None`` where a value is computed, because other files may have a say in it.
    :raises ScriptSyntaxError: the file is not Python.
    :raises MissingRevisionVariable: it has no ``revision`` or no ``down_revision``.
    :raises ScriptRaised: it had to be run, and raised.
    :raises ScriptError: it cannot be read, a variable has a value that is no id, or it may not be run.
    :raises InvalidRevisionId: its id is one that no history can hold.
    :raises LoopDetected: it follows itself.
    :raises DependencyLoopDetected: it depends on itself.

    Example::

        >>> read_header("versions/ae1027a6acf_add_account.py")[0].revision
        'ae1027a6acf'
    """
    source, state = read_source(path)
    found = _of_bytecode(source, path) if path[-4:] == ".pyc" else _of_source(source, path, check)
    header = found or _computed(path, run)
    revision = header[0]
    verify_rev_id(revision, path)
    if revision in header[1]:
        raise LoopDetected(revision, [path])
    if revision in header[3]:
        raise DependencyLoopDetected(revision, [path])
    return header, None if found is None else state


def _of_source(source: bytes, path: str, check: bool) -> Header | None:
    if check:
        compile_source(source, path)
    try:
        text = source.decode()
    except UnicodeDecodeError:
        text = ""  # another encoding, declared in the file: the parser knows what to do
    return scan(text) or parse(source, path)


def _of_bytecode(data: bytes, path: str) -> Header | None:
    from whimbrel.script.bytecode import constants_of

    values = constants_of(data, (*NAMES, "__doc__"))
    if values is None:
        return None
    doc = values.pop("__doc__", None)
    return header_of(values, doc if isinstance(doc, str) else None, path)


def read_longdoc(path: str) -> str:
    """Return the whole docstring of the version file *path*, stripped.

    :raises ScriptError: the file cannot be read, or is not Python.
    """
    source, _ = read_source(path)
    return (_compiled_docstring(source) if path[-4:] == ".pyc" else _docstring(source, path)).strip()


def _docstring(source: bytes, path: str) -> str:
    import ast

    text = source.decode(errors="replace")
    found = None if "\ufffd" in text else _leading_docstring(text.replace("\r\n", "\n"))
    if found is not None:
        return found[0]
    tree = compile_source(source, path, ast.PyCF_ONLY_AST)
    assert isinstance(tree, ast.Module)
    return ast.get_docstring(tree, clean=False) or ""


def _compiled_docstring(data: bytes) -> str:
    from whimbrel.script.bytecode import constants_of

    constants = constants_of(data, ("__doc__",))
    doc = (constants or {}).get("__doc__")
    return doc if isinstance(doc, str) else ""


# ------------------------------------------------------------------------------------------------ the fast scan

_pattern: re.Pattern[str] | None = None


def _compile_pattern() -> re.Pattern[str]:
    """Compile the pattern of the four assignments on first need: with a warm index nobody needs it."""
    global _pattern
    assign = r"(?:[ \t]*:[^=\n]+)?[ \t]*=[ \t]*"
    text = r"""'[^'\\\n]*'|"[^"\\\n]*\""""
    value = rf"(None|{text}|[(\[][^()\[\]\\#]*[)\]])"
    end = r"[ \t]*(?:#[^\n]*)?(?:\n(?:[ \t]*(?:#[^\n]*)?\n)*|\Z)"
    _pattern = re.compile(
        rf"revision{assign}({text}){end}down_revision{assign}{value}{end}"
        rf"(?:branch_labels{assign}{value}{end})?(?:depends_on{assign}{value}{end})?"
    )
    return _pattern


def scan(text: str) -> Header | None:
    """Return the header of a file written as the templates write it, or None when that is not certain.

    :param text: the whole file.

    Certain means: a docstring or none; then lines that leave neither a bracket nor a long string open; then the
    assignments of literals at column 0, one below the other; and in the rest none of the four names, nor anything
    that could set a module variable without naming it.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    found = _leading_docstring(text)
    if found is None:
        return None
    doc, begin = found
    start = begin if text.startswith("revision", begin) else text.find("\nrevision", begin) + 1
    match = (_pattern or _compile_pattern()).match(text, start)
    if match is None:
        return None
    middle, rest = text[begin:start], text[match.end() :]
    revision, down, labels, depends = match.groups()
    if _leaves_open(middle) or _may_rebind(rest):
        return None
    if (labels is None or depends is None) and ("branch_labels" in middle or "depends_on" in middle or "*" in middle):
        return None
    try:
        return Header(revision[1:-1], _ids(down), _ids(labels), _ids(depends), first_paragraph(doc))
    except (TypeError, ValueError, SyntaxError):
        return None  # the parser says it better, with the line


def _leading_docstring(text: str) -> tuple[str, int] | None:
    """Return the docstring and where the line after it begins; None when that takes a parser."""
    quotes = text[:3]
    if quotes in ('"""', "'''"):
        stop = text.find(quotes, 3)
        line_end = text.find("\n", stop)
        doc = text[3:stop]
        if stop < 0 or line_end < 0 or "\\" in doc or text[stop + 3 : line_end].strip():
            return None
        return doc, line_end + 1
    return ("", 0) if text.startswith(("import ", "from ", "revision")) else None


def _leaves_open(middle: str) -> bool:
    """Say whether the line after *middle* might stand inside a string or a bracket."""
    if '"""' in middle or "'''" in middle or "\\" in middle:
        return True
    if "(" not in middle and "[" not in middle and "{" not in middle:
        return False
    comment, last = middle.find("#"), max(middle.rfind(")"), middle.rfind("]"), middle.rfind("}"))
    return (
        '"' in middle
        or "'" in middle
        or -1 < comment < last
        or any(middle.count(a) != middle.count(b) for a, b in ("()", "[]", "{}"))
    )


def _may_rebind(rest: str) -> bool:
    """Say whether *rest*, the file below the assignments, might set one of the four names anew."""
    return (
        "revision" in rest
        or "branch_labels" in rest
        or "depends_on" in rest
        or "globals" in rest
        or "exec(" in rest
        or ("import" in rest and re.search(r"import\s*\(?\s*\*", rest) is not None)
    )


def _ids(text: str | None) -> tuple[str, ...]:
    if text is None or text == "None":
        return ()
    if text[0] in "'\"":
        return (text[1:-1],) if len(text) > 2 else ()
    from ast import literal_eval

    return _texts("", literal_eval(text))


# ------------------------------------------------------------------------------------------------ the parser

_SETS_ANYTHING: Final = frozenset({"globals", "exec", "eval", "vars", "locals", "setattr"})


def parse(source: bytes, path: str) -> Header | None:
    """Return the header found in the syntax tree of *source*, or None when a value in it is computed.

    :param source: the bytes of the file.
    :param path: its name, for messages.
    :raises ScriptSyntaxError: it is not Python.
    :raises MissingRevisionVariable: it has no ``revision`` or no ``down_revision``.
    :raises ScriptError: a variable has a value that is no id.
    """
    import ast

    tree = compile_source(source, path, ast.PyCF_ONLY_AST)
    assert isinstance(tree, ast.Module)
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for statement in tree.body:
        target = _single_target(statement)
        if target is not None and target[0] in NAMES:
            name, expression = target
            lines[name] = statement.lineno
            try:
                values[name] = ast.literal_eval(expression)
            except (ValueError, TypeError):
                return None
        elif _binds_a_header_name(statement):
            return None
    return header_of(values, ast.get_docstring(tree, clean=False), path, lines)


def _single_target(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """Return name and value of ``name = value`` and ``name: type = value``."""
    import ast

    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        return None
    return (target.id, value) if isinstance(target, ast.Name) else None


def _binds_a_header_name(statement: ast.stmt) -> bool:
    """Say whether running *statement*, at module level, might set one of the four names."""
    import ast

    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name in NAMES  # its body has a scope of its own
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            if node.id in _SETS_ANYTHING or (node.id in NAMES and not isinstance(node.ctx, ast.Load)):
                return True
        elif isinstance(node, ast.alias):
            if node.name == "*" or (node.asname or node.name) in NAMES:
                return True
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name in NAMES:
            return True
    return False


# ------------------------------------------------------------------------------------------------ values


def header_of(
    values: Mapping[str, object], docstring: str | None, path: str, lines: Mapping[str, int] | None = None
) -> Header:
    """Return the header made of module variables.

    :param values: the module's variables; names that are no header names are ignored.
    :param docstring: the module's docstring.
    :param path: the file, for messages.
    :param lines: the line of each variable, where known.
    :raises MissingRevisionVariable: ``revision`` or ``down_revision`` is missing.
    :raises ScriptError: a variable has a value that is no id.
    """
    for name, advice in (
        ("revision", "Give it an id (revision = '...'), or move the file out of the versions folder."),
        ("down_revision", "Write the id it follows (down_revision = '...'), or None when it is the first."),
    ):
        if name not in values:
            raise MissingRevisionVariable(f"{path} has no module variable {name!r}.", advice, path=path)
    try:
        revision, down, labels, depends = (values.get(name) for name in NAMES)
        return _header(revision, down, labels, depends, docstring or "")
    except TypeError as error:
        line = (lines or {}).get(str(error).partition(" ")[0])
        where = f"{path}, line {line}" if line else path
        raise ScriptError(f"{where}: {error}.", "Write it in quotes.", path=path, line=line) from None


def _header(revision: object, down: object, labels: object, depends: object, doc: str) -> Header:
    if not isinstance(revision, str):
        raise TypeError(f"revision is {revision!r}, which is no text")
    return Header(
        revision,
        _texts("down_revision", down),
        _texts("branch_labels", labels),
        _texts("depends_on", depends),
        first_paragraph(doc),
    )


def _texts(name: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, set | frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise TypeError(f"{name} is {value!r}, which is no id")


def _computed(path: str, run: Callable[[str], ModuleType] | None) -> Header:
    if run is None:
        raise ScriptError(
            f"{path} computes what it is, and would have to be run to be known: that is refused (run_headers = false).",
            f"Write the header as literals: {', '.join(NAMES)}. Or, if you trust the file:  run_headers = true",
            path=path,
        )
    module = run(path)
    return header_of(vars(module), module.__doc__, path)
