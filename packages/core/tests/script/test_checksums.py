"""Fingerprints kept beside the bytecode cache: never out of date, and never missed where they cannot be kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whimbrel.script.checksum import checksum
from whimbrel.script.checksums import Checksums

SOURCES = ["x = 1\n", "x = 1  # one\n", "x = 2\n", "x =\n", "", 'x = "ä"\r\n']


def kept(folder: Path) -> Path:
    return folder / "__pycache__" / f"whimbrel.{sys.implementation.cache_tag}.checksums"


def written(folder: Path, *sources: str) -> list[str]:
    paths = [folder / f"{number}.py" for number, _ in enumerate(sources)]
    for path, source in zip(paths, sources, strict=True):
        path.write_bytes(source.encode())
    return [str(path) for path in paths]


def test_the_next_process_parses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = written(tmp_path, "x = 1\n", "x = 2\n")
    first = Checksums()
    sums = [first.of(path) for path in paths]
    first.keep()
    assert first.computed == 2
    with monkeypatch.context() as patched:
        patched.setattr("ast.parse", lambda source: pytest.fail(f"{source!r} was parsed"))
        second = Checksums()
        assert [second.of(path) for path in paths] == sums
        assert second.computed == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(SOURCES), st.booleans()), max_size=12))
def test_they_are_those_of_the_file_as_it_is_whatever_was_kept(
    tmp_path: Path, edits: list[tuple[int, str, bool]]
) -> None:
    """Files are edited, back and forth, within the tick of a clock, while processes come and go."""
    sums = Checksums()
    for number, source, new_process in edits:
        if new_process:
            sums.keep()
            sums = Checksums()
        path = tmp_path / f"{number}.py"
        path.write_bytes(source.encode())
        assert sums.of(str(path)) == checksum(source.encode())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: data.replace(b"checksums 1", b"checksums 0"),
    ],
    ids=["empty", "half", "one bit", "older layout"],
)
def test_a_damaged_file_is_ignored_and_replaced(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    (path,) = written(tmp_path, "x = 1\n")
    first = Checksums()
    first.of(path)
    first.keep()
    whole = kept(tmp_path).read_bytes()
    kept(tmp_path).write_bytes(damage(whole))
    second = Checksums()
    assert second.of(path) == checksum(b"x = 1\n")
    assert second.computed == 1
    second.keep()
    assert kept(tmp_path).read_bytes() == whole


def test_where_it_cannot_be_written_everything_works_without(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").write_text("")
    (path,) = written(tmp_path, "x = 1\n")
    for _ in range(2):
        sums = Checksums()
        assert sums.of(path) == checksum(b"x = 1\n")
        sums.keep()
        assert sums.computed == 1


def test_it_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHIMBREL_INDEX", "0")
    (path,) = written(tmp_path, "x = 1\n")
    sums = Checksums()
    sums.of(path)
    sums.keep()
    assert os.listdir(tmp_path) == ["0.py"]


def test_it_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whimbrel.script.checksums._MOST", 5)
    (path,) = written(tmp_path, "")
    sizes = []
    for number in range(12):
        Path(path).write_text(f"x = {number}\n")
        sums = Checksums()
        sums.of(path)
        sums.keep()
        sizes.append(kept(tmp_path).stat().st_size)
    assert max(sizes) < 6 * (sizes[1] - sizes[0])


def test_a_compiled_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "__pycache__"
    folder.mkdir()
    path = folder / "a.pyc"
    path.write_bytes(b"\0\1")
    sums = Checksums()
    assert sums.of(str(path)).text == sums.of(str(path)).meaning
    sums.keep()
    assert list(folder.iterdir()) == [path]
