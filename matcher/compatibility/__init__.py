"""How well two fit: from profiles alone, or learnt from outcomes. `PairClassifier` is imported when it is asked for."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matcher.compatibility.classifier import PairClassifier

__all__ = ["PairClassifier"]


def __getattr__(name: str) -> Any:
    """`PairClassifier`, which loads scikit-learn (seconds): nobody pays for it who does not train."""
    if name != "PairClassifier":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from matcher.compatibility.classifier import PairClassifier

    return PairClassifier
