"""Python's search for garbage, paused while what stays is made."""

from __future__ import annotations

import gc

import pytest

from whimbrel.garbage import no_garbage_collection


@pytest.fixture(autouse=True)
def as_it_was():
    was, threshold = gc.isenabled(), gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    (gc.enable if was else gc.disable)()


def collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())


def test_nothing_is_looked_through_within_and_not_at_once_afterwards():
    gc.enable()
    gc.set_threshold(1000)
    before = collections()
    with no_garbage_collection():
        kept = [[] for _ in range(50_000)]
        assert collections() == before
    more = [[] for _ in range(500)]
    assert collections() == before
    assert gc.isenabled()
    assert len(kept) + len(more) == 50_500


def test_what_was_made_is_garbage_once_nobody_has_it():
    class Node:
        pass

    gc.enable()
    with no_garbage_collection():
        node = Node()
        node.itself = node
    del node
    gc.collect()
    assert not [item for item in gc.get_objects() if isinstance(item, Node)]


def test_who_has_switched_it_off_finds_it_off():
    gc.disable()
    with no_garbage_collection(), no_garbage_collection():
        pass
    assert not gc.isenabled()


def test_it_goes_on_after_an_error():
    gc.enable()
    with pytest.raises(ValueError, match="no"), no_garbage_collection():
        raise ValueError("no")
    assert gc.isenabled()
