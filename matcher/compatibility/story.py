"""What a card tells of a classifier's making, in plain JSON: window, sizes, choices, figures with intervals, limits."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from matcher.compatibility.evaluate import Data, Evaluation
from matcher.compatibility.measures import Figure
from matcher.compatibility.segments import Parity, Segment, parity_of
from matcher.compatibility.selection import effective_size

LIMITS = (
    "Probabilities hold for people and contacts like those learnt from.",
    "Who met whom was not drawn by chance unless propensities say so: differences are not proof of cause.",
    "Value systems are a small part of what makes a contact go well; nobody's is known for certain.",
    "Not for hiring, appraisal or dismissal.",
)


def sizes_of(data: Data) -> dict[str, Any]:
    """Window (RFC 3339, `None` without times), and how many of what there were."""
    at = data.outcomes.at[np.isfinite(data.outcomes.at)]
    window = (
        [datetime.fromtimestamp(float(edge), UTC).isoformat() for edge in (at.min(), at.max())] if len(at) else None
    )
    return {
        "window": window,
        "outcomes": len(data.outcomes),
        "customers": len(np.unique(data.outcomes.customer)),
        "employees": len(np.unique(data.outcomes.employee)),
        "success": round(float(np.average(data.outcomes.success, weights=data.outcomes.weight)), 6),
        "weighing": weighing_of(data),
    }


def weighing_of(data: Data) -> dict[str, Any]:
    """How outcomes were weighed: of how many even ones they are worth (`effective`), the most that one counts (1 is
    the mean), and where it is known how many were told of without an answer, by one, and not at all, and the share that
    answered of those of whom it is settled."""
    weight, answers = data.outcomes.weight, data.answers
    weighed = {
        "effective": round(effective_size(weight), 1),
        "largest_weight": round(float(weight.max(initial=0.0)), 3),
    }
    if answers is None:
        return weighed
    return {
        **weighed,
        "told": answers.told,
        "answered": answers.answered,
        "silent": answers.silent,
        "share_answered": None if answers.share is None else round(answers.share, 4),
        "answers_modelled": answers.is_modelled,
    }


def weighing_told(card: Mapping[str, Any]) -> str | None:
    """How the outcomes of a card were weighed, in a sentence; `None` for a card that does not tell."""
    told = card.get("weighing")
    if not isinstance(told, Mapping):
        return None
    worth = f"{told['effective']:,.0f} even outcomes, the heaviest counts {told['largest_weight']:.2f} times the mean"
    share = told.get("share_answered")
    if share is None:
        return f"worth {worth}"
    by = "weighed by the chance of one" if told["answers_modelled"] else "too few to weigh by the chance of one"
    return f"worth {worth}; {told['answered']:,} were told by an answer only, {share:.0%} gave one: {by}"


def evaluation_document(found: Evaluation) -> dict[str, Any]:
    """Every figure of an evaluation with its interval; `None` where outcomes cannot tell."""
    return {
        "split": found.split,
        "start": found.start,
        "trained_on": found.trained_on,
        "judged_by": len(found.rows),
        "measures": {
            name: {measure: figure_document(one) for measure, one in figures.items()}
            for name, figures in found.measures.items()
        },
        "gains": {name: figure_document(one) for name, one in found.gains.items()},
        "verdicts": dict(found.verdicts),
        "worth": None if found.worth is None else asdict(found.worth),
        "segments": [segment_document(one) for one in found.segments],
        "parity": {side: parity_document(one) for side, one in parities(found).items()},
    }


def parities(found: Evaluation) -> dict[str, Parity]:
    """How segments and teams compare in good outcomes, by side, where two or more are told of."""
    sides = dict.fromkeys(one.side for one in found.segments)
    compared = {side: parity_of([one for one in found.segments if one.side == side]) for side in sides}
    return {side: one for side, one in compared.items() if one is not None}


def segment_document(one: Segment) -> dict[str, Any]:
    """A segment's figures; `outcomes` is `None` where so few are not counted."""
    figures = {name: figure_document(each) for name, each in one.figures.items()}
    return {"side": one.side, "name": one.name, "outcomes": one.outcomes, "figures": figures}


def parity_document(one: Parity) -> dict[str, Any]:
    """The lowest group beside the highest, and the verdict."""
    return {
        "lowest": one.lowest,
        "highest": one.highest,
        "ratio": figure_document(one.ratio),
        "difference": figure_document(one.difference),
        "verdict": one.verdict,
    }


def figure_document(figure: Figure) -> Mapping[str, float | None]:
    """Value, low and high; `None` for what cannot be told."""
    return {name: None if math.isnan(one) else round(one, 6) for name, one in asdict(figure).items()}
