"""People and outcomes for tests of what is learnt of pairs; every draw comes from a seed."""

from datetime import UTC, datetime, timedelta

import numpy as np

from matcher.compatibility.outcomes import Outcome
from matcher.profiles.framework import Framework
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee
from models.frameworks import load_framework

FRAMEWORK = load_framework()
DIMS = FRAMEWORK.values.dims
START = datetime(2026, 3, 1, tzinfo=UTC)


def profile(share: dict[str, float], n_eff: float | None = None) -> InlineProfile:
    """A profile with these shares; the rest is 0."""
    return InlineProfile(values=InlineFacet(share, n_eff))


def even() -> dict[str, float]:
    """The share of somebody who leans nowhere."""
    return dict.fromkeys(DIMS, 1 / len(DIMS))


def customer(name: str, share: dict[str, float] | None = None, **more: object) -> Customer:
    """A customer; whoever has a share allows it."""
    told = None if share is None else profile(share)
    return Customer(name, profile=told, consent=Consent(share is not None), **more)  # type: ignore[arg-type]  # any field may be given


def employee(name: str, share: dict[str, float] | None = None, **more: object) -> Employee:
    """An employee who serves by phone."""
    given = {"channels": {"phone": ChannelLoad()}, **more}
    return Employee(name, profile=None if share is None else profile(share), **given)  # type: ignore[arg-type]  # any field may be given


def people(customers: int, employees: int, *, seed: int) -> tuple[list[Customer], list[Employee]]:
    """People with drawn shares, a hobby, an age band, wishes and qualities; some things unknown of some."""
    rng = np.random.default_rng(seed)

    def share() -> dict[str, float]:
        return dict(zip(DIMS, rng.dirichlet(np.ones(len(DIMS))).tolist(), strict=True))

    def attributes(place: int, **own: float) -> dict[str, object]:
        told: dict[str, object] = {"hobby": ("art", "sport")[place % 2], "years": float(rng.normal()), **own}
        return {name: value for name, value in told.items() if rng.random() > 0.1}

    asking = [
        customer(f"c{place}", share() if place % 7 else None, language=("nl", "en", None)[place % 3],
                 segment=f"s{place % 3}", attributes=attributes(place, **{"wants:warmth": float(rng.random())}))
        for place in range(customers)
    ]  # fmt: skip
    staff = [
        employee(f"e{place}", share() if place % 5 else None, languages=("nl",) if place % 2 else ("nl", "en"),
                 team=f"t{place % 2}", skills={"move": place % 5 + 1},
                 attributes=attributes(place, **{"has:warmth": float(rng.random())}))
        for place in range(employees)
    ]  # fmt: skip
    return asking, staff


def outcomes(asking: list[Customer], staff: list[Employee], count: int, *, seed: int) -> list[Outcome]:
    """Outcomes a minute apart; every second employee is better."""
    rng = np.random.default_rng(seed)
    found = []
    for place in range(count):
        by = int(rng.integers(len(staff)))
        found.append(
            Outcome(
                asking[int(rng.integers(len(asking)))].id,
                staff[by].id,
                START + timedelta(minutes=place),
                float(rng.random() < (0.8 if by % 2 else 0.5)),
                intent=("move", "bill", None)[place % 3],
                channel=("phone", "chat")[place % 2],
                handle_s=float(np.exp(rng.normal(5 + by % 2, 0.3))),
            )
        )
    return found


def framework() -> Framework:
    """The framework of these people."""
    return FRAMEWORK
