"""No profile means equal service, never a lower tier (profiling.md section 12; trust.md E, no-values mode)."""

from typing import Any

import numpy as np
import pytest

from matcher.compatibility.prior import BASE_SUCCESS
from models.frameworks import load_framework
from tests.api.installation import Installation

FRAMEWORK = load_framework()
FORM = FRAMEWORK.forms["customer"]
CUSTOMERS, EMPLOYEES = 12, 8
REFUSED = {"value_profiling": False}


def a_day(seed: int) -> Installation:
    """Customers who all agreed and answered the form, and fewer employees, each tagged."""
    service, rng = Installation(), np.random.default_rng(seed)
    for number in range(EMPLOYEES):
        service.add_employee(f"e{number}", capacity=1)
        tag = {"dominant": str(rng.choice(FRAMEWORK.values.dims)), "reason": "a talk"}
        path = f"/v1/employees/e{number}/profile"
        assert service.call("hr", "PUT", path, json=tag, headers={"If-Match": '"values-0"'}).status_code == 200
    for number in range(CUSTOMERS):
        service.add_customer(f"c{number}")
        answers = [{"item": item, "best": str(rng.choice(list("abcd")))} for item in FORM.order]
        body = {"form": "customer", "lang": "nl", "answers": answers}
        assert service.call("router", "POST", f"/v1/customers/c{number}/responses", json=body).status_code == 201
    return service


def matched(service: Installation, waits: list[float]) -> dict[str, Any]:
    """The round in which all of them wait."""
    contacts = [
        {"id": f"k{number}", "customer_id": f"c{number}", "channel": "phone", "waiting_s": wait}
        for number, wait in enumerate(waits)
    ]
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": contacts, "seed": 1})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def served(told: dict[str, Any]) -> set[str]:
    """The contacts that someone takes."""
    return {one["contact_id"] for one in told["assignments"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("spread_s", [0, 20], ids=["all wait as long", "some wait a little longer"])
def test_refusing_a_value_profile_costs_nobody_their_turn(seed: int, spread_s: int) -> None:
    """Eight can be helped and twelve wait: who is among the eight does not hang on who agreed to a profile."""
    service, rng = a_day(seed), np.random.default_rng(seed)
    waits = [60.0 + spread_s * float(rng.random()) for _ in range(CUSTOMERS)]
    everyone_agreed = served(matched(service, waits))
    for number in range(0, CUSTOMERS, 2):
        service.add_customer(f"c{number}", consent=REFUSED)
    half_agreed = served(matched(service, waits))

    assert len(everyone_agreed) == EMPLOYEES
    assert half_agreed == everyone_agreed


@pytest.mark.parametrize("seed", [4, 5])
def test_without_consent_chemistry_is_exactly_nothing(seed: int) -> None:
    """Whatever was known before the withdrawal, and whoever the employee is."""
    service = a_day(seed)
    for number in range(CUSTOMERS):
        service.add_customer(f"c{number}", consent=REFUSED)
    told = matched(service, [60.0] * CUSTOMERS)

    assert {one["compatibility"] for one in told["assignments"]} == {BASE_SUCCESS}
    assert told["decision_basis"] == "rules"
