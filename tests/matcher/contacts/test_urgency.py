"""Which contacts cannot wait."""

from datetime import UTC, datetime, timedelta

import pytest

from matcher.contacts.contact import Contact
from matcher.contacts.urgency import is_urgent

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "due_in_s", "told"),
    [
        *[(0, None, False), (6, None, False), (7, None, True), (9, None, True)],
        *[(0, 3601, False), (0, 3600, True), (0, -5, True), (7, 3601, True)],
    ],
)
def test_a_high_priority_or_a_near_deadline_is_urgent(priority: int, due_in_s: float | None, told: bool) -> None:
    """Also one that has passed: whoever is overdue cannot wait at all."""
    due_to = None if due_in_s is None else NOW + timedelta(seconds=due_in_s)

    assert is_urgent(Contact("c1", "phone", priority=priority, due_to=due_to), NOW) is told
