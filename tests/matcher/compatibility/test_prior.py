"""How well two fit before any outcome is known: what the formula must keep, whatever its constants."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.compatibility.prior import BASE_SUCCESS, MODES, Mode, PriorCompatibility, double_centred
from matcher.errors import InvalidInput
from matcher.profiles.evidence import Source
from matcher.profiles.facets import ShareTable, rebuild, share_table
from matcher.profiles.tags import tag_share
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES, evidence

seeds = st.integers(0, 2**32 - 1)
KNOWN = 20.0


def table(share: np.ndarray, n: float | list[float] = KNOWN) -> ShareTable:
    """People with these shares, of whom `n` pseudo-counts are known, all declared."""
    counts = np.broadcast_to(np.asarray(n, dtype=float), (len(share),)).copy()
    return ShareTable(share, counts, counts)


def people(rng: np.random.Generator, n: int) -> ShareTable:
    """Well-known people of mixed systems."""
    return table(rng.dirichlet(np.ones(8), n))


def logit(p: np.ndarray) -> np.ndarray:
    """Log odds."""
    odds: np.ndarray = np.log(p / (1 - p))
    return odds


@given(seed=seeds, mode=st.sampled_from(MODES))
def test_every_pair_gets_a_probability(seed: int, mode: Mode) -> None:
    """Customers × employees, strictly between 0 and 1."""
    rng = np.random.default_rng(seed)

    p = PriorCompatibility(FRAMEWORK, mode=mode).probability(people(rng, 4), people(rng, 7))

    assert p.shape == (4, 7)
    assert ((p > 0) & (p < 1)).all()


def test_values_off_treat_everyone_alike() -> None:
    """The no-values mode must not leak a preference through a back door."""
    rng = np.random.default_rng(1)
    off = PriorCompatibility(FRAMEWORK, mode="off")

    assert (off.probability(people(rng, 5), people(rng, 5)) == BASE_SUCCESS).all()
    assert (off.confidence(people(rng, 5), people(rng, 5)) == 0).all()


@pytest.mark.parametrize("mode", ["same", "prior"])
def test_no_customer_and_no_employee_is_favoured_as_such(mode: Mode) -> None:
    """Over all pure partners the log odds average out to the base: only the pairing counts, never the person."""
    pure = table(np.eye(8))

    effects = logit(PriorCompatibility(FRAMEWORK, mode=mode).probability(pure, pure)) - logit(np.array(BASE_SUCCESS))

    assert effects.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert effects.mean(axis=1) == pytest.approx(0, abs=1e-12)
    assert np.abs(effects).max() > 0.1


def test_like_meets_like_when_asked_to() -> None:
    """Mode `same` is the articles' idea: the best partner is one's own kind."""
    pure = table(np.eye(8))

    p = PriorCompatibility(FRAMEWORK, mode="same").probability(pure, pure)

    assert (p.argmax(axis=1) == np.arange(8)).all()


def test_the_file_decides_who_fits_whom_and_in_which_direction() -> None:
    """Rows are customers: turning the matrix turns the answers, or a lopsided hypothesis is read backwards."""
    pure = table(np.eye(8))
    turned = replace(FRAMEWORK, affinity=FRAMEWORK.affinity.T)

    p = PriorCompatibility(FRAMEWORK, mode="prior").probability(pure, pure)

    assert PriorCompatibility(turned, mode="prior").probability(pure, pure) == pytest.approx(p.T)
    assert p != pytest.approx(p.T)


@pytest.mark.parametrize("mode", ["same", "prior"])
def test_the_effect_stays_within_what_anyone_may_expect(mode: Mode) -> None:
    """2–8 points of success between best and worst pairing is the expectation; more would be a promise nobody keeps."""
    tags = table(np.array([tag_share(VALUES, one) for one in VALUES.dims]))

    p = PriorCompatibility(FRAMEWORK, mode=mode).probability(tags, tags)

    assert 0.02 <= np.ptp(p) <= 0.08


@given(seed=seeds)
def test_pairs_are_averages_over_whoever_the_two_may_be(seed: int) -> None:
    """The log odds are linear in each profile: a half-half customer lies midway between the halves."""
    rng = np.random.default_rng(seed)
    two, staff = people(rng, 2), people(rng, 6)
    classifier = PriorCompatibility(FRAMEWORK, mode="prior")

    middle = logit(classifier.probability(table(two.share.mean(axis=0, keepdims=True)), staff))

    assert middle[0] == pytest.approx(logit(classifier.probability(two, staff)).mean(axis=0), abs=1e-9)


@given(seed=seeds)
def test_one_pair_by_hand_equals_the_same_pair_among_many(seed: int) -> None:
    """Neighbours in the array must not rub off, and a kept employee side must say the same as a fresh one."""
    rng = np.random.default_rng(seed)
    customers, staff = people(rng, 3), people(rng, 5)
    classifier = PriorCompatibility(FRAMEWORK, mode="prior")

    many = classifier.probability(customers, classifier.employee_side(staff))

    one = classifier.probability(table(customers.share[[2]]), table(staff.share[[4]]))
    assert one[0, 0] == pytest.approx(many[2, 4], abs=1e-12)


@pytest.mark.parametrize("closed_side", ["customer", "employee"])
def test_below_the_gate_on_either_side_the_pair_gets_exactly_the_base(closed_side: str) -> None:
    """T16: who said too little is matched by skill, wait and fairness alone, to the last bit."""
    rng = np.random.default_rng(3)
    known, unknown = people(rng, 4), table(rng.dirichlet(np.ones(8), 4), [0.0, 0.5, 0.95, 20.0])
    customers, staff = (unknown, known) if closed_side == "customer" else (known, unknown)
    classifier = PriorCompatibility(FRAMEWORK, mode="prior")

    p = classifier.probability(customers, staff)

    p = p if closed_side == "customer" else p.T
    assert (p[:3] == BASE_SUCCESS).all()
    assert (p[3] != BASE_SUCCESS).all()
    assert classifier.open_gate(unknown).tolist() == [False, False, False, True]


def test_two_taps_open_the_gate_and_a_thousand_texts_do_not() -> None:
    """T16: two best-only answers are worth 1.2 pseudo-counts; text declares nothing, however much there is."""
    red = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    taps = [evidence(share=red, weight=1.2)]
    texts = [evidence(Source.TEXT, id=f"t{n}", share=red, weight=0.05) for n in range(1000)]

    known = share_table(VALUES, [rebuild(taps, VALUES), rebuild(texts, VALUES)], NOW)

    assert PriorCompatibility(FRAMEWORK, mode="prior").open_gate(known).tolist() == [True, False]


def test_weight_scales_the_log_odds_and_nothing_else() -> None:
    """Twice the weight is twice the effect, on the scale where effects add."""
    rng = np.random.default_rng(4)
    customers, staff = people(rng, 3), people(rng, 3)
    base = logit(np.array(BASE_SUCCESS))

    once, twice = (
        logit(PriorCompatibility(FRAMEWORK, mode="prior", weight=weight).probability(customers, staff)) - base
        for weight in (1.0, 2.0)
    )

    assert twice == pytest.approx(2 * once, abs=1e-12)


def test_confidence_multiplies_how_well_each_side_is_known() -> None:
    """By hand: at A0 = 7, 7 and 21 pseudo-counts are reliabilities of .5 and .75; an unknown side leaves nothing."""
    customers = table(np.full((2, 8), 1 / 8), [7.0, 0.0])
    staff = table(np.full((1, 8), 1 / 8), [21.0])

    assert PriorCompatibility(FRAMEWORK, mode="prior").confidence(customers, staff).tolist() == [[0.375], [0.0]]


@given(seed=seeds)
def test_double_centring_leaves_only_the_interaction(seed: int) -> None:
    """Rows and columns sum to 0, and adding a main effect beforehand changes nothing."""
    rng = np.random.default_rng(seed)
    affinity = rng.random((5, 5))
    shifted = affinity + rng.normal(size=(5, 1)) + rng.normal(size=(1, 5))

    centred = double_centred(affinity)

    assert centred.sum(axis=0) == pytest.approx(0, abs=1e-12)
    assert centred.sum(axis=1) == pytest.approx(0, abs=1e-12)
    assert double_centred(shifted) == pytest.approx(centred, abs=1e-12)


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_an_impossible_weight_is_refused(weight: float) -> None:
    """A negative weight would send people to those they fit least."""
    with pytest.raises(InvalidInput):
        PriorCompatibility(FRAMEWORK, mode="prior", weight=weight)


def test_nobody_on_either_side_is_an_empty_answer() -> None:
    """An empty staff or queue is an ordinary morning, no special case."""
    nobody, somebody = table(np.empty((0, 8))), table(np.full((3, 8), 1 / 8))
    classifier = PriorCompatibility(FRAMEWORK, mode="prior")

    assert classifier.probability(nobody, somebody).shape == (0, 3)
    assert classifier.probability(somebody, nobody).shape == (3, 0)
    assert classifier.confidence(nobody, somebody).shape == (0, 3)
