"""How unsure a classifier is of each pair of a round, as far as that tells one employee from another.

Whoever is met seldom, or whose kind of customer is, may be better than is known: who chooses by what a pair might well
be, and not by what is expected of it, learns where it counts. What is unsure of a contact whoever serves it is left
out: it chooses nobody.
Source: Li, Chu, Langford and Schapire, A contextual-bandit approach, WWW (2010), arXiv 1003.0146.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.features import Side
from matcher.compatibility.serving import Judgement, Words, nobody

Floats = NDArray[np.float64]


def doubt_of(judged: Judgement, intents: Words, channels: Words) -> Floats:
    """The posterior standard deviation of each pair of a round (contacts × employees, logits); intents and channels
    are those of its contacts, where learnt of. Who keeps a profile to themself is doubted as somebody unknown."""
    scorer, side, places = judged.scorer, judged.staff.half.side, judged.staff.half.places
    contacts = scorer.features.left(nobody(len(intents), scorer), intents, channels)
    columns = contacts.pair
    for row, mine in judged.customers.items():
        columns[row] += mine
    n, m = len(columns), len(side)
    rows, staff = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    design = scorer.features.design(Side(contacts.main, columns).take(rows), side.take(staff))
    used, spread = design[:, contacts.main.shape[1] :], scorer.choice_spread
    across = np.vstack([spread.across, np.zeros((1, used.shape[1]))])[places]
    own = np.append(spread.own, scorer.employees.spread**2)[places]
    variance = ((used @ spread.features + 2.0 * across[staff]) * used).sum(axis=1) + own[staff]
    doubt: Floats = np.sqrt(np.maximum(variance, 0.0)).reshape(n, m)
    return doubt
