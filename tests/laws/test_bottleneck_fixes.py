"""Laws of the cheapest fix: what is named frees the contact, and nothing else of its kind does. networkx judges."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assignment import Problem
from matcher.assignment.bottleneck import MoreSlots, Opening, bottleneck, cheapest_fix
from matcher.errors import InvalidInput

seeds = st.integers(0, 2**32 - 1)


def most_served(eligible, capacity, *, without=None):
    """How many contacts can be served together, by networkx's largest flow; `without` one of them."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for i in range(eligible.shape[0]):
        if i != without:
            graph.add_edge("source", ("contact", i), capacity=1)
            graph.add_edges_from(
                (("contact", i), ("employee", int(j)), {"capacity": 1}) for j in np.flatnonzero(eligible[i])
            )
    graph.add_edges_from((("employee", j), "sink", {"capacity": int(slots)}) for j, slots in enumerate(capacity))
    return nx.maximum_flow_value(graph, "source", "sink")


def is_free(eligible, capacity, contact):
    """Whether the contact can be served without serving fewer others."""
    return most_served(eligible, capacity) > most_served(eligible, capacity, without=contact)


def with_pair(eligible, contact, employee):
    opened = eligible.copy()
    opened[contact, employee] = True
    return opened


def with_slots(capacity, employee, slots):
    more = capacity.copy()
    more[employee] += slots
    return more


@settings(deadline=None, max_examples=60)
@given(contacts=st.integers(1, 6), employees=st.integers(1, 4), seed=seeds, share=st.sampled_from([0.2, 0.4, 0.7]))
def test_each_opening_frees_the_contact_and_no_other_pair_of_its_own_does(contacts, employees, seed, share):
    """Operations train somebody on the strength of this: neither a false hope nor a missed one."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((contacts, employees)) < share
    capacity = rng.integers(0, 3, employees)
    problem = Problem(np.ones(eligible.shape), eligible, capacity=capacity)
    for contact in range(contacts):
        fix = cheapest_fix(problem, contact)
        if fix is None:
            assert is_free(eligible, capacity, contact)
            continue
        freeing = {
            (i, j)
            for i in range(contacts)
            for j in range(employees)
            if not eligible[i, j] and is_free(with_pair(eligible, i, j), capacity, contact)
        }
        named = {(one.contact, j) for one in fix.openings for j in one.employees}

        assert fix.bottleneck == bottleneck(problem, contact)
        assert bool(named) == bool(freeing)
        assert named == {pair for pair in freeing if pair[0] == fix.openings[0].contact} if named else True
        assert not named or fix.openings[0].contact == contact or not any(i == contact for i, _ in freeing)


@settings(deadline=None, max_examples=60)
@given(contacts=st.integers(1, 6), employees=st.integers(1, 4), seed=seeds, share=st.sampled_from([0.3, 0.6]))
def test_so_many_slots_are_enough_and_one_fewer_is_not(contacts, employees, seed, share):
    """A slot is a person at a desk: one too many costs money, one too few leaves the customer waiting."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((contacts, employees)) < share
    capacity = rng.integers(0, 2, employees)
    problem = Problem(np.ones(eligible.shape), eligible, capacity=capacity)
    for contact in range(contacts):
        fix = cheapest_fix(problem, contact)
        if fix is None or fix.more_slots is None:
            continue
        least, where = fix.more_slots.slots, set(fix.more_slots.employees)
        enough = {
            j: next((s for s in range(1, contacts + 1) if is_free(eligible, with_slots(capacity, j, s), contact)), 99)
            for j in fix.bottleneck.employees
        }

        assert min(enough.values()) == least
        assert where == {j for j, slots in enough.items() if slots == least}


@settings(deadline=None, max_examples=60)
@given(contacts=st.integers(1, 6), employees=st.integers(1, 5), seed=seeds)
def test_a_mask_is_named_exactly_where_relaxing_it_alone_for_one_pair_frees_the_contact(contacts, employees, seed):
    """'Relax the language' must not be said where the skill is missing too."""
    rng = np.random.default_rng(seed)
    masks = {name: rng.random((contacts, employees)) < 0.35 for name in ("skill", "language", "rule")}
    eligible = ~np.logical_or.reduce(list(masks.values()))
    capacity = rng.integers(0, 3, employees)
    problem = Problem(np.ones(eligible.shape), eligible, capacity=capacity)
    for contact in range(contacts):
        fix = cheapest_fix(problem, contact, masks=masks)
        if fix is None:
            continue
        for name, mask in masks.items():
            alone = mask & ~np.logical_or.reduce([other for key, other in masks.items() if key != name])
            freeing = {
                (i, j) for i, j in np.argwhere(alone).tolist() if is_free(with_pair(eligible, i, j), capacity, contact)
            }
            named = {(one.contact, j) for one in fix.openings if one.mask == name for j in one.employees}

            assert bool(named) == bool(freeing)
            assert named <= freeing


def planted(rng, *, others, employees):
    """Five contacts that only employees 0 and 1 may serve, with two slots each; all others have room to spare."""
    eligible = rng.random((5 + others, employees)) < 0.3
    eligible[:5] = False
    eligible[:5, :2] = True
    eligible[5:, :2] = False
    eligible[5:, 2] = True
    capacity = np.full(employees, others)
    capacity[:2] = 2
    return eligible, capacity


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("is_sparse", [True, False], ids=["sparse", "dense"])
def test_a_planted_bottleneck_is_recovered(seed, is_sparse):
    """Among hundreds who are served, the five that compete are named, and nobody else."""
    rng = np.random.default_rng(seed)
    eligible, capacity = planted(rng, others=200, employees=30)
    if is_sparse:
        rows, columns = np.nonzero(eligible)
        problem = Problem.sparse(rows, columns, np.ones(rows.size), eligible.shape, capacity=capacity)
    else:
        problem = Problem(np.ones(eligible.shape), eligible, capacity=capacity)
    fix = cheapest_fix(problem, 3)

    assert fix.bottleneck.contacts == (0, 1, 2, 3, 4)
    assert fix.bottleneck.employees == (0, 1)
    assert (fix.bottleneck.short, fix.short_of_all) == (1, 1)
    assert fix.more_slots == MoreSlots(1, (0, 1))
    assert fix.cheapest == Opening(3, tuple(range(2, 30)))


def test_a_demand_tells_whom_another_language_would_open():
    """By hand: two Turkish callers, one who speaks it; the second employee lacks only that, the third lacks both."""
    speaks = np.array([[True, False, False]])
    skilled = np.array([[True, True, False]])
    problem = Problem(np.ones((2, 3)), np.repeat(speaks & skilled, 2, axis=0))
    fix = cheapest_fix(problem, 1, masks={"language tr": ~speaks, "skill billing": ~skilled}, demand_of=[0, 0])

    assert fix.openings == (Opening(1, (1,), "language tr"),)
    assert fix.more_slots == MoreSlots(1, (0,))


def test_slots_count_everybody_who_waits_for_them():
    """By hand: four contacts, one slot. One more slot goes to whoever is first; three more serve all."""
    fix = cheapest_fix(Problem(np.ones((4, 1))), 0)

    assert fix.bottleneck.short == 1
    assert fix.short_of_all == 3
    assert fix.cheapest == MoreSlots(3, (0,))


def test_where_only_both_together_help_nothing_is_promised():
    """Nobody may serve it, and the one employee there is has no slot."""
    fix = cheapest_fix(Problem([[-np.inf]], capacity=[0]), 0)

    assert (fix.openings, fix.more_slots, fix.cheapest) == ((), None, None)


def test_masks_of_another_shape_are_refused_by_name():
    """A mask read with its axes turned would advise about other people."""
    with pytest.raises(InvalidInput) as refusal:
        cheapest_fix(Problem(np.ones((2, 1))), 0, masks={"skill": np.zeros((1, 2))})

    assert refusal.value.faults[0].pointer == "/masks/skill"
