"""Each hook stands in the documentation as it stands in the code, and says what its parameters mean."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
PAGE = ROOT / "docs/extending/plugins.md"
SPECS = [
    ROOT / "packages/core/src/whimbrel/plugins/specs.py",
    ROOT / "packages/autogen/src/whimbrel_autogen/specs.py",
]


def hooks(path: Path) -> list[ast.FunctionDef]:
    return [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("whimbrel_")
    ]


HOOKS = [pytest.param(hook, id=hook.name) for path in SPECS for hook in hooks(path)]


def test_there_are_hooks() -> None:
    assert [len(hooks(path)) for path in SPECS] == [8, 11]


@pytest.mark.parametrize("hook", HOOKS)
def test_its_signature_stands_in_the_documentation(hook: ast.FunctionDef) -> None:
    assert hook.returns is not None
    signature = f"{hook.name}({ast.unparse(hook.args)}) -> {ast.unparse(hook.returns)}"
    assert signature in PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("hook", HOOKS)
def test_it_is_a_hook_and_documents_each_parameter(hook: ast.FunctionDef) -> None:
    assert [ast.unparse(mark).partition("(")[0] for mark in hook.decorator_list] == ["hookspec"]
    text = ast.get_docstring(hook) or ""
    assert re.findall(r"^:param (\w+): \S", text, re.MULTILINE) == [item.arg for item in hook.args.args]


@pytest.mark.parametrize("hook", HOOKS)
def test_it_says_whether_the_first_answer_counts(hook: ast.FunctionDef) -> None:
    is_first = "firstresult=True" in ast.unparse(hook.decorator_list[0])
    words = " ".join((ast.get_docstring(hook) or "").split())
    assert is_first == ("The first answer that is not ``None`` counts" in words)


@pytest.mark.parametrize("hook", HOOKS[: len(hooks(SPECS[0]))])
def test_the_page_says_so_too(hook: ast.FunctionDef) -> None:
    is_first = "firstresult=True" in ast.unparse(hook.decorator_list[0])
    below = PAGE.read_text(encoding="utf-8").partition(f"\n{hook.name}(")[2].partition("```")[2]
    assert below.strip().startswith("*First.*") is is_first
