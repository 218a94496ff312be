"""A log made into a world keeps what the log knows and draws only what it cannot know."""

import numpy as np

from matcher.profiles.people import Employee
from matcher.simulation.history import Fate, History, Logged
from matcher.simulation.rebuild import Rebuilt, rebuild
from matcher.simulation.staffing import StaffingTerms
from tests.matcher.simulation.worlds import MIDNIGHT, ends, gave_up, history, ran, served

ROWS = (
    served(1, "emma", 0, 60),
    served(2, "emma", 80, 30, at_s=50, waited_s=30.0, customer_id="17", priority=2),
    gave_up(3, 60, 25),
    served(4, "noor", 90, 500, kind="NE"),
    Logged(5, "c5", 0, Fate.PHANTOM, at_s=70),
    Logged(6, "c6", 0, Fate.SERVED_LENGTH_UNKNOWN, kind="PS", at_s=300, employee="emma"),
)


def rebuilt(rows: tuple[Logged, ...] = ROWS, seed: int = 1, known: dict[str, Employee] | None = None) -> Rebuilt:
    """The rows rebuilt; one contact of a kind shows a skill."""
    log: History = history(*rows)
    terms = StaffingTerms(least_contacts=1)
    return rebuild(log, rng=np.random.default_rng(seed), starts_at=MIDNIGHT, terms=terms, known=known)


def test_what_the_log_knows_is_kept() -> None:
    """Service times of the served, patience of those who gave up, order of time, priority and customer."""
    world = rebuilt().scenario
    arrivals = {one.contact.id: one for one in world.arrivals}

    assert list(arrivals) == ["c1", "c2", "c3", "c4", "c6"]
    assert [arrivals[who].service_s for who in ("c1", "c2", "c4")] == [60, 30, 500]
    assert arrivals["c3"].patience_s == 25
    assert (arrivals["c2"].contact.priority, arrivals["c2"].contact.customer_id) == (2, "17")


def test_what_the_log_cannot_know_is_drawn_from_its_own_kind_and_counted() -> None:
    """Whoever gave up a regular call gets the service time of a regular call, never of a stock question."""
    drawn = [rebuilt(seed=seed) for seed in range(20)]

    assert {one.scenario.arrivals[2].service_s for one in drawn} == {60, 30}
    assert (drawn[0].drawn.service_of_leavers, drawn[0].drawn.service_length_unknown) == (1, 1)
    assert drawn[0].drawn.patience_of_answered == 4
    assert all(
        one.patience_s >= waited for one, waited in zip(drawn[0].scenario.arrivals, (0, 30, 25, 0, 0), strict=True)
    )


def test_the_same_seed_draws_the_same_world() -> None:
    """A report that cannot be made again cannot be checked."""
    assert rebuilt(seed=4).scenario.arrivals == rebuilt(seed=4).scenario.arrivals


def test_what_really_happened_is_told_as_the_log_has_it() -> None:
    """The column beside the policies is the log, not a simulation of it."""
    assert ends(rebuilt().reality) == {
        "c1": ("completed", 0.0, "emma"),
        "c2": ("completed", 30.0, "emma"),
        "c3": ("abandoned", 25.0, None),
        "c4": ("completed", 0.0, "noor"),
        "c6": ("completed", 0.0, "emma"),
    }


def test_employees_of_a_file_keep_what_the_log_shows_and_add_their_own() -> None:
    """A file made for other work must not leave the log's customers without anyone able to serve them."""
    emma = rebuilt(known={"emma": Employee("emma", name="Emma", skills={"NE": 5})}).scenario.employees["emma"]

    assert (emma.name, emma.skills) == ("Emma", {"PS": 3, "NE": 5})


def test_a_log_in_which_nobody_was_served_is_a_world_without_employees() -> None:
    """Strange, but no reason to fail: everyone gives up, as they did."""
    world = rebuilt((gave_up(1, 0, 10), gave_up(2, 5, 20)))

    assert ends(ran(world.scenario)) == ends(world.reality)
