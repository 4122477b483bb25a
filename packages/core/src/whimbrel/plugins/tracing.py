"""``WHIMBREL_TRACE_PLUGINS=1``: each hook call on a line of its own, with who answers, what, and how long it took."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import pluggy

from whimbrel.redact import redact

_LONGEST = 60


def trace(manager: pluggy.PluginManager, line: Callable[[str], None] | None = None) -> Callable[[], None]:
    """Tell every hook call from now on; return a function that ends the telling.

    Strings are shown without passwords; of everything else that has no short plain form only the type is shown, so
    that no connection, no settings and no secret in them can be spelled out.

    :param manager: whose hook calls are told.
    :param line: takes each line; by default it is written to the standard error stream.
    """
    say = line if line is not None else _to_stderr
    began: list[float] = []

    def before(hook_name: str, implementations: Sequence[pluggy.HookImpl], arguments: Mapping[str, object]) -> None:
        began.append(perf_counter())

    def after(
        outcome: pluggy.Result[object],
        hook_name: str,
        implementations: Sequence[pluggy.HookImpl],
        arguments: Mapping[str, object],
    ) -> None:
        spent = (perf_counter() - began.pop()) * 1000
        given = ", ".join(f"{name}={_shown(value)}" for name, value in arguments.items())
        plugins = ", ".join(item.plugin_name for item in reversed(implementations)) or "nobody"
        raised = outcome.exception
        answer = f"raised {type(raised).__name__}" if raised is not None else _shown(outcome.get_result())
        say(f"whimbrel hook: {hook_name}({given}) asked {plugins}: {answer} ({spent:.1f} ms)")

    return manager.add_hookcall_monitoring(before, after)


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _shown(value: object) -> str:
    if isinstance(value, type):
        return value.__qualname__
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if value is None or isinstance(value, (bool, int, str)):
        text = redact(repr(value))
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return f"<{type(value).__name__}>"
