"""Much evidence folded at once must be what each person's pieces make one by one."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.profiles.columns import EvidenceColumns, fold_columns, fold_many
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Sums, alpha_table, fold, rebuild
from tests.matcher.profiles.evidence_builders import NOW, VALUES, days_ago, evidence, history

RED = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
BLUE = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
seeds = st.integers(0, 2**32 - 1)


def staff_histories(rng: np.random.Generator, people: int) -> dict[str, list[Evidence]]:
    """Histories of so many people, by id."""
    names = [f"c-{number}" for number in range(people)]
    return {
        name: [replace(piece, subject_id=name, id=f"{name}-{piece.id}") for piece in history(rng)] for name in names
    }


def assert_same(one: Sums, other: Sums) -> None:
    """Equal in everything but the last digits of the sums."""
    assert one.by_source.keys() == other.by_source.keys()
    assert (one.prior, one.prior_at) == (other.prior, other.prior_at)
    assert one.rejection == pytest.approx(other.rejection)
    for source, sums in one.by_source.items():
        twin = other.by_source[source]
        assert (sums.at, sums.by_open_set.keys()) == (twin.at, twin.by_open_set.keys())
        assert sums.vector == pytest.approx(twin.vector, abs=1e-9)
        for opened, vector in sums.by_open_set.items():
            assert vector == pytest.approx(twin.by_open_set[opened], abs=1e-9)


@given(seed=seeds, people=st.integers(1, 8))
def test_everyone_gets_what_their_own_evidence_makes(seed: int, people: int) -> None:
    """T1 for many at once: a night's import may not give other profiles than the same pieces sent one by one."""
    rng = np.random.default_rng(seed)
    histories = staff_histories(rng, people)
    pieces = [piece for one in histories.values() for piece in one]

    folded = fold_many([pieces[place] for place in rng.permutation(len(pieces))], VALUES)

    assert folded.keys() == histories.keys()
    for name, own in histories.items():
        assert_same(folded[name], rebuild(own, VALUES))


@given(seed=seeds)
def test_evidence_may_be_folded_onto_what_was_there(seed: int) -> None:
    """Half today, half tomorrow is the whole: no full rebuild is needed for new pieces."""
    rng = np.random.default_rng(seed)
    pieces = [piece for one in staff_histories(rng, 3).values() for piece in one]
    cut = int(rng.integers(0, len(pieces) + 1))

    before = fold_many(pieces[:cut], VALUES)
    after = before | fold_many(pieces[cut:], VALUES, onto=before)

    whole = fold_many(pieces, VALUES)
    assert after.keys() == whole.keys()
    for name, sums in whole.items():
        assert_same(after[name], sums)


def test_whoever_has_only_revoked_evidence_is_there_with_nothing() -> None:
    """A profile that is empty again must be written too, or the old one would stay."""
    folded = fold_many([evidence(subject_id="c-7", revoked_at=NOW)], VALUES)

    assert folded == {"c-7": NOTHING}


def test_of_two_tags_of_the_same_moment_the_later_recorded_stands() -> None:
    """HR may correct a tag within the same import; the correction is what is meant."""
    first = evidence(Source.HR_TAG, id="b", share=RED)
    second = evidence(Source.HR_TAG, id="a", share=BLUE, recorded_at=NOW + timedelta(seconds=1))

    for pieces in ([first, second], [second, first]):
        assert fold_many(pieces, VALUES)["c-1"] == rebuild(pieces, VALUES) == rebuild([second], VALUES)


def test_by_hand_two_surveys_a_half_life_apart() -> None:
    """The older one counts half at the moment of the newer one."""
    columns = EvidenceColumns(
        subjects=["c", "c"],
        sources=[Source.SURVEY, Source.SURVEY],
        at=[NOW, days_ago(730)],
        share=np.array([BLUE, RED]),
        weight=np.array([3.0, 4.0]),
    )

    survey = fold_columns(columns, VALUES)["c"].by_source["survey"]

    assert survey.at == NOW
    assert survey.vector == pytest.approx((0, 0, 2, 3, 0, 0, 0, 0))


def test_nobody_told_anything_is_an_empty_answer() -> None:
    """A night without evidence is an ordinary night."""
    assert fold_many([], VALUES) == {}


def test_every_fault_of_every_piece_is_told_at_once() -> None:
    """Whoever repairs a file wants the whole list; a piece that was taken back is not judged."""
    pieces = [
        evidence(id="good"),
        evidence(id="heavy", weight=float("inf")),
        evidence(id="gone", weight=-1.0, revoked_at=NOW),
        evidence(id="short", share=(1.0,)),
        evidence(id="worst", detail={"worst": [0, -1, 0, 0, 0, 0, 0, 0]}),
    ]

    with pytest.raises(InvalidInput) as refused:
        fold_many(pieces, VALUES)

    assert [fault.pointer for fault in refused.value.faults] == ["/1/weight", "/3/share", "/4/detail/worst"]


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf"), 1.1e9])
@pytest.mark.parametrize("many", [False, True])
def test_no_weight_is_accepted_that_would_break_a_sum(weight: float, many: bool) -> None:  # a parameter
    """T19: a negative or endless weight would make every later number nonsense."""
    broken = evidence(weight=weight)

    with pytest.raises(InvalidInput) as refused:
        fold_many([broken], VALUES) if many else fold(NOTHING, broken, VALUES)

    assert any(fault.pointer.endswith("/weight") for fault in refused.value.faults)


@pytest.mark.parametrize(
    "share",
    [
        (float("nan"), *RED[1:]),
        (float("inf"), *RED[1:]),
        (float("inf"), float("-inf"), *RED[2:]),
        (0.5, *RED[1:]),
        (0.0,) * 8,
        (1.0,) * 7,
        (),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_no_share_is_accepted_that_is_no_distribution(share: tuple[float, ...], many: bool) -> None:  # a parameter
    """T19: the routes refuse it first; the engine must not depend on them."""
    broken = evidence(Source.BEHAVIOUR, share=share)

    with pytest.raises(InvalidInput) as refused:
        fold_many([broken], VALUES) if many else fold(NOTHING, broken, VALUES)

    assert any(fault.pointer.endswith("/share") for fault in refused.value.faults)


@pytest.mark.parametrize("many", [False, True])
def test_evidence_on_another_facet_is_never_mixed_in(many: bool) -> None:
    """Two facets may have as many categories; a channel counted as a value system would look perfectly sound."""
    stray = evidence(facet="channel")

    with pytest.raises(InvalidInput) as refused:
        fold_many([stray], VALUES) if many else fold(NOTHING, stray, VALUES)

    assert refused.value.faults[0].code == "unknown_facet"


def test_only_a_form_may_count_against_a_system() -> None:
    """Not choosing is information in a form; behaviour and tags can only count for something."""
    against = (-0.5, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    assert fold(NOTHING, evidence(Source.SURVEY, share=against), VALUES).by_source
    for source in (Source.BEHAVIOUR, Source.TEXT, Source.HR_TAG, Source.SELF_TAG, Source.OUTCOME, Source.SEGMENT):
        with pytest.raises(InvalidInput):
            fold(NOTHING, evidence(source, share=against), VALUES)


@pytest.mark.parametrize(
    "detail", [{"worst": "aaaaaaaa"}, {"worst": [1, 2]}, {"worst": [True] * 8}, {"open": "chat"}, {"open": [1]}]
)
def test_malformed_details_are_refused(detail: dict[str, object]) -> None:
    """A detail that is misread would be believed for years."""
    with pytest.raises(InvalidInput):
        fold(NOTHING, evidence(detail=detail), VALUES)


def test_the_shares_of_a_form_of_hardly_any_weight_may_be_large() -> None:
    """A form's counts are weight times share: with a weight near 0 the share is far from 0 and still means little."""
    slight = evidence(share=(5001.0, -5000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), weight=1e-4)

    alpha = alpha_table(VALUES, [fold(NOTHING, slight, VALUES), None], NOW)

    assert alpha[0] - alpha[1] == pytest.approx([0.5001, -0.5, 0, 0, 0, 0, 0, 0])
