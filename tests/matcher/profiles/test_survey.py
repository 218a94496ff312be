"""From answers to evidence: what is stored, what it explains, and what must not matter."""

import json
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, fold, profile_of
from matcher.profiles.questionnaire import Answer, Form, Item
from matcher.profiles.survey import Filing, preference_evidence, score_form, survey_evidence, tallies
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES
from tests.matcher.profiles.form_builders import CUSTOMER, STAFF, honest_answers, picks, random_answers


def surveyed(form: Form, answers: Sequence[Answer], *, reason: str | None = None) -> Evidence:
    """The evidence of a customer's answers."""
    return survey_evidence(
        form,
        VALUES,
        answers,
        wave="w-1",
        filing=Filing(
            subject="c-1",
            who="customer",
            framework=FRAMEWORK.name,
            actor="c-1",
            now=NOW,
            new_id=lambda: "ev-7",
            reason=reason,
        ),
    )


def preferred(facet_id: str, *keys: str) -> Evidence:
    """The evidence of picks from a facet's own item."""
    facet = FRAMEWORK.facets[facet_id]
    assert facet.item is not None
    answers = [Answer(facet.item.id, best=key) for key in keys]
    return preference_evidence(
        facet.item,
        facet,
        answers,
        wave="w-1",
        filing=Filing(
            subject="c-1", who="customer", framework=FRAMEWORK.name, actor="c-1", now=NOW, new_id=lambda: "ev-8"
        ),
    )


def chosen_by_text(item: Item, language: str, best: str, worst: str) -> Answer:
    """What a screen sends when a reader of that language picks the sentences about these value systems."""
    shown = {option.text[language]: key for key, option in zip(item.keys, item.options, strict=True)}
    sentence = {option.dim: option.text[language] for option in item.options}
    return Answer(item.id, best=shown[sentence[best]], worst=shown[sentence[worst]])


def test_the_evidence_says_where_it_comes_from() -> None:
    """An audit must find form, wave and what was answered without the answers themselves."""
    evidence = surveyed(STAFF, picks(STAFF, "abca", "bcdd"), reason="onboarding")

    assert (evidence.id, evidence.source, evidence.facet) == ("ev-7", Source.SURVEY, "values")
    assert (evidence.who, evidence.subject_id, evidence.reason) == ("customer", "c-1", "onboarding")
    assert (evidence.occurred_at, evidence.recorded_at) == (NOW, NOW)
    assert {key: evidence.detail[key] for key in ("form", "wave", "answered", "flags")} == {
        "form": "staff",
        "wave": "w-1",
        "answered": 4,
        "flags": [],
    }
    assert json.loads(json.dumps(evidence.detail)) == evidence.detail


def test_worst_picks_feed_the_rejection_of_the_profile() -> None:
    """Rules may use what a person cannot stand: turquoise four times the worst of four."""
    answers = [
        Answer(name, best="a", worst="d") for name in ("S11", "S02", "S05", "S09")
    ]  # d: turquoise in each of these
    evidence = surveyed(STAFF, answers)
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, evidence, VALUES), NOW)

    assert evidence.detail["worst"] == [0, 0, 0, 0, 0, 0, 0, 4]
    assert profile.rejection is not None
    assert profile.rejection[7] == pytest.approx((7 / 8 + 4) / 11)


def test_best_only_answers_say_nothing_of_rejection() -> None:
    """Never picked as best is not the same as picked as worst."""
    evidence = surveyed(CUSTOMER, picks(CUSTOMER, "abcdabcd"))
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, evidence, VALUES), NOW)

    assert "worst" not in evidence.detail
    assert profile.rejection is None


def test_english_and_dutch_answers_give_the_same_profile_bit_for_bit() -> None:
    """T11: scoring sees keys only; a language cannot colour anyone."""
    rng = np.random.default_rng(2)
    wishes = {name: rng.permutation([o.dim for o in STAFF.items[name].options])[:2] for name in STAFF.order}
    stored = [
        surveyed(STAFF, [chosen_by_text(STAFF.items[name], language, *wish) for name, wish in wishes.items()])
        for language in ("en", "nl")
    ]

    assert stored[0] == stored[1]


def test_two_taps_open_the_gate_and_none_leave_the_prior() -> None:
    """Two best-only answers are worth more than .12 of confidence; an empty form is worth nothing at all."""
    two = surveyed(CUSTOMER, picks(CUSTOMER, "ab"))
    none = score_form(CUSTOMER, VALUES, [[]])

    assert two.weight / (two.weight + VALUES.prior_strength) > 0.12
    assert none.weight[0] == 0.0
    assert none.share[0].tolist() == list(VALUES.prior_mean)


def test_the_counts_are_what_anyone_can_count() -> None:
    """People are shown best less worst out of times shown, and may check it with a pencil."""
    counted = tallies(STAFF, picks(STAFF, "aab", "ddd"))  # beige, red, red best; turquoise, green, yellow worst

    assert (counted["beige"].shown, counted["beige"].best, counted["beige"].worst) == (2, 1, 0)
    assert counted["red"].score == 1.0
    assert counted["turquoise"].score == -1.0
    assert counted["yellow"].score == -0.5
    assert counted["blue"].score == 0.0


def test_the_counts_agree_with_the_scores() -> None:
    """An explanation that told another story than the profile would be no explanation (flat prior aside)."""
    rng = np.random.default_rng(9)
    people = [honest_answers(STAFF, rng.normal(size=8), rng) for _ in range(50)]
    theta = score_form(STAFF, VALUES, people).theta
    agreement = [
        np.corrcoef(row, [counted[dim].score for dim in VALUES.dims])[0, 1]
        for row, counted in zip(theta, (tallies(STAFF, answers) for answers in people), strict=True)
    ]

    assert np.mean(agreement) > 0.93


def test_a_thousand_people_score_as_each_of_them_alone() -> None:
    """The batch of a night and the answer of a moment are the same profile."""
    rng = np.random.default_rng(3)
    people = [random_answers(STAFF, rng, items=int(rng.integers(1, 17))) for _ in range(1003)]
    together = score_form(STAFF, VALUES, people)
    for person in (0, 64, 999, 1000, 1002):
        alone = score_form(STAFF, VALUES, [people[person]])

        assert together.weight[person] == pytest.approx(alone.weight[0], abs=1e-9)
        assert together.share[person] == pytest.approx(alone.share[0], abs=1e-9)
        assert together.rejection[person].sum() == sum(answer.worst is not None for answer in people[person])


def test_nobody_at_all_is_scored_too() -> None:
    """An empty night's batch."""
    assert score_form(STAFF, VALUES, []).theta.shape == (0, 8)


@pytest.mark.parametrize(
    ("facet", "keys", "share"),
    [
        ("channel", "cd", [0, 0, 0.5, 0.5, 0, 0]),
        ("channel", "d", [0, 0, 0, 1, 0, 0]),
        ("decision_style", "c", [0, 0, 1]),
        ("service_window", "b", [0, 1]),
    ],
)
def test_a_stated_preference_weighs_five_in_all(facet: str, keys: str, share: list[float]) -> None:
    """Two channels share the five, 2.5 each; the statement speaks on its own facet and lasts 365 days by half."""
    evidence = preferred(facet, *keys)
    of = FRAMEWORK.facets[facet]
    sums = fold(NOTHING, evidence, of)

    assert evidence.facet == facet
    assert evidence.weight == 5.0
    assert list(evidence.share) == share
    assert profile_of("c-1", FRAMEWORK.name, of, sums, NOW).n_eff == pytest.approx(5.0)
    assert profile_of("c-1", FRAMEWORK.name, of, sums, NOW + timedelta(days=365)).n_eff == pytest.approx(2.5)
