"""The runner of documentation pages finds what is wrong on one."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.pages import Page, PageError, needs, same


def run(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    project = folder / "project"
    project.mkdir()
    Page(page, project, {"GREETING": "hello"}).run()
    return project


def test_commands_run_in_order_in_one_folder(tmp_path: Path) -> None:
    project = run(
        tmp_path,
        """
```console
$ mkdir sub
$ cd sub
$ export NAME=whimbrel
$ echo $GREETING $NAME > out.txt
$ cat out.txt
hello whimbrel
```
""",
    )
    assert (project / "sub/out.txt").read_text() == "hello whimbrel\n"


def test_a_marked_block_becomes_a_file_and_can_be_added_to(tmp_path: Path) -> None:
    project = run(
        tmp_path,
        """
```python
# file: pkg/models.py
x = 1
```

```python
# add to: pkg/models.py
y = 2
```

```python
from pkg import models
assert models.x + models.y == 3
```
""",
    )
    assert (project / "pkg/models.py").read_text() == "x = 1\ny = 2\n"


def test_hidden_blocks_are_run_too(tmp_path: Path) -> None:
    project = run(tmp_path, "<!--\n```console\n$ touch hidden\n```\n-->\n")
    assert (project / "hidden").exists()


def test_blocks_within_directives_are_run_too(tmp_path: Path) -> None:
    project = run(tmp_path, "```{toctree}\nx\n```\n\n````{note}\nText.\n```console\n$ touch noted\n```\n````\n")
    assert (project / "noted").exists()


def test_a_variable_may_be_made_of_another(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
```console
$ export A=one
$ export B="$A/${A}"
$ export C='$A'
$ echo $B $C
one/one $A
```
""",
    )


def test_a_failing_command_may_be_announced(tmp_path: Path) -> None:
    run(tmp_path, "<!-- exit code: 3 -->\n```console\n$ echo no; exit 3\nno\n```\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```console\n$ exit 3\n```\n", r"page.md, line 2: \$ exit 3\nends with 3 instead of 0"),
        ("```console\n$ echo a\nb\n```\n", r"page.md, line 2: \$ echo a\nprints:\na\n\ninstead of:\nb"),
        ("```console\nb\n```\n", "line 2: output before the first command: b"),
        ("```python\nraise SystemExit(1)\n```\n", r"line 2: .*\nends with 1 instead of 0"),
        ("```toml\na = \n```\n", "line 2: Invalid value"),
        ("```ini\na = 1\n```\n", "line 2: File contains no section headers"),
        ("````{note}\n```klingon\nqapla\n```\n````\n", "line 3: no rule for a block of klingon"),
        ("```klingon\nqapla\n```\n", "line 2: no rule for a block of klingon"),
        ("```console\n$ pip install whimbrel-postgresq\n```\n", "there is no whimbrel-postgresq"),
        ("```console\n$ python -m nox -s dance\n```\n", "there is no session dance"),
        ('```console\n$ pip install "whimbrel[sqlite,auto]"\n```\n', r"there is no whimbrel\[sqlite,auto\]"),
    ],
)
def test_what_is_not_so_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        run(tmp_path, text)


def test_packages_and_sessions_are_looked_up_instead_of_run(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
```console
$ pip install "whimbrel[postgresql,autogen]" "whimbrel-postgresql[psycopg]"
$ python -m pip install nox && python -m nox -s demo
$ python -m nox -s tests-long -- -k graph
```
""",
    )


@pytest.mark.parametrize(
    ("expected", "printed", "verdict"),
    [
        (["a", "b"], "a\nb\n", True),
        (["a", "b"], "a  \nb\n\n", True),
        (["a"], "a\nb\n", False),
        (["a", "..."], "a\nb\nc\n", True),
        (["a", "..."], "a\n", True),
        (["...", "c"], "a\nb\nc\n", True),
        (["a ... c"], "a b c\n", True),
        (["a ... c"], "a b d\n", False),
        (["(a|b)"], "a\n", False),
    ],
)
def test_dots_stand_for_anything(expected: list[str], printed: str, verdict: bool) -> None:
    assert same(expected, printed) is verdict


def test_a_page_says_which_servers_it_needs() -> None:
    assert needs("# Title\n\n<!-- needs: postgresql, mysql -->\n") == ["postgresql", "mysql"]
    assert needs("# Title\n") == []


def test_a_quoted_file_says_what_the_page_says(tmp_path: Path) -> None:
    quoted = "```python\n# from: testing/site.py\nclass Site:\n...\n    def imported(self) -> list[str]:\n```\n"
    run(tmp_path, quoted)
    wrong = tmp_path / "wrong.md"
    wrong.write_text(quoted.replace("imported", "exported"), encoding="utf-8")
    with pytest.raises(PageError, match=r"line 2: this does not stand in testing/site\.py"):
        Page(wrong, tmp_path, {}).run()


def test_a_package_of_the_repository_is_installed_for_a_page(tmp_path: Path) -> None:
    run(
        tmp_path,
        """<!-- installed: examples/plugin-views -->
```console
$ whimbrel plugins
...
  views ... acme-views 1.0 ... loaded
...
```
""",
    )
