"""Careless answers count half; careful ones never do, and nobody is told off."""

import numpy as np
import pytest

from matcher.profiles.evidence import Evidence
from matcher.profiles.quality import display_order, quality_flags
from matcher.profiles.questionnaire import Answer
from matcher.profiles.survey import Filing, score_form, survey_evidence
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW
from tests.matcher.profiles.form_builders import CUSTOMER, FLAT, STAFF, form, honest_answers, item, picks

# Someone who leans to beige and purple, answering the sixteen items without a slip (keys by place in the file).
CAREFUL = [
    Answer(name, best=STAFF.items[name].keys[0], worst=STAFF.items[name].keys[3], latency_ms=4000)
    if name in ("S11", "S01", "S05", "S09")
    else Answer(name, best=STAFF.items[name].keys[1], worst=STAFF.items[name].keys[2], latency_ms=4000)
    for name in STAFF.order
]


def with_latency(answers: list[Answer], latency_ms: int | None) -> list[Answer]:
    """The same choices at another pace."""
    return [Answer(each.item, best=each.best, worst=each.worst, latency_ms=latency_ms) for each in answers]


def evidence_of(answers: list[Answer], subject: str = "e-1") -> Evidence:
    """What is stored of these answers."""
    return survey_evidence(
        STAFF,
        FLAT,
        answers,
        wave="w",
        filing=Filing(
            subject=subject, who="employee", framework=FRAMEWORK.name, actor="test", now=NOW, new_id=lambda: "ev"
        ),
    )


def full_weight(answers: list[Answer]) -> float:
    """What the answers would be worth unflagged."""
    return float(score_form(STAFF, FLAT, [answers]).weight[0])


def test_a_hasty_form_counts_half() -> None:
    """T9: at 0.3 s an item nobody has read four options; the same choices at 4 s count in full."""
    hasty, careful = evidence_of(with_latency(CAREFUL, 300)), evidence_of(CAREFUL)

    assert hasty.detail["flags"] == ["too_fast"]
    assert careful.detail["flags"] == []
    assert hasty.weight == pytest.approx(careful.weight / 2)
    assert hasty.share == careful.share


def test_a_straight_line_counts_half() -> None:
    """T9: always the first option, whatever it says."""
    answers = picks(STAFF, "a" * 16, "d" * 16)
    line = evidence_of(answers)

    assert "straight_line" in line.detail["flags"]  # type: ignore[operator]  # a list of flags
    assert line.weight == pytest.approx(full_weight(answers) / 2)


def test_a_straight_line_down_the_screen_is_seen_too() -> None:
    """Options are shuffled per person, so a habit shows in the place shown rather than in the key."""
    answers = [Answer(name, best=display_order("e-9", STAFF.items[name])[2]) for name in STAFF.order]
    keys = {answer.best for answer in answers}

    assert len(keys) > 1
    assert quality_flags(STAFF, answers, subject="e-9", log_likelihood=0.0) == ("straight_line",)
    assert quality_flags(STAFF, answers, subject="somebody-else", log_likelihood=0.0) == ()


def test_several_flags_halve_once() -> None:
    """Two signs of one careless quarter of an hour are not two offences."""
    answers = with_latency(picks(STAFF, "a" * 16, "d" * 16), 300)
    flagged = evidence_of(answers)

    assert {"too_fast", "straight_line"} <= set(flagged.detail["flags"])  # type: ignore[call-overload]  # flags
    assert flagged.weight == pytest.approx(full_weight(answers) / 2)


def test_one_timed_answer_is_no_pace() -> None:
    """A single quick tap, and answers without times, are not judged for speed."""
    answers = [*with_latency(CAREFUL[:15], None), Answer("S16", best="b", worst="c", latency_ms=200)]

    assert quality_flags(STAFF, answers, subject="e-1", log_likelihood=0.0) == ()


def test_the_pace_is_the_median() -> None:
    """A coffee break in the middle, or one reflex, does not decide."""
    answers = [
        *with_latency(CAREFUL[:9], 2000),
        *with_latency(CAREFUL[9:15], 100),
        *with_latency(CAREFUL[15:], 900_000),
    ]

    assert quality_flags(STAFF, answers, subject="e-1", log_likelihood=0.0) == ()


def test_fewer_than_eight_answers_are_not_judged_for_habit_or_fit() -> None:
    """Seven times the same key happens to honest people."""
    assert quality_flags(STAFF, picks(STAFF, "a" * 7), subject="e-1", log_likelihood=-1e9) == ()


@pytest.mark.parametrize(
    ("asked", "worst", "floor"), [(STAFF, True, -2.28), (CUSTOMER, False, -1.19), (CUSTOMER, True, -2.24)]
)
def test_the_floor_of_fit_is_the_one_simulated(asked: object, worst: bool, floor: float) -> None:
    """profiling.md 4.5: mean log-likelihood per item, below which only 2.5 % of honest people fall."""
    form_asked = STAFF if asked is STAFF else CUSTOMER
    size = len(form_asked.order)
    answers = picks(form_asked, "abcd" * (size // 4), "bcda" * (size // 4) if worst else "")

    def flags(per_item: float) -> tuple[str, ...]:
        return quality_flags(form_asked, answers, subject="p", log_likelihood=per_item * size)

    assert flags(floor + 0.001) == ()
    assert flags(floor - 0.001) == ("poor_fit",)


def test_guessers_are_flagged_far_more_often_than_honest_people() -> None:
    """A hint, no proof: half of the guessers, one in forty of the honest (16 best–worst items)."""
    rng = np.random.default_rng(11)
    rates = []
    for spread in (1.0, 0.0):
        people = [honest_answers(STAFF, spread * rng.normal(size=8), rng) for _ in range(400)]
        fits = score_form(STAFF, FLAT, people).log_likelihood
        flagged = [
            "poor_fit" in quality_flags(STAFF, answers, subject=str(row), log_likelihood=float(fits[row]))
            for row, answers in enumerate(people)
        ]
        rates.append(np.mean(flagged))

    assert rates[0] < 0.06
    assert 0.42 < rates[1] < 0.6


def test_the_display_order_is_a_lasting_shuffle() -> None:
    """The same person sees the same order on every screen and after every restart; no key is lost."""
    asked = STAFF.items["S01"]
    orders = {display_order(f"e-{number}", asked) for number in range(600)}

    assert (
        display_order("e-1", asked) == display_order("e-1", asked) == "bcad"
    )  # SHA-256 ends in base 4, 3, 2 with 1, 1, 0
    assert len(orders) == 24
    assert all(sorted(order) == list("abcd") for order in orders)


def test_every_option_comes_first_equally_often() -> None:
    """The place on the screen must not favour a value system: χ² over 4,000 people, 3 degrees of freedom."""
    asked = item("Q", ["k0", "k1", "k2", "k3"])
    firsts = [display_order(f"c-{number}", asked)[0] for number in range(4000)]
    excess = sum((firsts.count(key) - 1000) ** 2 / 1000 for key in "abcd")

    assert excess < 16.3  # exceeded once in a thousand


def test_display_order_changes_nothing_in_the_scores() -> None:
    """T8: what counts is what was chosen, not where it stood."""
    first, second = evidence_of(CAREFUL, "e-1"), evidence_of(CAREFUL, "e-2")

    assert display_order("e-1", STAFF.items["S11"]) != display_order("e-2", STAFF.items["S11"])
    assert (first.share, first.weight) == (second.share, second.weight)


def test_a_repeated_rating_is_a_straight_line() -> None:
    """Rated forms have no keys; someone who ticks 3 all the way down has the same habit."""
    asked = form(*(item(f"R{n}", []) for n in range(8)))
    ticks = [Answer(f"R{n}", rating=3.0) for n in range(8)]

    assert quality_flags(asked, ticks, subject="e-1", log_likelihood=None) == ("straight_line",)
