"""Weeks gone by, drawn by chance: customers who never were, whom they met, and what they said of it.

The truth behind them is known because it is made up: every employee has a touch of their own, and people fit by their
value systems, much as the framework supposes and a little otherwise. It says nothing of any real customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.framework import Framework
from matcher.profiles.questionnaire import Form

CUSTOMERS = 400
CONTACTS = 4_000
WEEKS = 10
FORM = "customer"
USUAL_LOGIT = 0.9  # seven of ten contacts end well
TOUCH = 0.5  # logits; how much employees differ, whoever calls
FIT = 1.2  # logits; how much it matters who meets whom, a standard deviation over all pairs of systems
SURPRISE = 0.35  # of that, what no framework foresaw
INTENTS = {"billing": "billing", "moving": "moving", "outage": "outage", "solar": "solar", "complaint": "complaints"}

Floats = NDArray[np.float64]


class Colleague(Protocol):
    """An employee of those weeks: a channel, skills, and the shares of the framework's systems in its order."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def skills(self) -> frozenset[str]: ...
    @property
    def shares(self) -> tuple[float, ...]: ...


@dataclass(frozen=True, slots=True)
class PastCustomer:
    """A customer of the weeks before, as a router stores one, and what they chose in the form for customers."""

    id: str
    master: Mapping[str, Any]
    answers: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Who called in those weeks, and what came of every contact, as `POST /v1/outcomes` takes it."""

    customers: tuple[PastCustomer, ...]
    outcomes: tuple[Mapping[str, Any], ...]


def draw_past(staff: Sequence[Colleague], framework: Framework, *, until: datetime, rng: np.random.Generator) -> Past:
    """Ten weeks that end at `until`; each contact went to anyone with the skill, by lot.

    For every intent of INTENTS somebody must have the skill.
    """
    systems = framework.values.dims
    likes = rng.integers(len(systems), size=CUSTOMERS)
    customers = [
        PastCustomer(f"v-{number:04d}", _master(rng), _answers(framework.form(FORM), systems[like], rng))
        for number, like in enumerate(likes.tolist())
    ]
    touch = rng.normal(0.0, TOUCH, len(staff))
    fit = _fit(framework, rng) @ np.array([one.shares for one in staff]).T
    moments = sorted(rng.uniform(0.0, timedelta(weeks=WEEKS).total_seconds(), CONTACTS).tolist(), reverse=True)
    outcomes = []
    for number, ago_s in enumerate(moments):
        customer = int(rng.integers(CUSTOMERS))
        intent = str(rng.choice(list(INTENTS)))
        able = [place for place, one in enumerate(staff) if INTENTS[intent] in one.skills]
        chosen = int(rng.choice(able))
        logit = USUAL_LOGIT + touch[chosen] + fit[likes[customer], chosen]
        outcomes.append(
            {
                "event_id": f"past-{number:05d}",
                "contact_id": f"v-contact-{number:05d}",
                "customer_id": customers[customer].id,
                "employee_id": staff[chosen].id,
                "intent": intent,
                "channel": staff[chosen].channel,
                "propensity": 1.0 / len(able),
                "occurred_at": (until - timedelta(seconds=ago_s)).isoformat(),
                **_said(bool(rng.random() < 1.0 / (1.0 + np.exp(-logit))), rng),
            }
        )
    return Past(tuple(customers), tuple(outcomes))


def _master(rng: np.random.Generator) -> dict[str, Any]:
    segment = "business" if rng.random() < 0.25 else "household"
    return {"language": "nl", "segment": segment, "consent": {"value_profiling": True, "text_version": "2026-10"}}


def _answers(form: Form, system: str, rng: np.random.Generator) -> tuple[Mapping[str, str], ...]:
    """What somebody of that system chooses: their own sentence where it is offered, else whichever."""
    chosen = []
    for name in form.order:
        item = form.items[name]
        own = [key for key, option in zip(item.keys, item.options, strict=True) if option.dim == system]
        chosen.append({"item": name, "best": own[0] if own else str(rng.choice(list(item.keys)))})
    return tuple(chosen)


def _fit(framework: Framework, rng: np.random.Generator) -> Floats:
    """How much each system of a customer gains or loses with each of an employee, in logits: FIT in spread."""
    foreseen = framework.affinity - framework.affinity.mean(axis=0) - framework.affinity.mean(axis=1)[:, None]
    foreseen = foreseen + framework.affinity.mean()
    surprise = rng.normal(size=foreseen.shape)
    surprise -= surprise.mean(axis=0) + surprise.mean(axis=1)[:, None] - surprise.mean()
    mixed = foreseen / foreseen.std() + SURPRISE * surprise / surprise.std()
    fit: Floats = FIT * mixed / mixed.std()
    return fit


def _said(is_good: bool, rng: np.random.Generator) -> dict[str, Any]:
    """What a customer says of a contact that went well, or did not."""
    if is_good:
        return {"resolved": True, "satisfaction": int(rng.choice([4, 5])), "effort": int(rng.choice([1, 2]))}
    told: Sequence[dict[str, Any]] = ({"resolved": False}, {"resolved": True, "satisfaction": 1, "effort": 5})
    return dict(told[int(rng.integers(len(told)))])
