"""Figures are judged by numpy, by hand and by worlds in which the answer is known beforehand."""

import numpy as np
import pytest

from matcher.simulation.compare import compare
from matcher.simulation.engine import Run
from matcher.simulation.measures import Difference, Figure, Verdict
from matcher.simulation.policies import FirstCome, LongestIdle
from matcher.simulation.scenario import Scenario
from matcher.simulation.tallies import by_hour, loads, tally
from tests.matcher.simulation.worlds import arrival, employee, ran, scenario

DAY = 86_400.0


def busy_days(days: int, seed: int, service_s: float = 170.0) -> Scenario:
    """Days of two busy hours with two employees alike."""
    rng = np.random.default_rng(seed)
    rows = [
        arrival(f"c{day}-{number}", day * DAY + at, float(rng.exponential(service_s)), period=day, patience_s=300.0)
        for day in range(days)
        for number, at in enumerate(np.sort(rng.uniform(0, 7200, 80)))
    ]
    spells = [(who, day * DAY, day * DAY + 9000) for day in range(days) for who in ("emma", "noor")]
    return scenario(rows, [employee("emma"), employee("noor")], spells=spells)


def named(result: Run, name: str) -> Run:
    """The same run under another name."""
    return Run(name, result.stays, result.rounds)


def difference(differences: tuple[Difference, ...], figure: Figure) -> Difference:
    """The first difference in that figure."""
    return next(one for one in differences if one.figure is figure)


def test_figures_of_a_small_run_are_those_of_a_pocket_calculator() -> None:
    """Waits 0, 20 and 15 (gave up): mean 35/3; one of three within 15 s; one of three gone; emma busy 90 of 100 s."""
    world = scenario(
        [arrival("a", 0, 30), arrival("b", 10, 60), arrival("c", 20, 60, patience_s=15.0)], spells=[("emma", 0, 100)]
    )
    figures = compare([ran(world)], world, within_s=15, rng=np.random.default_rng(1)).measured.estimates["longest_idle"]

    assert figures[Figure.MEAN_WAIT].value == pytest.approx(35 / 3)
    assert figures[Figure.MEDIAN_WAIT].value == 15
    assert figures[Figure.SERVICE_LEVEL].value == pytest.approx(1 / 3)
    assert figures[Figure.ABANDONMENT].value == pytest.approx(1 / 3)
    assert figures[Figure.OCCUPANCY].value == pytest.approx(0.9)
    assert figures[Figure.LOAD_SPREAD].value == 0


def test_percentiles_are_those_of_numpy() -> None:
    """The 95th percentile of waits is a wait that occurred: numpy's inverted cumulative distribution."""
    world = busy_days(3, seed=2)
    result = ran(world)
    figures = compare([result], world, within_s=20, rng=np.random.default_rng(1)).measured.estimates["longest_idle"]
    waits = [stay.waited_s for stay in result.stays]

    for figure, share in ((Figure.MEDIAN_WAIT, 0.5), (Figure.P90_WAIT, 0.9), (Figure.P95_WAIT, 0.95)):
        assert figures[figure].value == np.quantile(waits, share, method="inverted_cdf")


def test_two_orders_of_equal_employees_are_not_distinguishable_in_waits() -> None:
    """First come first served gives the same waits whoever serves: any 'gain' here would be a fault of the measure."""
    world = busy_days(8, seed=3)
    found = compare(
        [ran(world, LongestIdle()), ran(world, FirstCome())], world, within_s=20, rng=np.random.default_rng(1)
    )

    for figure in (Figure.MEAN_WAIT, Figure.P95_WAIT, Figure.SERVICE_LEVEL, Figure.ABANDONMENT):
        one = difference(found.measured.differences, figure)
        assert (one.value, one.verdict) == (0.0, Verdict.NOT_DISTINGUISHABLE)
    assert difference(found.measured.differences, Figure.LOAD_SPREAD).verdict is Verdict.HIGHER


def test_a_large_difference_on_every_day_is_told_apart() -> None:
    """Services of half the length: shorter waits each day, and the words say which way."""
    slow, fast = busy_days(8, seed=4), busy_days(8, seed=4, service_s=85.0)
    runs = [named(ran(slow), "slow"), named(ran(fast), "fast")]
    one = difference(
        compare(runs, slow, within_s=20, rng=np.random.default_rng(1)).measured.differences, Figure.MEAN_WAIT
    )

    assert (one.run, one.reference, one.verdict) == ("fast", "slow", Verdict.LOWER)
    assert one.low <= one.value <= one.high < 0


def test_worlds_that_differ_by_chance_only_are_rarely_told_apart() -> None:
    """A 95 % interval may err in about one world of twenty; with 12 days rather more, never in most."""
    told_apart = 0
    for seed in range(20):
        first, second = busy_days(12, seed=seed), busy_days(12, seed=1000 + seed)
        runs = [named(ran(first), "one"), named(ran(second), "other")]
        found = compare(runs, first, within_s=20, rng=np.random.default_rng(seed)).measured.differences
        told_apart += difference(found, Figure.MEAN_WAIT).verdict is not Verdict.NOT_DISTINGUISHABLE

    assert told_apart <= 5


def test_the_interval_of_a_mean_over_equal_days_is_that_of_the_days() -> None:
    """Days of equal size: the bootstrap over days comes near the mean ± 1.96 standard errors of the daily means."""
    world = busy_days(40, seed=6)
    result = ran(world)
    estimate = compare([result], world, within_s=20, rng=np.random.default_rng(1)).measured.estimates["longest_idle"]
    waits = np.array([stay.waited_s for stay in result.stays]).reshape(40, 80).mean(axis=1)
    half = 1.96 * waits.std() / np.sqrt(40)

    assert estimate[Figure.MEAN_WAIT].low == pytest.approx(waits.mean() - half, abs=0.25 * half)
    assert estimate[Figure.MEAN_WAIT].high == pytest.approx(waits.mean() + half, abs=0.25 * half)


def test_load_by_employee_adds_up_to_the_run() -> None:
    """Contacts, shares and hours of all employees are those of the floor; work past a shift's end counts as duty."""
    world = scenario([arrival("a", 0, 3600), arrival("b", 1, 7200)], [employee("emma"), employee("noor")],
                     spells=[("emma", 0, 7200), ("noor", 0, 3600)])  # fmt: skip
    found = {one.employee_id: one for one in loads(tally(ran(world), world, within_s=20, periods=1))}

    assert (found["emma"].busy_h, found["emma"].duty_h, found["emma"].occupancy) == (1.0, 2.0, 0.5)
    assert found["noor"].busy_h == pytest.approx(2.0)
    assert found["noor"].duty_h == pytest.approx(2.0 + 1 / 3600)
    assert [one.share for one in found.values()] == [0.5, 0.5]


def test_the_hour_of_giving_up_is_the_hour_of_arrival() -> None:
    """Who arrived at 9:59 and left at 10:01 belongs to nine o'clock."""
    world = scenario([arrival("a", 9 * 3600 + 3540, kind="NE", patience_s=120.0, period=0)])
    arrived, gone = by_hour(ran(world))

    assert (arrived[9], gone[9], gone.sum()) == (1, 1, 1)


def test_an_empty_world_gives_no_figures_instead_of_failing() -> None:
    """Nothing arrived: there is no mean wait, and saying 0 s would be a lie."""
    world = scenario([])
    figures = compare([ran(world)], world, within_s=20, rng=np.random.default_rng(1)).measured.estimates["longest_idle"]

    assert np.isnan(figures[Figure.MEAN_WAIT].value)
    assert np.isnan(figures[Figure.P90_WAIT].value)
