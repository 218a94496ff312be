"""Compiled solvers are in memory, as in a service that has been up for a while."""

import pytest

from matcher.assignment import warm_up


@pytest.fixture(scope="session", autouse=True)
def compiled_solvers() -> None:
    """Have them loaded once."""
    warm_up()
