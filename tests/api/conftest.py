"""A fresh installation in memory for each test."""

import pytest

from tests.api.installation import Installation


@pytest.fixture
def service() -> Installation:
    return Installation()
