"""The parts of a new file's name."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.script.writer import comma, docstring_safe, file_name, slug

NOON = datetime(2026, 3, 4, 12, 30, 59)


@pytest.mark.parametrize(
    ("message", "longest", "text"),
    [
        (None, 40, ""),
        ("", 40, ""),
        ('Add "foo"; drop `bar`? CamelCase a.b', 40, "add_foo_drop_bar_camelcase_a_b"),
        ("../../x/y\\z", 40, "x_y_z"),
        ("日本語", 40, "日本語"),
        ("some words here", 10, "some_"),
        ("some words here", 3, "som_"),
        ("some words here", 0, "some_words_here"),
        ("word " * 20, 40, "word_word_word_word_word_word_word_word_"),
        ("a" * 100, 40, "a" * 40 + "_"),
    ],
)
def test_slugs(message: str | None, longest: int, text: str) -> None:
    assert slug(message, longest) == text


@given(st.text(), st.integers(1, 60))
def test_law_a_slug_is_one_path_segment_and_not_too_long(message: str, longest: int) -> None:
    short = slug(message, longest)
    assert not set(short) & set("/\\:\0 \n\"'")
    assert len(short) <= longest + 1


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("%(rev)s_%(slug)s", "a1_add_x.py"),
        ("%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d-%(rev)s", "2026_03_04_1230-a1.py"),
        ("%(second)s%%", "59%.py"),
        ("%(epoch)s", f"{int(NOON.timestamp())}.py"),
    ],
)
def test_file_names(template: str, name: str) -> None:
    assert file_name(template, "a1", "add_x", NOON) == name


@given(st.text())
def test_law_a_message_in_a_docstring_means_itself(message: str) -> None:
    if "\r" in message or "\0" in message or any(0xD800 <= ord(letter) < 0xE000 for letter in message):
        return  # Python itself does not keep these in a source file
    namespace: dict[str, str] = {}
    exec(f'text = """{docstring_safe(message)}\n"""', namespace)
    assert namespace["text"] == f"{message}\n"


def test_the_filter_of_templates() -> None:
    assert [comma(value) for value in (None, "a", ("a", "b"), ["a"])] == ["", "a", "a, b", "a"]
