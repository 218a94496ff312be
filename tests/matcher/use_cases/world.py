"""A small world to run use cases in: a store in memory, people with valid defaults, and ids that count."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from matcher.profiles.evidence import Source
from matcher.profiles.framework import Framework
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee
from matcher.use_cases.add_evidence import Claim
from models.frameworks import load_framework

NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
FRAMEWORK: Framework = load_framework()
AGREED = Consent(value_profiling=True, text_version="2026-01")
WITHDRAWN = Consent(value_profiling=False, text_version="2026-01")


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def counting_ids(prefix: str = "ev") -> Callable[[], str]:
    """Ids ev-1, ev-2, …"""
    given = iter(range(1, 10_000))
    return lambda: f"{prefix}-{next(given)}"


def customer(customer_id: str = "c-1", **changes: object) -> Customer:
    """A customer who agreed to a value profile."""
    return Customer(**({"id": customer_id, "language": "nl", "consent": AGREED} | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def employee(employee_id: str = "e-1", **changes: object) -> Employee:
    """An employee on phone and chat."""
    given: dict[str, object] = {
        "id": employee_id,
        "languages": ("nl",),
        "capacity": 3,
        "channels": {"phone": ChannelLoad(3), "chat": ChannelLoad(1, max=2)},
    }
    return Employee(**(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def claim(source: str = "self_tag", **changes: object) -> Claim:
    """A statement of a person's own that blue fits them."""
    return Claim(**({"source": Source(source), "facet": "values", "pick": "blue"} | changes))  # type: ignore[arg-type]  # keyword arguments of a test
