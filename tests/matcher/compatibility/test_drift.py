"""Drift is told when it is there, and not when it is not."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from matcher.compatibility import PairClassifier
from matcher.compatibility.drift import MOST_SHIFT, mix_of, shift_of, stability, told_mix, watch
from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import Outcome, outcomes_of
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.compatibility.scorer import Scorer
from tests.matcher.compatibility.pairs import FRAMEWORK, START, people

ASKING, STAFF = people(60, 10, seed=4)


def a_month(seed: int, *, good: float = 0.7, moves: float = 0.5, count: int = 1_500) -> Data:
    """Outcomes of which this share is good, and this share is about moving."""
    rng = np.random.default_rng(seed)
    told = [
        Outcome(
            ASKING[int(rng.integers(60))].id,
            STAFF[int(rng.integers(10))].id,
            START + timedelta(minutes=place),
            float(rng.random() < good),
            intent="move" if rng.random() < moves else "bill",
            channel="phone",
        )
        for place in range(count)
    ]
    tables = customer_table(ASKING, FRAMEWORK), employee_table(STAFF, FRAMEWORK)
    return Data(*tables, outcomes_of(told, tables[0].ids, tables[1].ids), FRAMEWORK)


@pytest.fixture(scope="module")
def learnt() -> tuple[Scorer, Data]:
    """A classifier and what it was learnt from."""
    data = a_month(1)
    fitted = PairClassifier(FRAMEWORK, seed=1, pairs=False, values="off")
    return fitted.fit(data.customers, data.employees, data.outcomes).scorer_, data


def test_stability_is_that_of_the_book() -> None:
    """Worked by hand: (.6 − .5)·ln(.6/.5) + (.4 − .5)·ln(.4/.5) = .01823 + .02231."""
    assert stability({"a": 0.5, "b": 0.5}, {"a": 0.6, "b": 0.4}) == pytest.approx(0.040547, abs=1e-6)
    assert stability({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}) == 0.0
    assert stability({"a": 1.0}, {"b": 1.0}) > MOST_SHIFT


@pytest.mark.parametrize("seed", range(6))
def test_a_month_like_the_one_before_raises_no_alarm(learnt: tuple[Scorer, Data], seed: int) -> None:
    """An alarm each week is none."""
    scorer, data = learnt

    found = watch(a_month(100 + seed), scorer, mix_of(data, scorer), seed=seed)

    assert found.alarms == ()
    assert found.bias is not None
    assert abs(found.bias.value) < 0.05


def test_fewer_good_outcomes_than_told_raise_one(learnt: tuple[Scorer, Data]) -> None:
    """Something changed in the world that the classifier does not know."""
    scorer, data = learnt
    (alarm,) = watch(a_month(2, good=0.55), scorer, mix_of(data, scorer)).alarms

    assert "more good outcomes are told than come" in alarm


def test_other_contacts_than_learnt_from_raise_one(learnt: tuple[Scorer, Data]) -> None:
    """It names what is another."""
    scorer, data = learnt
    found = watch(a_month(3, moves=0.95), scorer, mix_of(data, scorer))

    assert found.shift["intent"] > MOST_SHIFT
    assert any("mix of intent" in alarm for alarm in found.alarms)


def test_too_few_outcomes_conclude_nothing(learnt: tuple[Scorer, Data]) -> None:
    """Ninety-nine bad ones are bad luck."""
    scorer, data = learnt
    few = a_month(5, good=0.0, count=99)

    assert watch(few, scorer, mix_of(data, scorer)) == replace(watch(few, scorer, {}), outcomes=99)
    assert watch(few, scorer, {}).bias is None


def test_a_card_tells_of_no_small_group() -> None:
    """Four outcomes of a segment may be one person's; they still count when mixes are compared."""
    mix = {"segment": {"a": 0.96, "b": 0.04}}
    told = told_mix(mix, 100)

    assert told == {"segment": {"a": 0.96, "rare": 0.04}}
    assert told_mix(mix, 200) == mix
    assert shift_of(told, mix) == {"segment": pytest.approx(0.0)}
    assert shift_of(told, {"segment": {"a": 0.5, "new": 0.5}})["segment"] > MOST_SHIFT
