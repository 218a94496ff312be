"""How unsure a classifier is of pairs: against features written out, and what it may never tell."""

from dataclasses import replace
from functools import cache

import numpy as np

from matcher.compatibility.doubt import doubt_of
from matcher.compatibility.serving import Judgement, nobody
from matcher.routing import Snapshot
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import scores_of
from tests.matcher.routing.learnt import classifier, contacts_of, everyone
from tests.matcher.routing.rounds import NOON, employee, snapshot

CUSTOMERS = 8


@cache
def judged() -> tuple[Snapshot, Judgement]:
    """Eight customers, two of whom keep their profiles to themselves; the staff and somebody new."""
    staff = [*everyone()[1], employee("new")]
    given = snapshot(contacts_of(everyone()[0][:CUSTOMERS]), staff, classifier=classifier())
    narrowed, eligibility = eligibility_of(given, NOON)
    found = scores_of(narrowed, eligibility, NOON, turn=1).judged
    assert found is not None
    return given, found


def doubt(found: Judgement) -> np.ndarray:
    return doubt_of(found, _intents(), ["phone"] * CUSTOMERS)


def _intents() -> list[str | None]:
    return [classifier().known_intent(one.intent) for one in judged()[0].contacts]


def test_doubt_is_the_spread_of_each_pair_by_features_written_out() -> None:
    """A second way: the features of each pair and its employee's place, times the factor of the whole covariance; the
    contact's part left out."""
    found = judged()[1]
    scorer, side, places = found.scorer, found.staff.half.side, found.staff.half.places
    contacts = scorer.features.left(nobody(CUSTOMERS, scorer), _intents(), ["phone"] * CUSTOMERS)
    for row, mine in found.customers.items():
        contacts.pair[row] += mine
    rows, columns = np.repeat(np.arange(CUSTOMERS), len(side)), np.tile(np.arange(len(side)), CUSTOMERS)
    known = places[columns] < len(scorer.employees.keys)
    whole = np.zeros((len(rows), len(scorer.factor)))
    design = scorer.features.design(contacts.take(rows), side.take(columns))
    whole[:, 1 : 1 + design.shape[1]] = design
    whole[:, : 1 + contacts.main.shape[1]] = 0.0
    whole[known, 1 + design.shape[1] + places[columns[known]]] = 1.0
    variance = ((whole @ scorer.factor) ** 2).sum(axis=1) + np.where(known, 0.0, scorer.employees.spread**2)

    np.testing.assert_allclose(doubt(found).ravel(), np.sqrt(variance), rtol=1e-6)


def test_whoever_is_new_is_doubted_most() -> None:
    """Nobody has met them: what an employee may be apart from their traits is all unknown."""
    found = judged()[1]
    is_new = found.staff.half.places >= len(found.scorer.employees.keys)

    assert is_new.sum() == 1
    assert (doubt(found)[:, is_new] > found.scorer.employees.spread).all()


def test_who_refuses_a_profile_is_doubted_as_nobody() -> None:
    """Doubt about what is known of a customer must not move the scores of whoever keeps it to themself."""
    given, found = judged()
    unknown = doubt(replace(found, customers={}))
    refusing = [row for row, asking in enumerate(given.contacts) if asking.customer and not asking.customer.profile]
    telling = [row for row in range(CUSTOMERS) if row not in refusing]

    assert refusing == [0, 7]
    np.testing.assert_array_equal(doubt(found)[refusing], unknown[refusing])
    assert (doubt(found)[telling] != unknown[telling]).any(axis=1).all()
