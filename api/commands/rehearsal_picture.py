"""A rehearsal as one picture: waits, what changes by segment, and the work of each group of employees."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import PercentFormatter

from matcher.simulation.measures import Verdict
from matcher.simulation.rehearsal import Aspect, Change, GroupChange
from matcher.simulation.rehearse import Rehearsed

# Okabe & Ito's palette, told apart by colour-blind readers too; dashes and markers differ as well.
NOW, THEN = "#000000", "#D55E00"
BETTER, WORSE, ALIKE = "#009E73", "#D55E00", "0.55"
SIZE_INCHES = (13.0, 9.0)
DOTS_PER_INCH = 130
MOST_ROWS = 16
LONGEST_NAME = 26
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "now": "in force", "then": "draft", "waiting": "Still waiting after so many seconds",
        "seconds": "seconds since arrival", "contacts": "contacts",
        "segments": "Mean wait by segment: draft against now (95 %)",
        "change": "seconds more (right) or less (left)", "work": "Share of the work by group of employees",
        "share": "share of all working time", "alike": "grey: not distinguishable from chance",
        "leave": "Gave up, by segment: draft against now (95 %)", "points": "points more (right) or fewer (left)",
    },
    "nl": {
        "now": "nu", "then": "concept", "waiting": "Na zoveel seconden nog aan het wachten",
        "seconds": "seconden sinds aankomst", "contacts": "contacten",
        "segments": "Gemiddelde wachttijd per segment: concept tegen nu (95 %)",
        "change": "seconden langer (rechts) of korter (links)", "work": "Deel van het werk per groep medewerkers",
        "share": "deel van alle werktijd", "alike": "grijs: niet van toeval te onderscheiden",
        "leave": "Opgehangen, per segment: concept tegen nu (95 %)", "points": "punten meer (rechts) of minder (links)",
    },
}  # fmt: skip


def draw(found: Rehearsed, path: Path, *, language: str) -> None:
    """Write the picture; the ending of `path` (.png or .svg) says as what."""
    words = WORDS.get(language, WORDS["en"])
    canvas = Canvas(figsize=SIZE_INCHES, layout="constrained")
    FigureCanvasAgg(canvas)
    grid = canvas.add_gridspec(2, 2)
    _waits(canvas.add_subplot(grid[0, 0]), found, words)
    _work(canvas.add_subplot(grid[0, 1]), found, words)
    _differences(canvas.add_subplot(grid[1, 0]), found, words, Aspect.WAIT)
    _differences(canvas.add_subplot(grid[1, 1]), found, words, Aspect.ABANDONMENT)
    canvas.suptitle(f"{found.draft.version}  ·  {found.current.version}\n{found.rehearsal.contacts:,} "
                    f"{words['contacts']}", fontsize=11)  # fmt: skip
    canvas.savefig(path, dpi=DOTS_PER_INCH)


def _waits(axes: Axes, found: Rehearsed, words: Mapping[str, str]) -> None:
    """The share of contacts still waiting after so many seconds."""
    longest = 1.0
    for run, colour, dashes, label in zip(
        found.runs, (NOW, THEN), ("-", "--"), (words["now"], words["then"]), strict=True
    ):
        waits, counts = np.unique([stay.waited_s for stay in run.stays], return_counts=True)
        left = 1.0 - np.cumsum(counts) / max(counts.sum(), 1)
        axes.step(waits, left, where="post", color=colour, linestyle=dashes, label=label)
        longest = max(longest, float(waits[np.searchsorted(-left, -0.005)]) if (left <= 0.005).any() else waits[-1])
    axes.set(xlim=(0, longest), xlabel=words["seconds"], ylabel=words["contacts"])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _finish(axes, words["waiting"], is_legend=True)


def _work(axes: Axes, found: Rehearsed, words: Mapping[str, str]) -> None:
    """Each group's share of the work under both, busiest first."""
    groups = sorted(found.rehearsal.groups, key=lambda group: -group.changes[0].current)[:MOST_ROWS]
    for row, group in enumerate(groups):
        change = group.changes[0]
        axes.plot([change.current, change.draft], [row, row], color="0.8", linewidth=2, zorder=1)
        axes.plot(change.current, row, "o", color=NOW, label=words["now"] if row == 0 else None)
        axes.plot(change.draft, row, "s", color=THEN, label=words["then"] if row == 0 else None)
    _rows(axes, groups)
    axes.set(xlabel=words["share"])
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    _finish(axes, words["work"], is_legend=bool(groups))


def _differences(axes: Axes, found: Rehearsed, words: Mapping[str, str], aspect: Aspect) -> None:
    """What changes in that aspect for each segment, with its interval."""
    is_wait = aspect is Aspect.WAIT
    scale = 1.0 if is_wait else 100.0
    segments = sorted(found.rehearsal.segments, key=lambda group: -group.contacts)[:MOST_ROWS]
    for row, group in enumerate(segments):
        change = next(one for one in group.changes if one.aspect is aspect)
        colour = _colour(change)
        axes.plot([scale * change.low, scale * change.high], [row, row], color=colour, linewidth=2)
        axes.plot(scale * change.difference, row, "o", color=colour)
    axes.axvline(0.0, color="0.4", linewidth=0.8)
    _rows(axes, segments)
    axes.set(xlabel=f"{words['change' if is_wait else 'points']}  ({words['alike']})")
    _finish(axes, words["segments" if is_wait else "leave"], is_legend=False)


def _rows(axes: Axes, groups: list[GroupChange]) -> None:
    names = [
        group.name if len(group.name) <= LONGEST_NAME else group.name[: LONGEST_NAME - 1] + "…" for group in groups
    ]
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.grid(axis="y", color="0.93")


def _colour(change: Change) -> str:
    if change.verdict is Verdict.NOT_DISTINGUISHABLE:
        return ALIKE
    return BETTER if change.is_better else WORSE


def _finish(axes: Axes, title: str, *, is_legend: bool) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    if is_legend:
        axes.legend(frameon=False)
