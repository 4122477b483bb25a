"""Histories written as drawings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whimbrel.revisions import Revision, RevisionMap


def drawn(text: str) -> RevisionMap:
    """A line is a revision: ``id <- what it follows  needs: what it depends on  labels: its labels``."""
    revisions: list[Revision] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        rest, _, labels = line.partition("labels:")
        rest, _, needs = rest.partition("needs:")
        id_, _, follows = rest.partition("<-")
        name = id_.strip()
        revisions.append(
            Revision(
                name, follows.split(), needs.split(), labels.split(), path=f"versions/{name}.py", doc=f"make {name}"
            )
        )
    return RevisionMap(lambda: revisions)


@pytest.fixture
def history() -> Callable[[str], RevisionMap]:
    return drawn


@pytest.fixture
def shop() -> RevisionMap:
    """Two bases; a branch and a merge; one revision that depends on the other line.

    ::

                  +-- c1 (cart) -- d1 --+
        a -- b ---+                     +-- m -- e
                  +-- c2 (mail) --------+
                       ^
                       . needs
        x1 (tax) ---- x2 -- x3
    """
    return drawn(
        """
        a
        b <- a
        c1 <- b             labels: cart
        c2 <- b             labels: mail
        d1 <- c1
        m <- d1 c2
        e <- m
        x1                  labels: tax
        x2 <- x1  needs: c2
        x3 <- x2
        """
    )
