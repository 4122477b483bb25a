"""The program imports slow modules when something of them is wanted, not because click, pluggy or Mako do."""

from __future__ import annotations

import subprocess
import sys


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


POSTPONE = "import sys; from whimbrel.cli.terminal.postponed import postpone; postpone(); "


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


def test_mako_and_pluggy_leave_out_the_metadata_of_packages() -> None:
    code = POSTPONE + "import pluggy, mako.template; print('email' in sys.modules, 'zipfile' in sys.modules)"
    assert in_a_fresh_process(code) == "False False"


def test_the_metadata_of_packages_are_there_for_who_asks() -> None:
    code = POSTPONE + (
        "import importlib.metadata; from importlib.metadata import version; "
        "import importlib.metadata as late; "
        "print(importlib.metadata.version('click') == version('click'), type(late).__name__)"
    )
    assert in_a_fresh_process(code) == "True module"
