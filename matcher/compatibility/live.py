"""How a classifier did on live decisions, in figures with intervals: agreement, and log-loss beside another's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.compatibility.measures import Figure, Judged, figure, gain, log_loss

LEAST_OUTCOMES = 30  # fewer say nothing of log-loss
DRAWS = 500
Z95 = 1.959963985  # of the normal distribution


@dataclass(frozen=True, slots=True)
class Came:
    """What was said of a pair that met by the classifier and by the current one, if that is another; what came."""

    customer_id: str
    mine: float
    current: float | None
    success: float


def losses(came: Sequence[Came]) -> tuple[Figure | None, Figure | None, Figure | None]:
    """Log-loss of its own, of the current one, and how much lower the first is where both spoke; in nats.

    Intervals draw customers anew, with seed 0. `None` with fewer than `LEAST_OUTCOMES`.
    """
    if len(came) < LEAST_OUTCOMES:
        return None, None, None
    rng = np.random.default_rng(0)
    own = figure(_judged(came, [one.mine for one in came]), log_loss, rng=rng, draws=DRAWS)
    both = [(one, one.current) for one in came if one.current is not None]
    if len(both) < LEAST_OUTCOMES:
        return own, None, None
    theirs = _judged([one for one, _ in both], [current for _, current in both])
    mine = np.array([one.mine for one, _ in both])
    current = figure(theirs, log_loss, rng=rng, draws=DRAWS)
    return own, current, gain(mine, theirs.probability, theirs, rng=rng, draws=DRAWS)


def share(part: int, whole: int) -> Figure | None:
    """A share with its interval. Source: Wilson 1927, doi 10.1080/01621459.1927.10502953."""
    if whole == 0:
        return None
    told, spread = part / whole, Z95 * Z95 / whole
    middle = (told + spread / 2) / (1 + spread)
    half = float(Z95 * (told * (1 - told) / whole + spread / (4 * whole)) ** 0.5 / (1 + spread))
    return Figure(told, max(0.0, middle - half), min(1.0, middle + half))


def _judged(came: Sequence[Came], said: Sequence[float]) -> Judged:
    _, who = np.unique([one.customer_id for one in came], return_inverse=True)
    return Judged(np.array(said), np.array([one.success for one in came]), np.ones(len(came)), who, who)
