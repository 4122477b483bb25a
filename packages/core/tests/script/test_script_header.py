"""What a version file says about itself is read without running it, and never otherwise than running it would say."""

from __future__ import annotations

import marshal
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.errors import MissingRevisionVariable, ScriptError, ScriptRaised, ScriptSyntaxError
from whimbrel.script.bytecode import constants_of
from whimbrel.script.header import NAMES, Header, header_of, parse, read_header, read_longdoc, scan

USUAL = '''"""create account table

Revision ID: ae1027a6acf
Revises: 1975ea83b712
Create Date: 2026-01-01 10:00:00.000000

"""
from typing import Sequence, Union

from whimbrel import op
import sqlalchemy as sa


# revision identifiers, used by the tool.
revision: str = 'ae1027a6acf'
down_revision: Union[str, Sequence[str], None] = '1975ea83b712'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table("account", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("account")
'''


def test_the_usual_file_needs_no_parser() -> None:
    assert scan(USUAL) == Header("ae1027a6acf", ("1975ea83b712",), (), (), "create account table")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("revision = 'a'\ndown_revision = None\n", Header("a", (), (), (), "")),
        ('revision = "a"\ndown_revision = "b"', Header("a", ("b",), (), (), "")),
        ("revision = 'm'\ndown_revision = ('a', 'b')\n", Header("m", ("a", "b"), (), (), "")),
        ("revision = 'm'\ndown_revision = [\n    'a',\n    'b',\n]\n", Header("m", ("a", "b"), (), (), "")),
        (
            "revision = 'a'\ndown_revision = None\nbranch_labels = ('shop', 'till')\ndepends_on = 'x'\n",
            Header("a", (), ("shop", "till"), ("x",), ""),
        ),
        ("revision = 'a'  # the id\n\n# its parent\ndown_revision = 'b'\n", Header("a", ("b",), (), (), "")),
        ("'''doc\n\nmore'''\nrevision = 'a'\ndown_revision = None\n", Header("a", (), (), (), "doc")),
        ('"""doc"""\r\nrevision = "a"\r\ndown_revision = None\r\n', Header("a", (), (), (), "doc")),
    ],
)
def test_what_templates_write_is_scanned(text: str, header: Header) -> None:
    assert scan(text) == header
    assert parse(text.encode(), "x.py") == header


@pytest.mark.parametrize(
    "text",
    [
        # in the docstring, not in the module
        '"""\nrevision = "x"\ndown_revision = None\n"""\nrevision = "a"\ndown_revision = None\n',
        # inside a string
        'text = """\nrevision = "x"\ndown_revision = None\n"""\nrevision = "a"\ndown_revision = None\n',
        # inside a call
        "dict(\nrevision = 'x',\n)\nrevision = 'a'\ndown_revision = None\n",
        # set again further down
        "revision = 'x'\ndown_revision = None\nrevision = 'a'\n",
        "revision = 'x'\ndown_revision = None\nif True:\n    revision = 'a'\n",
        "revision = 'x'\ndown_revision = None\nglobals().update({'revis' 'ion': 'a'})\n",
        "revision = 'x'\ndown_revision = None\nexec(\"revis\" \"ion = 'a'\")\n",
        "revision = 'x'\ndown_revision = None\nfrom _a_revision import *\n",
        "revision = 'x'\ndown_revision = None\nfrom _a_revision import ( *)\n".replace("( *)", "*"),
        # a tuple, two on one line, an expression
        "revision, down_revision = 'a', None\n",
        "revision = 'a'; down_revision = None\n",
        "down_revision = None\nrevision = 'a'\n",
        "revision = 'A'.lower()\ndown_revision = None\n",
        "revision = id_ = 'a'\ndown_revision = None\n",
        "import datetime\nrevision = chr(97)\ndown_revision = None\n",
        "# -*- coding: latin-1 -*-\nrevision = 'a'\ndown_revision = None\n",
        '"""a \\x41 b"""\nrevision = "a"\ndown_revision = None\n',
    ],
)
def test_what_is_not_certain_is_left_to_the_parser_or_to_running(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "_a_revision.py").write_text("revision = 'a'\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "x.py"
    path.write_text(text)
    assert read_header(str(path))[0].revision == "a"
    sys.modules.pop("_a_revision", None)


def test_a_literal_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("import a_module_that_is_nowhere\nraise SystemExit\ndown_revision = 'b'\nrevision = 'a'\n")
    assert read_header(str(path))[0] == Header("a", ("b",), (), (), "")


def test_a_computed_value_runs_that_one_file(tmp_path: Path) -> None:
    path = tmp_path / "20260101_x.py"
    path.write_text(
        '"""doc"""\nimport pathlib\n\nrevision = pathlib.Path(__file__).stem.partition("_")[0]\ndown_revision = None\n'
    )
    before = set(sys.modules)
    assert read_header(str(path))[0] == Header("20260101", (), (), (), "doc")
    assert not [name for name in set(sys.modules) - before if "20260101" in name]


def test_another_encoding_is_honoured(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes('# -*- coding: latin-1 -*-\n"""Köln"""\nrevision = "a"\ndown_revision = None\n'.encode("latin-1"))
    assert read_header(str(path))[0].doc == "Köln"
    path.write_bytes(b'\xef\xbb\xbf"""K\xc3\xb6ln"""\nrevision = "a"\ndown_revision = None\n')
    assert read_header(str(path))[0].doc == "Köln"


@pytest.mark.parametrize(
    ("text", "doc", "longdoc"),
    [
        ('"""first line\n\nmore\n   indented\n"""\n', "first line", "first line\n\nmore\n   indented"),
        ("\n\n# a remark\n'first line'\n", "first line", "first line"),
        ('\n"""first\nsecond\r\n\r\nthird"""\n', "first\nsecond", "first\nsecond\n\nthird"),
        ("", "", ""),
        ('import os\n"""no docstring"""\n', "", ""),
    ],
)
def test_the_doc_is_the_first_paragraph_and_longdoc_all_of_it(
    text: str, doc: str, longdoc: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.py"
    path.write_text(f'{text}revision = "a"\ndown_revision = None\n', newline="")
    assert read_header(str(path))[0].doc == doc
    assert read_longdoc(str(path)) == longdoc


@pytest.mark.parametrize(
    ("text", "error", "message", "line"),
    [
        ("def (\n", ScriptSyntaxError, "{path}, line 1 is not Python (invalid syntax): def (", 1),
        ("x = 1\ny = '\n", ScriptSyntaxError, "{path}, line 2 is not Python (unterminated string literal", 2),
        ("x = 1\n", MissingRevisionVariable, "{path} has no module variable 'revision'.", None),
        ("revision = 'a'\n", MissingRevisionVariable, "{path} has no module variable 'down_revision'.", None),
        ("down_revision = None\nrevision = 5\n", ScriptError, "{path}, line 2: revision is 5, which is no text.", 2),
        ("revision = 'a'\ndown_revision = 7\n", ScriptError, "{path}, line 2: down_revision is 7, which is no id.", 2),
        (
            "revision = str(1)\n\ndown_revision = 1 / 0\n",
            ScriptRaised,
            "{path}, line 3 raised ZeroDivisionError: division by zero",
            3,
        ),
        (
            "from gone_with_the_wind import revision\n",
            ScriptRaised,
            "{path}, line 1 raised ModuleNotFoundError: No module named 'gone_with_the_wind'",
            1,
        ),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    text: str, error: type[ScriptError], message: str, line: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "bad.py"
    path.write_text(text)
    with pytest.raises(error) as caught:
        read_header(str(path))
    assert caught.value.message.startswith(message.format(path=path))
    assert (caught.value.path, caught.value.line) == (str(path), line)
    assert caught.value.remedy


def test_null_bytes_are_no_python(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_bytes(b"\0" * 600)
    with pytest.raises(ScriptSyntaxError, match=r"bad\.py.* is not Python"):
        read_header(str(path))


def test_an_error_shows_no_password(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("revision = str(1)\nraise ValueError('postgresql://bob:hunter2@db/x')\n")
    with pytest.raises(ScriptRaised) as caught:
        read_header(str(path))
    assert "postgresql://bob:***@db/x" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_read_whole_may_be_long(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    path.write_text("revision = 'a'\ndown_revision = 'b'\n" + "# padding\n" * 300_000)
    assert read_header(str(path))[0] == Header("a", ("b",), (), (), "")


# ------------------------------------------------------------------------------------------------ a law

LINES = [
    '"""doc"""',
    '"""revision = "no"\n',
    '"""',
    "'''",
    "revision = 'a'",
    'revision: str = "b"',
    "revision = 'a' \\",
    "    revision = 'c'",
    "down_revision = None",
    "down_revision = 'x'",
    "down_revision = ('x', 'y')",
    "down_revision = ['x',",
    "'y']",
    "branch_labels = None",
    "branch_labels = 'shop'",
    "depends_on = ('p', 'q',)",
    "# revision = 'comment'",
    "import sys",
    "from typing import (",
    "Any)",
    "x = dict(",
    ")",
    "if True:",
    "    pass",
    "    branch_labels = 'till'",
    "def upgrade():",
    "revision += 'more'",
    "del depends_on",
    "x = ')'",
    "x = 1  # )",
    "",
]


ANY_LINES = st.lists(st.sampled_from(LINES), max_size=5)


@given(ANY_LINES, ANY_LINES, st.sampled_from(["\n", "\r\n"]))
def test_law_the_scan_says_what_running_says_or_nothing(before: list[str], after: list[str], newline: str) -> None:
    text = newline.join([*before, "revision = 'a'", "down_revision = None", *after]) + newline
    scanned = scan(text)
    if scanned is None:
        return
    module = ModuleType("x")
    try:
        exec(compile(text.encode(), "x.py", "exec"), vars(module))
    except Exception:  # a file that cannot run has no header to agree with; running it is refused later
        return
    assert scanned == header_of(vars(module), module.__doc__, "x.py")


@given(ANY_LINES, ANY_LINES)
def test_law_the_bytecode_says_what_running_says_or_nothing(before: list[str], after: list[str]) -> None:
    text = "\n".join([*before, "revision = 'a'", "down_revision = None", *after]) + "\n"
    try:
        code = compile(text, "x.py", "exec")
    except SyntaxError:
        return
    values = constants_of(MAGIC_NUMBER + b"\0" * 12 + marshal.dumps(code), (*NAMES, "__doc__"))
    module = ModuleType("x")
    try:
        exec(code, vars(module))
    except Exception:
        return
    if values is not None:
        assert values == {
            name: value for name in (*NAMES, "__doc__") if (value := vars(module).get(name)) or name in values
        }
        assert set(values) >= {name for name in NAMES if name in vars(module)}


@given(ANY_LINES, ANY_LINES)
def test_law_the_parser_says_what_running_says_or_nothing(before: list[str], after: list[str]) -> None:
    text = "\n".join([*before, "revision = 'a'", "down_revision = None", *after]) + "\n"
    try:
        parsed = parse(text.encode(), "x.py")
    except ScriptError:
        return
    module = ModuleType("x")
    try:
        exec(compile(text, "x.py", "exec"), vars(module))
    except Exception:
        return
    if parsed is not None:
        assert parsed == header_of(vars(module), module.__doc__, "x.py")
