"""A rehearsal says what a draft changes, for whom, and no more than chance allows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from matcher.contacts.contact import Contact
from matcher.errors import InvalidInput
from matcher.profiles.people import ChannelLoad, Employee, Interval
from matcher.rules import DEFAULT_RULE_SET, RuleSet, parse_rule_set
from matcher.simulation.from_contacts import Seen, scenario_of
from matcher.simulation.rehearsal import Aspect, Fortune, Terms, compare_rules
from matcher.simulation.rehearsal_words import sentences
from matcher.simulation.rehearse import Case, groups_of
from matcher.simulation.scenario import Scenario
from matcher.use_cases.rehearse_rules import rehearse_rules
from models.frameworks import load_framework
from tests.matcher.simulation.worlds import arrival, employee, ran, scenario

FRAMEWORK = load_framework()
REASON = {"en": "So it is.", "nl": "Zo is het."}


def rules(*made: dict[str, object], title: str = "Draft") -> RuleSet:
    """A rule set of these rules, reasons put in."""
    document = {"schema": "rule-set/1", "title": title, "strategy": {"preset": "customer_intimacy"}}
    return parse_rule_set({**document, "rules": [{"title": one["id"], "reason": REASON, **one} for one in made]})


def a_world(contacts: int = 120, *, every_s: float = 40.0, service_s: float = 60.0, seed: int = 1) -> Scenario:
    """Contacts of two kinds, in six days, and four employees in two teams."""
    draw = np.random.default_rng(seed)
    arrivals = []
    for place in range(contacts):
        day, number = divmod(place, contacts // 6 or 1)
        at_s = 86_400 * day + 32_400 + every_s * number + draw.uniform(0, every_s)
        kind = "complaint" if place % 3 == 0 else "PS"
        made = arrival(f"c{place}", at_s, service_s * draw.lognormal(0, 0.3), kind=kind, period=day, patience_s=300.0)
        arrivals.append(replace(made, contact=replace(made.contact, skills={})))
    staff = [replace(employee(f"e{n}"), team="AB"[n % 2], mandate=n) for n in range(4)]
    return scenario(arrivals, staff)


def only_mandate(least: int) -> dict[str, object]:
    """Complaints only for employees with such a mandate."""
    return {
        "id": "mandate",
        "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
        "employees": {"field": "employee.mandate", "operator": "at_least", "value": least},
        "effect": {"require": True},
    }


def test_the_same_rules_change_nothing() -> None:
    """Any difference would be an error of the rehearsal itself."""
    same = rules(title="Other name")
    found = rehearse_rules(Case(a_world(), FRAMEWORK), DEFAULT_RULE_SET, same).rehearsal

    assert found.moved == ()
    assert {change.difference for group in (*found.segments, *found.groups) for change in group.changes} == {0.0}
    assert {group.fortune for group in found.segments} == {Fortune.ALIKE}
    assert sentences(found, language="nl", seed=1)[0].startswith("Het concept verandert niets")


def test_work_goes_to_who_is_left() -> None:
    """Team B is shut out: all its work is team A's, in hours and in contacts."""
    shut: dict[str, object] = {
        "id": "no-b",
        "employees": {"field": "employee.team", "operator": "is", "value": "B"},
        "effect": {"forbid": True},
    }
    found = rehearse_rules(Case(a_world(every_s=120.0), FRAMEWORK), DEFAULT_RULE_SET, rules(shut)).rehearsal
    work = {group.name: group.changes[0] for group in found.groups}

    assert (work["A"].draft, work["B"].draft) == (1.0, 0.0)
    assert work["A"].current + work["B"].current == pytest.approx(1.0)
    assert {flow.source for flow in found.flows} == {"B"}
    assert found.regrouped == sum(flow.contacts for flow in found.flows) <= len(found.moved)


def test_who_is_worse_off_is_named() -> None:
    """Complaints have one employee of four left, who could not serve them all: they wait."""
    world = a_world(240, every_s=30.0, service_s=100.0)
    found = rehearse_rules(Case(world, FRAMEWORK), DEFAULT_RULE_SET, rules(only_mandate(3)))
    fortunes = {group.name: group.fortune for group in found.rehearsal.segments}
    waits = {group.name: group.changes[0] for group in found.rehearsal.segments}

    assert fortunes["complaint"] is Fortune.WORSE
    assert waits["complaint"].aspect is Aspect.WAIT
    assert waits["complaint"].low > 0
    told = sentences(found.rehearsal, language="en", seed=1)
    assert any(one.startswith("Worse off: complaint (80 contacts)") for one in told)


def test_chance_alone_is_not_called_a_difference() -> None:
    """The same policy on two draws of service times: 24 tables of intervals, of which 5 % may be wrong each."""
    mistakes = tables = 0
    for seed in range(12):
        one, other = (a_world(180, every_s=25.0, seed=10 * seed + n) for n in (1, 2))
        pairs = zip(one.arrivals, other.arrivals, strict=True)
        swapped = replace(one, arrivals=tuple(replace(a, service_s=b.service_s) for a, b in pairs))
        group_of = groups_of(one.employees)
        terms = Terms(20.0, lambda made: made.contact.intent or "", group_of)
        found = compare_rules(ran(one), ran(swapped), one, terms, rng=np.random.default_rng(seed))
        for table in (found.segments, found.groups):
            tables += 1
            mistakes += any(group.changes[0].low > 0 or group.changes[0].high < 0 for group in table)

    # With six days to draw from, percentile intervals cover less than they say: about 88 % for 95 %.
    assert mistakes <= 0.35 * tables


def test_progress_counts_both_runs() -> None:
    """A bar that stands at half when the work is done would be no help."""
    seen: list[tuple[int, int | None]] = []
    world = a_world(200, every_s=120.0)
    rehearse_rules(
        Case(world, FRAMEWORK),
        DEFAULT_RULE_SET,
        DEFAULT_RULE_SET,
        progress=lambda done, total: seen.append((done, total)),
    )

    assert seen == sorted(seen)
    assert seen[-1] == (2 * len(world.arrivals), 2 * len(world.arrivals))


def test_promises_count_where_there_are_any() -> None:
    """A deadline missed is a promise broken, whoever answered."""
    world = a_world(60, every_s=200.0)
    due = world.moment(world.arrivals[0].at_s) + timedelta(seconds=1)
    late = world.moment(world.arrivals[1].at_s) - timedelta(seconds=1)
    promised = [
        replace(one, contact=replace(one.contact, due_to=moment))
        for one, moment in zip(world.arrivals[:2], (due, late), strict=True)
    ]
    world = replace(world, arrivals=(*promised, *world.arrivals[2:]))
    found = rehearse_rules(Case(world, FRAMEWORK), DEFAULT_RULE_SET, DEFAULT_RULE_SET).rehearsal
    kept = {change.aspect: change.current for change in found.overall}

    assert kept[Aspect.PROMISES] == 0.5


AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def seen(number: int, at: datetime, **known: float) -> Seen:
    """A contact that came."""
    return Seen(Contact(f"c{number}", "phone", intent="billing"), at, **known)


def test_staff_is_on_duty_in_its_hours_through_a_clock_change() -> None:
    """Nine o'clock is nine o'clock on the wall, also on the day the clock goes back."""
    hours = tuple(Interval(1440 * day + 540, 1440 * day + 1020) for day in range(7))
    ann = Employee("ann", channels={"phone": ChannelLoad()}, hours=hours)
    first, last = datetime(2026, 10, 24, 8, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)
    world, _ = scenario_of(
        [seen(1, first), seen(2, last)], {"ann": ann}, timezone=AMSTERDAM, rng=np.random.default_rng(1)
    )
    begun = [world.moment(spell.start_s).astimezone(AMSTERDAM) for spell in world.spells]

    assert [(one.day, one.hour) for one in begun] == [(24, 9), (25, 9), (26, 9)]
    assert [arrival.period for arrival in world.arrivals] == [0, 2]


def test_what_the_list_does_not_tell_is_drawn_from_what_it_does() -> None:
    """And it is said how much of it was drawn."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    known = [seen(n, start + timedelta(minutes=n), service_s=100.0, patience_s=50.0) for n in range(3)]
    asked = [*known, seen(9, start)]
    world, drawn = scenario_of(asked, {"e": Employee("e")}, timezone=UTC, rng=np.random.default_rng(1))

    assert {one.service_s for one in world.arrivals} == {100.0}
    assert {one.patience_s for one in world.arrivals} == {50.0}
    assert (drawn.services, drawn.patiences, drawn.nobody_gives_up) == (1, 1, False)


@pytest.mark.parametrize(
    ("contacts", "staff"), [([], {"e": Employee("e")}), ([seen(1, datetime(2026, 3, 2, tzinfo=UTC))], {})]
)
def test_nothing_to_replay_is_refused(contacts: list[Seen], staff: dict[str, Employee]) -> None:
    """A rehearsal of nothing would find that nothing changes."""
    with pytest.raises(InvalidInput):
        scenario_of(contacts, staff, timezone=UTC, rng=np.random.default_rng(1))
