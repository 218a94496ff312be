"""The gate lets a better classifier in, and keeps out what is worse, dishonest, unfair to a segment, or untested."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from matcher.compatibility.evaluate import CONSTANT, CURRENT, LEARNED, MAIN, Data, Evaluation, verdict_of
from matcher.compatibility.gate import Verdict, gate, gate_document
from matcher.compatibility.making import Incumbent, make_classifier
from matcher.compatibility.measures import Judged, gain
from matcher.compatibility.outcomes import Outcome, outcomes_of
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.errors import InvalidInput
from tests.matcher.compatibility.pairs import FRAMEWORK, START, people

ROWS = 3_000


def a_world(seed: int = 3) -> tuple[Data, np.ndarray[Any, Any]]:
    """Outcomes of people in three segments, each drawn by a chance that is known."""
    rng = np.random.default_rng(seed)
    asking, staff = people(300, 20, seed=seed)
    told, chances = [], rng.uniform(0.2, 0.95, ROWS)
    for place in range(ROWS):
        at = START + timedelta(minutes=place)
        good = float(rng.random() < chances[place])
        told.append(Outcome(asking[place % 300].id, staff[int(rng.integers(20))].id, at, good))
    table = customer_table(asking, FRAMEWORK), employee_table(staff, FRAMEWORK)
    return Data(*table, outcomes_of(told, table[0].ids, table[1].ids), FRAMEWORK), chances


def judged(predictions: Mapping[str, Any], *, has_current: bool = False) -> Verdict:
    """The gate's verdict on these predictions of every row of the world."""
    data, _ = a_world()
    rows, rng = np.arange(ROWS), np.random.default_rng(1)
    success = data.outcomes.success
    one = Judged(predictions[LEARNED], success, np.ones(ROWS), rows, data.outcomes.customer)
    predictions = {CONSTANT: np.full(ROWS, success.mean()), **predictions}
    gains = {
        name: gain(predictions[LEARNED], other, one, rng=rng) for name, other in predictions.items() if name != LEARNED
    }
    verdicts = {name: verdict_of(each, over=name) for name, each in gains.items()}
    found = Evaluation("time", "warm", 1, rows, dict(predictions), {}, gains, verdicts, None)
    return gate(found, data, has_current=has_current)


def failed(verdict: Verdict) -> set[str]:
    return {line.name for line in verdict.failed}


def test_a_better_and_honest_candidate_is_let_in() -> None:
    """It tells the chances that the world was drawn by; everything else tells the mean."""
    truth = a_world()[1]
    verdict = judged({LEARNED: truth, MAIN: np.full(ROWS, truth.mean()), CURRENT: np.full(ROWS, 0.6)}, has_current=True)

    assert verdict.passed
    assert failed(verdict) == set()


def test_a_candidate_worse_than_the_one_in_service_is_kept_out() -> None:
    """Newer is not better."""
    truth = a_world()[1]
    blurred = 0.5 * truth + 0.5 * truth.mean()
    verdict = judged({LEARNED: blurred, MAIN: np.full(ROWS, truth.mean()), CURRENT: truth}, has_current=True)

    assert "beats_current" in failed(verdict)
    assert "worse than current classifier" in {line.name: line.told for line in verdict.lines}["beats_current"]


def test_a_candidate_that_adds_nothing_is_kept_out() -> None:
    """What main effects tell needs no matching of people."""
    truth = a_world()[1]

    assert "beats_main_effects" in failed(judged({LEARNED: truth, MAIN: truth}))


def test_a_candidate_worse_than_one_chance_for_everyone_is_kept_out() -> None:
    """Main effects that were overfitted are easily beaten by what is a little less so."""
    truth = a_world()[1]
    rng = np.random.default_rng(5)
    wild, wilder = (np.clip(rng.uniform(0.2, 0.95, ROWS) + add, 0.01, 0.99) for add in (0.0, 0.3))

    verdict = judged({LEARNED: wild, MAIN: wilder})

    assert "not_worse_than_nothing" in failed(verdict)
    assert "not_worse_than_nothing" not in failed(judged({LEARNED: truth, MAIN: np.full(ROWS, truth.mean())}))


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (lambda p: np.clip(p + 0.12, 0.01, 0.99), "calibrated_on_the_whole"),
        (lambda p: 1 / (1 + np.exp(-3.0 * np.log(p / (1 - p)))), "calibrated_in_boldness"),
        (lambda p: 1 / (1 + np.exp(-0.3 * np.log(p / (1 - p)))), "calibrated_in_boldness"),
    ],
    ids=["promises too much", "too bold", "too timid"],
)
def test_probabilities_that_do_not_mean_what_they_say_are_kept_out(wrong: Any, line: str) -> None:
    """However well they rank: people are told these numbers, and sums of them decide."""
    truth = a_world()[1]

    assert line in failed(judged({LEARNED: wrong(truth), MAIN: np.full(ROWS, 0.5)}))


def test_bounds_that_only_chance_may_have_broken_are_told_as_such() -> None:
    """Nobody reads .67 beside .7 to 1.4 and takes the line for passed by mistake."""
    truth = a_world()[1]
    bolder = 1 / (1 + np.exp(-1.4 * np.log(truth / (1 - truth))))
    told = {}
    for name, one in (("honest", truth), ("bolder", bolder)):
        verdict = judged({LEARNED: one, MAIN: np.full(ROWS, 0.5)})
        (line,) = [each for each in verdict.lines if each.name == "calibrated_in_boldness"]
        told[name] = line.passed, line.figures["slope"].value, line.told.endswith("chance can explain the rest.")

    assert told["bolder"][1] < 0.7 < told["honest"][1]
    assert [one[::2] for one in told.values()] == [(True, False), (True, True)]


def test_no_segment_pays_for_the_others() -> None:
    """Better on the whole and worse for one segment is not let in; the line names it."""
    data, truth = a_world()
    segments = np.array([data.customers.groups[place] for place in data.outcomes.customer.tolist()])
    theirs = np.where(segments == "s1", 1 - truth, truth)
    verdict = judged({LEARNED: theirs, MAIN: np.where(segments == "s1", truth, 0.5)})
    (line,) = [one for one in verdict.lines if one.name == "no_segment_worse"]

    assert not line.passed
    assert "s1" in line.told
    assert "s2" not in line.told


def test_what_could_not_be_compared_is_not_passed() -> None:
    """Silence is no consent."""
    truth = a_world()[1]

    assert failed(judged({LEARNED: truth, MAIN: np.full(ROWS, 0.5)}, has_current=True)) == {"beats_current"}
    assert "beats_main_effects" in failed(judged({LEARNED: truth}))


def test_the_verdict_speaks_json() -> None:
    """The card keeps it."""
    truth = a_world()[1]
    document = gate_document(judged({LEARNED: truth, MAIN: np.full(ROWS, 0.5)}))

    assert document["passed"] is True
    assert [line["name"] for line in document["lines"]] == [  # type: ignore[attr-defined]  # JSON
        "beats_main_effects",
        "not_worse_than_nothing",
        "beats_current",
        "no_segment_worse",
        "calibrated_on_the_whole",
        "calibrated_in_boldness",
    ]


def test_outcomes_without_anything_to_find_do_not_pass() -> None:
    """The whole way: learnt, judged, told; nothing about pairs is in these outcomes."""
    data, _ = a_world()
    made = make_classifier(replace(data, outcomes=data.outcomes.take(np.arange(600))), seed=1)

    assert not made.verdict.passed
    assert made.told["outcomes"] == 600
    assert made.told["gate"]["passed"] is False


def test_the_one_in_service_is_judged_only_by_what_came_after_it() -> None:
    """A classifier knows its own outcomes by heart: on these nobody beats it, and it beats nobody."""
    data, _ = a_world()
    data = replace(data, outcomes=data.outcomes.take(np.arange(900)))
    first = make_classifier(data, seed=1)
    at = data.outcomes.at
    late, early = (
        make_classifier(data, seed=1, incumbent=Incumbent(first.scorer, float(until))) for until in (at[-10], at[500])
    )
    told = {line.name: line for line in late.verdict.lines}["beats_current"]

    assert "Too few outcomes came after" in told.told
    assert "current classifier" in early.told["evaluation"]["gains"]


def test_too_few_outcomes_say_what_is_missing() -> None:
    """Fewer than fifty, all good, one employee: all three at once."""
    data, _ = a_world()
    few = data.outcomes.take(np.flatnonzero((data.outcomes.employee == 3) & (data.outcomes.success == 1))[:9])
    with pytest.raises(InvalidInput) as refused:
        make_classifier(replace(data, outcomes=few), seed=1)

    assert {fault.code for fault in refused.value.faults} == {"too_few_outcomes", "one_employee", "one_class"}
