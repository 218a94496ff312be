"""Leaving a little to chance: chances by hand and by counting, and what chance may never touch."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.contact import Contact
from matcher.profiles.people import Employee
from matcher.routing import Round, Snapshot, decide
from matcher.routing.decision import Decision
from matcher.routing.eligibility import eligibility_of
from matcher.routing.explore import DRAWS, MOST_MOVED, MOST_PAIRS, TEMPERATURE, softmax_with_floor
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
    given = snapshot([contact()], staff, rule_set=exploring(0.5), candidates=50)
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
            rule_set=exploring(), candidates=50,
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


def test_propensities_of_a_joint_round_are_how_often_it_happens() -> None:
    """Their mean over many rounds is the share of rounds in which the pair was chosen, nothing added: 400 rounds, in
    which a share of a half is known to within .05 (two deviations)."""
    staff = [employee("x"), employee("y"), employee("z", capacity=3, languages=("nl", "en"))]
    given = snapshot([contact("a"), contact("b", language="en")], staff, rule_set=exploring(0.2), candidates=50)
    rounds = [made(given, seed) for seed in range(400)]
    told = [_chances(each.decisions[0]) for each in rounds]
    came = [each.decisions[0].employee_id for each in rounds]

    for name in "xyz":
        assert np.mean([one.get(name, 0.0) or 0.0 for one in told]) == pytest.approx(came.count(name) / 400, abs=0.06)


def test_weights_by_propensity_are_one_on_average() -> None:
    """What inverse weighting rests on: for a choice drawn evenly among three, the mean of (1/3)/propensity is 1. It is
    so given each round's draws, however few these are; 250 rounds."""
    staff = [replace(employee(name), idle_s=idle) for name, idle in (("x", 0.0), ("y", 200.0), ("z", 900.0))]
    given = snapshot([contact("a"), contact("b")], staff, rule_set=exploring(0.2), candidates=50)
    weights = [1 / 3 / (made(given, seed).decisions[0].propensity or 0.0) for seed in range(250)]

    assert np.mean(weights) == pytest.approx(1.0, abs=0.2)


def test_each_choice_of_a_joint_round_adds_up_to_one_and_is_a_share_of_the_draws() -> None:
    """Every contact has all its chances told, and whoever was not drawn has those of an exchange."""
    given = snapshot([contact(f"c{place}") for place in range(6)], [employee(f"e{place}") for place in range(9)],
                     rule_set=exploring(), candidates=50)  # fmt: skip
    for one in made(given).decisions:
        chances = [chance or 0.0 for chance in _chances(one).values()]

        assert len(chances) == 9
        assert sum(chances) == pytest.approx(1.0)
        assert min(chances) >= FLOOR / 20
        assert max(chances) >= 1 / DRAWS - FLOOR


def test_large_rounds_are_explored_without_further_solves() -> None:
    """Only exchanges are left to chance: nearly every contact keeps its employee for at least .9, all may change, and
    as many are moved as the floor says."""
    side = int(np.sqrt(MOST_PAIRS)) + 1
    asked, staff = [contact(f"c{n}") for n in range(side)], [employee(f"e{n}") for n in range(side)]
    plain = [made(snapshot(asked, staff), seed) for seed in range(8)]
    moved = [made(snapshot(asked, staff, rule_set=exploring()), seed) for seed in range(8)]
    kept = [
        sum(one.employee_id == other.employee_id for one, other in zip(each.decisions, still.decisions, strict=True))
        for each, still in zip(moved, plain, strict=True)
    ]

    assert np.mean(kept) / side == pytest.approx(1 - FLOOR, abs=0.03)
    assert all(0 < (one.propensity or 0.0) < 1 for each in moved for one in each.decisions)


def test_in_the_largest_rounds_a_part_may_change_and_the_rest_is_certain() -> None:
    """The table of exchanges has a bound; who is outside of it was chosen for certain, and is told so."""
    side = MOST_MOVED + 40
    given = snapshot([contact(f"c{n}") for n in range(side)], [employee(f"e{n}") for n in range(side)],
                     rule_set=exploring(), candidates=50)  # fmt: skip
    round_ = made(given)
    certain = [one for one in round_.decisions if one.propensity == 1.0]

    assert len(certain) == 40
    assert all(one.candidates == ((one.employee_id, one.score, 1.0),) for one in certain)
    assert {one.candidates_left_out for one in round_.decisions if one not in certain} == {MOST_MOVED - 50}


def test_one_log_names_the_likeliest_and_how_many_more() -> None:
    """As many as are asked for, and none where no log is kept."""
    given = snapshot([contact()], [employee(f"e{place}") for place in range(8)], rule_set=exploring())
    one, other = (made(each).decisions[0] for each in (given, replace(given, candidates=3)))

    assert one.candidates == ()
    assert other.propensity == one.propensity
    assert len(other.candidates) == 3
    assert other.candidates_left_out == 5


def test_a_classifiers_doubt_explores() -> None:
    """With a classifier the round moves by draws of its beliefs, and tells chances all the same."""
    asked = contacts_of(everyone()[0][:4])
    round_ = made(snapshot(asked, list(everyone()[1]), classifier=classifier(), rule_set=exploring()))

    assert all(0 < (each.propensity or 0) <= 1 for each in round_.decisions)
    assert any((each.propensity or 0) < 1 for each in round_.decisions)


def _chances(one: Decision) -> dict[str, float | None]:
    return {name: chance for name, _, chance in one.candidates}
