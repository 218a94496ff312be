"""Earlier and later, or these groups and those: never a draw of single outcomes, which flatters.

Source: learning.md sections 3 and 5: on telemarketing outcomes random folds read .785 where time gives .667.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.outcomes import Outcomes
from matcher.errors import invalid

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]

SPLITS = ("auto", "time", "group")
MANY = 20_000  # outcomes; so many are split once, fewer several times
STEPS = 3  # of forward chaining
FIRST_SHARE = 0.5  # of the outcomes: what the first step trains on
LAST_SHARE = 0.25  # of many outcomes: what is later
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Rows to train on and rows to judge by; `kind` is time or group."""

    kind: str
    train: Ints
    later: Ints


def splits_of(outcomes: Outcomes, *, split: str = "auto", rng: np.random.Generator) -> list[Split]:
    """By time, each step judged by what came after; by group where times do not tell, whole groups left out in turn.

    Raises InvalidInput when neither times nor groups (nor, for want of them, customers) can part the outcomes.
    """
    if split not in SPLITS:
        raise invalid("/split", "unknown_split", f"{split!r} is no split; use one of: {', '.join(SPLITS)}")
    if split == "time" and not outcomes.has_times:
        raise invalid("/split", "no_times", "a split by time needs the time of every outcome, and different ones")
    if split != "group" and outcomes.has_times:
        return _by_time(outcomes.at)
    return by_group(groups_of(outcomes), rng=rng)


def groups_of(outcomes: Outcomes) -> Ints:
    """A number for the group of each outcome; where no groups are given, the customer's place."""
    if all(group is None for group in outcomes.groups):
        return outcomes.customer
    names = {name: place for place, name in enumerate(sorted({group or "" for group in outcomes.groups}))}
    return np.array([names[group or ""] for group in outcomes.groups], dtype=np.intp)


def by_group(groups: Ints, *, rng: np.random.Generator, folds: int = FOLDS) -> list[Split]:
    """Whole groups left out in turn, `folds` times; every group is left out once."""
    names = np.unique(groups)
    if len(names) < 2:
        raise invalid("/group", "one_group", "there is one group only: give times, or groups that differ")
    parts = np.array_split(rng.permutation(names), min(folds, len(names)))
    return [
        Split("group", np.flatnonzero(~np.isin(groups, part)), np.flatnonzero(np.isin(groups, part))) for part in parts
    ]


def within_groups(outcomes: Outcomes, share: float) -> Split | None:
    """In every group the last `share` of its outcomes by time is later, so that people have met before (a warm start).

    `None` without times, or where no group has an earlier and a later half.
    """
    if not outcomes.has_times:
        return None
    groups, later = groups_of(outcomes), np.zeros(len(outcomes), dtype=bool)
    order = np.lexsort((outcomes.at, groups))
    for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        cut = cut_at(outcomes.at[rows], 1.0 - share) if len(rows) > 1 else None
        if cut is not None:
            later[rows[cut.later]] = True
    return Split("time", np.flatnonzero(~later), np.flatnonzero(later)) if later.any() else None


def cut_at(at: Floats, share: float) -> Split | None:
    """The outcomes before the moment up to which `share` of them came, and those after; `None` if either is empty."""
    moment = float(np.quantile(at, share, method="higher"))
    train, later = np.flatnonzero(at < moment), np.flatnonzero(at >= moment)
    return Split("time", train, later) if len(train) and len(later) else None


def parted_people(split: Split, *columns: Sequence[int] | Ints) -> Split:
    """The split without the later outcomes of people (their places, column by column) who were trained on."""
    keep = np.ones(len(split.later), dtype=bool)
    for column in columns:
        places = np.asarray(column)
        keep &= ~np.isin(places[split.later], places[split.train])
    return Split(split.kind, split.train, split.later[keep])


def _by_time(at: Floats) -> list[Split]:
    if len(at) >= MANY:
        last = cut_at(at, 1.0 - LAST_SHARE)
        return [last] if last is not None else []
    bounds = np.linspace(FIRST_SHARE, 1.0, STEPS + 1)
    found = []
    for start, end in pairwise(bounds.tolist()):
        cut = cut_at(at, start)
        if cut is not None:
            until = np.inf if end >= 1.0 else float(np.quantile(at, end, method="higher"))
            step = Split("time", cut.train, cut.later[at[cut.later] < until])
            found += [step] if len(step.later) else []
    return found
