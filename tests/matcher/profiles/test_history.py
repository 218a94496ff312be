"""How a profile came to be, computed from the log alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import profile_of, rebuild
from matcher.profiles.history import Action, curve_of, events_of, steps_of
from matcher.profiles.tags import tag_share
from models.frameworks import load_framework

FRAMEWORK = load_framework()
FACET = FRAMEWORK.values
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def piece(name: str, at: float, dominant: str, **changes: object) -> Evidence:
    known: dict[str, object] = {
        "who": "employee",
        "subject_id": "e-1",
        "framework": FRAMEWORK.name,
        "facet": "values",
        "source": Source.HR_TAG,
        "occurred_at": day(at),
        "recorded_at": day(at),
        "share": tag_share(FACET, dominant),
        "weight": 2.3,
        "actor": "hr",
    }
    return Evidence(name, **(known | changes))  # type: ignore[arg-type]  # keyword arguments of a test


LOG = [
    piece("v-1", 0, "blue"),
    piece("v-2", 10, "red", revoked_at=day(20), revoked_by="employee:e-1"),
    piece("v-3", 20, "green", source=Source.SELF_TAG),
    piece("v-4", 30, "blue", source=Source.SURVEY, weight=15.0, occurred_at=day(5)),
    piece("v-5", 40, "red", revoked_at=day(40), revoked_by="hr"),
]


def test_events_come_in_the_order_in_which_they_happened() -> None:
    """Of one moment: what was there is taken back first, and nothing is taken back before it was recorded."""
    told = [(event.evidence.id, event.action) for event in events_of(LOG)]

    assert told == [
        ("v-1", Action.RECORDED),
        ("v-2", Action.RECORDED),
        ("v-2", Action.CONTESTED),
        ("v-3", Action.RECORDED),
        ("v-4", Action.RECORDED),
        ("v-5", Action.RECORDED),
        ("v-5", Action.REVOKED),
    ]


def test_the_profile_after_each_step_is_the_one_rebuilt_from_what_stood_then() -> None:
    """A second way, piece by piece: what was recorded by then and not yet taken back."""
    steps = steps_of("e-1", FRAMEWORK, FACET, events_of(LOG), first=1, most=99)
    standing = [{"v-1"}, {"v-1", "v-2"}, {"v-1"}, {"v-1", "v-3"}, {"v-1", "v-3", "v-4"},
                {"v-1", "v-3", "v-4", "v-5"}, {"v-1", "v-3", "v-4"}]  # fmt: skip

    for step, names in zip(steps, standing, strict=True):
        stood = [replace(one, revoked_at=None) for one in LOG if one.id in names]
        expected = profile_of("e-1", FRAMEWORK.name, FACET, rebuild(stood, FACET), step.event.at)
        assert step.profile.share == pytest.approx(expected.share, abs=1e-9)
        assert step.profile.n_eff == pytest.approx(expected.n_eff, abs=1e-9)


def test_the_last_step_is_the_profile_of_now() -> None:
    """The history ends where the profile is."""
    last = steps_of("e-1", FRAMEWORK, FACET, events_of(LOG), first=1, most=99)[-1]
    now = profile_of("e-1", FRAMEWORK.name, FACET, rebuild(LOG, FACET), day(40))

    assert last.profile.share == pytest.approx(now.share, abs=1e-9)


def test_a_curve_is_the_prior_before_the_first_event_and_fades_between_two() -> None:
    """Nothing is known before anything was said; without news certainty only falls."""
    moments = [day(-1), day(0), day(9), day(15), day(21)]

    before, first, faded, second, third = curve_of("e-1", FRAMEWORK, FACET, events_of(LOG), moments)

    assert before.share == pytest.approx(FACET.prior_mean)
    assert before.n_eff == 0
    assert 0 < faded.n_eff < first.n_eff == pytest.approx(2.3, rel=0.02)
    assert second.share[FACET.index("red")] > third.share[FACET.index("red")]
