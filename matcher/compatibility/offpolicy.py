"""What another way of choosing would have brought, told from decisions that were made in the way of the day.

Every logged decision keeps the chance with which it was made. From these, the average outcome of a candidate policy is
estimated without trying it: by weighing (IPS, SNIPS), and by a reward learnt of decisions other than the one judged,
with the weighing of what it leaves unexplained (DR, Switch-DR). Where the log cannot tell, no verdict is given.

Sources: IPS, Horvitz and Thompson (1952), doi 10.1080/01621459.1952.10483446; SNIPS, Swaminathan and Joachims, NIPS
(2015); DR, Dudík, Langford and Li, ICML (2011), arXiv 1103.4601; Switch and the choice of its bound, Wang, Agarwal and
Dudík, ICML (2017), arXiv 1612.01205; cross-fitting, Chernozhukov et al. (2018), doi 10.1111/ectj.12097.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.measures import Figure
from matcher.compatibility.reward import crossed_rewards
from matcher.compatibility.selection import effective_size
from matcher.errors import Fault, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LOGGED, AGREED, IPS, SNIPS, DR, SWITCH_DR = "logged", "agreed", "IPS", "SNIPS", "DR", "Switch-DR"
LEAST_EFFECTIVE = 200.0  # decisions; a verdict on fewer is refused (design)
LEAST_GROUPS = 10  # fewer give intervals that are too narrow
FOLDS = 5
MOST_UNTRIED = 0.01  # of the policy's choices: what had its chance each time, and was never drawn
TOLERANCE = 1e-6  # of sums of probabilities
DEVIATIONS_95 = 1.959963984540054  # of a normal
DRAWS = 1_000
BOUNDS_TRIED = 21  # of Switch-DR, evenly over the logarithm of the weights, as in the paper
FAULTS_TOLD = 100
NO_BOUND = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """n decisions among K actions: what is known of each (`features` n × d), which `action` (0 to K − 1) was taken with
    which `propensity` in (0, 1], and what came of it (`reward`).

    `candidate` (n × K) is what the policy judged would do, each row a distribution over those eligible. `logged`
    (n × K), where it was kept, has the propensity of every action. Decisions of one of the `groups` (an hour, a queue)
    hang together; without any, each stands for itself.
    """

    features: Floats
    action: Ints
    propensity: Floats
    reward: Floats
    candidate: Floats
    logged: Floats | None = None
    groups: Ints | None = None

    def __len__(self) -> int:
        return len(self.reward)


@dataclass(frozen=True, slots=True, eq=False)
class OffPolicy:
    """The candidate's average reward by each estimator, with a 95 % interval.

    `logged` is what the policy in force brought and `agreed` the mean where both would have done the same: neither
    estimates the candidate. `gain` is DR less `logged`. `effective` is how many decisions the weights leave; `clipped`
    the share whose weight was cut; `bound` the weight above which Switch-DR trusts the learnt reward alone.
    `refused` says why there is no verdict, `None` where there is one.
    """

    estimates: Mapping[str, Figure]
    gain: Figure
    effective: float
    largest_weight: float
    clipped: float
    bound: float
    refused: str | None
    verdict: str


@dataclass(frozen=True, slots=True, eq=False)
class _Ratio:
    """An estimator as Σ above / Σ below over decisions: all of them are."""

    above: Floats
    below: Floats

    @property
    def value(self) -> float:
        total = float(self.below.sum())
        return float(self.above.sum()) / total if total > 0 else float("nan")

    @property
    def influence(self) -> Floats:
        """What each decision moves the value by, times n."""
        mean = float(self.below.mean())
        spread: Floats = (self.above - self.value * self.below) / mean if mean > 0 else np.full(len(self.above), np.nan)
        return spread


def off_policy(
    log: Log, *, most_weight: float = NO_BOUND, folds: int = FOLDS, interval: str = "normal", seed: int = 0
) -> OffPolicy:
    """The candidate's worth. Weights above `most_weight` are cut to it; the reward is learnt in `folds` parts.

    `interval` is normal (from influence functions, summed over groups) or bootstrap (groups drawn anew); `seed` decides
    folds and draws. Raises InvalidInput for a log that is none, every fault at once.
    """
    faults = list(_faults(log, most_weight=most_weight, folds=folds, interval=interval))
    if faults:
        raise InvalidInput(faults[:FAULTS_TOLD])
    rng, rows = np.random.default_rng(seed), np.arange(len(log))
    groups = _groups(log)
    raw = log.candidate[rows, log.action] / log.propensity
    weight = np.minimum(raw, most_weight)
    reward = crossed_rewards(log.features, log.action, log.reward, log.candidate.shape[1], groups, folds=folds, rng=rng)
    expected = (log.candidate * reward).sum(axis=1)
    left = log.reward - reward[rows, log.action]
    bound = switch_bound(expected, weight, left, groups, reach=float(np.ptp(log.reward)))
    ones, agreed = np.ones(len(log)), log.candidate[rows, log.action]
    ratios = {
        LOGGED: _Ratio(log.reward, ones),
        AGREED: _Ratio(agreed * log.reward, agreed),
        IPS: _Ratio(weight * log.reward, ones),
        SNIPS: _Ratio(weight * log.reward, weight),
        DR: _Ratio(expected + weight * left, ones),
        SWITCH_DR: _Ratio(expected + np.where(weight <= bound, weight, 0.0) * left, ones),
    }
    drawn = None if interval == "normal" else _counts(groups, rng)
    gain = _Ratio(ratios[DR].above - log.reward, ones)
    effective = effective_size(weight)
    refused = _refused(log, effective, groups)
    found = _figure(gain, groups, drawn)
    return OffPolicy(
        estimates=MappingProxyType({name: _figure(one, groups, drawn) for name, one in ratios.items()}),
        gain=found,
        effective=effective,
        largest_weight=float(raw.max()),
        clipped=float(np.mean(raw > most_weight)),
        bound=bound,
        refused=refused,
        verdict=_verdict(found) if refused is None else f"no verdict: {refused}",
    )


def switch_bound(expected: Floats, weight: Floats, left: Floats, groups: Ints, *, reach: float) -> float:
    """The weight above which the learnt reward counts alone: variance and squared worst bias are least together.

    The bias is at most `reach` (the span of rewards) times the share of the candidate's choices above the bound, which
    the weights themselves estimate.
    """
    positive = weight[weight > 0]
    if not len(positive):
        return NO_BOUND
    low, high = np.log(positive.min()), np.log(positive.max())
    best, least = NO_BOUND, np.inf
    for bound in [*np.exp(np.linspace(low, high, BOUNDS_TRIED)).tolist()[:-1], NO_BOUND]:
        is_kept = weight <= bound
        one = _Ratio(expected + np.where(is_kept, weight, 0.0) * left, np.ones(len(weight)))
        bias = reach * float(np.mean(np.where(is_kept, 0.0, weight)))
        error = _deviation(one.influence, groups) ** 2 + bias**2
        if error <= least:
            best, least = bound, error
    return best


def _groups(log: Log) -> Ints:
    """A number from 0 on for the group of each decision."""
    if log.groups is None:
        return np.arange(len(log))
    return np.asarray(np.unique(log.groups, return_inverse=True)[1], dtype=np.intp)


def _deviation(influence: Floats, groups: Ints) -> float:
    """The standard error of a mean of `influence`, groups hanging together (cluster-robust)."""
    sums = np.bincount(groups, influence)
    if len(sums) < 2:
        return float("nan")
    return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)) / len(influence))


def _counts(groups: Ints, rng: np.random.Generator) -> Floats:
    """How often each group counts in each of the draws (draws × groups)."""
    size = int(groups.max()) + 1
    return rng.multinomial(size, np.full(size, 1.0 / size), size=DRAWS).astype(float)


def _figure(one: _Ratio, groups: Ints, drawn: Floats | None) -> Figure:
    if drawn is None:
        reach = DEVIATIONS_95 * _deviation(one.influence, groups)
        return Figure(one.value, one.value - reach, one.value + reach)
    above, below = drawn @ np.bincount(groups, one.above), drawn @ np.bincount(groups, one.below)
    values = above[below > 0] / below[below > 0]
    low, high = np.quantile(values, [0.025, 0.975]).tolist() if len(values) else (np.nan, np.nan)
    return Figure(one.value, low, high)


def _refused(log: Log, effective: float, groups: Ints) -> str | None:
    """Why the log cannot tell, in words."""
    unsupported = _unsupported(log)
    if unsupported is not None:
        return unsupported
    if effective < LEAST_EFFECTIVE:
        return (
            f"the {len(log):,} decisions are worth {effective:.0f} when weighed, and it takes {LEAST_EFFECTIVE:.0f}; "
            "explore more, log longer, or judge a policy nearer to the one in force"
        )
    if (count := int(groups.max()) + 1) < LEAST_GROUPS:
        return f"{count} groups are too few to tell chance from difference; it takes {LEAST_GROUPS}"
    return None


def _unsupported(log: Log) -> str | None:
    """What the candidate would do that was never possible in the log."""
    if log.logged is not None:
        never = ((log.candidate > 0) & (log.logged <= 0)).any(axis=1)
        if never.any():
            told = f"in {int(never.sum()):,} of {len(log):,} decisions the policy judged may do what had no chance then"
            return f"{told}; only decisions in which each of its choices had one can judge it"
    tried = np.bincount(log.action, minlength=log.candidate.shape[1]) > 0
    wanted = np.flatnonzero((log.candidate > 0).any(axis=0) & ~tried)
    if log.candidate[:, wanted].sum() > (0.0 if log.logged is None else MOST_UNTRIED * len(log)):
        names = ", ".join(map(str, wanted[:5].tolist())) + (" and others" if len(wanted) > 5 else "")
        return f"the policy judged may choose what was never chosen (action {names})"
    return None


def _verdict(gain: Figure) -> str:
    told = f"{gain.value:+.4f} a decision ({gain.low:+.4f} to {gain.high:+.4f})"
    if gain.low > 0:
        return f"better than what was done: {told}"
    if gain.high < 0:
        return f"worse than what was done: {told}"
    return f"not distinguishable from what was done: {told}"


def _faults(log: Log, *, most_weight: float, folds: int, interval: str) -> Iterator[Fault]:
    """Everything that is wrong with the log and with what was asked of it."""
    if not most_weight > 0:
        yield Fault("/most_weight", "out_of_range", "the largest weight is above 0")
    if interval not in ("normal", "bootstrap"):
        yield Fault("/interval", "unknown_choice", "an interval is normal or bootstrap")
    n = len(log)
    lengths = {"features": log.features, "action": log.action, "propensity": log.propensity, "candidate": log.candidate}
    wrong = [name for name, column in lengths.items() if len(column) != n]
    wrong += ["groups"] if log.groups is not None and len(log.groups) != n else []
    if wrong or log.features.ndim != 2 or log.candidate.ndim != 2:
        yield from (Fault(f"/{name}", "wrong_length", f"there are {n} rewards: give as many rows") for name in wrong)
        if not wrong:
            yield Fault("/features", "wrong_shape", "features are n × d numbers, and candidate n × K")
        return
    if not 2 <= folds <= max(n, 2):
        yield Fault("/folds", "out_of_range", "folds are 2 or more, and no more than there are decisions")
    if len(np.unique(log.action)) < 2:
        yield Fault("/action", "one_action", "all decisions are the same: nothing can be compared with it")
    if len(log.action) and not 0 <= log.action.min() <= log.action.max() < log.candidate.shape[1]:
        yield Fault("/action", "out_of_range", f"an action is a column of candidate, 0 to {log.candidate.shape[1] - 1}")
        return
    yield from _number_faults(log)


def _number_faults(log: Log) -> Iterator[Fault]:
    """What is wrong with single numbers of a log of the right shape."""
    for place in np.flatnonzero(~((log.propensity > 0) & (log.propensity <= 1))).tolist():
        is_missing = np.isnan(log.propensity[place])
        told = "missing: a decision without its propensity can judge nothing" if is_missing else "above 0 and at most 1"
        yield Fault(f"/propensity/{place}", "missing" if is_missing else "out_of_range", f"a propensity is {told}")
    for place in np.flatnonzero(~np.isfinite(log.reward)).tolist():
        yield Fault(f"/reward/{place}", "not_a_number", "a reward is a finite number")
    for place in np.flatnonzero(~np.isfinite(log.features).all(axis=1)).tolist():
        yield Fault(f"/features/{place}", "not_a_number", "features are finite numbers")
    yield from _distribution_faults(log.candidate, "candidate")
    if log.logged is None:
        return
    if log.logged.shape != log.candidate.shape:
        yield Fault("/logged", "wrong_shape", "logged has the shape of candidate")
        return
    yield from _distribution_faults(log.logged, "logged")
    told_twice = log.logged[np.arange(len(log)), log.action]
    for place in np.flatnonzero(np.abs(told_twice - log.propensity) > TOLERANCE).tolist():
        yield Fault(f"/logged/{place}", "contradiction", "it and propensity differ on the action taken")


def _distribution_faults(table: Floats, name: str) -> Iterator[Fault]:
    right = (table >= 0).all(axis=1) & (np.abs(table.sum(axis=1) - 1.0) <= TOLERANCE)
    for place in np.flatnonzero(~right).tolist():
        yield Fault(f"/{name}/{place}", "not_a_distribution", "probabilities are 0 or more and sum to 1")
