"""Rows: which of them can be inserted together, and that none is lost, changed or taken out of its order."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.ddl import rows as rows_module
from whimbrel.ddl.rows import Rows, batches

Row = dict[str, Any]


def test_rows_alike_are_one_batch_column_by_column() -> None:
    assert list(batches("t", [{"a": 1, "b": 2}, {"b": 4, "a": 3}])) == [Rows(("a", "b"), [[1, 3], [2, 4]])]
    assert list(batches("t", [{"a": 1}, {"a": None}])) == [Rows(("a",), [[1, None]])]


def test_rows_of_other_columns_are_another_batch() -> None:
    rows = [{"a": 1}, {"a": 2}, {"b": 3}, {"a": 4}]
    assert list(batches("t", rows)) == [Rows(("a",), [[1, 2]]), Rows(("b",), [[3]]), Rows(("a",), [[4]])]


def test_a_row_with_sql_and_an_empty_one_go_alone() -> None:
    now = sa.func.now()
    rows: list[Row] = [{"a": 1}, {"a": now}, {}, {"a": 2}]
    first, second, third, last = batches("t", rows)
    assert (first, last) == (Rows(("a",), [[1]]), Rows(("a",), [[2]]))
    assert isinstance(second, dict)
    assert second["a"] is now
    assert third == {}


def test_a_defaultdict_is_asked_only_for_what_it_has() -> None:
    row: defaultdict[str, int] = defaultdict(int, a=1)
    assert list(batches("t", [{"b": 1}, row])) == [Rows(("b",), [[1]]), Rows(("a",), [[1]])]
    assert dict(row) == {"a": 1}


def test_each_by_itself_when_asked() -> None:
    assert list(batches("t", [{"a": 1}, {"a": 2}], multiinsert=False)) == [{"a": 1}, {"a": 2}]


def test_a_generator_is_read_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "AT_ONCE", 2)
    numbers = itertools.count()
    found = batches("t", ({"a": number} for number in numbers))
    assert next(found) == Rows(("a",), [[0, 1]])
    assert next(numbers) == 2, "no more than was needed"


@pytest.mark.parametrize("wrong", [{"a": 1}, "a", b"a", 5, None, [1], [{"a": 1}, ("a", 2)]])
def test_what_is_no_list_of_rows_is_refused_before_anything_is_inserted(wrong: Any) -> None:
    with pytest.raises(TypeError, match="takes a list of dictionaries, one for each row of t"):
        next(batches("t", wrong))


def test_a_generator_of_something_else_is_refused_too() -> None:
    with pytest.raises(TypeError, match="takes a list of dictionaries"):
        list(batches("t", (number for number in [1, 2])))


def one_by_one(found: Iterator[Any]) -> Iterator[Row]:
    for batch in found:
        yield from batch.as_mappings() if isinstance(batch, Rows) else [batch]


@given(rows=st.lists(st.dictionaries(st.sampled_from("abc"), st.integers() | st.none())), multiinsert=st.booleans())
def test_no_row_is_lost_changed_or_moved(rows: list[Row], multiinsert: bool) -> None:
    assert list(one_by_one(batches("t", rows, multiinsert))) == rows
