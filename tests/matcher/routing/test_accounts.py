"""Account employees in numbers: what a language shuts is never worked out, and never chosen."""

import numpy as np
import pytest

from matcher.assignment.transport import AskNear
from matcher.compatibility.prior import PriorCompatibility
from matcher.profiles.facets import ShareTable
from matcher.routing.accounts import AccountChunks, Bench, CustomerChunk
from models.frameworks import load_framework

EVIDENCE = 200.0


@pytest.fixture
def chunks():
    """Ninety customers of three languages in two chunks; of the third language nobody speaks a word."""
    rng, framework = np.random.default_rng(0), load_framework()
    classifier, size = PriorCompatibility(framework, mode="prior"), framework.values.size
    known = np.full(12, EVIDENCE)
    side = classifier.employee_side(ShareTable(rng.dirichlet(np.ones(size), 12), known, known))
    open_to = np.array([np.arange(12) < 5, np.arange(12) > 2, np.zeros(12)], bool)
    parts = [
        CustomerChunk(
            number, rng.dirichlet(np.ones(size), 45), np.full(45, EVIDENCE), rng.integers(0, 3, 45).astype(np.int32)
        )
        for number in range(2)
    ]
    return AccountChunks(Bench(classifier, side, open_to), parts, [45, 45], map)


def test_pairs_told_by_language_are_those_of_the_whole_matrix(chunks):
    """Only what a language allows is worked out; it must be what working out everything would give."""
    prices = np.random.default_rng(1).random(12) * 0.01
    told = list(chunks.near(AskNear(prices, chunks.widest)))
    value = chunks.values_of(np.arange(90))
    row = np.concatenate([one.pairs.value for one in told])
    employee = np.concatenate([one.pairs.employee for one in told])
    table = np.full((90, 12), -np.inf)
    at, place = np.nonzero(row > -np.inf)
    table[at, employee[at, place]] = row[at, place]

    assert chunks.widest == 9
    assert (table == value).all()
    assert sum(one.net for one in told) == pytest.approx((value - prices).max(axis=1, initial=0.0).sum())


def test_a_few_pairs_are_the_ones_worth_most_after_paying(chunks):
    """Without doubt about prices the list is the head of the order, so that what prices call for is never missed."""
    prices = np.random.default_rng(2).random(12) * 0.01
    told = next(iter(chunks.near(AskNear(prices, 3))))
    net = chunks.values_of(np.arange(45)) - prices
    told_net = np.sort(told.pairs.value - prices[told.pairs.employee], axis=1)

    assert (told_net == np.sort(net, axis=1)[:, -3:]).all()


def test_every_third_customer_answers_when_asked_so(chunks):
    """First prices come from a part of all; a part of the wrong size would scale places wrongly."""
    told = list(chunks.near(AskNear(np.zeros(12), 2, stride=3)))

    assert [len(one.pairs.employee) for one in told] == [15, 15]
