"""No history, however wild, makes a profile that is no profile (profiling.md section 15.2, T3, T4, T19)."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.columns import fold_many
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Profile, Sums, alpha_table, fold, profile_of, profiles_of, share_table
from matcher.profiles.framework import Facet, SourceTerms
from matcher.profiles.overlay import Overlay, with_overlay

NOW = datetime(2026, 1, 1, tzinfo=UTC)
THREE_CENTURIES_DAYS = 300 * 365.25
SPEAKING = [source for source in Source if source is not Source.SEGMENT]

seeds = st.integers(0, 2**32 - 1)
moments = st.sampled_from([-THREE_CENTURIES_DAYS, -1e-6, 0.0, 1.0, 700.0, THREE_CENTURIES_DAYS])


def wild_facet(rng: np.random.Generator) -> Facet:
    """2 to 12 categories, priors from next to nothing to strong, half-lives from a minute to a century, any caps."""
    size = int(rng.integers(2, 13))
    mean = np.maximum(rng.dirichlet(np.full(size, 10 ** rng.uniform(-1, 1))), 1e-6)
    return Facet(
        id="wild",
        dims=tuple(f"d{place}" for place in range(size)),
        prior_mean=tuple((mean / mean.sum()).tolist()),
        prior_strength=float(10 ** rng.uniform(-6, 6)),
        sources={source.value: wild_terms(rng) for source in SPEAKING},
        half_life_days=1.0,
    )


def wild_terms(rng: np.random.Generator) -> SourceTerms:
    """Capped or not, long or short."""
    cap = math.inf if rng.random() < 0.5 else float(10 ** rng.uniform(-9, 9))
    return SourceTerms(half_life_days=float(10 ** rng.uniform(-3, 4.6)), cap=cap)


def wild_share(rng: np.random.Generator, size: int, source: Source) -> tuple[float, ...]:
    """One category, nearly one, anything; a form's may be far below 0."""
    kind = rng.integers(3)
    share = np.eye(size)[rng.integers(size)] if kind == 0 else rng.dirichlet(np.full(size, 0.02 if kind == 1 else 1.0))
    if source is Source.SURVEY:
        stretch = 10 ** rng.uniform(-1, 2)
        share = share * (1 + size * stretch) - stretch
    return tuple((share / share.sum()).tolist())


def wild_evidence(rng: np.random.Generator, facet: Facet, number: int, subject_id: str = "c") -> Evidence:
    """Any weight that is accepted, three centuries either way, open sets, worst counts, segments."""
    source = list(Source)[rng.integers(len(Source))]
    heaviest = 1e6 if source is Source.SURVEY else 1e9
    share = wild_share(rng, facet.size, source)
    detail: dict[str, object] = {}
    if rng.random() < 0.5:
        detail["open"] = [dim for dim in facet.dims if rng.random() < 0.5]
    if rng.random() < 0.3:
        detail["worst"] = [float(10 ** rng.uniform(-3, 9)) for _ in facet.dims]
    return Evidence(
        id=str(number),
        who="customer",
        subject_id=subject_id,
        framework="wild@1",
        facet=facet.id,
        source=source,
        occurred_at=NOW + timedelta(days=float(rng.uniform(-1, 1) * 10 ** rng.uniform(-6, math.log10(109_000)))),
        recorded_at=NOW,
        share=share,
        weight=0.0 if rng.random() < 0.1 else float(min(10 ** rng.uniform(-300, 9), heaviest)),
        actor="fuzz",
        detail=detail,
        revoked_at=NOW if rng.random() < 0.1 else None,
    )


def folded(facet: Facet, pieces: Sequence[Evidence]) -> Sums:
    """The sums as they grow."""
    sums = NOTHING
    for piece in pieces:
        sums = fold(sums, piece, facet)
    return sums


def assert_is_a_profile(profile: Profile) -> None:
    """Every number finite and where it belongs."""
    numbers = [*profile.share, *np.ravel(profile.ci90), profile.p_top, profile.n_eff, profile.n_declared]
    assert np.isfinite([*numbers, profile.confidence, profile.entropy, *(profile.rejection or ())]).all()
    assert math.isclose(math.fsum(profile.share), 1, abs_tol=1e-12)
    assert min(profile.share) > 0
    assert all(0 <= low <= share <= high <= 1 for share, (low, high) in zip(profile.share, profile.ci90, strict=True))
    assert 0 <= profile.n_declared <= profile.n_eff * (1 + 1e-12)
    assert 0 <= profile.confidence < 1
    assert 0 <= profile.entropy <= 1
    assert 0 < profile.p_top <= 1
    assert 1 <= len(profile.top) <= 3
    assert all(part.weight >= 0 for part in profile.provenance)
    if profile.rejection is not None and profile.allergy is not None:
        assert math.isclose(math.fsum(profile.rejection), 1, abs_tol=1e-9)
        assert all(0 <= part < 1 for part in profile.allergy)


@settings(deadline=None)
@given(seed=seeds, days=moments)
def test_a_wild_history_is_still_a_profile(seed: int, days: float) -> None:
    """T3, T19: extreme weights, ages, priors and caps, read three centuries early or late."""
    rng = np.random.default_rng(seed)
    facet = wild_facet(rng)
    pieces = [wild_evidence(rng, facet, number) for number in range(int(rng.integers(0, 20)))]

    assert_is_a_profile(profile_of("c", "wild@1", facet, folded(facet, pieces), NOW + timedelta(days=days)))


@settings(deadline=None)
@given(seed=seeds)
def test_wild_histories_folded_at_once_are_those_folded_one_by_one(seed: int) -> None:
    """T1, T2 at the extremes: relative to the counts there are, which reach a milliard."""
    rng = np.random.default_rng(seed)
    facet = wild_facet(rng)
    pieces = [wild_evidence(rng, facet, number, f"c-{number % 3}") for number in range(int(rng.integers(3, 30)))]
    alone = {
        name: folded(facet, [piece for piece in pieces if piece.subject_id == name]) for name in ("c-0", "c-1", "c-2")
    }

    together = fold_many(pieces, facet)

    tables = [alpha_table(facet, [sums[name] for name in alone], NOW) for sums in (alone, together)]
    assert np.allclose(*tables, rtol=1e-6, atol=1e-9 * (1 + np.abs(tables[0]).max()))


@settings(deadline=None)
@given(seed=seeds)
def test_nobody_becomes_better_known_by_waiting(seed: int) -> None:
    """T4 at the extremes, and a profile that has faded stays a profile."""
    rng = np.random.default_rng(seed)
    facet = wild_facet(rng)
    sums = folded(facet, [wild_evidence(rng, facet, number) for number in range(10)])
    later = [NOW + timedelta(days=days) for days in (0, 1, 30, 400, 5000, THREE_CENTURIES_DAYS)]

    known = np.array([share_table(facet, [sums], at).n_eff[0] for at in later])

    assert (np.diff(known) <= 1e-9 * known[:-1]).all()
    assert_is_a_profile(profile_of("c", "wild@1", facet, sums, later[-1]))


@settings(deadline=None)
@given(seed=seeds)
def test_a_state_on_a_wild_profile_leaves_a_share(seed: int) -> None:
    """Overlays are laid on whatever the engine gives."""
    rng = np.random.default_rng(seed)
    facet = wild_facet(rng)
    share = share_table(facet, [folded(facet, [wild_evidence(rng, facet, n) for n in range(5)])], NOW).share
    towards = wild_share(rng, facet.size, Source.OUTCOME)
    state = Overlay("customer", "c", facet.id, towards, 0.5, "outage", NOW + timedelta(hours=1))

    shifted = with_overlay(share, [[state]], NOW)

    assert shifted.sum() == 1 or math.isclose(shifted.sum(), 1, abs_tol=1e-12)
    assert shifted.min() >= 0


def test_ten_thousand_wild_events_of_one_person() -> None:
    """T19: a webhook in a loop, over centuries; grown and rebuilt at once agree."""
    rng = np.random.default_rng(19)
    facet = wild_facet(rng)
    pieces = [wild_evidence(rng, facet, number) for number in range(10_000)]

    grown, at_once = folded(facet, pieces), fold_many(pieces, facet)["c"]

    tables = alpha_table(facet, [grown, at_once], NOW)
    assert np.allclose(tables[0], tables[1], rtol=1e-6, atol=0)
    for profile in profiles_of(["a", "b"], "wild@1", facet, [grown, at_once], NOW):
        assert_is_a_profile(profile)
