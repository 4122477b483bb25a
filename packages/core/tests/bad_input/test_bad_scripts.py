"""Version files, templates and env.py that are wrong: each message names the file and the line."""

from __future__ import annotations

import shutil
import sys

import pytest

HEAD = '''"""broken"""

from whimbrel import op

revision = "b2"
down_revision = "a1"
'''


@pytest.fixture
def broken(offline):
    """A function that writes the version file b2, after a1, as it is given; returns its path."""
    offline.add("a1")

    def write(text):
        path = offline.versions / "b2.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_syntax_error(broken, terminal):
    path = broken(HEAD + "\ndef upgrade(:\n    pass\n")
    for words in (["heads"], ["history", "--json"], ["upgrade", "head", "--sql"], ["revision", "-m", "next"]):
        terminal.refused(*words, names=(f"{path}, line 8", "def upgrade(:"), remedy="Mend that line")


def test_null_bytes(broken, terminal):
    path = broken(HEAD.encode() + b"\0\0")
    terminal.refused("heads", names=(path,), remedy="version control")


def test_an_unknown_encoding(broken, terminal):
    path = broken("# coding: klingon\n" + HEAD)
    terminal.refused("heads", names=(path, "klingon"), remedy="Mend")


def test_bytes_that_are_not_the_encoding(broken, terminal):
    path = broken(HEAD.encode().replace(b"broken", b"br\xf6ken"))
    terminal.refused("heads", names=(path,), remedy="Mend")


def test_one_that_raises(broken, terminal):
    """A literal header is read without running the file: heads works, upgrade does not."""
    path = broken(HEAD + 'raise RuntimeError("postgresql://bob:m4rked@db/shop")\n')
    assert terminal.run("heads") == (0, "b2 (head)\n", "")
    terminal.refused(
        *("upgrade", "head", "--sql"),
        names=(f"{path}, line 7", "RuntimeError"),
        remedy="upgrade()",
        printed=True,
        log=True,
    )


def test_one_that_raises_while_its_header_is_computed(broken, terminal):
    path = broken("revision = str(1 / 0)\ndown_revision = 'a1'\n")
    terminal.refused("heads", names=(f"{path}, line 1", "ZeroDivisionError"), remedy="upgrade()")


def test_one_that_exits(broken, terminal):
    path = broken("import sys\nsys.exit()\nrevision = str(1)\ndown_revision = 'a1'\n")
    terminal.refused("heads", names=(f"{path}, line 2", "SystemExit"), remedy="upgrade()")


def test_one_that_imports_what_is_not_installed(broken, terminal):
    path = broken("import no_such_package\nrevision = str(1)\ndown_revision = 'a1'\n")
    terminal.refused("heads", names=(f"{path}, line 1",), remedy="prepend_sys_path")


def test_one_without_revision(broken, terminal):
    path = broken("down_revision = 'a1'\n")
    terminal.refused("heads", names=(path, "'revision'"), remedy="revision = '...'")


def test_one_without_down_revision(broken, terminal):
    path = broken("revision = 'b2'\n")
    terminal.refused("heads", names=(path, "'down_revision'"), remedy="down_revision = '...'")


@pytest.mark.parametrize("value", ["3", "['x']", "None", "b'b2'", "{}"])
def test_a_revision_that_is_no_text(broken, terminal, value):
    path = broken(f"revision = {value}\ndown_revision = 'a1'\n")
    terminal.refused("heads", names=(f"{path}, line 1",), remedy="in quotes")


@pytest.mark.parametrize("value", ["3", "[1]", "[['a1']]", "b'a1'"])
def test_a_down_revision_that_is_no_text(broken, terminal, value):
    path = broken(f"revision = 'b2'\ndown_revision = {value}\n")
    terminal.refused("heads", names=(f"{path}, line 2",), remedy="in quotes")


def test_two_with_the_same_id(broken, terminal):
    path = broken(HEAD)
    copy = shutil.copy(path, path.with_name("b2_copy.py"))
    terminal.refused("heads", names=("b2", path, copy), remedy="an id of its own")


def test_two_with_the_same_branch_label(offline, terminal):
    first = offline.add("a1", labels="shop")
    second = offline.add("x1", labels="shop")
    terminal.refused("heads", names=("'shop'", first, second), remedy="one of them")


def test_a_down_revision_that_no_file_has(broken, terminal):
    path = broken(HEAD.replace("a1", "gone"))
    for words in (["heads"], ["history"], ["upgrade", "heads", "--sql"], ["revision", "-m", "next"]):
        terminal.refused(*words, names=("b2", path, "'gone'"), remedy="Bring the file of gone back")


def test_a_dependency_that_no_file_has(offline, terminal):
    path = offline.add("a1", depends="gone")
    terminal.refused("heads", names=("a1", path, "'gone'", "depends_on"), remedy="Bring the file of gone back")


def test_a_circle(offline, terminal):
    first, second = offline.add("a1", "b2"), offline.add("b2", "a1")
    terminal.refused("heads", names=("a1", "b2", first, second), remedy="down_revision")
    offline.add("a1", "a1")
    terminal.refused("heads", names=("a1", first), remedy="down_revision")


@pytest.mark.parametrize("name", ["upgrade", "downgrade"])
def test_one_without_the_function_that_is_to_run(broken, terminal, name):
    path = broken(HEAD)
    words = ("upgrade", "head") if name == "upgrade" else ("downgrade", "b2:a1")
    terminal.refused(*words, "--sql", names=("b2", path, f"{name}()"), remedy=f"def {name}(", printed=True, log=True)


def test_one_whose_function_wants_arguments(broken, terminal):
    path = broken(HEAD + "def upgrade(engine_name):\n    pass\n")
    terminal.refused("upgrade", "head", "--sql", names=("b2", path, "engine_name"), remedy="", printed=True, log=True)


class TestTemplate:
    @pytest.fixture
    def template(self, offline):
        """A function that writes the template of new version files as it is given; returns its path."""

        def write(text):
            path = offline.migrations / "script.py.mako"
            path.write_text(text)
            return path

        return write

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a\n${nothing_of_that_name}\n", 2),
            ("a\nb\n${1 / 0}\n", 3),
            ("a\n% if True:\nb\n", 2),
            ("a\n${1 +}\n", 2),
            ("a\n<%include file='gone.mako'/>\n", 2),
        ],
        ids=["an unknown name", "it raises", "no endif", "no expression", "no include"],
    )
    def test_a_slip_in_it(self, offline, template, terminal, text, line):
        path = template(text)
        terminal.refused("revision", "-m", "x", names=(f"{path}, line {line}",), remedy="Mend that line")
        assert list(offline.versions.iterdir()) == []

    def test_code_that_runs_when_it_is_loaded(self, offline, template, terminal):
        path = template("a\n<%! import no_such_module %>\n")
        names = (f"{path} cannot be rendered", "no_such_module")
        terminal.refused("revision", "-m", "x", names=names, remedy="Mend the template")
        assert list(offline.versions.iterdir()) == []

    @pytest.mark.parametrize(
        "text", ["revision = ${repr(up_revision)}\ndef (:\n", "# nothing\n", "revision = 'x'\n", "\0"]
    )
    def test_what_it_makes_is_no_version_file(self, offline, template, terminal, text):
        path = template(text)
        terminal.refused("revision", "-m", "x", "--rev-id", "a1", names=(path, "a1_x.py"), remedy="Mend the template")
        assert list(offline.versions.iterdir()) == []

    def test_no_template_at_all(self, offline, terminal):
        (offline.migrations / "env.py").write_text("")
        path = offline.migrations / "script.py.mako"
        terminal.refused("revision", "-m", "x", names=(path,), remedy="Bring it back")


class TestEnvironment:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("x = 1\nraise RuntimeError('postgresql://bob:m4rked@db/shop')\n", (":2", "RuntimeError")),
            ("x = 1\nimport no_such_package\n", (":2", "no_such_package")),
            ("x = 1\ndef run(:\n", ("line 2", "def run(:")),
        ],
        ids=["raises", "imports what is not there", "no Python"],
    )
    def test_one_that_raises(self, offline, terminal, text, names):
        path = offline.migrations / "env.py"
        path.write_text(text)
        offline.add("a1")
        for words in (["upgrade", "head", "--sql"], ["current"]):
            terminal.refused(*words, names=(path, *names), remedy="")

    def test_one_that_forgets_to_configure(self, offline, terminal):
        (offline.migrations / "env.py").write_text("from whimbrel import context\ncontext.run_migrations()\n")
        offline.add("a1")
        terminal.refused("upgrade", "head", names=("No database is configured",), remedy="in env.py")

    def test_one_that_configures_an_unknown_dialect(self, offline, terminal):
        text = "from whimbrel import context\ncontext.configure(dialect_name='sqlight')\n"
        (offline.migrations / "env.py").write_text(text)
        offline.add("a1")
        terminal.refused("upgrade", "head", "--sql", names=("sqlight",), remedy="")

    def test_graph_only_commands_do_not_run_it(self, offline, terminal):
        (offline.migrations / "env.py").write_text("raise SystemExit(3)\n")
        offline.add("a1")
        assert terminal.run("heads") == (0, "a1 (head)\n", "")

    def test_no_env_py_whose_metadata_is_not_there(self, offline, terminal):
        with (terminal.folder / "whimbrel.ini").open("a") as settings:
            settings.write("target_metadata = no_such_package.models:Base.metadata\n")
        offline.add("a1")
        terminal.refused("upgrade", "head", "--sql", names=("no_such_package", "target_metadata"), remedy="")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no broken links to make without rights")
def test_a_link_that_leads_nowhere(offline, terminal):
    offline.add("a1")
    path = offline.versions / "b2.py"
    path.symlink_to("gone.py")
    terminal.refused("heads", names=(path,), remedy="")
