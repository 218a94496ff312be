"""`python -m benchmarks.holding`: world B1 under five ways of giving out work, and what holding gains there.

Every seed is a world and a day of its own, the same for all ways; the table has means over seeds with 95 % intervals
of the difference to the myopic way (Student's t over seeds). `--null` is the world in which values matter to nobody:
`misled` has Klik go by them all the same and by nothing else, so that any gain in fit would be an artefact; `known` has
it know the chances as they are, so that skills and employees are all it can gain by.
"""

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  # numpy reads the number of threads when it is loaded

from benchmarks.holding.truth import Truth  # noqa: E402  # as above
from benchmarks.holding.world import DAY_S, SKILLS, WARM_S, World, draw_day, draw_world, place_of, utilisation  # noqa: E402  # as above
from matcher.routing.prices import fluid_flow  # noqa: E402  # as above
from matcher.rules import DEFAULT_RULE_SET, RuleSet, compile_rules  # noqa: E402  # as above
from matcher.rules.rule_set import ValuesPolicy  # noqa: E402  # as above
from matcher.rules.terms import Hold  # noqa: E402  # as above
from matcher.simulation.engine import Run, run  # noqa: E402  # as above
from matcher.simulation.klik import Klik  # noqa: E402  # as above
from matcher.simulation.policies import Choice, Floor, LongestIdle, Policy, is_able  # noqa: E402  # as above
from matcher.simulation.scenario import Arrival, Scenario  # noqa: E402  # as above
from models.frameworks import load_framework  # noqa: E402  # as above

LOADS = (0.8, 0.95, 1.1)
HOLD = Hold(0.15, 0.3, 18.0)  # rules.md
WITHIN_S = 20.0
MYOPIC, HELD, MISLED = "myopic", "priced hold", "misled"


class BestFirst:
    """First come first served, to the able employee who does best on average, whoever the customer is."""

    name = "best employee first"

    def __init__(self, world: World) -> None:
        mean = (world.blind * world.has_skill).sum(axis=0) / world.has_skill.sum(axis=0)
        self._order = {one.id: -float(mean[at]) for at, one in enumerate(world.staff)}

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:  # noqa: ARG002  # the Protocol's
        """Each contact in turn to the best of those left who is able."""
        left = sorted((employee for employee, _ in floor.free), key=lambda one: self._order[one.id])
        pairs = []
        for arrival in floor.waiting:
            taker = next((one for one in left if is_able(one, arrival.contact)), None)
            if taker is not None:
                left.remove(taker)
                pairs.append((arrival.contact.id, taker.id))
        return Choice(tuple(pairs))


@dataclass(frozen=True, slots=True)
class Result:
    """One run after its first hour: good outcomes expected an hour, and shares of contacts and of time."""

    reward: float
    in_time: float
    abandoned: float
    occupancy_spread: float


def rules(hold: Hold | None) -> RuleSet:
    """The rules a new installation has, with values free to weigh as much as they are worth."""
    return replace(DEFAULT_RULE_SET, hold=hold, values=ValuesPolicy("prior", 1.0))


def klik(world: World, believed: World, name: str, hold: Hold | None) -> Klik:
    """Klik's own `decide` with the chances it believes in, and the time contacts really take."""
    mean = world.seconds.mean(axis=0)

    def seconds_of(intents: Sequence[str | None], employees: Sequence[str]) -> np.ndarray:
        rows = [SKILLS.index(intent) if intent is not None else 0 for intent in intents]
        return np.asarray(mean[np.ix_(rows, [int(one[1:]) for one in employees])], dtype=float)

    ready = compile_rules(rules(hold))
    return Klik(world.framework, ready, name=name, classifier=Truth(believed).served(), seconds_of=seconds_of)


def bound(world: World, load: float) -> float:
    """Good outcomes an hour that no way of routing exceeds on average: the fluid programme's optimum."""
    chance, seconds = world.chance.reshape(-1, len(world.staff)), world.seconds.reshape(-1, len(world.staff))
    arrivals = load / utilisation(world) * world.mix.ravel()
    able = world.able.reshape(chance.shape)
    flow = fluid_flow(chance, seconds, able, arrivals=arrivals, available=np.ones(len(world.staff)))
    return 3600.0 * float((flow.served * chance).sum())


def result_of(done: Run, world: World) -> Result:
    """What the run came to, of the contacts after the first hour."""
    stays = [stay for stay in done.stays if stay.arrival.at_s >= WARM_S]
    busy, reward, in_time = np.zeros(len(world.staff)), 0.0, 0
    for stay in stays:
        if stay.is_answered:
            at = (*place_of(stay.arrival), int((stay.life.employee_id or "e0")[1:]))
            reward += float(world.chance[at])
            busy[at[2]] += float(world.seconds[at])
            in_time += stay.waited_s <= WITHIN_S
    hours = (DAY_S - WARM_S) / 3600.0
    gone = sum(stay.is_abandoned for stay in stays)
    spread = float((busy / (DAY_S - WARM_S)).std())
    return Result(reward / hours, in_time / len(stays), gone / len(stays), spread)


def measure(
    seeds: Sequence[int], load: float, hold: Hold, *, null: str | None = None, only: Sequence[str] = ()
) -> dict[str, list[Result]]:
    """Every way on every seed's world and day."""
    framework, found = load_framework(), dict[str, list[Result]]()
    for seed in seeds:
        world = draw_world(framework, np.random.default_rng([seed, 1]), affinity=0.0 if null else 1.0)
        believed = world
        if null == MISLED:
            believed = draw_world(framework, np.random.default_rng([seed, 1]), people=0.0)
        day = draw_day(world, load, np.random.default_rng([seed, 2]))
        kliks = klik(world, believed, MYOPIC, None), klik(world, believed, HELD, hold)
        ways: list[Policy] = [*kliks, LongestIdle(), BestFirst(world)]
        for way in ways:
            if not only or way.name in only:
                found.setdefault(way.name, []).append(_one(way, day, world))
        most = bound(world, load)
        found.setdefault("fluid bound", []).append(Result(most, 1.0, 0.0, float("nan")))
    return found


def _one(way: Policy, day: Scenario, world: World) -> Result:
    def seconds(arrival: Arrival, employee_id: str) -> float:
        return float(world.seconds[(*place_of(arrival), int(employee_id[1:]))])

    return result_of(run(day, way, rng=np.random.default_rng(1), service_of=seconds), world)


def told(load: float, found: dict[str, list[Result]]) -> None:
    """Print the table of a load."""
    print(f"load {load}: {len(found[MYOPIC])} seeds")
    columns = "reward vs myopic", "in time, points", "abandoned, points", "spread of occupancy, points"
    print(f"  {'':22}" + "".join(f"{column:>28}" for column in columns))
    base = {name: np.array([getattr(one, name) for one in found[MYOPIC]]) for name in asdict(found[MYOPIC][0])}
    for way, results in found.items():
        mine = {name: np.array([getattr(one, name) for one in results]) for name in base}
        cells = [_cell(100 * (mine["reward"] / base["reward"] - 1), "%")]
        cells += [_cell(100 * (mine[name] - base[name]), "") for name in list(base)[1:]]
        print(f"  {way:22}" + "".join(f"{cell:>28}" for cell in cells))
    print(
        f"  (myopic itself: {base['reward'].mean():.0f} good outcomes an hour, "
        f"{100 * base['in_time'].mean():.1f} % in time, {100 * base['abandoned'].mean():.1f} % gave up, "
        f"spread {100 * base['occupancy_spread'].mean():.1f})"
    )


def _cell(values: np.ndarray, unit: str) -> str:
    from scipy.stats import t

    if not np.isfinite(values).all():
        return "–"
    half = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return f"{values.mean():+.1f}{unit} ({values.mean() - half:+.1f} … {values.mean() + half:+.1f})"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.holding", description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="worlds, numbered from --first")
    parser.add_argument("--first", type=int, default=100)
    parser.add_argument("--loads", type=float, nargs="*", default=list(LOADS))
    parser.add_argument("--null", choices=(MISLED, "known"), help="values matter to nobody")
    parser.add_argument(
        "--hold", type=float, nargs=3, default=[HOLD.h0, HOLD.h2, HOLD.cap_s], metavar=("H0", "H2", "CAP")
    )
    parser.add_argument("--only", nargs="*", default=(), help="ways by name")
    options = parser.parse_args()
    for load in options.loads:
        began = time.process_time()
        seeds = range(options.first, options.first + options.seeds)
        told(load, measure(seeds, load, Hold(*options.hold), null=options.null, only=options.only))
        print(f"  {time.process_time() - began:.0f} s of one core's time")


if __name__ == "__main__":
    main()
