"""Laws of the bottleneck: it is one, nothing smaller is, and it is there exactly where networkx finds no flow."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assignment import Problem, bottleneck

seeds = st.integers(0, 2**32 - 1)


def most_served(eligible, capacity, contacts):
    """How many of these contacts can be served together, by networkx."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for i in contacts:
        graph.add_edge("source", ("contact", i), capacity=1)
        for j in np.flatnonzero(eligible[i]):
            graph.add_edge(("contact", i), ("employee", j), capacity=1)
    for j, slots in enumerate(capacity):
        graph.add_edge(("employee", j), "sink", capacity=int(slots))
    return nx.maximum_flow_value(graph, "source", "sink")


@settings(deadline=None, max_examples=120)
@given(contacts=st.integers(1, 9), employees=st.integers(1, 6), seed=seeds, share=st.sampled_from([0.15, 0.3, 0.6]))
def test_a_bottleneck_is_named_exactly_where_serving_one_more_costs_another(contacts, employees, seed, share):
    """Operations act on what is named: it must be there whenever slots are the cause, and only then."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((contacts, employees)) < share
    capacity = rng.integers(0, 3, employees)
    problem = Problem(rng.random((contacts, employees)), eligible, capacity=capacity)
    everyone = range(contacts)

    for contact in everyone:
        found = bottleneck(problem, contact)
        others = [i for i in everyone if i != contact]
        is_free = most_served(eligible, capacity, everyone) > most_served(eligible, capacity, others)

        assert (found is None) == is_free
        if found is None:
            continue
        reachable = set(np.flatnonzero(eligible[list(found.contacts)].any(axis=0)))
        assert contact in found.contacts
        assert set(found.employees) == reachable
        assert found.short == len(found.contacts) - capacity[list(found.employees)].sum() > 0
        for dropped in found.contacts:  # smaller sets are subsets of these
            rest = [i for i in found.contacts if i != dropped]
            assert most_served(eligible, capacity, rest) == len(rest)


@settings(deadline=None, max_examples=40)
@given(contacts=st.integers(1, 6), employees=st.integers(1, 4), seed=seeds)
def test_with_loads_what_is_named_is_a_bottleneck_indeed(contacts, employees, seed):
    """Loads make the full question hard; a wrong accusation would still be worse than a missed one."""
    rng = np.random.default_rng(seed)
    eligible = rng.random((contacts, employees)) < 0.5
    load = rng.integers(1, 4, eligible.shape)
    capacity = rng.integers(0, 5, employees)
    problem = Problem(np.ones(eligible.shape), eligible, capacity=capacity, load=load)

    for contact in range(contacts):
        found = bottleneck(problem, contact)
        if found is None:
            continue
        best_case = [
            int(capacity[j] // load[:, j][eligible[:, j]].min()) if eligible[:, j].any() else 0 for j in found.employees
        ]

        assert sum(best_case) < len(found.contacts)
