"""The program imports ``inspect`` when something of it is wanted, not because click does."""

from __future__ import annotations

import subprocess
import sys


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


POSTPONE = "import sys; from whimbrel.cli.terminal.postponed import postpone_inspect; postpone_inspect(); "


def test_click_and_a_command_with_options_leave_it_out() -> None:
    code = POSTPONE + "import click, whimbrel.cli.heads, whimbrel.cli.terminal.group; print('ast' in sys.modules)"
    assert in_a_fresh_process(code) == "False"


def test_whoever_asks_gets_the_real_one() -> None:
    code = POSTPONE + (
        "import inspect as early; from inspect import signature; import inspect as late; "
        "print(early.isfunction(signature), signature is late.signature is early.signature, late.__name__, "
        "type(late).__name__, early.Parameter.empty is late.Parameter.empty)"
    )
    assert in_a_fresh_process(code) == "True True inspect module True"


def test_help_of_several_lines_is_cleaned_as_ever() -> None:
    code = POSTPONE + "import inspect; print(repr(inspect.cleandoc('  one')), repr(inspect.cleandoc('a\\n    b\\n')))"
    assert in_a_fresh_process(code) == "'one' 'a\\nb'"


def test_what_was_imported_before_is_left_alone() -> None:
    code = "import inspect; " + POSTPONE + "print(sys.modules['inspect'] is inspect)"
    assert in_a_fresh_process(code) == "True"
