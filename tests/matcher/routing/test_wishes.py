"""Preferences and states in a round: who serves, what is promised, and what the employee is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from matcher.profiles.effects import Effect
from matcher.profiles.framework_types import Expected
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import ChannelLoad, Consent, Customer, Interval
from matcher.profiles.situations import Situation
from matcher.routing import CustomerTable, KnownCustomer, decide
from matcher.routing.decision import Decision, Why
from matcher.routing.wishes import states_called_up
from tests.matcher.routing.rounds import FRAMEWORK, NOON, contact, customer, employee, snapshot

INDEPENDENT = InlineFacet({"independent": 1.0})
ADVISED = InlineFacet({"delegates_wants_advice": 1.0})
BUSY = InlineFacet({"delegates_no_time": 1.0})
SPECIALIST = InlineFacet({"office_hours_specialist": 1.0})
NINE_TO_FIVE = tuple(Interval(day * 1440 + 9 * 60, day * 1440 + 17 * 60) for day in range(5))


def wishing(**facets: InlineFacet) -> Customer:
    """A customer who stated these preferences."""
    return Customer(id="someone", profile=InlineProfile(**facets))


def served(asking: Customer | None, *employees: object, **changes: object) -> Decision:
    """The decision on one contact of that customer."""
    told = {"customer": asking} | {k: changes.pop(k) for k in ("preferred_employee", "intent") if k in changes}
    round_ = snapshot([contact(**told)], employees, **changes)  # type: ignore[arg-type]  # keyword arguments of a test
    return decide(round_, NOON, np.random.default_rng(1)).decisions[0]


def test_wishes_go_along_with_the_decision_even_unexplained() -> None:
    """The employee must know not to push before the first sentence."""
    decision = served(wishing(decision_style=INDEPENDENT), employee(), explain="none")

    assert decision.wishes == (Effect.NO_PUSH, Effect.INFORMATION_FIRST)
    assert decision.reasons == ()


def test_a_customer_who_said_no_push_is_not_pushed_whatever_the_profile() -> None:
    """It is a request, not an inference."""
    assert served(Customer(id="someone", no_push=True), employee()).wishes == (Effect.NO_PUSH,)
    assert served(None, employee()).wishes == ()


def test_who_wants_advice_gets_the_higher_mandate_and_others_do_not() -> None:
    """Specialists' time is scarce: it goes to those who ask for it."""
    staff = [employee("clerk", mandate=0), employee("expert", mandate=3)]
    rule_set = replace(snapshot([], []).rules.rule_set)

    assert served(wishing(decision_style=ADVISED), *staff, rule_set=rule_set).employee_id == "expert"
    assert served(wishing(decision_style=INDEPENDENT), *staff, rule_set=rule_set).employee_id == "clerk"


def test_who_wants_one_owner_gets_them_back_against_a_better_idle_time() -> None:
    """Continuity counts twice for someone who has no time to tell the story again."""
    staff = [employee("e1"), employee("e2", idle_s=3600.0)]
    told = served(wishing(decision_style=BUSY), *staff, preferred_employee="e1", explain="full")
    plain = served(None, *staff, preferred_employee="e1", explain="full")
    continuity = [
        next(one.effect for one in each.reasons if one.code == "preferred_employee") for each in (told, plain)
    ]

    assert told.employee_id == "e1"
    assert continuity[0] == pytest.approx(2 * continuity[1])


@pytest.mark.parametrize("style", [ADVISED, BUSY, INDEPENDENT])
def test_the_effects_told_add_up_to_the_score_with_wishes_too(style: InlineFacet) -> None:
    """An explanation that leaves a term out is no explanation."""
    staff = [employee("e1", mandate=2), employee("e2", mandate=1, idle_s=60.0)]
    decision = served(wishing(decision_style=style), *staff, preferred_employee="e1", explain="full")

    assert sum(one.effect for one in decision.reasons) == pytest.approx(decision.score, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "suggested"),
    [
        ({}, "chat"),
        ({"intent": "outage"}, "chat"),
        ({"intent": "outage", "priority": 7}, "email"),
        ({"intent": "outage", "due_to": NOON + timedelta(minutes=59)}, "email"),
        ({"intent": "bill", "priority": 9}, "chat"),
    ],
)
def test_the_channel_suggested_is_that_of_the_situation(changes: dict, suggested: str) -> None:
    """Chat is commoner than e-mail, but in an outage that cannot wait everyone wrote."""
    facet = FRAMEWORK.facets["channel"]
    mean = tuple(0.5 if dim == "email" else 0.1 for dim in facet.dims)
    learnt = replace(facet, situations={Situation("outage", urgent=True).name: Expected(mean, 60.0, NOON)})
    framework = replace(FRAMEWORK, facets={**FRAMEWORK.facets, "channel": learnt})
    staff = [employee(channels={"chat": ChannelLoad(1), "email": ChannelLoad(1)})]
    round_ = replace(snapshot([contact(**changes)], staff), framework=framework)
    (decision,) = decide(round_, NOON, np.random.default_rng(1)).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.suggested_channel == suggested


def test_a_served_contact_is_not_asked_which_other_channel_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a situation teaches costs nothing where nobody needs it."""
    monkeypatch.delattr(CustomerTable, "channel_share")

    assert served(None, employee(), intent="outage").employee_id == "e1"


def test_who_prefers_specialist_hours_is_told_when_rather_than_sent_elsewhere() -> None:
    """From nine to five with a specialist beats day and night with anyone, for this customer."""
    evening = datetime(2026, 11, 27, 19, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))  # a Friday
    staff = [employee("e1", hours=NINE_TO_FIVE), employee("robot", channels=employee().channels)]
    asked = [contact(customer=wishing(service_window=SPECIALIST), skills={"solar": 2})]
    staff[0] = replace(staff[0], skills={"solar": 3})
    round_ = snapshot(asked, staff, timezone=ZoneInfo("Europe/Amsterdam"), language="nl")
    (decision,) = decide(round_, evening, np.random.default_rng(1)).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.suggested_channel is None
    assert decision.unassigned.suggested_window == (
        datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo("Europe/Amsterdam")),
        datetime(2026, 11, 30, 17, 0, tzinfo=ZoneInfo("Europe/Amsterdam")),
    )
    assert "maandag" in decision.unassigned.detail
    assert "09:00" in decision.unassigned.detail


def test_a_shift_under_way_begins_now_and_ends_when_it_ends() -> None:
    """Nobody promises a call-back in the past."""
    away = employee("e1", hours=NINE_TO_FIVE)
    round_ = snapshot([contact()], [away], presence=None)
    (decision,) = decide(round_, NOON, np.random.default_rng(1)).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.suggested_window == (NOON, NOON + timedelta(hours=5))


def test_clocks_that_change_on_sunday_night_leave_monday_at_nine() -> None:
    """A week over the end of summer time has an hour more; nine o'clock stays nine o'clock."""
    zone = ZoneInfo("Europe/Amsterdam")
    saturday = datetime(2026, 10, 24, 12, 0, tzinfo=zone)
    round_ = snapshot([contact()], [employee(hours=NINE_TO_FIVE)], timezone=zone)
    (decision,) = decide(round_, saturday, np.random.default_rng(1)).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.suggested_window is not None
    start = decision.unassigned.suggested_window[0]
    assert (start.date().isoformat(), start.hour) == ("2026-10-26", 9)
    assert start.astimezone(UTC).hour == 8


def test_without_stated_hours_nothing_is_promised() -> None:
    """A time nobody stated would be an unkept call-back."""
    round_ = snapshot([contact()], [employee(active=False), employee("e2", active=False, hours=NINE_TO_FIVE)])
    (decision,) = decide(round_, NOON, np.random.default_rng(1)).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.NO_ELIGIBLE_EMPLOYEE
    assert decision.unassigned.suggested_window is None


def test_an_intent_the_file_knows_shifts_the_share_for_this_round_only() -> None:
    """A customer whose power failed is met as they are today; the profile stays what it was."""
    trigger = FRAMEWORK.state_triggers[0]
    contacts = [contact(intent=trigger.intents[0]), contact("c2", intent="something else")]
    states = states_called_up(contacts, FRAMEWORK, NOON, language="nl")
    known = [KnownCustomer(customer({"orange": 1.0}))] * 2
    table = CustomerTable.of(known, FRAMEWORK, at=NOON, states=states)
    towards = int(np.argmax(trigger.share))

    assert table.values.share[0, towards] == pytest.approx(trigger.rho * trigger.share[towards])
    assert table.values.share[1, towards] == 0.0
    assert table.causes == {0: (trigger.cause["nl"],)}


def test_a_state_of_someone_who_withholds_values_counts_for_nothing() -> None:
    """Without consent no value profile is used, not even today's."""
    refusing = customer({"orange": 1.0}, consent=Consent(value_profiling=False))
    state = Overlay("customer", "someone", "values", FRAMEWORK.state_triggers[0].share, 0.5, "x", NOON + timedelta(1))
    table = CustomerTable.of([KnownCustomer(refusing)], FRAMEWORK, at=NOON, states={0: (state,)})

    assert table.causes == {}
    assert tuple(table.values.share[0]) == pytest.approx(FRAMEWORK.values.prior_mean)


def test_the_employee_is_told_how_to_meet_this_customer_without_a_colour() -> None:
    """A cue helps where likeness is perceived; a colour's name would only label."""
    leading = FRAMEWORK.values.dims[3]
    decision = served(customer({leading: 1.0}), employee(), explain="short", language="nl")
    cue = next(one for one in decision.reasons if one.code == "cue")

    assert FRAMEWORK.cues[leading].do["nl"] in cue.text
    assert leading not in cue.text.lower()
    assert served(None, employee(), explain="short").reasons != ()
    assert "cue" not in [one.code for one in served(None, employee(), explain="full").reasons]


@pytest.mark.parametrize(("liked", "words"), [("phone", "het liefst heeft"), ("chat", "liever chat")])
def test_whether_the_channel_suits_the_customer_is_told(liked: str, words: str) -> None:
    """Who calls though they like to chat can be spared the next call."""
    decision = served(wishing(channel=InlineFacet({liked: 0.8, "email": 0.2})), employee(), language="nl")
    (told,) = [one for one in decision.reasons if one.code == "channel_fit"]

    assert words in told.text
    assert told.effect == 0.0
    assert "channel_fit" not in [one.code for one in served(None, employee()).reasons]
