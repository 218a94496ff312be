"""The engine does what a careful clerk with a watch would do."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.life import ContactState
from matcher.errors import Conflict, InvalidInput
from matcher.profiles.people import ChannelLoad
from matcher.rules import DEFAULT_RULE_SET, compile_rules
from matcher.simulation.engine import run
from matcher.simulation.klik import Klik
from matcher.simulation.policies import Choice, FirstCome, Floor, LongestIdle, Policy
from matcher.simulation.scenario import Arrival, Scenario
from models.frameworks import load_framework
from tests.matcher.simulation.worlds import arrival, employee, ends, ran, scenario


def test_a_morning_worked_out_on_paper() -> None:
    """One employee, three customers: served at once, served after 20 s, gone after 15 s."""
    world = scenario([arrival("a", 0, 30), arrival("b", 10, 60), arrival("c", 20, 60, patience_s=15.0)])

    assert ends(ran(world)) == {
        "a": ("completed", 0.0, "emma"),
        "b": ("completed", 20.0, "emma"),
        "c": ("abandoned", 15.0, None),
    }


def test_after_work_keeps_the_employee_but_not_the_customer() -> None:
    """The customer is gone at 30 s; the next one still waits until the employee has finished the paperwork at 45 s."""
    result = ran(scenario([arrival("a", 0, 30, after_work_s=15.0), arrival("b", 10)]))

    assert ends(result)["b"] == ("completed", 35.0, "emma")
    assert result.stays[0].life.since == 30.0


def test_higher_priority_goes_first_and_within_it_who_came_first() -> None:
    """The bank's priority customers are served before others who have waited longer."""
    waits = [arrival("low", 1), arrival("high-late", 3, priority=2), arrival("high", 2, priority=2)]
    result = ends(ran(scenario([arrival("first", 0, 10), *waits])))

    assert [result[who][1] for who in ("high", "high-late", "low")] == [8.0, 67.0, 129.0]


def test_the_longest_idle_goes_first_or_the_first_of_the_list() -> None:
    """The two classic policies differ in nothing else."""
    world = scenario([arrival("a", 0, 10), arrival("b", 5, 1), arrival("c", 20)], [employee("emma"), employee("noor")])

    assert [stay.life.employee_id for stay in ran(world, LongestIdle()).stays] == ["emma", "noor", "noor"]
    assert [stay.life.employee_id for stay in ran(world, FirstCome()).stays] == ["emma", "noor", "emma"]


def test_a_contact_nobody_on_duty_can_serve_blocks_no_other() -> None:
    """A stock question waits for the stock desk; the regular call behind it does not."""
    world = scenario([arrival("stock", 0, kind="NE", patience_s=50.0), arrival("regular", 1)])

    assert ends(ran(world)) == {"stock": ("abandoned", 50.0, None), "regular": ("completed", 0.0, "emma")}


def test_a_shift_that_ends_lets_the_contact_end_but_brings_no_new_one() -> None:
    """Nobody hangs up on a customer at five o'clock."""
    world = scenario([arrival("a", 0, 100), arrival("b", 10)], spells=[("emma", 0, 50), ("emma", 500, 1000)])

    assert ends(ran(world)) == {"a": ("completed", 0.0, "emma"), "b": ("completed", 490.0, "emma")}


def test_no_patience_at_all_is_enough_when_someone_is_free() -> None:
    """Whoever hangs up in the second of arrival is lost only where everyone is busy."""
    world = scenario([arrival("a", 0, 10, patience_s=0.0), arrival("b", 5, patience_s=0.0)])

    assert ends(ran(world)) == {"a": ("completed", 0.0, "emma"), "b": ("abandoned", 0.0, None)}


def test_a_contact_nobody_ever_serves_is_still_waiting_in_the_end() -> None:
    """It is reported as such, and counts neither as served nor as given up."""
    assert ends(ran(scenario([arrival("a", 0, kind="NE")])))["a"] == ("waiting", 0.0, None)


def test_a_round_is_held_only_when_somebody_waits_and_somebody_is_free() -> None:
    """Two arrivals find the employee free, one of them after a wait: nothing else asks for a decision."""
    assert ran(scenario([arrival("a", 0, 30), arrival("b", 10)])).rounds == 2


@pytest.mark.parametrize("policy", [LongestIdle(), FirstCome()])
def test_who_has_two_slots_serves_two_at_once(policy: Policy) -> None:
    """Chats run side by side, each in its own time; a contact that takes both slots waits for both."""
    emma = replace(employee("emma"), capacity=2, channels={"phone": ChannelLoad(), "video": ChannelLoad(cost=2)})
    wide = arrival("wide", 2, 10)
    wide = replace(wide, contact=replace(wide.contact, channel="video", priority=1))
    world = scenario([arrival("a", 0, 30), arrival("b", 0, 50), wide, arrival("c", 3, 20)], [emma])

    # c takes the slot that a leaves at 30; both are free at 50.
    assert ends(ran(world, policy)) == {
        "a": ("completed", 0.0, "emma"),
        "b": ("completed", 0.0, "emma"),
        "c": ("completed", 27.0, "emma"),
        "wide": ("completed", 48.0, "emma"),
    }


def test_klik_gives_no_more_than_there_is_room_for() -> None:
    """Four contacts at once for three slots: the fourth waits for the first that ends."""
    emma = replace(employee("emma"), capacity=3)
    world = scenario([arrival(f"c{number}", 0, 60 + number) for number in range(4)], [emma])
    klik = Klik(load_framework(), compile_rules(DEFAULT_RULE_SET))

    assert sorted(stay.waited_s for stay in ran(world, klik).stays) == [0.0, 0.0, 0.0, 60.0]


class Twice:
    """A policy that books the same employee twice."""

    name = "twice"

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:
        """Everyone to the first employee."""
        return Choice(tuple((one.contact.id, floor.free[0][0].id) for one in floor.waiting))


def test_a_policy_that_books_an_employee_twice_is_refused() -> None:
    """A faulty policy must not look good."""
    with pytest.raises(Conflict, match="emma is not free"):
        ran(scenario([arrival("a", 0), arrival("b", 0)]), Twice())


def test_a_held_contact_is_looked_at_again_when_the_policy_asks() -> None:
    """A policy that waits on purpose needs a clock, or it waits for ever."""

    class Later:
        """Serves nobody before second 30."""

        name = "later"

        def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:
            """Nobody yet, look again after 10 s."""
            return LongestIdle().choose(floor, rng) if floor.now_s >= 30 else Choice(look_again_s=10.0)

    assert ends(ran(scenario([arrival("a", 0)]), Later()))["a"] == ("completed", 30.0, "emma")


def test_progress_ends_with_everything_done() -> None:
    """A bar that stops at 96 % looks like a crash."""
    told: list[tuple[int, int | None]] = []
    world = scenario([arrival(f"c{number}", number) for number in range(250)])
    run(world, LongestIdle(), rng=np.random.default_rng(1), progress=lambda done, total: told.append((done, total)))

    assert told == [(100, 250), (200, 250), (250, 250)]


def test_an_impossible_scenario_is_refused_with_every_fault_at_once() -> None:
    """Negative durations, doubled contacts and overlapping spells are found before the run, not in its figures."""
    with pytest.raises(InvalidInput) as refused:
        scenario(
            [arrival("a", 0, -1), arrival("a", 1, patience_s=-2.0)],
            spells=[("emma", 0, 10), ("emma", 5, 20), ("nobody", 3, 3)],
        )

    assert {fault.pointer for fault in refused.value.faults} == {
        "/arrivals/0/service_s", "/arrivals/1/patience_s", "/arrivals/1/contact/id",
        "/spells/1/start_s", "/spells/2/employee_id", "/spells/2/end_s",
    }  # fmt: skip


seconds = st.integers(0, 60).map(float)
arrivals = st.lists(
    st.tuples(seconds, seconds, seconds, st.sampled_from(["PS", "NE"]), st.integers(0, 2), seconds), max_size=25
)
shifts = st.lists(
    st.tuples(st.sampled_from(["emma", "noor", "finn"]), st.integers(0, 80), st.integers(1, 60)), max_size=6
)


def drawn_world(rows: list[tuple[float, float, float, str, int, float]], duty: list[tuple[str, int, int]]) -> Scenario:
    """A world of those rows; later spells of one employee are moved behind earlier ones."""
    free_from: dict[str, float] = {}
    spells = []
    for who, start, length in duty:
        begin = max(float(start), free_from.get(who, 0.0))
        spells.append((who, begin, begin + length))
        free_from[who] = begin + length
    people = [employee("emma", "PS"), employee("noor", "NE"), employee("finn", "PS", "NE")]
    contacts = [
        arrival(f"c{place}", at, service, patience_s=patience, kind=kind, priority=priority, after_work_s=after)
        for place, (at, service, patience, kind, priority, after) in enumerate(rows)
    ]
    return scenario(contacts, people, spells=spells)


@settings(deadline=None)
@given(arrivals, shifts, st.sampled_from([LongestIdle(), FirstCome()]))
def test_in_any_world_everyone_ends_once_and_nobody_serves_two_or_what_they_cannot(
    rows: list[tuple[float, float, float, str, int, float]],
    duty: list[tuple[str, int, int]],
    policy: LongestIdle | FirstCome,
) -> None:
    """The laws of the floor: one end each, patience kept, one contact at a time, able, and begun while on duty."""
    world = drawn_world(rows, duty)
    result = ran(world, policy)

    assert [stay.arrival.contact.id for stay in result.stays] == [one.contact.id for one in world.arrivals]
    for stay in result.stays:
        assert stay.life.state in {ContactState.COMPLETED, ContactState.ABANDONED}
        assert stay.waited_s <= stay.arrival.patience_s
        assert stay.is_answered != stay.is_abandoned
        if stay.is_abandoned:
            assert stay.waited_s == stay.arrival.patience_s
    for who, one in world.employees.items():
        work = sorted(
            span(stay.arrival, stay.life.answered_at) for stay in result.stays if stay.life.employee_id == who
        )
        assert all(later[0] >= earlier[1] for earlier, later in pairwise(work))
        for begin, _ in work:
            assert any(s.employee_id == who and s.start_s <= begin < s.end_s for s in world.spells)
        kinds = {stay.arrival.contact.intent for stay in result.stays if stay.life.employee_id == who}
        assert kinds <= set(one.skills)


def span(one: Arrival, begun: float | None) -> tuple[float, float]:
    """From when to when the arrival keeps its employee."""
    assert begun is not None
    return begun, begun + one.service_s + one.after_work_s
