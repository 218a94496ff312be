"""Holding within a run: prices from what came before, held contacts looked at again, and a rehearsal that shows it."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import Customer
from matcher.rules import DEFAULT_RULE_SET, RuleSet, compile_rules
from matcher.rules.terms import Hold
from matcher.simulation.engine import run
from matcher.simulation.klik import Klik
from matcher.simulation.rehearsal import Aspect, Rehearsal
from matcher.simulation.rehearse import Case
from matcher.simulation.scenario import Arrival, Scenario
from matcher.use_cases.rehearse_rules import rehearse_rules
from models.frameworks import load_framework
from tests.matcher.simulation.worlds import arrival, employee, ends, ran, scenario

FRAMEWORK = load_framework()
CAP_S = 18.0
HELD = replace(DEFAULT_RULE_SET, hold=Hold(0.02, 0.05, CAP_S), version="draft@1", title="Draft")


def leaning(system: str) -> InlineProfile:
    """A person of one value system."""
    return InlineProfile(values=InlineFacet({system: 1.0}, n_eff=40.0))


def of(made: Arrival, system: str) -> Arrival:
    """The arrival of a customer of that system."""
    customer = Customer(f"c-{made.contact.id}", profile=leaning(system))
    return replace(made, contact=replace(made.contact, customer=customer))


def floor_with_an_hour_behind(last: Arrival) -> Scenario:
    """Forty quick contacts; then the one who fits is busy for long, and `last` comes when only the other is free."""
    before = [of(arrival(f"k{at}", 60.0 * at, 50.0), "red") for at in range(40)]
    long = of(arrival("long", 3000.0, 5000.0, kind="LONG"), "red")
    fits = replace(employee("fits", "PS", "LONG"), profile=leaning("red"))
    staff = [fits, replace(employee("less"), profile=leaning("blue"))]
    return scenario([*before, long, of(last, "red")], staff)


def with_rules(rules: RuleSet) -> Klik:
    return Klik(FRAMEWORK, compile_rules(rules))


def test_a_held_contact_is_looked_at_again_though_nothing_else_happens() -> None:
    """Without a clock it would wait until somebody else's contact came by."""
    world = floor_with_an_hour_behind(arrival("last", 3600.0))
    state, waited_s, who = ends(ran(world, with_rules(HELD)))["last"]

    assert ends(ran(world, with_rules(DEFAULT_RULE_SET)))["last"] == ("completed", 0.0, "less")
    assert (state, who) == ("completed", "less")
    assert 1.0 < waited_s <= CAP_S + 1.0


def test_whoever_fits_and_gets_free_meanwhile_takes_it() -> None:
    """That is what it waited for."""
    world = floor_with_an_hour_behind(arrival("last", 3600.0))
    arrivals = tuple(replace(one, service_s=605.0) if one.contact.id == "long" else one for one in world.arrivals)

    assert ends(ran(replace(world, arrivals=arrivals), with_rules(HELD)))["last"] == ("completed", 5.0, "fits")


def test_the_first_contacts_of_a_run_are_held_by_nothing() -> None:
    """Prices come of what was seen; of what is to come a live service knows nothing either."""
    long = of(arrival("long", 0.0, 5000.0), "red")
    staff = [replace(employee("fits"), profile=leaning("red")), replace(employee("less"), profile=leaning("blue"))]
    world = scenario([long, of(arrival("next", 10.0), "red")], staff)

    assert ends(ran(world, with_rules(HELD)))["next"] == ("completed", 0.0, "less")


def rehearsed(seed: int) -> Rehearsal:
    """A busy floor of six for four hours, rehearsed without and with holding."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0, 14_400, 600))
    systems = rng.choice(["red", "blue", "green"], 600)
    arrivals = [of(arrival(f"k{at}", float(times[at]), 100.0, patience_s=300.0), str(systems[at])) for at in range(600)]
    names = ("red", "blue", "green")
    staff = [replace(employee(f"e{at}"), profile=leaning(names[at % 3])) for at in range(6)]
    return rehearse_rules(Case(scenario(arrivals, staff), FRAMEWORK), DEFAULT_RULE_SET, HELD).rehearsal


def test_a_rehearsal_shows_what_holding_gains_and_costs() -> None:
    """Operations choose it by its figures: a better fit, paid for by waiting."""
    changes = {one.aspect: one for one in rehearsed(3).overall}

    assert changes[Aspect.FIT].low > 0
    assert changes[Aspect.WAIT].difference == pytest.approx(0, abs=CAP_S)
    assert rehearsed(3).overall == tuple(changes.values())


def test_service_may_take_each_employee_another_time() -> None:
    """Worlds with slow and quick employees can be drawn."""
    world = scenario([arrival("a", 0.0, 60.0)], [employee("emma")])
    done = run(world, with_rules(DEFAULT_RULE_SET), rng=np.random.default_rng(1), service_of=lambda _one, _who: 7.0)

    assert done.stays[0].life.since == 7.0
