"""Laws of the facet engine, on random histories (profiling.md section 15.2, T1–T7)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Profile, Sums, fold, profile_of, rebuild, share_table
from matcher.profiles.framework import Facet
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES, days_ago, evidence, history

seeds = st.integers(0, 2**32 - 1)


def folded(pieces: Iterable[Evidence], facet: Facet = VALUES) -> Sums:
    """The sums as they grow, piece by piece, in the order given."""
    sums = NOTHING
    for piece in pieces:
        sums = fold(sums, piece, facet)
    return sums


def read(sums: Sums, facet: Facet = VALUES) -> Profile:
    """The profile now."""
    return profile_of("c-1", FRAMEWORK.name, facet, sums, NOW)


def numbers(sums: Sums, facet: Facet = VALUES) -> np.ndarray:
    """Everything a profile says in numbers, in one array."""
    profile = read(sums, facet)
    return np.array(
        [
            *profile.share,
            *np.ravel(profile.ci90),
            *(profile.rejection or ()),
            profile.n_eff,
            profile.n_declared,
            profile.confidence,
        ]
    )


def distance_to_prior(share: Sequence[float]) -> float:
    """Total variation to the framework's prior."""
    return float(np.abs(np.array(share) - VALUES.prior_mean).sum() / 2)


def turned_detail(piece: Evidence, order: Iterable[int]) -> dict[str, object]:
    """The detail with worst counts in another order; open categories go by name."""
    worst = piece.detail.get("worst")
    return dict(piece.detail) | ({"worst": [worst[place] for place in order]} if isinstance(worst, list) else {})


def test_growing_a_profile_equals_rebuilding_it_on_a_thousand_histories() -> None:
    """T1: the stored row is only a cache; if it drifted from the log, a revocation would change unrelated things."""
    rng = np.random.default_rng(1)
    for _ in range(1000):
        pieces = history(rng)

        assert np.allclose(numbers(folded(pieces)), numbers(rebuild(pieces, VALUES)), rtol=0, atol=1e-9)


@given(seed=seeds)
def test_the_order_in_which_evidence_arrives_is_irrelevant(seed: int) -> None:
    """T2: files and webhooks come late and out of order; the person is the same."""
    rng = np.random.default_rng(seed)
    pieces = history(rng)
    shuffled = [pieces[place] for place in rng.permutation(len(pieces))]

    assert np.allclose(numbers(folded(pieces)), numbers(folded(shuffled)), rtol=0, atol=1e-9)


@given(seed=seeds)
def test_every_profile_is_a_distribution_with_intervals_around_it(seed: int) -> None:
    """T3: whatever forms subtract and caps cut, what is read stays a distribution."""
    profile = read(rebuild(history(np.random.default_rng(seed)), VALUES))

    assert abs(sum(profile.share) - 1) <= 1e-12
    assert min(profile.share) > 0
    assert profile.n_eff >= 0
    assert 0 <= profile.confidence < 1
    assert 0 <= profile.entropy <= 1
    alphas = np.array(profile.share) * (VALUES.prior_strength + profile.n_eff)
    inside = [low <= share <= high for share, (low, high) in zip(profile.share, profile.ci90, strict=True)]
    assert all(ok for ok, alpha in zip(inside, alphas, strict=True) if alpha >= 0.05)


@given(seed=seeds)
def test_what_is_known_fades_and_never_grows_by_itself(seed: int) -> None:
    """T4: a profile nobody fed must not become surer of itself."""
    sums = rebuild(history(np.random.default_rng(seed)), VALUES)
    later = [share_table(VALUES, [sums], NOW + timedelta(days=days)).n_eff[0] for days in range(0, 2000, 100)]

    assert all(after <= before + 1e-12 for before, after in pairwise(later))


def test_an_uncapped_source_halves_in_its_half_life_and_the_share_returns_to_the_prior() -> None:
    """T4: the half-life in the file is what operators read; it must be what they get."""
    sums = folded([evidence(weight=10.0, occurred_at=NOW)])
    half_life = timedelta(days=VALUES.sources["survey"].half_life_days)

    tables = [share_table(VALUES, [sums], NOW + step * half_life) for step in range(8)]

    assert [table.n_eff[0] for table in tables] == pytest.approx([10 / 2**step for step in range(8)], abs=1e-9)
    distances = [distance_to_prior(table.share[0]) for table in tables]
    assert all(after < before for before, after in pairwise(distances))


def test_ten_thousand_texts_never_outvote_a_form() -> None:
    """T5: text is weak evidence; its cap holds however much of it there is."""
    red = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    texts = (evidence(Source.TEXT, id=f"t-{n}", share=red, weight=0.05) for n in range(10_000))

    profile = read(folded(texts))

    assert profile.n_eff <= VALUES.sources["text"].cap * (1 + 1e-12)
    assert profile.n_declared == 0


@given(seed=seeds)
def test_revoked_evidence_is_as_if_never_recorded(seed: int) -> None:
    """T6: a right to take back is only worth something if nothing of it stays."""
    pieces = history(np.random.default_rng(seed), revoked=0.5)
    kept = [piece for piece in pieces if piece.revoked_at is None]

    assert np.allclose(numbers(rebuild(pieces, VALUES)), numbers(rebuild(kept, VALUES)), rtol=0, atol=1e-9)


@given(seed=seeds)
def test_the_order_of_value_systems_in_the_file_changes_nothing_but_the_order(seed: int) -> None:
    """T7: no system may fare better for standing first."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(VALUES.size)
    pieces = history(rng)
    turned = replace(
        VALUES,
        dims=tuple(VALUES.dims[place] for place in order),
        prior_mean=tuple(VALUES.prior_mean[place] for place in order),
    )
    turned_pieces = [
        replace(
            piece,
            share=tuple(piece.share[place] for place in order),
            detail=turned_detail(piece, order),
        )
        for piece in pieces
    ]

    plain, other = read(rebuild(pieces, VALUES)), read(rebuild(turned_pieces, turned), turned)

    assert np.array(other.share) == pytest.approx(np.array(plain.share)[order], abs=1e-9)
    assert np.array(other.ci90) == pytest.approx(np.array(plain.ci90)[order], abs=1e-9)
    assert other.n_eff == pytest.approx(plain.n_eff, abs=1e-9)
    assert other.p_top == pytest.approx(plain.p_top, abs=1e-9)


@given(seed=seeds)
def test_many_people_at_once_read_as_each_alone(seed: int) -> None:
    """Routing reads thousands in one sweep; a neighbour in the array must not rub off."""
    rng = np.random.default_rng(seed)
    people = [None if rng.random() < 0.2 else rebuild(history(rng), VALUES) for _ in range(6)]

    table = share_table(VALUES, people, NOW)

    alone = [profile_of("c", FRAMEWORK.name, VALUES, sums, NOW) for sums in people]
    assert np.allclose(table.share, [profile.share for profile in alone], rtol=0, atol=1e-12)
    assert np.allclose(table.n_eff, [profile.n_eff for profile in alone], rtol=0, atol=1e-12)
    assert np.allclose(table.n_declared, [profile.n_declared for profile in alone], rtol=0, atol=1e-12)


def test_an_old_tag_fades_like_any_statement() -> None:
    """A tag of a year ago counts half: people change, and so should what is said of them."""
    tag = evidence(Source.HR_TAG, weight=VALUES.sources["hr_tag"].cap, occurred_at=days_ago(365))

    assert read(folded([tag])).n_eff == pytest.approx(VALUES.sources["hr_tag"].cap / 2)
