"""Who was on duty is read from services; each rule is shown by a case one can check with a pencil."""

import pytest

from matcher.simulation.staffing import StaffingTerms, assign_desks, infer_kinds, infer_staffing, joined
from tests.matcher.simulation.worlds import gave_up, served

TERMS = StaffingTerms(break_s=1000, after_work_s=100, overlap_s=10, least_contacts=1, connecting_s=5)


def spells_of(*rows: object) -> list[tuple[str, float, float]]:
    """The spells read from the rows."""
    staffing = infer_staffing(rows, TERMS)  # type: ignore[arg-type]  # rows of the builders
    return [(spell.employee_id, spell.start_s, spell.end_s) for spell in staffing.spells]


def test_services_close_together_make_one_spell_and_a_long_gap_ends_it() -> None:
    """A quarter of an hour without a call is a quiet quarter; an afternoon without one is an afternoon off."""
    rows = (served(1, "emma", 0, 60), served(2, "emma", 200, 60), served(3, "emma", 5000, 60))

    assert spells_of(*rows) == [("emma", 0, 260), ("emma", 5000, 5060)]


def test_whoever_lets_customers_wait_is_away_shortly_as_after_work() -> None:
    """Someone waited until 90 while emma had been done at 60: those 30 seconds belong to the contact she ended."""
    rows = (served(1, "emma", 0, 60), gave_up(2, 20, 70), served(3, "emma", 200, 60))
    staffing = infer_staffing(rows, TERMS)

    assert staffing.after_work_s == {1: 30}
    assert [(one.start_s, one.end_s) for one in staffing.spells] == [(0, 260)]
    assert (staffing.away_h * 3600, staffing.idle_h * 3600) == pytest.approx((30, 110))


def test_a_long_absence_with_customers_waiting_is_a_break_by_the_clock() -> None:
    """Ten minutes away is lunch, whoever served the contact before it."""
    rows = (served(1, "emma", 0, 60), gave_up(2, 20, 500), served(3, "emma", 700, 60))

    assert spells_of(*rows) == [("emma", 0, 60), ("emma", 520, 760)]


def test_a_wait_that_emma_could_not_have_ended_says_nothing_of_emma() -> None:
    """Stock questions wait for the stock desk while she is free for others."""
    rows = (served(1, "emma", 0, 60), gave_up(2, 20, 70, kind="NE"), served(3, "emma", 200, 60))

    assert infer_staffing(rows, TERMS).after_work_s == {}


def test_the_seconds_of_connecting_are_no_absence() -> None:
    """A wait of three seconds is the telephone exchange at work."""
    rows = (served(1, "emma", 0, 60), served(2, "emma", 203, 60, at_s=200, waited_s=3.0))

    assert spells_of(*rows) == [("emma", 0, 263)]


def test_one_name_at_two_telephones_makes_two_desks() -> None:
    """One employee cannot serve two customers at once; two people under one name can."""
    rows = [
        served(1, "emma", 0, 300),
        served(2, "emma", 100, 50),
        served(3, "emma", 295, 50),
        served(4, "emma", 400, 5),
    ]

    assert assign_desks(rows, 10) == {1: "emma", 2: "emma#2", 3: "emma", 4: "emma"}


def test_a_kind_served_once_is_a_favour_and_not_a_skill() -> None:
    """Taking one stock question does not make a stock desk; a kind nobody serves often stays with who served it."""
    rows = [served(line, "emma", line * 100, 10) for line in range(3)]
    rows += [served(line, "noor", line * 100, 10, kind="NE") for line in range(3, 6)]
    rows += [served(6, "emma", 900, 10, kind="NE"), served(7, "noor", 900, 10, kind="IN")]

    assert infer_kinds(rows, assign_desks(rows, 10), 3) == {"emma": {"PS"}, "noor": {"NE", "IN"}}


def test_joined_stretches_cover_the_same_time_once() -> None:
    """Overlapping, touching, nested and empty stretches."""
    assert joined([(5, 9), (0, 2), (2, 3), (6, 7), (20, 20)]) == [(0, 3), (5, 9)]
