"""Programs that run over a new version file: formatters, linters, ``git add``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from whimbrel.errors import CommandError, PostWriteHookError
from whimbrel.redact import redact

if TYPE_CHECKING:
    import subprocess
    from importlib.metadata import EntryPoint

REVISION_SCRIPT_TOKEN: Final = "REVISION_SCRIPT_FILENAME"
"""Stands in ``options`` for the path of the new file; without it, the path is the first argument."""

ENTRY_POINTS: Final = "whimbrel.post_write_hooks"
"""The entry-point group where other packages offer hook types."""

HookFunction = Callable[[str, dict[str, Any]], None]
"""Takes the path of the new file, and the hook's options."""

Report = Callable[[str], None]

_registered: dict[str, HookFunction] = {}
_report: ContextVar[Report | None] = ContextVar("_report", default=None)


def register(name: str) -> Callable[[HookFunction], HookFunction]:
    """Return a decorator that makes a function a type of post-write hook, usually in env.py.

    :param name: what ``type`` says in the settings.

    Example::

        @register("count_lines")
        def count_lines(path, options):
            print(sum(1 for line in open(path)))
    """

    def decorate(function: HookFunction) -> HookFunction:
        _registered[name] = function
        return function

    return decorate


def run_hooks(path: str, hooks: Iterable[tuple[str, Mapping[str, str]]], report: Report | None = None) -> None:
    """Run the hooks of the settings over the file *path*, in order.

    :param path: the new file; it is kept whatever a hook does.
    :param hooks: each hook's name and options.
    :param report: takes a line about each hook, and the lines it printed.
    :raises PostWriteHookError: a hook is not there, or failed; those after it are not run.
    """
    for name, options in hooks:
        type_ = options.get("type")
        if not type_:
            raise _error(name, path, "has no type", f"Set {name}.type to console_scripts, exec or module.")
        function = _hook_type(type_, name, path)
        if report is not None:
            report(f"Running post write hook '{name}' ...")
        token = _report.set(report)
        try:
            function(path, {**options, "_hook_name": name})
        except CommandError:
            raise
        except Exception as error:
            raise _error(name, path, f"raised {type(error).__name__}: {redact(str(error))}") from error
        finally:
            _report.reset(token)


def _hook_type(type_: str, name: str, path: str) -> HookFunction:
    if type_ in _registered:
        return _registered[type_]
    from importlib.metadata import entry_points

    found = list(entry_points(group=ENTRY_POINTS, name=type_))
    if not found:
        from difflib import get_close_matches

        known = sorted(_registered.keys() | {entry.name for entry in entry_points(group=ENTRY_POINTS)})
        near = get_close_matches(type_, known, 1)
        raise _error(
            name,
            path,
            f"has the type {type_!r}, which nobody registered",
            f"Did you mean {near[0]}?" if near else f"The types are {', '.join(known)}.",
        )
    try:
        function: HookFunction = found[0].load()
    except Exception as error:
        raise _error(
            name, path, f"has the type {type_!r} of {_origin(found[0])}, which fails to load: {error}"
        ) from error
    return function


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


@register("console_scripts")
def console_scripts(
    path: str, options: dict[str, Any], ignore_output: bool = False, verify_version: tuple[int, ...] | None = None
) -> None:
    """Run a console script of an installed package, in this Python, whatever the ``PATH``.

    :param path: the new file.
    :param options: ``entrypoint``, the script's name; ``options``, its arguments; ``cwd``, where it runs.
    :param ignore_output: throw away what it prints.
    :param verify_version: require at least this version of its package, such as ``(3, 11)``.
    :raises PostWriteHookError: there is no such script, its package is older, or it fails.
    """
    import sys
    from importlib.metadata import entry_points

    name = _option(path, options, "entrypoint")
    found = list(entry_points(group="console_scripts", name=name))
    if not found:
        raise _error(
            _name(options),
            path,
            f"could not find entrypoint console_scripts.{name}",
            f"Install it:  pip install {name}",
        )
    entry = found[0]
    version = entry.dist.version if entry.dist else "0"
    if verify_version is not None and _numbers(version) < verify_version:
        wanted = ".".join(map(str, verify_version))
        raise _error(_name(options), path, f"needs {name} {wanted} or newer, {version} is installed")
    call = f"import sys; from {entry.module} import {entry.attr.split('.')[0]} as it; sys.argv[0] = {name!r}; "
    function = ".".join(["it", *entry.attr.split(".")[1:]])
    _run([sys.executable, "-c", f"{call}sys.exit({function}())"], path, options, ignore_output)


@register("exec")
def exec_(path: str, options: dict[str, Any], ignore_output: bool = False) -> None:
    """Run a program.

    :param path: the new file.
    :param options: ``executable``, its path or its name on the ``PATH``; ``options``; ``cwd``.
    :param ignore_output: throw away what it prints.
    :raises PostWriteHookError: there is no such program, or it fails.
    """
    _run([_option(path, options, "executable")], path, options, ignore_output)


@register("module")
def module(path: str, options: dict[str, Any], ignore_output: bool = False) -> None:
    """Run a module as ``python -m`` does, in this Python.

    :param path: the new file.
    :param options: ``module``, its name; ``options``; ``cwd``.
    :param ignore_output: throw away what it prints.
    :raises PostWriteHookError: there is no such module, or it fails.
    """
    import sys
    from importlib.util import find_spec

    name = _option(path, options, "module")
    try:
        there = find_spec(name) is not None
    except (ImportError, ValueError):  # its parent is missing
        there = False
    if not there:
        raise _error(_name(options), path, f"could not find module {name}", f"Install it:  pip install {name}")
    _run([sys.executable, "-m", name], path, options, ignore_output)


def _run(command: list[str], path: str, options: dict[str, Any], ignore_output: bool) -> None:
    import subprocess

    words = _split(options.get("options") or "")
    if not any(REVISION_SCRIPT_TOKEN in word for word in words):
        words.insert(0, REVISION_SCRIPT_TOKEN)
    command = [*command, *(word.replace(REVISION_SCRIPT_TOKEN, path) for word in words)]
    try:
        done = subprocess.run(
            command,
            cwd=options.get("cwd") or None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise _error(
            _name(options),
            path,
            f"cannot run {command[0]}: {error.strerror or error}",
            "Install it, or mend the hook's executable and cwd.",
        ) from error
    _judge(done, path, options, ignore_output)


def _judge(done: subprocess.CompletedProcess[str], path: str, options: dict[str, Any], ignore_output: bool) -> None:
    lines = done.stdout.splitlines()
    report = _report.get()
    if done.returncode == 0:
        if report is not None and not ignore_output:
            for line in lines:
                report(line)
        return
    tail = "".join(f"\n  {redact(line)}" for line in lines[-20:])
    raise _error(_name(options), path, f"ended with exit code {done.returncode}{':' if tail else ''}{tail}")


def _split(text: str) -> list[str]:
    import shlex

    # On Windows a backslash separates folders; shlex would take it for an escape.
    words = shlex.split(text, posix=os.name == "posix")
    return words if os.name == "posix" else [word.strip("\"'") for word in words]


def _numbers(version: str) -> tuple[int, ...]:
    leading = version.partition("+")[0].split(".")
    return tuple(int(number) for number in takewhile(str.isdigit, leading))


def _name(options: Mapping[str, Any]) -> str:
    return str(options.get("_hook_name", "post_write_hook"))


def _option(path: str, options: Mapping[str, Any], key: str) -> str:
    if not options.get(key):
        name = _name(options)
        raise _error(name, path, f"has no {key}: key {name}.{key} is required", "Add it to the hook's settings.")
    return str(options[key])


def _error(name: str, path: str, said: str, remedy: str = "") -> PostWriteHookError:
    kept = f"{path} was written and is kept; run the program over it by hand when it is mended."
    return PostWriteHookError(
        f"Post-write hook '{name}' {said}{'' if said[-1] in '.?!' else '.'}",
        f"{remedy}\n{kept}" if remedy else kept,
        hook=name,
    )
