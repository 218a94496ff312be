"""The reward that each action would have brought, learnt of decisions other than the one it is told of.

A ridge regression over all actions first, then each action's own on what that leaves, shrunk towards nothing: a rare
action is told like the others. Source: learning.md section 3; ridge, Hoerl and Kennard (1970),
doi 10.1080/00401706.1970.10488634.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RIDGE = 1.0  # a decision's worth of belief that a standardised feature does nothing


def crossed_rewards(
    features: Floats, action: Ints, reward: Floats, actions: int, groups: Ints, *, folds: int, rng: np.random.Generator
) -> Floats:
    """Expected reward of every action in each of n decisions (n × `actions`), learnt of the other folds.

    A group is whole in one fold, so that nothing is told of a decision by its neighbours.
    """
    names = int(groups.max()) + 1
    fold_of = rng.permutation(np.arange(names) % folds)[groups]
    told = np.empty((len(reward), actions))
    for fold in np.unique(fold_of).tolist():
        held, rest = fold_of == fold, fold_of != fold
        if not rest.any():
            told[held] = 0.0
            continue
        told[held] = rewards_of(features[rest], action[rest], reward[rest], actions, features[held])
    return told


def rewards_of(features: Floats, action: Ints, reward: Floats, actions: int, asked: Floats) -> Floats:
    """Expected reward of every action where the features are `asked`, learnt of these decisions."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    columns, wanted = _columns((features - mean) / spread), _columns((asked - mean) / spread)
    middle = float(reward.mean())
    shared = _ridge(columns, reward - middle)
    left = reward - middle - columns @ shared
    own = np.zeros((actions, columns.shape[1]))
    for one in np.unique(action).tolist():
        rows = action == one
        own[one] = _ridge(columns[rows], left[rows])
    told = middle + (wanted @ shared)[:, None] + wanted @ own.T
    clipped: Floats = np.clip(told, float(reward.min()), float(reward.max()))
    return clipped


def _columns(standard: Floats) -> Floats:
    return np.column_stack([np.ones(len(standard)), standard])


def _ridge(columns: Floats, reward: Floats) -> Floats:
    curved = columns.T @ columns + RIDGE * np.eye(columns.shape[1])
    solved: Floats = np.linalg.solve(curved, columns.T @ reward).astype(float, copy=False)
    return solved
