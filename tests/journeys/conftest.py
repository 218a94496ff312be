"""Journeys go through HTTP on a store in memory and on the embedded database."""

import pytest

from tests.api.installation import Installation


@pytest.fixture(params=["memory", "sqlite"])
def service(request: pytest.FixtureRequest) -> Installation:
    return Installation(store=request.getfixturevalue(f"{request.param}_store"))
