"""States of some hours: they bend what is read, never what is stored (profiling.md section 7)."""

from datetime import timedelta
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.profiles.overlay import MOST_RHO, Overlay, shift_of, with_overlay
from tests.matcher.profiles.evidence_builders import NOW

TRAIT = np.array([[0.5, 0.3, 0.2]])
seeds = st.integers(0, 2**32 - 1)


def state(rho: float = 0.4, *, share: tuple[float, ...] = (1.0, 0.0, 0.0), **changes: object) -> Overlay:
    """A state that shifts to the first category for four hours."""
    given: dict[str, object] = {"cause": "outage", "expires_at": NOW + timedelta(hours=4)}
    return Overlay("customer", "c-1", "values", share, rho, **{**given, **changes})  # type: ignore[arg-type]  # keyword arguments of a test


def states(rng: np.random.Generator) -> list[Overlay]:
    """Up to five states of different causes, some over."""
    return [
        state(
            float(rng.uniform(0.01, 0.5)),
            share=tuple(rng.dirichlet(np.ones(3)).tolist()),
            cause=f"cause {number}",
            expires_at=NOW + timedelta(hours=float(rng.uniform(-2, 6))),
        )
        for number in range(int(rng.integers(0, 6)))
    ]


def test_one_state_is_the_formula() -> None:
    """By hand: .6 of the trait and .4 of the state."""
    assert with_overlay(TRAIT, [[state()]], NOW) == pytest.approx(np.array([[0.7, 0.18, 0.12]]))


def test_a_state_that_is_over_leaves_the_trait_as_it_was() -> None:
    """To the last bit: nobody is treated by yesterday's outage, nor is the trait ever written to."""
    over = state(expires_at=NOW)
    before = TRAIT.copy()

    assert (with_overlay(TRAIT, [[over]], NOW) == before).all()
    with_overlay(TRAIT, [[state()]], NOW)
    assert (before == TRAIT).all()


def test_two_causes_add_up_but_never_outvote_the_person() -> None:
    """By hand: .2 and .3 leave .8 · .7 = .56 of the person; .5 and .5 would leave .25 and are held at .5."""
    some = [state(0.2), state(0.3, share=(0.0, 1.0, 0.0), cause="repeated contact")]
    many = [state(0.5), state(0.5, cause="repeated contact")]

    shift = shift_of([some, many], 3, NOW)

    assert shift.rho.tolist() == pytest.approx([0.44, MOST_RHO])
    assert shift.share[0] == pytest.approx([0.4, 0.6, 0.0])
    assert shift.causes == (("outage", "repeated contact"), ("outage", "repeated contact"))


def test_the_same_cause_twice_is_one_state() -> None:
    """An outage reported twice is still one outage; it lasts as long as the longer report says."""
    first, second = state(0.4), state(0.1, expires_at=NOW + timedelta(hours=9))

    assert shift_of([[first, second]], 3, NOW).rho.tolist() == [0.1]


@given(seed=seeds)
def test_the_order_of_states_is_irrelevant(seed: int) -> None:
    """Webhooks arrive in any order."""
    found = states(np.random.default_rng(seed))[:4]

    shifted = [with_overlay(TRAIT, [order], NOW) for order in permutations(found)]

    assert np.allclose(shifted, shifted[0], rtol=0, atol=1e-12)


@given(seed=seeds)
def test_what_comes_out_is_a_share_between_the_trait_and_the_states(seed: int) -> None:
    """Rows sum to 1 and half of the person is always left."""
    rng = np.random.default_rng(seed)
    trait = rng.dirichlet(np.ones(3), 4)

    shifted = with_overlay(trait, [states(rng) for _ in range(4)], NOW)

    assert shifted.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-12)
    assert (shifted >= 0.5 * trait - 1e-12).all()


def test_nobody_in_a_state_costs_nothing() -> None:
    """The ordinary round: the very same array comes back."""
    assert with_overlay(TRAIT, [[]], NOW) is TRAIT


@pytest.mark.parametrize("rho", [0.0, -0.1, 0.51, float("nan"), float("inf")])
def test_a_state_stronger_than_the_person_is_refused(rho: float) -> None:
    """ρ ≤ .5: a rule that is too strong is refused where it is made."""
    with pytest.raises(InvalidInput) as refused:
        state(rho)

    assert refused.value.faults[0].pointer == "/rho"


@pytest.mark.parametrize("share", [(0.5, 0.4, 0.0), (1.5, -0.5, 0.0), (float("nan"), 0.5, 0.5), ()])
def test_a_state_that_is_no_distribution_is_refused(share: tuple[float, ...]) -> None:
    """What is shifted to must be a share, or what is read would be none."""
    with pytest.raises(InvalidInput) as refused:
        state(share=share)

    assert refused.value.faults[0].code == "not_a_distribution"
