"""From outcomes to a scorer: columns built, priors chosen and calibrated on later outcomes, all fitted at last."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.curvature import Curved, Effect, Rows, curved_at
from matcher.compatibility.features import FeatureMap
from matcher.compatibility.handle_time import fit_handle_time
from matcher.compatibility.keys import keys_of
from matcher.compatibility.outcomes import Outcomes
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.regression import Fitted, curvature_at_start, fit, sureness
from matcher.compatibility.scorer import PeopleEffects, Scorer
from matcher.compatibility.sigmoid_calibration import Calibration, calibrate
from matcher.compatibility.splits import LAST_SHARE, Split, within_groups
from matcher.errors import Fault, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LEAST_OUTCOMES = 50
LEAST_EMPLOYEES = 2
LEAST_MET_AGAIN = 100  # later outcomes of people with a history; fewer do not tell how much people differ
MOST_TRIED = 30_000  # outcomes, the latest, that priors are chosen on: more change no choice and cost time
WHAT_TO_DO = "Bring more outcomes; until then use the prior."
NO_EFFECT = 1e-6  # a prior spread that leaves a weight where its mean is

# Prior spreads in logits that nothing is chosen for (design).
FIXED: Mapping[str, float] = {
    "intent": 1.0, "channel": 0.5, "segment": 0.5, "team": 0.5, "margin": 0.5, "profile": 1.0, "chemistry": 1.0,
    "hypothesis": NO_EFFECT,
}  # fmt: skip
PEOPLE = (0.5, 0.05, 0.1, 0.25, 1.0, 1.5)
# Chosen on later outcomes; the first is what counts until its turn comes, and without any later outcome. Interactions
# never wider (profiling.md 11); `customer` and `employee` are logits of single people, chosen apart: whoever serves
# thousands is known as one, who calls twice hardly; `trait` and `pair` are logits a standard deviation of the column.
CHOICES: Mapping[str, tuple[float, ...]] = {
    "interaction": (0.2, 0.1, 0.3),
    "customer": PEOPLE,
    "employee": PEOPLE,
    "trait": (0.05, 0.1, 0.2),
    "pair": (0.05, 0.02, 0.1, 0.2),
}
SINGLE = ("customer", "employee")
SUMMARY = ("wish", "likeness", "equality")
DETAIL = ("wish_part", "likeness_part")
DETAIL_SHARE = 0.5  # of a summary's spread: a quality by itself is believed less than all together


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Everything that is fitted to. `blocks` names each column's block; `deviation` is each column's own spread."""

    rows: Rows
    mean: Floats
    blocks: tuple[str, ...]
    deviation: Floats

    def spread(self, chosen: Mapping[str, float]) -> Floats:
        """Each column's prior spread in logits a unit of the column."""
        spreads = [_spread_of(block, chosen) for block in self.blocks]
        scales = [
            1.0 if block in FIXED or block == "interaction" else 1.0 / deviation
            for block, deviation in zip(self.blocks, self.deviation.tolist(), strict=True)
        ]
        spread: Floats = np.array(spreads) * np.array(scales)
        return spread

    def some(self, places: Ints) -> Rows:
        """Some of the rows."""
        rows = self.rows
        return Rows(
            rows.X[places],
            rows.success[places],
            rows.weight[places],
            replace(rows.customer, index=rows.customer.index[places]),
            replace(rows.employee, index=rows.employee.index[places]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A split made ready: rows to train on, later rows, and the curvature that serves every choice of priors."""

    train: Rows
    later: Rows
    curved: Curved

    def later_logits(self, design: Design, chosen: Mapping[str, float]) -> Floats:
        """The logits of later rows by what the earlier ones teach."""
        rows = with_people(self.train, chosen)
        fitted = fit(rows, design.mean, design.spread(chosen), curved=self.curved)
        logits: Floats = fitted.intercept + self.later.X @ fitted.weights
        for effect, weights in ((self.later.customer, fitted.customer), (self.later.employee, fitted.employee)):
            logits += weights[effect.index]
        return logits

    def loss(self, design: Design, chosen: Mapping[str, float]) -> float:
        """The log-loss of later rows, summed."""
        later = self.later
        return log_loss(self.later_logits(design, chosen), later.success, later.weight) * len(later.success)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A scorer, the prior spreads chosen for it, and the mean log-loss of each choice on later outcomes."""

    scorer: Scorer
    chosen: Mapping[str, float]
    tried: Mapping[str, float]


def check_enough(outcomes: Outcomes) -> None:
    """Raise InvalidInput with everything that keeps these outcomes from teaching anything; the last says what to do."""
    missing = list(_missing(outcomes))
    if missing:
        code, told = missing.pop()
        missing.append((code, f"{told}. {WHAT_TO_DO}"))
        raise InvalidInput(Fault("/outcomes", code, told) for code, told in missing)


def _missing(outcomes: Outcomes) -> Iterator[tuple[str, str]]:
    """A code and a sentence for each thing that is missing."""
    count = len(outcomes)
    if count < LEAST_OUTCOMES:
        told = "1 outcome is too few" if count == 1 else f"{count} outcomes are too few" if count else "no outcomes"
        yield "too_few_outcomes", f"{told} to learn from: it takes at least {LEAST_OUTCOMES}"
    if count and len(np.unique(outcomes.employee)) < LEAST_EMPLOYEES:
        yield "one_employee", "it takes outcomes of two employees or more: who fits whom shows only between them"
    if count and (outcomes.success.min() > 0.5 or outcomes.success.max() <= 0.5):
        kind = "good" if outcomes.success.min() > 0.5 else "bad"
        yield "one_class", f"it takes good and bad outcomes to tell them apart: so far all are {kind}"


def design_of(
    features: FeatureMap, customers: PeopleTable, employees: PeopleTable, outcomes: Outcomes, *, effects: bool
) -> Design:
    """The columns of these outcomes; without `effects` single people have none of their own."""
    left = features.left(customers.take(outcomes.customer), outcomes.intents, outcomes.channels)
    right = features.right(employees).take(outcomes.employee)
    X = features.design(left, right)
    every = features.all_features
    deviation = X.std(axis=0)
    deviation[deviation < 1e-9] = math.inf  # a column that never varies says nothing
    spread = 1.0 if effects else 0.0
    rows = Rows(
        X,
        outcomes.success,
        outcomes.weight,
        Effect(outcomes.customer, len(customers), spread),
        Effect(outcomes.employee, len(employees), spread),
    )
    return Design(rows, np.array([each.prior_mean for each in every]), tuple(each.block for each in every), deviation)


def train(
    features: FeatureMap, customers: PeopleTable, employees: PeopleTable, outcomes: Outcomes, splits: Sequence[Split],
    *, given: Mapping[str, float | None], effects: bool = True,
) -> Trained:  # fmt: skip
    """The scorer; `given` fixes prior spreads by block, `None` has them chosen by log-loss on the splits' later rows.

    `customers` and `employees` are those of the outcomes, in ascending order of their keys.
    """
    design = design_of(features, customers, employees, outcomes, effects=effects)
    trials = [_trial(design, outcomes, split) for split in splits]
    again = [] if not splits or splits[0].kind != "time" else _met_again(design, outcomes, trials)
    chosen, tried = _choose(design, trials, again, given)
    calibration = _calibrated(design, trials, chosen)
    rows, spread = with_people(design.rows, chosen), design.spread(chosen)
    fitted = fit(rows, design.mean, spread)
    scorer = _scorer(features, customers, employees, rows, fitted, spread, calibration)
    handle = fit_handle_time(
        outcomes.intents, [employees.ids[place] for place in outcomes.employee], outcomes.handle_s, outcomes.weight
    )
    return Trained(replace(scorer, handle_time=handle), chosen, tried)


def log_loss(logits: Floats, success: Floats, weight: Floats) -> float:
    """Mean log-loss in nats."""
    return float(np.average(np.logaddexp(0.0, logits) - success * logits, weights=weight))


def _scorer(
    features: FeatureMap, customers: PeopleTable, employees: PeopleTable, rows: Rows, fitted: Fitted, spread: Floats,
    calibration: Calibration,
) -> Scorer:  # fmt: skip
    sure = sureness(rows, fitted, spread)
    return Scorer(
        features=features,
        intercept=fitted.intercept,
        weights=fitted.weights,
        customers=PeopleEffects(keys_of(customers.ids), fitted.customer, rows.customer.spread),
        employees=PeopleEffects(keys_of(employees.ids), fitted.employee, rows.employee.spread),
        factor=sure.factor,
        customer_variance=sure.customer_variance,
        calibration=calibration,
    )


def with_people(rows: Rows, chosen: Mapping[str, float]) -> Rows:
    """The rows with the chosen prior spreads of single people, where these have effects at all."""
    if not rows.employee.spread:
        return rows
    customer, employee = (
        replace(effect, spread=chosen[block])
        for effect, block in ((rows.customer, "customer"), (rows.employee, "employee"))
    )
    return replace(rows, customer=customer, employee=employee)


def _met_again(design: Design, outcomes: Outcomes, trials: Sequence[Trial]) -> list[Trial]:
    """A trial whose later rows are of people with a history: within groups; the given ones where that parts too few."""
    split = within_groups(outcomes, LAST_SHARE)
    if split is None or len(split.later) < LEAST_MET_AGAIN:
        return list(trials)
    return [_trial(design, outcomes, split)]


def _trial(design: Design, outcomes: Outcomes, split: Split) -> Trial:
    """The split made ready, with the latest of its earlier rows."""
    latest = split.train[np.argsort(outcomes.at[split.train], kind="stable")][-MOST_TRIED:]
    train = design.some(latest)
    return Trial(train, design.some(split.later), curved_at(train, curvature_at_start(train)))


def _calibrated(design: Design, trials: Sequence[Trial], chosen: Mapping[str, float]) -> Calibration:
    """Fitted on later rows only, each scored by what came before it."""
    if not trials:
        return Calibration()
    logits = np.concatenate([trial.later_logits(design, chosen) for trial in trials])
    success = np.concatenate([trial.later.success for trial in trials])
    weight = np.concatenate([trial.later.weight for trial in trials])
    return calibrate(logits, success, weight, known_share=min(len(success) / len(design.rows.success), 1.0))


def _choose(
    design: Design, trials: Sequence[Trial], again: Sequence[Trial], given: Mapping[str, float | None]
) -> tuple[dict[str, float], dict[str, float]]:
    """Block by block the spread that later outcomes speak for; that of single people where they are met `again`."""
    chosen = {block: CHOICES[block][0] if (one := given.get(block)) is None else one for block in CHOICES}
    tried: dict[str, float] = {}
    for block in (*SINGLE, "trait", "pair", "interaction"):
        judges = again if block in SINGLE else trials  # how much people differ shows where they are met again
        if given.get(block) is not None or not judges or not _is_used(block, design):
            continue
        for spread in sorted(CHOICES[block]):
            tried[f"{block}={spread:g}"] = _loss(design, judges, {**chosen, block: spread})
        chosen[block] = min(CHOICES[block], key=lambda spread: tried[f"{block}={spread:g}"])  # used at once
    return chosen, tried


def _loss(design: Design, trials: Sequence[Trial], chosen: Mapping[str, float]) -> float:
    """Mean log-loss of all later rows."""
    return math.fsum(trial.loss(design, chosen) for trial in trials) / sum(len(one.later.success) for one in trials)


def _is_used(block: str, design: Design) -> bool:
    if block in SINGLE:
        return design.rows.employee.spread > 0
    names = (*SUMMARY, *DETAIL) if block == "pair" else (block,)
    return any(name in design.blocks for name in names)


def _spread_of(block: str, chosen: Mapping[str, float]) -> float:
    if block in FIXED:
        return FIXED[block]
    if block in SUMMARY:
        return chosen["pair"]
    return chosen["pair"] * DETAIL_SHARE if block in DETAIL else chosen[block]
