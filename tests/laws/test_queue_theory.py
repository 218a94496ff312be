"""The engine against queueing theory: formulas a century old know nothing of our code."""

from math import sqrt

import numpy as np
import pytest

from matcher.simulation.engine import Run
from matcher.simulation.policies import FirstCome
from matcher.simulation.scenario import Scenario
from tests.matcher.simulation.worlds import arrival, employee, ran, scenario

BATCHES = 25
STUDENT_T = 3.75  # 99.9 % two-sided, 24 degrees of freedom
SERVICE_S = 180.0
SERVERS = 8


def erlang_c(servers: int, offered: float) -> float:
    """The probability of waiting in M/M/c (Erlang 1917), by the recursion of Erlang B."""
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return servers * blocked / (servers - offered * (1 - blocked))


def erlang_a(servers: int, arrivals: float, service: float, leaving: float) -> tuple[float, float]:
    """P(give up) and the mean wait of all in M/M/c+M (Palm 1957), from its birth-death balance; rates per second."""
    weights, state = [1.0], 0
    while state < servers or weights[-1] > 1e-14 * max(weights):
        state += 1
        weights.append(weights[-1] * arrivals / (min(state, servers) * service + max(state - servers, 0) * leaving))
    share = np.array(weights) / sum(weights)
    queue = float(sum(share[n] * (n - servers) for n in range(servers, len(share))))
    return leaving * queue / arrivals, queue / arrivals


def poisson_world(load: float, *, contacts: int, seed: int, patience_s: float | None = None) -> Scenario:
    """Poisson arrivals, exponential service and patience, employees alike and always there."""
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.exponential(SERVICE_S / (SERVERS * load), contacts))
    service = rng.exponential(SERVICE_S, contacts)
    patience = np.full(contacts, np.inf) if patience_s is None else rng.exponential(patience_s, contacts)
    rows = [arrival(f"c{n}", float(at[n]), float(service[n]), patience_s=float(patience[n])) for n in range(contacts)]
    return scenario(rows, [employee(f"e{number}") for number in range(SERVERS)])


def batch_interval(values: np.ndarray) -> tuple[float, float]:
    """A 99.9 % interval for the mean of a stationary run, by batch means; the first twentieth is warming up."""
    steady = values[len(values) // 20 :]
    means = np.array([batch.mean() for batch in np.array_split(steady, BATCHES)])
    half = STUDENT_T * means.std(ddof=1) / sqrt(BATCHES)
    return float(means.mean() - half), float(means.mean() + half)


def waits(result: Run) -> np.ndarray:
    """Seconds waited, in order of arrival."""
    return np.array([stay.waited_s for stay in result.stays])


@pytest.mark.parametrize(("servers", "offered", "published"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (10, 8.0, 0.409)])
def test_our_erlang_c_is_that_of_the_tables(servers: int, offered: float, published: float) -> None:
    """The judge must be right itself: M/M/1 waits with probability ρ, M/M/2 with 2ρ²/(1+ρ), and a table's value."""
    assert erlang_c(servers, offered) == pytest.approx(published, abs=5e-4)


def test_erlang_a_without_giving_up_is_erlang_c() -> None:
    """Two ways to the same queue, one of them without any formula of Erlang's."""
    _, wait = erlang_a(SERVERS, 0.85 * SERVERS, 1.0, 1e-9)

    assert wait == pytest.approx(erlang_c(SERVERS, 0.85 * SERVERS) / (SERVERS * 0.15), rel=1e-4)


@pytest.mark.parametrize("load", [0.7, 0.85])
def test_with_endless_patience_waits_are_erlangs(load: float) -> None:
    """M/M/c: the share that waits is C, the mean wait C / (cμ − λ), and the waits of those who wait are exponential."""
    seen = waits(ran(poisson_world(load, contacts=30_000, seed=int(100 * load)), FirstCome()))
    c = erlang_c(SERVERS, load * SERVERS)
    mean = c * SERVICE_S / (SERVERS * (1 - load))

    for values, expected in (
        (seen > 0, c),
        (seen, mean),
        (seen > 60, c * np.exp(-60 * SERVERS * (1 - load) / SERVICE_S)),
    ):
        low, high = batch_interval(values.astype(float))
        assert low < expected < high


@pytest.mark.parametrize("load", [0.9, 1.2])
def test_with_impatient_customers_losses_and_waits_are_palms(load: float) -> None:
    """M/M/c+M, in light and in overload: the share that gives up and the mean wait of all."""
    patience_s = 240.0
    result = ran(poisson_world(load, contacts=30_000, seed=int(100 * load), patience_s=patience_s))
    lost, mean = erlang_a(SERVERS, load * SERVERS / SERVICE_S, 1 / SERVICE_S, 1 / patience_s)

    for values, expected in ((np.array([stay.is_abandoned for stay in result.stays]), lost), (waits(result), mean)):
        low, high = batch_interval(values.astype(float))
        assert low < expected < high


def test_littles_law_holds_exactly_from_an_empty_start_to_an_empty_end() -> None:
    """The area under the queue is the sum of the waits, and under the busy employees the sum of the services."""
    result = ran(poisson_world(1.1, contacts=3_000, seed=9, patience_s=120.0))
    queue, busy = [], []
    for stay in result.stays:
        left = stay.life.answered_at if stay.life.answered_at is not None else stay.life.since
        queue += [(stay.life.arrived_at, 1), (left, -1)]
        if stay.life.answered_at is not None:
            busy += [(stay.life.answered_at, 1), (stay.life.since, -1)]

    assert area(queue) == pytest.approx(waits(result).sum(), rel=1e-9)
    assert area(busy) == pytest.approx(sum(one.arrival.service_s for one in result.stays if one.is_answered), rel=1e-9)
    assert max(counted(busy)) <= SERVERS


def counted(steps: list[tuple[float, int]]) -> list[int]:
    """How many there are after each step; at one instant those who leave go first."""
    return [int(number) for number in np.cumsum([step for _, step in sorted(steps)])]


def area(steps: list[tuple[float, int]]) -> float:
    """The integral of the count over time."""
    times = np.array(sorted(at for at, _ in steps))
    return float((np.diff(times) * np.array(counted(steps))[:-1]).sum())
