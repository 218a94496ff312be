"""The facet engine on cases small enough to work out by hand."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from scipy import stats

from matcher.errors import InvalidInput
from matcher.profiles.evidence import Source
from matcher.profiles.facets import (
    NOTHING,
    fold,
    inline_share,
    leading_probabilities,
    profile_of,
    profiles_of,
    rebuild,
    share_table,
)
from matcher.profiles.framework_types import Expected
from matcher.profiles.inline import InlineFacet
from matcher.profiles.sums import Sums, expecting
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES, days_ago, evidence

BLUE = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
RED = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_person_nobody_knows_reads_as_the_prior() -> None:
    """Not knowing must look like not knowing, never like an average person found."""
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, None, NOW)

    assert profile.share == pytest.approx(VALUES.prior_mean)
    assert (profile.n_eff, profile.confidence, profile.stale, profile.provenance) == (0, 0, False, ())


def test_seven_answers_for_one_system_weigh_as_much_as_the_prior() -> None:
    """By hand: A0 = 7, blue's prior .21; with 7 more for blue, (1.47 + 7)/14 = .605 and half is known."""
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, evidence(share=BLUE, weight=7.0), VALUES), NOW)

    assert profile.share[3] == pytest.approx(0.605)
    assert profile.confidence == pytest.approx(0.5)
    assert profile.top[0] == "blue"


def test_intervals_are_those_of_the_beta_distribution() -> None:
    """A second route to the same interval: the published quantiles of Beta(8.47, 5.53)."""
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, evidence(share=BLUE, weight=7.0), VALUES), NOW)

    assert profile.ci90[3] == pytest.approx(stats.beta(8.47, 5.53).interval(0.9))


def test_a_late_event_counts_as_if_it_had_come_in_time() -> None:
    """By hand: two half-lives before the newest event, so a quarter of its weight is left."""
    newest = evidence(share=BLUE, weight=4.0)
    late = evidence(id="ev-2", share=RED, weight=4.0, occurred_at=days_ago(2 * 730))

    sums = fold(fold(NOTHING, newest, VALUES), late, VALUES)

    assert sums.by_source["survey"].vector == pytest.approx((0, 0, 1.0, 4.0, 0, 0, 0, 0))
    assert sums.by_source["survey"].at == NOW


@pytest.mark.parametrize("source", [Source.SELF_TAG, Source.HR_TAG])
def test_a_new_statement_stands_instead_of_the_old_one(source: Source) -> None:
    """Two tags are not twice the evidence: the second says what is meant now."""
    cap = VALUES.sources[source].cap
    old = evidence(source, share=RED, weight=cap, occurred_at=days_ago(10))
    new = evidence(source, id="ev-2", share=BLUE, weight=cap)

    both = [rebuild(pieces, VALUES) for pieces in ([old, new], [new, old])]

    assert both == [rebuild([new], VALUES)] * 2


def test_a_tag_taken_back_lets_the_former_one_stand_again() -> None:
    """Revoked means never recorded, so what it had replaced is there again."""
    old = evidence(Source.HR_TAG, share=RED, weight=2.0, occurred_at=days_ago(10))
    revoked = evidence(Source.HR_TAG, id="ev-2", share=BLUE, weight=2.0, revoked_at=NOW)

    assert rebuild([old, revoked], VALUES) == rebuild([old], VALUES)


def test_a_segment_tells_what_to_expect_and_counts_as_no_observation() -> None:
    """By hand: shares of 0 are floored at .01 and all divided by 1.07."""
    sums = fold(NOTHING, evidence(Source.SEGMENT, share=BLUE, weight=0.0), VALUES)
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, sums, NOW)

    assert profile.share[3] == pytest.approx(1 / 1.07)
    assert profile.share[0] == pytest.approx(0.01 / 1.07)
    assert profile.n_eff == 0


def test_only_the_newest_segment_counts_in_whatever_order_they_come() -> None:
    """People move between segments; a late file must not move them back."""
    old = evidence(Source.SEGMENT, share=RED, occurred_at=days_ago(1))
    new = evidence(Source.SEGMENT, id="ev-2", share=BLUE)

    assert fold(fold(NOTHING, new, VALUES), old, VALUES).prior == rebuild([new], VALUES).prior


def test_only_statements_count_as_declared() -> None:
    """The chemistry gate opens on what people said, never on what was read into their behaviour."""
    sums = rebuild([evidence(weight=3.0), evidence(Source.BEHAVIOUR, id="ev-2", weight=0.5)], VALUES)

    table = share_table(VALUES, [sums, None], NOW)

    assert table.n_declared.tolist() == pytest.approx([3.0, 0.0])
    assert table.n_eff.tolist() == pytest.approx([3.5, 0.0])


def test_a_form_may_push_a_system_down_but_never_out() -> None:
    """Not choosing is information; a share of exactly 0 would be a certainty nobody has."""
    strong = evidence(share=(-3.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 0.0), weight=2.0)
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, strong, VALUES), NOW)

    assert 0 < profile.share[0] < VALUES.prior_mean[0] / 10


def test_worst_picks_are_told_apart_from_the_share() -> None:
    """By hand: 3 worst picks of red on a uniform prior of 7: (7/8 + 3)/10."""
    picked = evidence(detail={"worst": [0, 0, 3, 0, 0, 0, 0, 0]})
    profile = profile_of("c-1", FRAMEWORK.name, VALUES, fold(NOTHING, picked, VALUES), NOW)

    assert profile.rejection is not None
    assert profile.rejection[2] == pytest.approx(0.3875)
    assert sum(profile.rejection) == pytest.approx(1)


def test_a_profile_is_stale_once_half_of_it_has_faded() -> None:
    """Stale is a reason to ask again; it follows from the half-life, 730 days for a survey."""
    sums = fold(NOTHING, evidence(), VALUES)

    stale = [
        profile_of("c", FRAMEWORK.name, VALUES, sums, NOW + timedelta(days=days)).stale for days in (0, 729, 731, 3000)
    ]

    assert stale == [False, False, True, True]


def test_provenance_says_what_each_source_weighs_now_and_when_it_spoke() -> None:
    """People may ask where a profile comes from; the answer is by source, after the caps."""
    texts = [evidence(Source.TEXT, id=f"t{n}", weight=0.05, occurred_at=days_ago(n)) for n in range(50)]
    profile = profile_of("c", FRAMEWORK.name, VALUES, rebuild([evidence(weight=3.0), *texts], VALUES), NOW)

    found = {part.source: (part.weight, part.last) for part in profile.provenance}
    assert found["survey"] == (pytest.approx(3.0), NOW)
    assert found["text"] == (pytest.approx(7 / 15), NOW)


def test_with_two_categories_the_chance_of_leading_is_a_beta_tail() -> None:
    """For K = 2 the integral has a closed form: P(share₁ > ½) under Beta(α₁, α₂)."""
    chances = leading_probabilities(np.array([2.0, 3.5]))

    assert chances[0] == pytest.approx(stats.beta(2.0, 3.5).sf(0.5), abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_chance_of_leading_is_what_drawing_people_shows(seed: int) -> None:
    """200,000 draws of the same Dirichlet as a second opinion; no random number is used by the engine itself."""
    rng = np.random.default_rng(seed)
    alpha = rng.gamma(1.0, 2.0, 8) + 0.05
    drawn = np.bincount(rng.dirichlet(alpha, 200_000).argmax(axis=1), minlength=8) / 200_000

    assert leading_probabilities(alpha) == pytest.approx(drawn, abs=0.006)


def test_top_names_systems_until_four_fifths_are_covered() -> None:
    """A clear profile has one name, an unclear one at most three."""
    clear = profile_of("c", FRAMEWORK.name, VALUES, fold(NOTHING, evidence(share=BLUE, weight=16.0), VALUES), NOW)
    unclear = profile_of("c", FRAMEWORK.name, VALUES, None, NOW)

    assert clear.top == ("blue",)
    assert clear.p_top > 0.8
    assert len(unclear.top) == 3


def test_an_inline_share_counts_as_half_known_unless_it_says_otherwise() -> None:
    """Without n_eff it counts as A0 pseudo-counts, which is a confidence of one half."""
    share, n_eff = inline_share(VALUES, InlineFacet({"blue": 0.75, "red": 0.25}))

    assert share.tolist() == [0, 0, 0.25, 0.75, 0, 0, 0, 0]
    assert n_eff == VALUES.prior_strength
    assert inline_share(VALUES, InlineFacet({"blue": 1.0}, n_eff=2.0))[1] == 2.0


def test_an_inline_share_of_an_unknown_system_is_refused() -> None:
    """A misspelt system must not silently read as none."""
    with pytest.raises(InvalidInput) as refused:
        inline_share(VALUES, InlineFacet({"Blue": 1.0}), pointer="/profile/values")

    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/profile/values/share/Blue", "unknown_value_system")
    ]


@pytest.mark.parametrize("n_eff", [-1.0, float("nan"), float("inf")])
def test_an_impossible_number_of_counts_is_refused(n_eff: float) -> None:
    """Negative or endless certainty would turn every later formula into nonsense."""
    with pytest.raises(InvalidInput) as refused:
        inline_share(VALUES, InlineFacet({"blue": 1.0}, n_eff=n_eff), pointer="/profile/values")

    assert refused.value.faults[0].pointer == "/profile/values/n_eff"


def test_nobody_is_a_table_without_rows() -> None:
    """An empty staff or queue is an ordinary morning, no special case."""
    table = share_table(VALUES, [], NOW)

    assert table.share.shape == (0, VALUES.size)
    assert table.n_eff.shape == table.n_declared.shape == (0,)


def test_many_profiles_at_once_are_each_alone() -> None:
    """A list of people must show what each one's own page shows, hidden ones too."""
    people = [
        rebuild([evidence(weight=3.0), evidence(Source.TEXT, id="t", share=RED, weight=9.0)], VALUES),
        None,
        fold(NOTHING, evidence(Source.SEGMENT, share=BLUE, weight=0.0), VALUES),
        rebuild([evidence(occurred_at=days_ago(1000)), evidence(Source.TEXT, id="t", weight=0.1)], VALUES),
    ]

    together = profiles_of(["a", "b", "c", "d"], FRAMEWORK.name, VALUES, people, NOW)

    assert together == [
        profile_of(name, FRAMEWORK.name, VALUES, sums, NOW) for name, sums in zip("abcd", people, strict=True)
    ]
    assert profiles_of([], FRAMEWORK.name, VALUES, [], NOW) == []


def test_a_hidden_profile_reads_as_nothing_known() -> None:
    """Who hides a profile is met like someone of whom nothing is known, at no disadvantage."""
    hidden, nobody = (profile_of("e-1", FRAMEWORK.name, VALUES, sums, NOW) for sums in (None, NOTHING))

    assert hidden == nobody
    assert hidden.n_declared == 0


def test_an_allergy_is_rejection_beyond_chance() -> None:
    """By hand: 3 worst picks of red make (7/8 + 3)/10 = .3875, which is .2625 above an eighth; the rest is below."""
    picked = evidence(detail={"worst": [0, 0, 3, 0, 0, 0, 0, 0]})
    asked, unasked = (
        profile_of("c", FRAMEWORK.name, VALUES, fold(NOTHING, one, VALUES), NOW) for one in (picked, evidence())
    )

    assert asked.allergy == pytest.approx((0, 0, 0.2625, 0, 0, 0, 0, 0))
    assert unasked.allergy is None


def test_a_calibrated_cap_takes_the_place_of_the_files() -> None:
    """By hand: 10 counts of text under a cap of 2 count 2; a source not calibrated keeps its own."""
    sums = rebuild([evidence(Source.TEXT, weight=10.0), evidence(id="s", weight=3.0)], VALUES)

    table = share_table(VALUES.with_caps({"text": 2.0}), [sums], NOW)

    assert table.n_eff.tolist() == pytest.approx([5.0])
    assert table.n_declared.tolist() == pytest.approx([3.0])


def test_a_source_found_worthless_counts_for_nothing() -> None:
    """A cap of 0 is a finding, not a fault."""
    sums = fold(NOTHING, evidence(Source.TEXT, weight=10.0), VALUES)

    assert share_table(VALUES.with_caps({"text": 0.0}), [sums], NOW).share[0] == pytest.approx(VALUES.prior_mean)


def test_a_tag_is_worth_the_cap_that_was_found() -> None:
    """A tag counts its whole cap; were its weight left behind, a better source would never be believed more."""
    found = VALUES.with_caps({"hr_tag": 4.0, "text": 0.1})

    assert found.terms("hr_tag").weight == 4.0
    assert found.terms("text").weight == VALUES.terms("text").weight


@pytest.mark.parametrize("caps", [{"text": -1.0}, {"text": float("nan")}, {"text": float("inf")}, {"gossip": 1.0}])
def test_an_impossible_cap_is_refused(caps: dict[str, float]) -> None:
    """A calibration that went wrong must not reach anybody's profile."""
    with pytest.raises(InvalidInput):
        VALUES.with_caps(caps)


def test_a_tag_recorded_while_its_source_was_doubted_counts_again_once_it_is_believed() -> None:
    """A night that misjudged HR's tags would otherwise silence for good every tag recorded in the weeks after."""
    doubted = VALUES.with_caps({"hr_tag": 0.0})
    sums = fold(NOTHING, evidence(Source.HR_TAG, weight=doubted.terms("hr_tag").weight), VALUES)

    assert share_table(doubted, [sums], NOW).n_eff.tolist() == [0.0]
    assert share_table(VALUES, [sums], NOW).n_eff.tolist() == pytest.approx([VALUES.terms("hr_tag").cap])


LEARNT = replace(VALUES, segments={"retail": Expected((0.65, *(0.05,) * 7), 3.0, NOW)})


def test_a_member_of_a_segment_begins_where_the_segment_stands() -> None:
    """Mean and strength both: two answers move a member of a varied segment more than one of a uniform segment."""
    (nothing_said,) = share_table(LEARNT, [expecting(None, LEARNT, "retail")], NOW).share
    told = expecting(fold(NOTHING, evidence(share=(0.0, 0.0, 1.0, *(0.0,) * 5), weight=3.0), VALUES), LEARNT, "retail")

    profile = profile_of("c-1", "x@1", LEARNT, told, NOW)

    assert nothing_said.tolist() == pytest.approx([0.65, *(0.05,) * 7])
    assert profile.share[2] == pytest.approx((3.0 * 0.05 + 3.0) / 6.0)
    assert profile.confidence == pytest.approx(0.5)
    assert (profile.provenance[-1].source, profile.provenance[-1].weight) == ("segment", 0.0)


def test_what_was_told_of_the_person_stands_before_what_is_known_of_the_segment() -> None:
    """Whoever told Klik what to expect of this customer knew more than their segment does."""
    own = Sums(prior=(0.3, *(0.1,) * 7), prior_at=NOW)

    assert expecting(own, LEARNT, "retail") is own
    assert expecting(None, LEARNT, "unheard of") is None
    assert expecting(NOTHING, LEARNT, None) is NOTHING
