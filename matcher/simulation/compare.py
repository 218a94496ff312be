"""Policies beside what really happened: the same contacts, the same employees, the same draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.simulation.engine import Run
from matcher.simulation.measures import Measured, measure
from matcher.simulation.scenario import Scenario
from matcher.simulation.tallies import Tally, tally


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs in the order given, what they counted up to, and their figures with intervals and differences."""

    runs: tuple[Run, ...]
    tallies: tuple[Tally, ...]
    measured: Measured


def compare(
    runs: Sequence[Run],
    scenario: Scenario,
    *,
    within_s: float,
    rng: np.random.Generator,
    compatibility: Mapping[tuple[str, str], float] | None = None,
) -> Comparison:
    """The runs of one scenario, measured alike. `within_s` is the wait that still counts as good service."""
    periods = 1 + max((arrival.period for arrival in scenario.arrivals), default=0)
    tallies = tuple(
        tally(run, scenario, within_s=within_s, periods=periods, compatibility=compatibility) for run in runs
    )
    return Comparison(tuple(runs), tallies, measure(tallies, rng=rng))
