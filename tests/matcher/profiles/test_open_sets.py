"""What was chosen while something was closed: not a liking for what happened to be open."""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Sums, alpha_table, fold, profile_of, rebuild, share_table
from matcher.profiles.framework import Facet, SourceTerms
from tests.matcher.profiles.evidence_builders import NOW, days_ago, evidence

WAYS = Facet(
    id="ways",
    dims=("letter", "visit", "bell"),
    prior_mean=(0.5, 0.25, 0.25),
    prior_strength=4.0,
    sources={
        Source.BEHAVIOUR.value: SourceTerms(half_life_days=100.0, cap=math.inf),
        Source.SURVEY.value: SourceTerms(half_life_days=400.0, cap=math.inf, weight=5.0),
    },
    half_life_days=100.0,
)
seeds = st.integers(0, 2**32 - 1)


def chosen(way: str, *, among: tuple[str, ...] | None = None, **changes: object) -> Evidence:
    """Someone chose a way, among those that were open (`None`: all of them)."""
    share = tuple(float(dim == way) for dim in WAYS.dims)
    detail = {} if among is None else {"open": list(among)}
    return evidence(Source.BEHAVIOUR, **{"share": share, "weight": 1.0, "detail": detail, "facet": "ways", **changes})


def contacts(rng: np.random.Generator) -> list[Evidence]:
    """A random year of someone's contacts, open sets of every kind."""
    pieces = []
    for number in range(int(rng.integers(1, 25))):
        opened = tuple(dim for dim in WAYS.dims if rng.random() < 0.6)
        way = WAYS.dims[rng.integers(3)]
        among = opened if rng.random() < 0.7 else None
        when = days_ago(float(rng.uniform(0, 365)))
        pieces.append(chosen(way, among=among, id=f"e{number}", occurred_at=when))
    return pieces


def folded(*pieces: Evidence) -> Sums:
    """Their sums."""
    return rebuild(pieces, WAYS)


def shares(*pieces: Evidence) -> list[float]:
    """The shares now."""
    return share_table(WAYS, [folded(*pieces)], NOW).share[0].tolist()


def test_a_choice_with_everything_open_says_what_it_always_said() -> None:
    """By hand: prior counts 2, 1, 1 and one visit more."""
    assert shares(chosen("visit")) == pytest.approx([2 / 5, 2 / 5, 1 / 5])
    assert shares(chosen("visit", among=WAYS.dims)) == shares(chosen("visit"))


def test_a_choice_while_the_favourite_was_closed_takes_less_from_it() -> None:
    """Of two people who visited twice, the one who could not write keeps more of the prior's liking for letters."""
    free = shares(chosen("visit"), chosen("visit", id="e2"))
    bound = shares(*(chosen("visit", among=("visit", "bell"), id=each) for each in ("e1", "e2")))

    assert bound[0] > free[0]
    assert bound[1] > 1 / 4  # and still the visits were seen


def test_the_correction_goes_where_it_must_settle() -> None:
    """By hand, its fixed point: with letters closed, n visits on counts 2, 1, 1 say nothing about letters at all.

    Then letters keep their prior ½ and the other half is shared 1 + n to 1: the censored part of a multinomial is
    proportional to what is believed. Eight steps are nearly there.
    """
    share = shares(*(chosen("visit", among=("visit", "bell"), id=f"e{n}") for n in range(3)))

    assert share == pytest.approx([0.5, 0.4, 0.1], abs=0.01)


def test_what_was_closed_adds_no_certainty() -> None:
    """Imputed counts shift the share; n_eff, confidence and the sum of α stay those of what was seen."""
    free, bound = folded(chosen("visit")), folded(chosen("visit", among=("visit", "bell")))

    tables = share_table(WAYS, [free, bound], NOW)

    assert tables.n_eff.tolist() == [1.0, 1.0]
    assert alpha_table(WAYS, [free, bound], NOW).sum(axis=1) == pytest.approx([5.0, 5.0])


def test_what_was_chosen_was_open_whatever_was_noted() -> None:
    """A noted list may lag behind; the contact itself proves that the way was open."""
    assert folded(chosen("visit", among=("bell",))) == folded(chosen("visit", among=("visit", "bell")))


def test_ways_the_framework_does_not_have_do_not_matter() -> None:
    """An operator may have other ways to meet than the framework asks about."""
    assert folded(chosen("visit", among=("visit", "fax"))) == folded(chosen("visit", among=("visit",)))
    assert folded(chosen("visit", among=("fax", *WAYS.dims))) == folded(chosen("visit"))


def test_an_older_restricted_choice_fades_like_any_other() -> None:
    """By hand: a half-life of 100 days leaves half of both the sum and its restricted part."""
    old = chosen("visit", among=("visit", "bell"), occurred_at=days_ago(100))

    piece = folded(old, chosen("bell", id="e2")).by_source["behaviour"]

    assert piece.vector == pytest.approx((0, 0.5, 1))
    assert dict(piece.by_open_set) == {("visit", "bell"): pytest.approx((0, 0.5, 0))}


def test_a_stated_preference_is_not_touched_by_what_was_closed() -> None:
    """Who says in a form that they like letters likes letters, at night too."""
    stated = evidence(Source.SURVEY, share=(1.0, 0.0, 0.0), weight=5.0, facet="ways")

    assert shares(stated) == pytest.approx([7 / 9, 1 / 9, 1 / 9])


@settings(deadline=None)
@given(seed=seeds)
def test_whatever_was_open_the_result_is_a_distribution(seed: int) -> None:
    """T3 with closed categories: shares above 0 that sum to 1, and α that sums to A0 + n_eff."""
    sums = rebuild(contacts(np.random.default_rng(seed)), WAYS)

    profile = profile_of("c", "f", WAYS, sums, NOW)

    assert sum(profile.share) == pytest.approx(1, abs=1e-12)
    assert min(profile.share) > 0
    assert alpha_table(WAYS, [sums], NOW).sum() == pytest.approx(WAYS.prior_strength + profile.n_eff)


@settings(deadline=None)
@given(seed=seeds)
def test_the_order_of_contacts_and_of_people_is_irrelevant(seed: int) -> None:
    """T2 with closed categories, and no neighbour in the array rubs off."""
    rng = np.random.default_rng(seed)
    people = [contacts(rng) for _ in range(4)]
    shuffled = []
    for pieces in people:
        sums = NOTHING
        for place in rng.permutation(len(pieces)):
            sums = fold(sums, pieces[place], WAYS)
        shuffled.append(sums)

    together = alpha_table(WAYS, shuffled, NOW)

    alone = [alpha_table(WAYS, [rebuild(pieces, WAYS)], NOW)[0] for pieces in people]
    assert np.allclose(together, alone, rtol=0, atol=1e-9)


@settings(deadline=None)
@given(seed=seeds)
def test_more_closed_ways_never_lower_the_share_of_a_closed_one(seed: int) -> None:
    """Knowing that a way was closed can only excuse its not being chosen."""
    rng = np.random.default_rng(seed)
    way, closed = rng.permutation(3)[:2]
    times = int(rng.integers(1, 20))
    opened = tuple(dim for place, dim in enumerate(WAYS.dims) if place != closed)
    when = NOW - timedelta(days=float(rng.uniform(0, 300)))

    free, bound = (
        shares(*(chosen(WAYS.dims[way], among=among, id=f"e{n}", occurred_at=when) for n in range(times)))
        for among in (None, opened)
    )

    assert bound[closed] > free[closed]


def test_names_of_categories_are_the_frameworks_alone() -> None:
    """The same history under other names reads the same: no code knows what a category is called."""
    renamed = Facet("ways", ("x", "y", "z"), WAYS.prior_mean, 4.0, WAYS.sources, 100.0)
    other_names = dict(zip(WAYS.dims, renamed.dims, strict=True))
    pieces = contacts(np.random.default_rng(5))
    other = [
        evidence(
            Source.BEHAVIOUR,
            facet="ways",
            share=piece.share,
            weight=1.0,
            occurred_at=piece.occurred_at,
            detail={"open": [other_names[name] for name in piece.detail["open"]]} if piece.detail else {},  # type: ignore[attr-defined]  # a list of names
        )
        for piece in pieces
    ]

    assert np.array_equal(
        alpha_table(WAYS, [rebuild(pieces, WAYS)], NOW), alpha_table(renamed, [rebuild(other, renamed)], NOW)
    )
