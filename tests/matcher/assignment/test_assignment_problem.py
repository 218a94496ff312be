"""Bad problems are refused by name where they are built."""

import numpy as np
import pytest

from matcher.assignment import Problem
from matcher.errors import InvalidInput

NOTHING = -np.inf


def codes(build):
    with pytest.raises(InvalidInput) as refusal:
        build()
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"value": [[1.0, np.nan]]}, ("/value", "not_a_number")),
        ({"value": [[1.0, np.inf]]}, ("/value", "infinite")),
        ({"value": [[1.0, 1.7e308]]}, ("/value", "value_too_large")),
        ({"value": [1.0, 2.0]}, ("/value", "shapes_disagree")),
        ({"value": [["a"]]}, ("/value", "not_a_number")),
        ({"value": [[1.0], [1.0, 2.0]]}, ("/value", "not_a_number")),
        ({"value": [[1.0]], "eligible": [[True, False]]}, ("/eligible", "shapes_disagree")),
        ({"value": [[1.0]], "capacity": [1, 1]}, ("/capacity", "shapes_disagree")),
        ({"value": [[1.0]], "capacity": [-1]}, ("/capacity", "negative_capacity")),
        ({"value": [[1.0]], "capacity": [2**31 + 1]}, ("/capacity", "capacity_too_large")),
        ({"value": [[1.0]], "capacity": [1.5]}, ("/capacity", "not_whole")),
        ({"value": [[1.0]], "load": [[0]]}, ("/load", "load_not_positive")),
        ({"value": [[1.0]], "load": [1]}, ("/load", "shapes_disagree")),
    ],
)
def test_a_bad_matrix_is_refused_by_name(arguments, fault):
    """A solver fed with NaN answers something; better to hear it here."""
    refused = codes(lambda: Problem(**arguments))

    assert refused == [fault]


@pytest.mark.parametrize(
    ("rows", "cols", "vals", "shape", "fault"),
    [
        ([0], [0], [np.nan], (1, 1), ("/value", "not_a_number")),
        ([0], [0], [1e301], (1, 1), ("/value", "value_too_large")),
        ([0, 0], [0, 0], [1.0, 2.0], (1, 1), ("/rows", "duplicate_pair")),
        ([1], [0], [1.0], (1, 1), ("/rows", "index_out_of_range")),
        ([0], [-1], [1.0], (1, 1), ("/cols", "index_out_of_range")),
        ([0, 0], [0], [1.0], (1, 1), ("/rows", "shapes_disagree")),
        ([0.5], [0], [1.0], (1, 1), ("/rows", "not_whole")),
    ],
)
def test_a_bad_list_of_pairs_is_refused_by_name(rows, cols, vals, shape, fault):
    """An index that wraps around would give one customer another one's employee."""
    refused = codes(lambda: Problem.sparse(rows, cols, vals, shape))

    assert refused == [fault]


def test_all_faults_come_at_once():
    """Who repairs one fault at a time gives up after three."""
    refused = codes(lambda: Problem([[np.nan]], [[True, True]], capacity=[-1], load=[[0]]))

    assert [code for _, code in refused] == ["not_a_number", "shapes_disagree", "negative_capacity"]


def test_a_load_of_a_forbidden_pair_is_not_looked_at():
    """An employee without the channel has no cost for it."""
    problem = Problem([[1.0, NOTHING]], load=[[2, 0]], capacity=[2, 2])

    assert problem.useful_pairs.employee.tolist() == [0]


def test_useful_pairs_leave_out_what_is_worth_nothing_or_does_not_fit():
    """Every solver starts from these, so they must be the pairs that can be served at all."""
    problem = Problem([[3.0, 2.0, 0.0, NOTHING, 1.0]], load=[[2, 2, 1, 1, 1]], capacity=[1, 2, 1, 1, 0])

    assert problem.useful_pairs.employee.tolist() == [1]
