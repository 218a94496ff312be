"""From outcomes to a classifier ready for the shelf: learnt, judged by later outcomes, told, and put to the gate."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matcher.compatibility.drift import mix_of, told_mix
from matcher.compatibility.evaluate import LEARNED, MAIN, PRIOR, Data, Evaluation, evaluate
from matcher.compatibility.gate import Verdict, gate, gate_document, unjudged
from matcher.compatibility.scorer import Scorer
from matcher.compatibility.story import LIMITS, evaluation_document, sizes_of
from matcher.compatibility.training import check_enough
from matcher.errors import InvalidInput

if TYPE_CHECKING:
    from matcher.compatibility.classifier import PairClassifier

STEPS = 3  # judge, learn, tell
GATE_AGAINST = (MAIN, PRIOR, LEARNED)


@dataclass(frozen=True, slots=True, eq=False)
class Incumbent:
    """The classifier in service: what it computes with, and its last outcome in seconds since 1970, if known."""

    scorer: Scorer
    until: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A classifier and what its card tells."""

    scorer: Scorer
    told: Mapping[str, Any]
    verdict: Verdict


def make_classifier(
    data: Data, *, seed: int, incumbent: Incumbent | None = None, step: Callable[[int], None] = lambda _done: None
) -> Made:
    """The classifier that these outcomes teach. `step` is told after each of `STEPS`, and may stop the work by raising.

    Raises InvalidInput, saying everything that is missing, where the outcomes are too few or too alike.
    """
    check_enough(data.outcomes)
    found, figures, verdict = _judged(data, seed, incumbent)
    step(1)
    classifier = learnt(data, seed=seed)
    step(2)
    told = {
        **making_document(data, classifier, figures),
        **_spread(found, data),
        "mix": told_mix(mix_of(data, classifier.scorer_), len(data.outcomes)),
        "gate": gate_document(verdict),
    }
    return Made(classifier.scorer_, told, verdict)


def _judged(data: Data, seed: int, incumbent: Incumbent | None) -> tuple[Evaluation | None, Mapping[str, Any], Verdict]:
    """The evaluation, its document and the gate's verdict; why there is none, where too little is left to judge by."""
    current, until = (None, None) if incumbent is None else (incumbent.scorer, incumbent.until)
    try:
        found = evaluate(data, only=GATE_AGAINST, seed=seed, current=current, current_until=until)
    except InvalidInput as refusal:
        return None, {"not_told": refusal.detail}, unjudged(refusal.detail)
    return found, evaluation_document(found), gate(found, data, has_current=incumbent is not None, seed=seed)


def learnt(data: Data, *, seed: int) -> "PairClassifier":
    """The classifier learnt from all of the outcomes."""
    from matcher.compatibility.classifier import PairClassifier  # here: scikit-learn takes seconds to load

    return PairClassifier(data.framework, seed=seed).fit(data.customers, data.employees, data.outcomes)


def making_document(data: Data, classifier: "PairClassifier", figures: Mapping[str, Any]) -> dict[str, Any]:
    """What a card tells of a classifier's making."""
    return {
        **sizes_of(data),
        "evaluation": figures,
        "chosen": dict(classifier.chosen_),
        "tried": {name: round(loss, 6) for name, loss in classifier.tried_.items()},
        "split": classifier.split_,
        "calibrated_on": classifier.scorer_.calibration.rows,
        "seed": classifier.seed,
        "limits": list(LIMITS),
    }


def _spread(found: Evaluation | None, data: Data) -> dict[str, Any]:
    """Reliability of the later predictions as points (said, came, share), for a picture."""
    from matcher.compatibility.measures import reliability

    if found is None:
        return {}
    later = data.outcomes.take(found.rows)
    points = reliability(found.predictions[LEARNED], later.success, later.weight)
    return {"reliability": [[round(float(one), 4) for one in point] for point in np.array(points).tolist()]}
