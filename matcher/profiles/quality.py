"""Whether answers look like a person's who read the questions: hints that halve their weight, never a reproach.

Source: profiling.md 4.5. Nothing is thrown away: a flag says why the evidence counts half.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from statistics import median

from matcher.profiles.questionnaire import Answer, Form, Item

TOO_FAST = "too_fast"
STRAIGHT_LINE = "straight_line"
POOR_FIT = "poor_fit"

FASTEST_S = 1.2  # median per item; nobody reads four options sooner
LATENCIES_NEEDED = 2
ANSWERS_NEEDED = 8  # fewer do not tell a habit from a preference
SAME_PLACE = 0.9
# Mean log-likelihood per item at θ̂, as a share of what a coin would get: the 2.5th percentile of simulated honest
# people (profiling.md 4.5), −1.19 of ln 1/4 for eight best picks, −2.24 and −2.28 of ln 1/12 for 8 and 16 best–worst.
LONG_FORM = 16
FLOOR_BEST = -1.19 / math.log(1 / 4)
FLOOR_BEST_WORST = -2.24 / math.log(1 / 12)
FLOOR_BEST_WORST_LONG = -2.28 / math.log(1 / 12)


def display_order(subject: str, item: Item) -> str:
    """The keys of an item in the order shown to this person: a shuffle seeded by SHA-256 of `subject|item`."""
    left = list(item.keys)
    number = int.from_bytes(hashlib.sha256(f"{subject}|{item.id}".encode()).digest())
    shown = []
    while left:
        number, place = divmod(number, len(left))
        shown.append(left.pop(place))
    return "".join(shown)


def quality_flags(
    form: Form, answers: Sequence[Answer], *, subject: str, log_likelihood: float | None
) -> tuple[str, ...]:
    """Which checks the answers fail, of `too_fast`, `straight_line` and `poor_fit`; usually none.

    `log_likelihood` is that of all answers at θ̂; without it (rated forms) fit is not judged.
    """
    flags = []
    if _is_too_fast(answers):
        flags.append(TOO_FAST)
    if len(answers) >= ANSWERS_NEEDED:
        if _is_straight_line(form, answers, subject):
            flags.append(STRAIGHT_LINE)
        if log_likelihood is not None and _fits_poorly(form, answers, log_likelihood):
            flags.append(POOR_FIT)
    return tuple(flags)


def _is_too_fast(answers: Sequence[Answer]) -> bool:
    latencies = [answer.latency_ms for answer in answers if answer.latency_ms is not None]
    return len(latencies) >= LATENCIES_NEEDED and median(latencies) < FASTEST_S * 1000


def _is_straight_line(form: Form, answers: Sequence[Answer], subject: str) -> bool:
    """The same key, the same place on the screen, or the same rating nearly every time."""
    keys: Counter[object] = Counter()
    places: Counter[object] = Counter()
    for answer in answers:
        favourite = answer.rating if answer.best is None else answer.best
        if favourite is None:
            continue
        keys[favourite] += 1
        if answer.best is not None:
            places[display_order(subject, form.items[answer.item]).index(answer.best)] += 1
    most = max([*keys.values(), *places.values()], default=0)
    return most >= SAME_PLACE * len(answers)


def _fits_poorly(form: Form, answers: Sequence[Answer], log_likelihood: float) -> bool:
    """Below the floor; points shared out have no simulated floor and are not judged."""
    if any(answer.best is None for answer in answers):
        return False
    by_chance = 0.0
    for answer in answers:
        options = len(form.items[answer.item].options)
        by_chance -= math.log(options)
        if answer.worst is not None:
            by_chance -= math.log(options - 1)
    return log_likelihood < _floor(answers) * by_chance


def _floor(answers: Sequence[Answer]) -> float:
    if 2 * sum(answer.worst is not None for answer in answers) < len(answers):
        return FLOOR_BEST
    return FLOOR_BEST_WORST_LONG if len(answers) >= LONG_FORM else FLOOR_BEST_WORST
