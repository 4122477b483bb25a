"""Random models go to a database and back by the scripts written for them: nothing is missing, nothing is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from testing.databases import BACKENDS
from testing.random_metadata import Models, models
from testing.round_trip import Trip, problems_on_the_way

CASES = {"sqlite": 120, "postgresql": 50, "mysql": 40}
"""How many in the ordinary run, always the same ones; the long run has twenty times as many, others each time."""


@pytest.fixture(scope="class", params=BACKENDS)
def trip(request: pytest.FixtureRequest, new_shared_database) -> Iterator[Trip]:
    made = Trip(new_shared_database(request.param))
    yield made
    made.engine.dispose()


@st.composite
def journeys(draw: st.DrawFn, backend: str) -> tuple[Models, Models]:
    """Models, and what becomes of them."""
    first = draw(models(backend))
    return first, draw(models(backend, first))


def of_cases(factor: int, backend: str) -> settings:
    return settings(
        max_examples=CASES[backend] * factor,
        database=None,
        deadline=None,
        derandomize=factor == 1,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )


class TestThereAndBack:
    """By the scripts that are written: nothing to the first models, to the second, back to the first, to nothing."""

    def test_nothing_is_missing_and_nothing_left(self, trip: Trip) -> None:
        @of_cases(1, trip.engine.dialect.name)
        @given(journeys(trip.engine.dialect.name))
        def law(journey: tuple[Models, Models]) -> None:
            first, second = journey
            assert problems_on_the_way(trip, first.metadata(), second.metadata(), note) == []

        law()

    @pytest.mark.long
    def test_in_thousands_of_cases(self, trip: Trip) -> None:
        @of_cases(20, trip.engine.dialect.name)
        @given(journeys(trip.engine.dialect.name))
        def law(journey: tuple[Models, Models]) -> None:
            first, second = journey
            assert problems_on_the_way(trip, first.metadata(), second.metadata(), note) == []

        law()
