"""What was learnt never decides who is served, and counts nothing of whoever keeps a profile to themself."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.people import Consent, Customer
from matcher.routing import Snapshot, decide
from matcher.routing.decision import Round
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import Scores, scores_of
from tests.matcher.compatibility.pairs import profile
from tests.matcher.routing.learnt import classifier, contacts_of, everyone
from tests.matcher.routing.rounds import FRAMEWORK, NOON, snapshot


def a_round(customers: list[Customer], waits: list[float], **changes: object) -> Snapshot:
    """More contacts than places: every employee takes one."""
    asked = [replace(one, waiting_s=wait) for one, wait in zip(contacts_of(customers), waits, strict=True)]
    return snapshot(asked, list(everyone()[1]), classifier=classifier(), **changes)  # type: ignore[arg-type]  # keyword arguments of a test


def made(given: Snapshot) -> Round:
    return decide(given, NOON, np.random.default_rng(2))


def served(round_: Round) -> set[str]:
    return {one.contact_id for one in round_.decisions if one.employee_id is not None}


def refusing(one: Customer) -> Customer:
    return replace(one, consent=Consent(False))


def scores(given: Snapshot) -> Scores:
    narrowed, eligibility = eligibility_of(given, NOON)
    return scores_of(narrowed, eligibility, NOON, turn=1)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("spread_s", [0, 20], ids=["all wait as long", "some wait a little longer"])
def test_who_is_served_does_not_hang_on_what_is_known_of_customers(seed: int, spread_s: int) -> None:
    """Forty wait and twelve can be helped: whoever refuses a profile keeps their turn, and takes nobody else's."""
    rng = np.random.default_rng(seed)
    asking = list(everyone()[0])
    waits = [60.0 + spread_s * float(rng.random()) for _ in asking]
    some = [refusing(one) if rng.random() < 0.5 else one for one in asking]
    whole, half, nobody = (
        served(made(a_round(each, waits))) for each in (asking, some, [refusing(one) for one in asking])
    )

    assert len(whole) == len(everyone()[1])
    assert whole == half == nobody


def test_contacts_that_go_well_whoever_serves_them_are_not_served_sooner() -> None:
    """Else easy questions would always come before hard ones, and whoever has a hard one would wait for ever."""
    given = a_round(list(everyone()[0]), [60.0] * len(everyone()[0]))
    judged = scores(given).judged

    assert judged is not None
    np.testing.assert_allclose((judged.chance - judged.usual[:, None]).mean(axis=1), 0.0, atol=1e-12)


def test_whoever_refuses_is_judged_exactly_like_someone_unknown() -> None:
    """To the last bit: profile, traits, wishes, language, segment and what came of earlier contacts."""
    asking = [one for one in everyone()[0] if one.profile is not None]
    waits = [60.0] * len(asking)
    refused, unknown = (
        scores(a_round(each, waits))
        for each in ([refusing(one) for one in asking], [Customer(one.id) for one in asking])
    )

    np.testing.assert_array_equal(refused.total, unknown.total)
    assert refused.chemistry is None
    assert unknown.chemistry is None
    assert [refused.chance(row, 0) for row in range(len(asking))] == [
        unknown.chance(row, 0) for row in range(len(asking))
    ]


@pytest.mark.parametrize("n_eff", [0.0, 0.05, 0.3])
def test_behind_a_closed_gate_values_add_exactly_nothing(n_eff: float) -> None:
    """On either side, to the last bit, whatever was learnt of value systems."""
    strength = FRAMEWORK.values.prior_strength
    assert n_eff / (n_eff + strength) < 0.12
    bold = {FRAMEWORK.values.dims[2]: 1.0}
    told, hidden = (
        [Customer(f"x{place}", profile=profile(bold, known), consent=Consent(True)) for place in range(3)]
        for known in (20.0, n_eff)
    )
    open_one, closed = (scores(a_round(each, [60.0] * 3)) for each in (told, hidden))
    without_profile = [place for place, one in enumerate(everyone()[1]) if one.profile is None]

    assert open_one.chemistry is not None
    assert open_one.chemistry.any()
    assert len(without_profile) > 0
    assert not open_one.chemistry[:, without_profile].any()
    assert closed.chemistry is None or not closed.chemistry.any()
