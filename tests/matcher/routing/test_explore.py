"""Leaving a little to chance: chances by hand and by counting, and what chance may never touch."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.serving import nobody
from matcher.compatibility.thompson import Belief, belief_of
from matcher.contacts.contact import Contact
from matcher.profiles.people import Employee
from matcher.routing import Round, Snapshot, decide
from matcher.routing.decision import Decision
from matcher.routing.eligibility import eligibility_of
from matcher.routing.explore import (
    DRAWS,
    MOST_PAIRS,
    TEMPERATURE,
    chances_drawn,
    pinned,
    softmax_with_floor,
)
from matcher.routing.scores import scores_of
from matcher.rules import DEFAULT_RULE_SET, RuleSet
from matcher.rules.terms import Explore
from tests.matcher.routing.learnt import classifier, contacts_of, everyone
from tests.matcher.routing.rounds import NOON, contact, employee, snapshot

FLOOR = 0.05


def exploring(floor: float = FLOOR) -> RuleSet:
    return replace(DEFAULT_RULE_SET, explore=Explore(floor))


def made(given: Snapshot, seed: int = 1) -> Round:
    return decide(given, NOON, np.random.default_rng(seed))


def test_the_chance_of_each_employee_is_that_worked_out_by_hand() -> None:
    """Scores a temperature apart: e/(1 + e) and 1/(1 + e) of 90 %, and 5 % each; the third is not eligible."""
    chances = softmax_with_floor(np.array([1.0 + TEMPERATURE, 1.0, 9.0]), np.array([True, True, False]), floor=0.1)

    assert chances == pytest.approx([0.05 + 0.9 * np.e / (1 + np.e), 0.05 + 0.9 / (1 + np.e), 0.0])


@given(
    scores=st.lists(st.floats(-50, 50), min_size=1, max_size=30), floor=st.floats(0.001, 1.0), seed=st.integers(0, 99)
)
def test_whoever_is_eligible_has_the_floor_and_nobody_else_anything(
    scores: list[float], floor: float, seed: int
) -> None:
    """However far behind; and the chances are a distribution."""
    eligible = np.random.default_rng(seed).random(len(scores)) < 0.6
    eligible[seed % len(scores)] = True
    chances = softmax_with_floor(np.array(scores), eligible, floor=floor)

    assert chances.sum() == pytest.approx(1.0)
    assert (chances[~eligible] == 0).all()
    assert (chances[eligible] >= floor / eligible.sum() * (1 - 1e-9)).all()


def test_gumbel_noise_and_softmax_are_the_same_choice() -> None:
    """The joint way and the exact one agree where both could be taken; 20,000 draws, by counting."""
    rng, score = np.random.default_rng(3), np.array([0.01, 0.004, 0.0])
    noisy = score + TEMPERATURE * rng.gumbel(size=(20_000, 3))
    counted = np.bincount(noisy.argmax(axis=1), minlength=3) / 20_000

    np.testing.assert_allclose(counted, softmax_with_floor(score, np.ones(3, dtype=bool), floor=0.0), atol=0.012)


def test_a_rule_set_that_leaves_nothing_to_chance_decides_as_before() -> None:
    """To the last bit, and tells no propensity: there is none worth the name."""
    asked, staff = [contact("c1"), contact("c2")], [employee("e1"), employee("e2"), employee("e3")]
    never, none = (made(snapshot(asked, staff, rule_set=rules)) for rules in (exploring(0.0), DEFAULT_RULE_SET))

    assert never.decisions == none.decisions
    assert all(one.propensity is None and one.candidates == () for one in none.decisions)


def test_the_propensity_of_a_single_contact_is_how_often_it_is_chosen() -> None:
    """Five hundred rounds of one contact, by counting."""
    staff = [employee(f"e{place}") for place in range(4)]
    staff[2] = replace(staff[2], capacity=4)
    given = snapshot([contact()], staff, rule_set=exploring(0.5))
    rounds = [made(given, seed) for seed in range(500)]
    told = {name: chance for name, _, chance in rounds[0].decisions[0].candidates}
    chosen = [one.decisions[0].employee_id for one in rounds]

    assert sum(chance or 0.0 for chance in told.values()) == pytest.approx(1.0)
    for name in told:
        turns = [_chances(one.decisions[0])[name] for one in rounds]
        assert chosen.count(name) / 500 == pytest.approx(np.mean(turns), abs=0.07)


def test_what_is_told_of_the_chosen_is_what_is_told_among_the_candidates() -> None:
    """One number, in one round as in the log."""
    for count in (1, 3):
        given = snapshot(
            [contact(f"c{place}") for place in range(count)], [employee(f"e{place}") for place in range(5)],
            rule_set=exploring(),
        )  # fmt: skip
        for one in made(given).decisions:
            told = {name: chance for name, _, chance in one.candidates}

            assert one.propensity == told[one.employee_id]
            assert one.propensity is not None
            assert 0 < one.propensity <= 1
            assert sum(chance or 0.0 for chance in told.values()) == pytest.approx(1.0)


def test_the_same_state_of_chance_gives_the_same_round() -> None:
    """So that a decision can be replayed from its seed."""
    given = snapshot(list(map(contact, "abc")), list(map(employee, "wxyz")), rule_set=exploring(0.2))
    first, again, other = (made(given, seed) for seed in (7, 7, 8))

    assert first.decisions == again.decisions
    assert first.decisions != other.decisions


def test_whoever_is_the_only_one_was_chosen_for_certain() -> None:
    """One employee and many contacts: who is served is no matter of chance, so nothing is left to it."""
    given = snapshot([contact(f"c{place}", waiting_s=place) for place in range(6)], [employee()],
                     rule_set=exploring(0.2))  # fmt: skip
    rounds = [made(given, seed) for seed in range(20)]
    served = [{one.contact_id for one in each.decisions if one.employee_id} for each in rounds]

    assert served == [{"c5"}] * 20
    assert {one.propensity for one in rounds[0].decisions if one.employee_id} == {1.0}


def random_round(seed: int, rule_set: RuleSet) -> Snapshot:
    """Contacts in two languages, employees of whom some speak both and some take two; too few of them."""
    rng = np.random.default_rng(seed)
    asked: list[Contact] = [
        contact(f"c{place}", language=("nl", "en")[int(rng.integers(2))], waiting_s=float(rng.integers(600)))
        for place in range(9)
    ]
    staff: list[Employee] = [
        employee(f"e{place}", languages=(("nl",), ("en",), ("nl", "en"))[int(rng.integers(3))],
                 capacity=int(rng.integers(1, 3)))
        for place in range(5)
    ]  # fmt: skip
    return snapshot(asked, staff, rule_set=rule_set)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_chance_serves_the_same_contacts_and_breaks_no_rule(seed: int) -> None:
    """Who is served, eligibility and slots are as without it; only who serves whom may differ."""
    plain, given = made(random_round(seed, DEFAULT_RULE_SET), seed), random_round(seed, exploring(0.2))
    moved = made(given, seed)
    narrowed, eligibility = eligibility_of(given, NOON)
    column = {one.id: place for place, one in enumerate(narrowed.roster.employees)}
    taken = [column[one.employee_id] for one in moved.decisions if one.employee_id]

    assert [one.employee_id is None for one in moved.decisions] == [one.employee_id is None for one in plain.decisions]
    assert all(
        eligibility.pairs[row, column[one.employee_id]] for row, one in enumerate(moved.decisions) if one.employee_id
    )
    assert (np.bincount(taken, minlength=len(column)) <= narrowed.roster.free_slots).all()
    assert moved.objective <= moved.bound + 1e-9


def test_an_even_pin_reaches_every_pair_and_never_costs_a_contact_its_turn() -> None:
    """Where all is left to chance, every one of nine pairs comes up; and everybody is served."""
    given = snapshot(list(map(contact, "abc")), list(map(employee, "xyz")), rule_set=exploring(0.2))
    everyone_eligible = np.ones((3, 3), dtype=bool)
    rng, seen = np.random.default_rng(2), set()
    for _ in range(200):
        lifted = pinned(np.zeros((3, 3)), everyone_eligible, floor=1.0, rng=rng)
        seen |= set(zip(*(each.tolist() for each in np.nonzero(lifted)), strict=True))

    assert len(seen) == 9
    assert all(one.employee_id for one in made(given).decisions)


def test_chances_by_draws_are_counts_with_one_draw_spread_evenly() -> None:
    """By hand: of four draws three chose the first; (3 + ½)/5 and (1 + ½)/5, the third not being eligible."""
    draws = [np.array([0, -1])] * 3 + [np.array([1, -1])]
    found = chances_drawn(draws, np.array([[True, True, False], [False, False, False]]))

    assert list(found) == [0]
    assert found[0] == pytest.approx([0.7, 0.3, 0.0])


def test_propensities_of_a_joint_round_are_near_how_often_they_happen() -> None:
    """Their mean over many rounds is the share of rounds in which the pair was chosen, up to the evenness added."""
    given = snapshot([contact("a"), contact("b")], [employee("x"), employee("y"), employee("z", capacity=3)],
                     rule_set=exploring(0.2))  # fmt: skip
    rounds = [made(given, seed) for seed in range(60)]
    told = np.array([[_chances(one)[e] for e in "xyz"]
                     for each in rounds for one in each.decisions[:1]])  # fmt: skip
    came = np.array([[one.employee_id == e for e in "xyz"] for each in rounds for one in each.decisions[:1]])
    smoothed = (DRAWS * came.mean(axis=0) + 1 / 3) / (DRAWS + 1)

    np.testing.assert_allclose(told.mean(axis=0), smoothed, atol=0.15)


def test_large_rounds_are_not_explored_and_tell_no_propensity() -> None:
    """Rather none than one that is made up."""
    side = int(np.sqrt(MOST_PAIRS)) + 1
    given = snapshot([contact(f"c{n}") for n in range(side)], [employee(f"e{n}") for n in range(side)],
                     rule_set=exploring())  # fmt: skip
    round_ = made(given)

    assert {one.propensity for one in round_.decisions} == {None}
    assert round_.gap == pytest.approx(0.0, abs=1e-9)


def belief(customers: int = 6) -> tuple[Snapshot, Belief]:
    given = snapshot(contacts_of(everyone()[0][:customers]), list(everyone()[1]), classifier=classifier())
    narrowed, eligibility = eligibility_of(given, NOON)
    scores = scores_of(narrowed, eligibility, NOON, turn=1)
    assert scores.judged is not None
    return given, belief_of(scores.judged, _intents(given), ["phone"] * customers)


@pytest.mark.parametrize("place", [0, 1, 7, -1])
def test_a_move_of_the_weights_moves_pairs_as_the_design_says(place: int) -> None:
    """A second way: the features of each pair, written out, times that column of the covariance's factor."""
    given, one = belief()
    scorer, side = one.scorer, one.staff.half.side
    step = np.zeros(scorer.factor.shape[1])
    step[place] = 1.0
    found = one.moved(step, np.zeros(len(side)))
    contacts = replace(scorer.features.left(_nobody(given, one)), pair=one.contacts)
    rows, columns = np.repeat(np.arange(len(contacts)), len(side)), np.tile(np.arange(len(side)), len(contacts))
    design = scorer.features.design(contacts.take(rows), side.take(columns))
    features = design @ scorer.factor[1 : 1 + design.shape[1], place]
    own = scorer.factor[1 + design.shape[1] + one.staff.half.places[columns], place]
    expected = (features + own).reshape(found.shape)

    np.testing.assert_allclose(found - found[:, :1], expected - expected[:, :1], atol=1e-9)


def test_who_refuses_a_profile_is_explored_as_nobody() -> None:
    """Doubt about what is known of a customer must not move the scores of whoever keeps it to themself."""
    given, one = belief(8)
    unknown = one.scorer.features.left(_nobody(given, one), _intents(given), ["phone"] * 8).pair
    refusing = [row for row, asking in enumerate(given.contacts) if asking.customer and not asking.customer.profile]
    telling = [row for row in range(8) if row not in refusing]

    assert refusing == [0, 7]
    np.testing.assert_array_equal(one.contacts[refusing], unknown[refusing])
    assert (one.contacts[telling] != unknown[telling]).any(axis=1).all()


def test_a_classifiers_doubt_explores() -> None:
    """With a classifier the round moves by draws of its beliefs, and tells chances all the same."""
    asked = contacts_of(everyone()[0][:4])
    round_ = made(snapshot(asked, list(everyone()[1]), classifier=classifier(), rule_set=exploring()))

    assert all(0 < (each.propensity or 0) <= 1 for each in round_.decisions)
    assert any((each.propensity or 0) < 1 for each in round_.decisions)


def _chances(one: Decision) -> dict[str, float | None]:
    return {name: chance for name, _, chance in one.candidates}


def _nobody(given: Snapshot, one: Belief) -> PeopleTable:
    return nobody(len(given.contacts), one.scorer)


def _intents(given: Snapshot) -> list[str | None]:
    return [classifier().known_intent(one.intent) for one in given.contacts]
