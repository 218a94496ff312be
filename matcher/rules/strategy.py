"""What the firm wants to excel in, and what that makes the parts of a score weigh.

Source: Treacy and Wiersema, The Discipline of Market Leaders (1995): intimacy, cost or product, one of them first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from matcher.errors import invalid


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a score counts (0–10): fit, waiting, cost, a specialist's time, and load beyond average."""

    fit: float
    wait: float
    cost: float
    specialist: float
    load: float


@dataclass(frozen=True, slots=True)
class Strategy:
    """A preset by name, with its weights or the firm's own; some segments may be served by another."""

    preset: str
    weights: Weights
    segments: Mapping[str, "Strategy"] = field(default_factory=dict)

    def weights_for(self, segment: str | None) -> Weights:
        """The weights for a customer of that segment (`None`: of none, or not known)."""
        own = None if segment is None else self.segments.get(segment)
        return self.weights if own is None else own.weights


# Intimacy is the design's example; the other two are our choice, to be tuned on an operator's own log.
PRESETS: Mapping[str, Weights] = MappingProxyType(
    {
        "customer_intimacy": Weights(fit=1.0, wait=0.4, cost=0.1, specialist=0.1, load=0.2),
        "cost_leadership": Weights(fit=0.4, wait=0.6, cost=0.6, specialist=0.5, load=0.1),
        "product_leadership": Weights(fit=1.0, wait=0.2, cost=0.1, specialist=0.0, load=0.3),
    }
)


def strategy_named(preset: str) -> Strategy:
    """The preset of that name. Raises InvalidInput (unknown_strategy), listing the names."""
    if preset not in PRESETS:
        raise invalid("/strategy", "unknown_strategy", f"Use one of: {', '.join(PRESETS)}.")
    return Strategy(preset, PRESETS[preset])
