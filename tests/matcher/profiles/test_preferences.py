"""Behaviour made evidence, preferences made wishes: every number is the file's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.profiles.effects import Effect
from matcher.profiles.facets import inline_share
from matcher.profiles.inline import InlineFacet
from matcher.profiles.preferences import effects_of, observed_share, share_in_situation
from models.frameworks import load_framework

FRAMEWORK = load_framework()
CHANNEL, STYLE, WINDOW = (FRAMEWORK.facets[name] for name in ("channel", "decision_style", "service_window"))


@pytest.mark.parametrize(
    ("facet", "event", "pick", "told", "weight"),
    [
        (CHANNEL, "contact_started", "chat", {"chat": 1.0}, 1.0),
        (CHANNEL, "offer_accepted", "phone", {"phone": 1.0}, 0.5),
        (CHANNEL, "asked_to_switch", "email", {"email": 1.0}, 2.0),
        (STYLE, "sales_declined", None, {"independent": 1.0}, 0.5),
        (STYLE, "advice_accepted", None, {"delegates_wants_advice": 1.0}, 0.3),
        (WINDOW, "contact_outside_office_hours", None, {"any_time_anyone": 1.0}, 0.3),
        (WINDOW, "appointment_taken", None, {"office_hours_specialist": 1.0}, 0.5),
    ],
)
def test_an_event_tells_what_the_design_says_it_tells(facet, event, pick, told, weight) -> None:
    """The weights of profiling.md section 8, by hand."""
    share, worth = observed_share(facet, event, pick=pick)

    assert {dim: part for dim, part in zip(facet.dims, share, strict=True) if part} == told
    assert worth == weight


def test_who_gives_up_in_a_channel_speaks_for_the_others_that_were_open() -> None:
    """A caller who hung up did not ask for a desk that was closed."""
    share, worth = observed_share(CHANNEL, "abandoned", pick="phone", opened=("phone", "chat", "email"))

    assert dict(zip(CHANNEL.dims, share, strict=True))["chat"] == 0.5
    assert sum(share) == pytest.approx(1.0)
    assert worth == 0.3


@pytest.mark.parametrize(
    ("facet", "event", "options", "code"),
    [
        (CHANNEL, "telepathy", {"pick": "phone"}, "unknown_event"),
        (CHANNEL, "contact_started", {}, "missing_field"),
        (CHANNEL, "contact_started", {"pick": "fax"}, "unknown_value_system"),
        (STYLE, "sales_declined", {"pick": "independent"}, "unknown_field"),
        (CHANNEL, "abandoned", {"pick": "phone", "opened": ("phone",)}, "nothing_open"),
        (FRAMEWORK.values, "contact_started", {"pick": "phone"}, "unknown_event"),
    ],
)
def test_an_event_that_says_nothing_here_is_refused(facet, event, options, code) -> None:
    """A mistyped event would quietly teach nothing."""
    with pytest.raises(InvalidInput) as refused:
        observed_share(facet, event, **options)

    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_preference_is_acted_on_only_when_known_and_above_all_others_together() -> None:
    """A guess about someone must not decide how they are spoken to."""
    independent, torn = (0.7, 0.1, 0.2), (0.45, 0.35, 0.2)

    assert effects_of(STYLE, independent, 0.5) == (Effect.NO_PUSH, Effect.INFORMATION_FIRST)
    assert effects_of(STYLE, independent, 0.11) == ()
    assert effects_of(STYLE, torn, 0.9) == ()
    assert effects_of(CHANNEL, (0.9, 0.1, 0, 0, 0, 0), 0.9) == ()


def test_without_anything_seen_in_the_situation_the_general_preference_stands() -> None:
    """Lift is 1 where fewer than fifty contacts were seen."""
    share, _ = inline_share(CHANNEL, InlineFacet({"chat": 0.75, "phone": 0.25}))

    assert share_in_situation(share, np.zeros(6), np.ones(6)) == pytest.approx(share)


def test_habit_and_situation_weigh_as_five_contacts() -> None:
    """Half chat in general and five calls about outages: by hand (5·.5 + 5) to 5·.5, so three quarters phone."""
    share = np.array([0.0, 0.0, 0.5, 0.5, 0.0, 0.0])
    times = np.array([0.0, 0.0, 0.0, 5.0, 0.0, 0.0])

    assert share_in_situation(share, times, np.ones(6))[3] == pytest.approx(0.75)


@given(
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.lists(st.floats(0, 50), min_size=6, max_size=6),
    st.lists(st.floats(0, 20), min_size=6, max_size=6),
)
def test_a_preference_in_a_situation_is_a_distribution(share, times, lift) -> None:
    """Whatever was counted, shares are what routing reads."""
    general = (np.array(share) + 1e-3) / (np.array(share) + 1e-3).sum()
    here = share_in_situation(general, np.array(times), np.array(lift))

    assert here.sum() == pytest.approx(1.0)
    assert (here >= 0).all()
