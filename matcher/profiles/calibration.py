"""How far each source is to be believed, measured anew on the people who also answered a form.

A source whose estimates correlate r with the truth is worth, in total, `A0·r²/(1 − r²)` pseudo-counts. Until people
have answered, r is assumed. Afterwards it is measured, night by night, and shrunk to the assumption:
`r̂ = corr(share from the source alone, survey share) / √(mean survey confidence)`; r = (n·r̂ + 50·r_assumed)/(n + 50).

The division mends what the form's own error takes away: a survey share is a shrunken estimate of reliability c, and
the correlation of anything with it is √c times that with the truth. People who answer forms may differ from those who
do not; no statistic of theirs can mend that.

Source: profiling.md section 5; Spearman, The proof and measurement of association between two things (1904),
doi 10.2307/1412159; Fisher's scale of r (1915), doi 10.2307/2331838; intervals by the delta method with the person as
the unit, because the categories of one person hang together.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import invalid

Floats = NDArray[np.float64]

PSEUDO_SUBJECTS = 50.0  # profiling.md section 5: what was assumed counts as so many people
LEAST_SUBJECTS = 20  # fewer give no interval worth the name (design)
# r ≤ .8 keeps every cap at or below 1.78·A0 (12.4 where A0 = 7): no source but the form itself outweighs the form (16).
MOST_VALIDITY = 0.8
# Of correlations, before Fisher's scale, which has no end at 1.
NEARLY_ONE = 0.999
LEVEL = 0.95


class Verdict(StrEnum):
    """What the measurement says of the assumption."""

    AS_ASSUMED = "not_distinguishable"  # the interval holds what was assumed
    WEAKER = "weaker_than_assumed"
    STRONGER = "stronger_than_assumed"
    UNKNOWN = "too_few"  # too few people, or shares that do not vary


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation with its 95 % interval, both already mended for the form's error and cut to [−1, 1]."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A source's new terms, and what they rest on.

    `measured` is `None` where nothing could be measured; `validity` in [0, .8] is shrunk to `assumed`; `cap` is in
    pseudo-counts; `subjects` counts the people with a survey and the source.
    """

    assumed: float
    measured: Correlation | None
    subjects: int
    validity: float
    cap: float
    verdict: Verdict


def recalibrate(
    source_share: ArrayLike,
    survey_share: ArrayLike,
    *,
    survey_confidence: ArrayLike,
    assumed: float,
    prior_strength: float,
    most_cap: float = math.inf,
) -> Recalibration:
    """New terms for one source, from people who have both: shares are people × K, confidences one for each person.

    `source_share` is the profile from that source alone, `survey_share` that from the form alone; `assumed` is the
    framework's validity and `prior_strength` its A0. `most_cap` limits the cap further (text: half an answer).
    Raises InvalidInput `wrong_length` for arrays out of step, `out_of_range` for numbers that are not finite,
    confidences outside [0, 1] or an assumed validity outside (0, 1).
    """
    ones, others, confidences = _checked(source_share, survey_share, survey_confidence)
    if not 0 < assumed < 1:
        raise invalid("/assumed", "out_of_range", "an assumed validity lies between 0 and 1")
    measured = measured_validity(ones, others, survey_confidence=confidences)
    subjects = len(ones)
    validity = shrunk_validity(measured.value, subjects, assumed=assumed) if measured else min(assumed, MOST_VALIDITY)
    cap = min(most_cap, cap_of_validity(validity, prior_strength))
    return Recalibration(assumed, measured, subjects, validity, cap, _verdict(measured, assumed))


def measured_validity(source_share: Floats, survey_share: Floats, *, survey_confidence: Floats) -> Correlation | None:
    """The source's correlation with the truth, or `None` with fewer than 20 people or shares that do not vary.

    Correlations are taken within categories (each category's mean is subtracted first): what everybody has in common,
    the prior not least, would otherwise count as knowledge of the person.
    """
    subjects = len(source_share)
    if subjects < LEAST_SUBJECTS:
        return None
    reliability = float(survey_confidence.mean())
    found = clustered_correlation(source_share, survey_share)
    if found is None or reliability <= 0:
        return None
    low, high = found.interval
    mended = [max(-1.0, min(1.0, value / math.sqrt(reliability))) for value in (found.value, low, high)]
    return Correlation(mended[0], (mended[1], mended[2]))


def clustered_correlation(one: Floats, other: Floats) -> Correlation | None:
    """The correlation within columns of two tables, with its 95 % interval; rows are the independent units.

    `None` where either table does not vary. The standard error is that of the sum of the rows' influences,
    `ψ_i = Σ_k x_ik·y_ik / √(XX·YY) − r/2·(Σ_k x_ik²/XX + Σ_k y_ik²/YY)`, carried to Fisher's scale and back.
    """
    from scipy.special import stdtrit  # here: a night's work needs it, starting a process does not

    rows = len(one)
    x, y = one - one.mean(axis=0), other - other.mean(axis=0)
    of_rows_xx, of_rows_yy, of_rows_xy = (x * x).sum(axis=1), (y * y).sum(axis=1), (x * y).sum(axis=1)
    xx, yy = float(of_rows_xx.sum()), float(of_rows_yy.sum())
    tiny = np.finfo(np.float64).eps * one.size
    if rows < 2 or xx <= tiny or yy <= tiny:
        return None
    value = float(of_rows_xy.sum()) / math.sqrt(xx * yy)
    influences = of_rows_xy / math.sqrt(xx * yy) - value / 2 * (of_rows_xx / xx + of_rows_yy / yy)
    error = math.sqrt(float(influences @ influences) * rows / (rows - 1))
    inner = max(-NEARLY_ONE, min(NEARLY_ONE, value))
    reach = float(stdtrit(rows - 1, (1 + LEVEL) / 2)) * error / (1 - inner**2)
    low, high = math.tanh(math.atanh(inner) - reach), math.tanh(math.atanh(inner) + reach)
    return Correlation(value, (min(low, value), max(high, value)))


def shrunk_validity(measured: float, subjects: int, *, assumed: float) -> float:
    """r = (n·r̂ + 50·r_assumed)/(n + 50), cut to [0, .8]: a source that points the wrong way is worth nothing."""
    shrunk = (subjects * measured + PSEUDO_SUBJECTS * assumed) / (subjects + PSEUDO_SUBJECTS)
    return max(0.0, min(MOST_VALIDITY, shrunk))


def cap_of_validity(validity: float, prior_strength: float) -> float:
    """Pseudo-counts a source of that validity is worth in total, `A0·r²/(1 − r²)`; r is cut to [0, .8] first."""
    r = max(0.0, min(MOST_VALIDITY, validity))
    return prior_strength * r**2 / (1.0 - r**2)


def _verdict(measured: Correlation | None, assumed: float) -> Verdict:
    if measured is None:
        return Verdict.UNKNOWN
    low, high = measured.interval
    if low <= assumed <= high:
        return Verdict.AS_ASSUMED
    return Verdict.WEAKER if high < assumed else Verdict.STRONGER


def _checked(source_share: ArrayLike, survey_share: ArrayLike, confidence: ArrayLike) -> tuple[Floats, Floats, Floats]:
    one, other = np.asarray(source_share, dtype=np.float64), np.asarray(survey_share, dtype=np.float64)
    confidences = np.asarray(confidence, dtype=np.float64)
    if one.size == other.size == confidences.size == 0:
        return np.zeros((0, 1)), np.zeros((0, 1)), np.zeros(0)
    if one.ndim != 2 or one.shape != other.shape or confidences.shape != one.shape[:1]:
        raise invalid("/source_share", "wrong_length", "both shares and the confidences need one row for each person")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise invalid("/source_share", "out_of_range", "a share is a finite number")
    if not ((confidences >= 0) & (confidences <= 1)).all():
        raise invalid("/survey_confidence", "out_of_range", "a confidence lies between 0 and 1")
    return one, other, confidences
