"""What is left to chance never decides who is served, whatever is known of customers (decisions 0008, 0015, 0018)."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.people import Consent, Customer
from matcher.routing import decide
from matcher.routing.decision import Round
from matcher.routing.eligibility import eligibility_of
from matcher.rules import DEFAULT_RULE_SET
from matcher.rules.terms import Explore
from tests.matcher.routing.learnt import classifier, contacts_of, everyone
from tests.matcher.routing.rounds import NOON, snapshot

EXPLORING = replace(DEFAULT_RULE_SET, explore=Explore(0.2))


def made(customers: list[Customer], waits: list[float], *, learnt: bool, seed: int, explores: bool = True) -> Round:
    """Forty wait, twelve can be helped."""
    asked = [replace(one, waiting_s=wait) for one, wait in zip(contacts_of(customers), waits, strict=True)]
    given = snapshot(
        asked, list(everyone()[1]), rule_set=EXPLORING if explores else DEFAULT_RULE_SET,
        classifier=classifier() if learnt else None,
    )  # fmt: skip
    return decide(given, NOON, np.random.default_rng(seed))


def served(round_: Round) -> set[str]:
    return {one.contact_id for one in round_.decisions if one.employee_id is not None}


@pytest.mark.parametrize("learnt", [True, False], ids=["a classifier judges", "the framework judges"])
@pytest.mark.parametrize("seed", range(4))
def test_chance_takes_nobodys_turn_and_gives_nobody_one(seed: int, learnt: bool) -> None:
    """The same contacts are served with and without it, with everybody's profile, half of them, or none."""
    rng = np.random.default_rng(seed)
    asking = list(everyone()[0])
    waits = [60.0 + 20.0 * float(rng.random()) for _ in asking]
    refusing = [replace(one, consent=Consent(False)) for one in asking]
    some = [mine if rng.random() < 0.5 else other for mine, other in zip(asking, refusing, strict=True)]
    settled = served(made(asking, waits, learnt=learnt, seed=seed, explores=False))

    assert len(settled) == len(everyone()[1])
    for each in (asking, some, refusing):
        assert served(made(each, waits, learnt=learnt, seed=seed)) == settled


def test_chance_moves_some_of_who_serves_whom_and_tells_how_likely_it_was() -> None:
    """Else nothing could be learnt of it: pairs differ between draws, and every propensity lies above 0."""
    asking = list(everyone()[0])[:8]
    rounds = [made(asking, [60.0] * 8, learnt=True, seed=seed) for seed in range(6)]
    pairs = [tuple(one.employee_id for one in each.decisions) for each in rounds]

    assert len(set(pairs)) > 1
    assert all(0 < (one.propensity or 0) <= 1 for each in rounds for one in each.decisions)


def test_chance_gives_nobody_whom_they_may_not_have() -> None:
    """Candidates and chosen alike are eligible."""
    asking = list(everyone()[0])[:8]
    plain = snapshot(
        contacts_of(asking), list(everyone()[1]), rule_set=EXPLORING, classifier=classifier(), candidates=50
    )
    narrowed, eligibility = eligibility_of(plain, NOON)
    ids = [one.id for one in narrowed.roster.employees]
    round_ = decide(plain, NOON, np.random.default_rng(1))

    for row, one in enumerate(round_.decisions):
        may = {ids[column] for column in np.flatnonzero(eligibility.pairs[row]).tolist()}

        assert one.employee_id in may
        assert {name for name, _, _ in one.candidates} == may
