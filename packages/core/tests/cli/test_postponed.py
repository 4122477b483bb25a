"""The program imports slow modules when something of them is wanted, not because a library does at its top."""

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


def test_the_platform_is_as_ever_and_click_does_not_import_what_tells_it() -> None:
    code = POSTPONE + (
        "import click, platform as early; print('_wmi' in vars(early) or 'uname' in vars(early)); "
        "said = early.system(); early.machine(); import platform as late; "
        "print(said == late.system(), early.machine() == late.machine(), type(late).__name__)"
    )
    assert in_a_fresh_process(code).splitlines() == ["False", "True True module"]


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


def test_sqlalchemy_leaves_out_asyncio_where_nobody_has_installed_what_asynchronous_engines_need() -> None:
    code = (
        POSTPONE
        + "sys.modules['greenlet'] = None; import sqlalchemy, sqlalchemy.dialects.sqlite; print('ssl' in sys.modules)"
    )
    assert in_a_fresh_process(code) == "False"


def test_asyncio_is_there_for_who_asks_and_for_its_own_modules() -> None:
    code = POSTPONE + (
        "import asyncio; import asyncio.queues; from asyncio import locks, sleep; import asyncio as late; "
        "print(asyncio.queues is late.queues, asyncio.run is late.run, type(late).__name__, locks is late.locks)"
    )
    assert in_a_fresh_process(code) == "True True module True"


def test_an_asynchronous_engine_works_with_it() -> None:
    code = POSTPONE + (
        "import asyncio, sqlalchemy.ext.asyncio as sa\n"
        "async def main():\n"
        "    async with sa.create_async_engine('sqlite+aiosqlite://').connect() as connection:\n"
        "        print((await connection.exec_driver_sql('SELECT 42')).scalar())\n"
        "asyncio.run(main())"
    )
    assert in_a_fresh_process(code) == "42"


def test_what_is_put_into_it_is_put_into_the_real_one() -> None:
    code = POSTPONE + "import asyncio as early; early.run = 1; import asyncio; print(asyncio.run, asyncio is early)"
    assert in_a_fresh_process(code) == "1 False"


def test_logging_a_line_does_not_import_it() -> None:
    code = POSTPONE + (
        "import asyncio, logging; logging.warning('x'); print('ssl' in sys.modules); "
        "print(repr(asyncio.current_task)[:13])\n"
        "try: asyncio.current_task()\n"
        "except RuntimeError as error: print(error)\n"
        "async def main(): return asyncio.current_task() is not None\n"
        "print(asyncio.run(main()))"
    )
    said = in_a_fresh_process(code).splitlines()
    assert said == ["False", "<bound method", "no running event loop", "True"]
