"""What a scorer of texts has shown on people it was not trained on: figures with intervals, and what they are worth.

Source: profiling.md section 5; macro-F1 as in Sokolova and Lapalme (2009), doi 10.1016/j.ipm.2009.03.002; intervals by
resampling people, Efron (1979), doi 10.1214/aos/1176344552, because the texts of one person hang together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.calibration import Correlation, cap_of_validity, clustered_correlation

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

HALF_AN_ANSWER = 0.5  # pseudo-counts: a best–worst answer is worth about one (profiling.md 4.4)
LEAST_PEOPLE, LEAST_TEXTS = 20, 50  # fewer held out are no measurement (design)
RESAMPLES = 500
INTERVAL = (0.025, 0.975)
SPLITS = ("time", "people")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class TextMeasurement:
    """Figures on held-out people: later ones where texts bear times (`split` is `time`), otherwise others (`people`).

    `validity` is the correlation, within categories, of a person's mean share with their mean label; `top1` and
    `macro_f1` are of the likeliest category, `usual_top1` what naming the commonest one each time would score.
    `read` is the part of texts the scorer did not abstain from; a text it abstained from counts with the prior.
    """

    split: str
    people: int
    texts: int
    read: float
    macro_f1: Figure
    top1: Figure
    usual_top1: float
    validity: Figure | None

    def to_document(self) -> dict[str, object]:
        """The measurement as plain JSON values."""
        figures = {"macro_f1": self.macro_f1, "top1": self.top1, "validity": self.validity}
        written = {key: [one.value, *one.interval] if one else None for key, one in figures.items()}
        counted = {"split": self.split, "people": self.people, "texts": self.texts}
        return {**counted, "read": self.read, "usual_top1": self.usual_top1, **written}

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> "TextMeasurement":
        """The measurement of a document. Raises InvalidInput `bad_scorer` where it is none."""
        split = document.get("split")
        if split not in SPLITS:
            raise invalid("/measurement/split", "bad_scorer", f"a split is one of: {', '.join(SPLITS)}")
        validity = None if document.get("validity") is None else _figure(document, "validity")
        return cls(
            split=str(split),
            people=int(_number(document, "people")),
            texts=int(_number(document, "texts")),
            read=_number(document, "read"),
            macro_f1=_figure(document, "macro_f1"),
            top1=_figure(document, "top1"),
            usual_top1=_number(document, "usual_top1"),
            validity=validity,
        )


def cap_of_measurement(measurement: TextMeasurement | None, prior_strength: float) -> float:
    """Pseudo-counts that all texts of a person are worth together: at most half an answer, 0 where nothing was shown.

    It follows from the low end of the validity's interval, so that a scorer that cannot be told from guessing is
    worth nothing.
    """
    if measurement is None or measurement.validity is None:
        return 0.0
    return min(HALF_AN_ANSWER, cap_of_validity(measurement.validity.interval[0], prior_strength))


def measure(
    shares: Floats, labels: Ints, people: Sequence[str], *, abstained: NDArray[np.bool_], split: str, seed: int
) -> TextMeasurement | None:
    """The figures on held-out texts (shares n × K), or `None` with fewer than 20 people or 50 texts."""
    names, person = np.unique(np.array(people, dtype=object).astype(str), return_inverse=True)
    if len(names) < LEAST_PEOPLE or len(labels) < LEAST_TEXTS:
        return None
    size = shares.shape[1]
    named = shares.argmax(axis=1)
    confusion = np.zeros((len(names), size, size))
    np.add.at(confusion, (person, labels, named), 1.0)
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    resampled = np.tensordot(drawn.astype(np.float64), confusion, axes=1)
    total = confusion.sum(axis=0)
    return TextMeasurement(
        split=split,
        people=len(names),
        texts=len(labels),
        read=1.0 - float(abstained.mean()),
        macro_f1=_with_interval(macro_f1(total[None]), macro_f1(resampled)),
        top1=_with_interval(_top1(total[None]), _top1(resampled)),
        usual_top1=float(total.sum(axis=1).max() / total.sum()),
        validity=_validity(shares, np.eye(size)[labels], person, len(names)),
    )


def macro_f1(confusion: Floats) -> Floats:
    """The mean F1 over the categories that occur, of tables (… × K true × K named)."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    true, named = confusion.sum(axis=-1), confusion.sum(axis=-2)
    occurs = true + named > 0
    scores = np.where(occurs, 2 * right / np.where(occurs, true + named, 1.0), 0.0)
    mean: Floats = scores.sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1)
    return mean


def _top1(confusion: Floats) -> Floats:
    right = np.diagonal(confusion, axis1=-2, axis2=-1).sum(axis=-1)
    share: Floats = right / confusion.sum(axis=(-2, -1))
    return share


def _with_interval(value: Floats, resampled: Floats) -> Figure:
    low, high = np.quantile(resampled, INTERVAL)
    return Figure(float(value[0]), (float(low), float(high)))


def _validity(shares: Floats, truth: Floats, person: Ints, people: int) -> Figure | None:
    means = []
    for table in (shares, truth):
        sums = np.zeros((people, table.shape[1]))
        np.add.at(sums, person, table)
        means.append(sums / np.bincount(person, minlength=people)[:, None])
    found: Correlation | None = clustered_correlation(means[0], means[1])
    return Figure(found.value, found.interval) if found else None


def _number(document: Mapping[str, object], key: str) -> float:
    value = document.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(f"/measurement/{key}", "bad_scorer", "a number is needed")
    return float(value)


def _figure(document: Mapping[str, object], key: str) -> Figure:
    value = document.get(key)
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(one, int | float) for one in value):
        raise invalid(f"/measurement/{key}", "bad_scorer", "a value and its interval are needed")
    return Figure(float(value[0]), (float(value[1]), float(value[2])))
