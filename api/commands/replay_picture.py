"""The report of a replay as one picture: waits, service level, giving up by hour, load by employee."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import PercentFormatter

from api.replay_report import Report, figure_label, profiles_line, run_label, source_line
from matcher.simulation.measures import Figure
from matcher.simulation.rebuild import REALITY
from matcher.simulation.tallies import by_hour, loads

# Okabe & Ito's palette, told apart by colour-blind readers too; dashes and markers differ as well.
COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#CC79A7")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")
WARNING = "#A23B00"
SIZE_INCHES = (13.0, 10.5)
DOTS_PER_INCH = 130
LONGEST_WAIT_SHOWN_S = 300
MOST_EMPLOYEES = 24
CAUTION = (
    "Compare policies with each other: a difference from what happened is no gain to expect (see the report's notes)."
)
LEAST_PER_HOUR = 30  # an hour of the day with fewer contacts shows no rate: it would be noise


def draw(report: Report, path: Path) -> None:
    """Write the picture; the ending of `path` (.png or .svg) says as what."""
    canvas = Canvas(figsize=SIZE_INCHES, layout="constrained")
    FigureCanvasAgg(canvas)
    grid = canvas.add_gridspec(2, 2, width_ratios=(1.25, 1.0))
    _waits(canvas.add_subplot(grid[0, 0]), report)
    _abandonment_by_hour(canvas.add_subplot(grid[1, 0]), report)
    right = grid[:, 1].subgridspec(2, 1, height_ratios=(1, 3.2))
    _service_level(canvas.add_subplot(right[0]), report)
    _load(canvas.add_subplot(right[1]), report)
    is_drawn = report.setting.profile_seed is not None
    canvas.suptitle(f"{source_line(report)}\n{profiles_line(report.setting)}", fontsize=11,
                    color=WARNING if is_drawn else "black", fontweight="bold" if is_drawn else "normal")  # fmt: skip
    canvas.supxlabel(CAUTION, fontsize=9, color="0.35")
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def _waits(axes: Axes, report: Report) -> None:
    """The share of contacts still waiting after so many seconds."""
    for place, counted in enumerate(report.comparison.tallies):
        waits, counts = np.unique(counted.sorted_waits_s, return_counts=True)
        axes.step(
            waits, 1.0 - np.cumsum(counts) / max(counts.sum(), 1), where="post",
            color=COLOURS[place % 6], linestyle=DASHES[place % 6], label=run_label(counted.policy),
        )  # fmt: skip
    axes.axvline(report.setting.within_s, color="0.6", linewidth=0.8)
    axes.annotate(f"{report.setting.within_s:g} s", (report.setting.within_s, 0.0), xytext=(4, 6),
                  textcoords="offset points", color="0.35", fontsize=9)  # fmt: skip
    axes.set(xlim=(0, LONGEST_WAIT_SHOWN_S), xlabel="seconds since arrival", ylabel="contacts")
    axes.set_ylim(bottom=0)
    axes.set_title("Still waiting after so many seconds", loc="left")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    _tidy(axes)


def _service_level(axes: Axes, report: Report) -> None:
    """Service level and its interval, a row a run."""
    estimates = report.comparison.measured.estimates
    for place, figures in enumerate(estimates.values()):
        one = figures[Figure.SERVICE_LEVEL]
        axes.plot([one.low, one.high], [place, place], color=COLOURS[place % 6], linewidth=2)
        axes.plot(one.value, place, MARKERS[place % 6], color=COLOURS[place % 6])
        axes.annotate(f"{100 * one.value:.0f} %", (one.value, place), xytext=(0, 7), textcoords="offset points",
                      ha="center", fontsize=9)  # fmt: skip
        axes.set_yticks(range(len(estimates)), [run_label(each) for each in estimates])
    axes.set(xlim=(0, 1), ylim=(len(estimates) - 0.4, -0.8))
    axes.set_title(f"{figure_label(Figure.SERVICE_LEVEL, report.setting)} (95 % interval)", loc="left")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _tidy(axes)


def _abandonment_by_hour(axes: Axes, report: Report) -> None:
    """The share that gave up, by the hour of arrival."""
    for place, run in enumerate(report.comparison.runs):
        arrived, gone = by_hour(run)
        hours = np.flatnonzero(arrived >= LEAST_PER_HOUR)
        axes.plot(
            hours + 0.5, gone[hours] / arrived[hours], color=COLOURS[place % 6], linestyle=DASHES[place % 6],
            marker=MARKERS[place % 6], markersize=4, label=run_label(run.policy),
        )  # fmt: skip
    axes.set(xlim=(0, 24), xticks=range(0, 25, 2), xlabel="hour of the day", ylabel="gave up waiting")
    axes.set_ylim(bottom=0)
    axes.set_title(f"Gave up, by hour of arrival (hours with {LEAST_PER_HOUR} contacts or more)", loc="left")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    _tidy(axes)


def _load(axes: Axes, report: Report) -> None:
    """Busy hours of each employee, a marker a run; second desks are left to the table."""
    by_run = [{one.employee_id: one.busy_h for one in loads(counted)} for counted in report.comparison.tallies]
    names = [who for who in by_run[0] if "#" not in who][:MOST_EMPLOYEES]
    for place, (counted, hours) in enumerate(zip(report.comparison.tallies, by_run, strict=True)):
        axes.plot(
            [hours[who] for who in names], range(len(names)), MARKERS[place % 6], color=COLOURS[place % 6],
            markersize=6 if counted.policy == REALITY else 5, fillstyle="none" if counted.policy == REALITY else "full",
            alpha=0.85, label=run_label(counted.policy),
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="hours with a contact or its after-work", ylim=(len(names) - 0.4, -0.6))
    axes.set_xlim(left=0)
    axes.set_title("Load by employee", loc="left")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    axes.grid(axis="y", color="0.92")
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
