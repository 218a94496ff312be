"""The report checks itself, and says in words what its figures allow."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from api.commands.replay_run import Request, replayed
from api.replay_report import NotAddingUp, Report, Setting, accounting, amount, pairs_to_compare, verdicts
from matcher.simulation.measures import Difference, Figure, Measured
from matcher.simulation.staffing import StaffingTerms
from tests.api.replay_days import log_text, made_up_days


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Three made-up days under both classic policies."""
    path = tmp_path / "calls.csv"
    path.write_text(log_text(made_up_days()))
    setting = Setting(path.name, 20.0, 5, 1, None, StaffingTerms())
    request = Request(path, ("longest_idle", "first_come"))
    return replayed(request, setting, lambda _: nullcontext(lambda _done, _total: None))


def saying(report: Report, low: float, high: float) -> str:
    """The sentence on a difference in mean wait with that interval."""
    one = Difference(Figure.MEAN_WAIT, "first_come", "longest_idle", (low + high) / 2, low, high)
    measured = Measured(report.comparison.measured.estimates, (one,))
    changed = replace(report, comparison=replace(report.comparison, measured=measured))
    return verdicts(changed, later="first_come", earlier="longest_idle")[0]


def test_a_row_lost_between_file_and_report_stops_the_report(report: Report) -> None:
    """A wrong sum is a fault of ours, and must not be printed as if it were a figure."""
    lost = replace(report, history=replace(report.history, rows=report.history.rows[:-1]))
    unreplayed = replace(report.rebuilt, scenario=replace(report.rebuilt.scenario, arrivals=()))
    for broken in (lost, replace(report, rebuilt=unreplayed)):
        with pytest.raises(NotAddingUp):
            accounting(broken)

    assert sum(count for _, count, _ in accounting(report)) == report.row_count


def test_a_difference_whose_interval_holds_zero_is_called_not_distinguishable(report: Report) -> None:
    """The words are what people take home."""
    assert saying(report, -1.0, 2.0) == "Mean wait: not distinguishable (95 % interval −1.0 s to +2.0 s)."
    assert saying(report, -3.0, -1.0) == "Mean wait: 2.0 s lower (95 % interval −3.0 s to −1.0 s)."
    assert saying(report, 1.0, 3.0) == "Mean wait: 2.0 s higher (95 % interval +1.0 s to +3.0 s)."


def test_the_last_policy_is_compared_with_each_other_one_and_the_first_with_what_happened(report: Report) -> None:
    """Not every pair: the question is what the new way adds, and how true the replay is."""
    assert pairs_to_compare(report) == [("first_come", "longest_idle"), ("longest_idle", "reality")]


def test_amounts_carry_their_units_and_what_is_unknown_is_a_dash() -> None:
    """Shares as per cents, waits in seconds, spreads in points."""
    assert [amount(figure, 0.125) for figure in (Figure.OCCUPANCY, Figure.LOAD_SPREAD, Figure.MEAN_WAIT)] == [
        "12.5 %", "12.5 points", "0.1 s",
    ]  # fmt: skip
    assert amount(Figure.MEAN_WAIT, float("nan")) == "–"
